"""Multiple choice: what a quiz is, and how it is asked and answered without a widget."""

import re
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from string import ascii_lowercase

from gan_course.exercises import progress, quizzes
from gan_course.exercises.display import paragraphs, show
from gan_course.exercises.result import Result


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen.

    Args:
        text: the answer; `words in backticks` become code where it is not the label of a button or box.
        right: whether it is right.
        why: why it is right or wrong, for the learner who chose it.
    """

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question with its options, which keep their order.

    Args:
        text: the question; `words in backticks` become code.
        options: list of `Option`. Where several are right, the learner has to choose them all.

    Raises:
        ValueError: if there are fewer than two options, two alike, none that is right, or one without a reason.
    """

    text: str
    options: list

    def __post_init__(self):
        texts = [option.text.strip() for option in self.options]
        where = f"The question {self.text!r}"
        if len(texts) < 2:
            raise ValueError(f"{where} must have at least two options, received {len(texts)}.")
        if len(set(texts)) < len(texts) or not all(texts):
            raise ValueError(f"{where} must have options that differ and say something, received {texts}.")
        if not any(option.right for option in self.options):
            raise ValueError(f"{where} must have at least one option with right=True.")
        for option in self.options:
            if not option.why.strip():
                raise ValueError(f"{where} must say why {option.text!r} is {verdict(option)}: its `why` is empty.")

    @property
    def letters(self):
        """The letters of the options: "abc" for three."""
        return ascii_lowercase[: len(self.options)]

    @property
    def has_several(self):
        """Whether more than one option is right."""
        return sum(option.right for option in self.options) > 1

    @property
    def task(self):
        """How many options to choose, in words."""
        return "Choose all that are right." if self.has_several else "Choose one."

    def grade(self, chosen):
        """Compares the chosen options with the right ones.

        Args:
            chosen: their letters, "ac" for instance.

        Returns:
            The outcome, "correct" or "not yet", and what to tell the learner as plain text: the reasons of the chosen
            options, and of the others too once the answer is correct.
        """
        pairs = list(zip(self.letters, self.options, strict=True))
        picked = [(letter, option) for letter, option in pairs if letter in chosen]
        others = [(letter, option) for letter, option in pairs if letter not in chosen]
        correct = all(option.right for _, option in picked) and not any(option.right for _, option in others)
        told = picked + others if correct else picked
        reasons = [f"{letter} is {verdict(option)}. {option.why}" for letter, option in told]
        if not correct and all(option.right for _, option in picked):
            reasons.append("Something is missing: at least one more option is right.")
        return "correct" if correct else "not yet", "\n\n".join(reasons)


class Quiz:
    """The quiz of a lesson. A notebook shows it with `exercises.quiz_00.show()`.

    Args:
        lesson: "lesson_00" for instance.
        questions: list of three to five `Question`.

    Raises:
        ValueError: if the lesson's name or the number of questions is another.
    """

    def __init__(self, lesson, questions):
        if not re.fullmatch(r"lesson_\d\d", lesson):
            raise ValueError(f"lesson must be a name such as 'lesson_00', received {lesson!r}.")
        if not 3 <= len(questions) <= 5:
            raise ValueError(f"A quiz must have three to five questions, received {len(questions)}.")
        self.lesson = lesson
        self.questions = list(questions)
        self.name = lesson.replace("lesson", "quiz")

    def __repr__(self):
        return f"<{self.name}: {len(self.questions)} questions. exercises.{self.name}.show() asks them.>"

    def show(self):
        """Displays the questions: as a panel where the front end has widgets, else as a text to read.

        The text says how to answer by function; its HTML form has the answers too, folded away.
        """
        from gan_course.exercises.quiz_panel import show_quiz_panel

        show_quiz_panel(self)

    def answer(self, number, letters):
        """Answers a question by function, and says whether the answer is right and why.

        Args:
            number: of the question, from 1.
            letters: of the chosen options: "b", or "ac" where several are right.
        """
        try:
            number = self._number(number)
            chosen = self._chosen(number, letters)
        except ValueError as error:
            show(str(error), paragraphs(error), "info")
            return
        result = self.grade(number, chosen)
        show(result.text, result.html, result.outcome)

    def grade(self, number, chosen):
        """Judges an answer and notes the outcome in the learner's progress.

        Args:
            number: of the question, from 1.
            chosen: letters of the chosen options, at least one.

        Returns:
            `Result`, ready to be shown.
        """
        outcome, message = self.questions[number - 1].grade(chosen)
        paragraphs_to_tell = [message]
        progress.record(self.lesson, item_name(number), outcome, tell=paragraphs_to_tell.append)
        return Result(outcome, f"question {number}", "\n\n".join(paragraphs_to_tell))

    def _number(self, number):
        count = len(self.questions)
        if str(number) not in [str(known) for known in range(1, count + 1)]:
            raise ValueError(
                f"The number of a question, 1 to {count}, was expected first; {number!r} came. Try "
                f'`exercises.{self.name}.answer(1, "a")`.'
            )
        return int(number)

    def _chosen(self, number, letters):
        question = self.questions[number - 1]
        given = "".join(letters) if isinstance(letters, (list, tuple, set)) else str(letters)
        chosen = set(re.sub(r"[\s,;]", "", given.lower()))
        known, last = set(question.letters), question.letters[-1]
        if not chosen or not chosen <= known or (len(chosen) > 1 and not question.has_several):
            what = "one or more letters" if question.has_several else "one letter"
            example = "ab" if question.has_several else "a"
            raise ValueError(
                f"Question {number} expects {what} from a to {last}; {given!r} came. Try "
                f'`exercises.{self.name}.answer({number}, "{example}")`.'
            )
        return chosen


def item_name(number):
    """What the progress file calls a question.

    Args:
        number: of the question, from 1.
    """
    return f"quiz {number}"


def all_quizzes():
    """Every quiz of the course.

    Returns:
        List of `Quiz` in the order of the lessons.
    """
    names = sorted(module.name for module in iter_modules(quizzes.__path__))
    return [import_module(f"{quizzes.__name__}.{name}").QUIZ for name in names]


def verdict(option):
    """An option's worth in a word, "right" or "wrong"."""
    return "right" if option.right else "wrong"
