"""What a check has to say, as text and as HTML."""

from dataclasses import dataclass, field

from gan_course.exercises.display import code_block, escape, paragraphs

HEADINGS = {"correct": "Correct", "not yet": "Not yet", "not attempted": "Not attempted"}


class NotYet(Exception):
    """The first thing that is not right yet; raised by a judge, shown by the check.

    Args:
        failed: what failed: "call", "error", "time", "type", "shape", "value", "argument changed", or "wanted: " and
            the name of a property.
        message: plain text for the learner.
        details: dictionary from a label to lines of code or output.
    """

    def __init__(self, failed, message, details=None):
        super().__init__(message)
        self.failed, self.message, self.details = failed, message, details or {}


class NotAttempted(Exception):
    """The function is still the stub."""


@dataclass
class Result:
    """Outcome of a check.

    Args:
        outcome: "correct", "not yet" or "not attempted".
        name: name of the exercise.
        message: plain text, paragraphs separated by blank lines.
        failed: what failed, as in `NotYet`; empty if nothing did.
        details: dictionary from a label to lines of code or output.
    """

    outcome: str
    name: str
    message: str
    failed: str = ""
    details: dict = field(default_factory=dict)

    @property
    def title(self):
        """The outcome in words, with the name of the exercise and what failed."""
        return f"{HEADINGS[self.outcome]}: {self.name}" + (f" ({self.failed})" if self.failed else "")

    @property
    def text(self):
        """The whole result as plain text."""
        lines = [self.title, "", self.message] if self.message else [self.title]
        for label, content in self.details.items():
            lines += ["", f"{label}:", *(f"    {line}" for line in content.splitlines())]
        return "\n".join(lines)

    @property
    def html(self):
        """The whole result as HTML."""
        details = "".join(
            f"<dt>{escape(label)}</dt><dd>{code_block(content)}</dd>" for label, content in self.details.items()
        )
        listed = f"<dl>{details}</dl>" if details else ""
        return f"<p><strong>{escape(self.title)}</strong></p>{paragraphs(self.message)}{listed}"
