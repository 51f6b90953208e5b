"""The learner's function, called with care: whatever happens inside becomes a sentence."""

import inspect
import io
import linecache
import sys
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from gan_course.exercises.compare import as_numbers
from gan_course.exercises.describe import describe, describe_arguments, shorten
from gan_course.exercises.result import NotAttempted, NotYet
from gan_course.exercises.time_limit import TimeUp

MOST_PRINTED = 400
MOST_OF_A_MESSAGE = 300


class Learner:
    """Wraps the learner's function for a judge: it is called the same way, and raises `NotYet` where it fails.

    Args:
        function: what the learner passed to the check.
        names: names of the parameters that it should have.
        numeric: whether its result has to be numbers; then they arrive as a new NumPy array.
    """

    def __init__(self, function, names, numeric):
        self.function, self.names, self.numeric = function, names, numeric
        self.arguments, self.inside = (), False
        module = sys.modules.get(getattr(function, "__module__", None))
        self.variables = getattr(function, "__globals__", vars(module) if module else {})
        self._check_parameters()

    def __call__(self, *arguments):
        """Calls the function. Raises `NotAttempted` or `NotYet` if it fails; `KeyboardInterrupt` passes."""
        self.arguments, self.inside = arguments, True
        try:
            result = self.function(*arguments)
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as error:  # SystemExit as well: nothing of the learner's ends the notebook
            self.inside = False
            raise self._failure(error) from error
        self.inside = False
        if not self.numeric:
            return result
        numbers, problem = as_numbers(result)
        if problem:
            raise NotYet("type", problem, self.details(result))
        return numbers

    def details(self, *result):
        """Input and result of the last call, to be shown.

        Args:
            *result: what it returned, if it did.

        Returns:
            Dictionary from label to text.
        """
        shown = {"Input": describe_arguments(self.names, self.arguments)} if self.arguments else {}
        return shown | ({"Your result": describe(result[0])} if result else {})

    def line(self, traceback):
        """The learner's own line at which a traceback ends, however deep in a library it went on.

        Args:
            traceback: traceback of an exception.

        Returns:
            Dictionary from label to text, empty if no line is theirs.
        """
        found = {}
        while traceback is not None:
            frame, number = traceback.tb_frame, traceback.tb_lineno
            if frame.f_globals is self.variables:
                source = linecache.getline(frame.f_code.co_filename, number).strip()
                found = {f"Your code, line {number}": source} if source else {}
            traceback = traceback.tb_next
        return found

    def _failure(self, error):
        """What an exception of the learner's function means."""
        details = self.line(error.__traceback__) | self.details()
        if isinstance(error, NotImplementedError) and self._raised_by_learner(error):
            return NotAttempted()
        if isinstance(error, SystemExit):
            return NotYet("error", "Your function calls `exit()`. Return the result instead.", details)
        said = shorten(str(error).strip(), MOST_OF_A_MESSAGE)
        return NotYet("error", f"Your function raised {type(error).__name__}: {said}", details)

    def _raised_by_learner(self, error):
        traceback = error.__traceback__
        while traceback.tb_next is not None:
            traceback = traceback.tb_next
        return traceback.tb_frame.f_globals is self.variables

    def _check_parameters(self):
        if self.function is None:
            raise NotYet("call", "No function came. Pass yours by its name, without parentheses: `check(name)`.")
        if not callable(self.function):
            raise NotYet(
                "call",
                f"A function was expected, a {type(self.function).__name__} came. Pass your function by its name, "
                "without calling it: `check(name)`, not `check(name(...))`.",
            )
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):  # some functions written in C do not tell
            return
        try:
            signature.bind(*self.names)
        except TypeError:
            count = f"{len(self.names)} argument{'s' * (len(self.names) != 1)}"
            raise NotYet(
                "call",
                f"The function has to work when it is called with {count}, ({', '.join(self.names)}); yours is "
                f"`{getattr(self.function, '__name__', 'your_function')}{signature}`.",
            ) from None


class _ShortText(io.TextIOBase):
    """Keeps the beginning of what is written and counts the rest, so that no loop of prints fills the memory."""

    def __init__(self):
        self.kept, self.letters = "", 0

    def write(self, text):
        self.kept += text[: MOST_PRINTED - len(self.kept)]
        self.letters += len(text)
        return len(text)

    def writable(self):
        return True


@contextmanager
def captured_prints():
    """Holds back what is printed, on both outputs, and Python's warnings.

    Yields:
        A function that says what came so far: the text, shortened.
    """
    output = _ShortText()

    def printed():
        heard = dict.fromkeys(f"{one.category.__name__}: {one.message}" for one in warned)
        missing = output.letters - len(output.kept)
        text = output.kept.rstrip() + (f"\n... ({missing:,} more letters)" if missing else "")
        return "\n".join(part for part in (text, *(shorten(one, MOST_OF_A_MESSAGE) for one in [*heard][:3])) if part)

    with redirect_stdout(output), redirect_stderr(output), warnings.catch_warnings(record=True) as warned:
        yield printed
