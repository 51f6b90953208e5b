"""What the locked cells of an assignment call: the checks of the lessons, made to fail a cell that earns no points."""

import re

from gan_course.exercises.display import paragraphs, show


class NotRight(AssertionError):
    """The answer earns no points. nbgrader gives them to a test cell that raises nothing."""


def require(exercise, function, seed=0):
    """Shows the check of an exercise, and raises where the answer is not right.

    Args:
        exercise: of `gan_course.exercises`.
        function: the student's.
        seed: seed of the cases.

    Raises:
        NotRight: if the outcome is anything but "correct".
    """
    result = exercise.examine(function, seed)
    right = result.outcome == "correct"
    if not (right and seed):  # a right answer is praised once, not for each seed
        show(result.text, result.html, result.outcome)
    if not right:
        raise NotRight(result.title)


def require_letters(quiz, number, function):
    """Raises where a student's answer to a question is no answer, right or wrong.

    Args:
        quiz: of `gan_course.exercises`.
        number: of the question, from 1.
        function: the student's; it returns "b", or "ac" where several options are right.

    Raises:
        NotRight: says what was expected and what came.
    """
    _letters(quiz.questions[number - 1], number, function)


def require_right(quiz, number, function):
    """Shows why a student's answer to a question is right or wrong, and raises where it is wrong.

    Args:
        quiz: of `gan_course.exercises`.
        number: of the question, from 1.
        function: the student's; it returns "b", or "ac" where several options are right.

    Raises:
        NotRight: if the chosen options are not the right ones.
    """
    question = quiz.questions[number - 1]
    outcome, reasons = question.grade(_letters(question, number, function))
    show(reasons, paragraphs(reasons), outcome)
    if outcome != "correct":
        raise NotRight(f"Question {number}: not right.")


def _letters(question, number, function):
    """The letters that a student's function returns."""
    try:
        given = function()
    except NotImplementedError:
        raise NotRight(f"Question {number}: not attempted.") from None
    chosen = re.sub(r"[\s,;]", "", "".join(given) if isinstance(given, (list, tuple, set)) else str(given)).lower()
    if not chosen or not set(chosen) <= set(question.letters) or (len(chosen) > 1 and not question.has_several):
        example = '"ab"' if question.has_several else '"a"'
        raise NotRight(
            f"Question {number}: letters from a to {question.letters[-1]} were expected, such as {example}; {given!r} "
            f"came. {question.task}"
        )
    return chosen
