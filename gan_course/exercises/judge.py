"""Judges: the learner's function beside a reference, and against properties that every right answer has."""

import numpy as np

from gan_course.exercises.compare import agree, as_numbers, shape_problem, type_problem, value_problem
from gan_course.exercises.result import NotAttempted, NotYet


def judge_values(exercise, learner, seed):
    """Compares a learner's function with the reference on every case: type, then shape, then value.

    Args:
        exercise: `Exercise` that has cases.
        learner: `Learner`.
        seed: seed of the cases.

    Raises:
        NotYet: names the first of them that is not right.
    """
    results, changed = [], []
    for arguments, untouched in zip(exercise.cases(seed), exercise.cases(seed), strict=True):
        results.append(learner(*arguments))
        changed += [
            name
            for name, after, before in zip(learner.names, arguments, untouched, strict=False)
            if not _is_same(after, before)
        ]
    expected = [as_numbers(exercise.reference(*arguments))[0] for arguments in exercise.cases(seed)]
    problems = {
        "type": lambda result, right: type_problem(result, right, exercise.dtype),
        "shape": shape_problem,
        "value": value_problem,
    }
    for failed, find_problem in problems.items():
        for arguments, result, right in zip(exercise.cases(seed), results, expected, strict=True):
            problem = find_problem(result, right)
            if problem:
                mistake = _recognize(exercise, results, expected, seed)
                learner.arguments = arguments
                raise NotYet(failed, f"{mistake}\n\n{problem}".strip(), learner.details(result))
    if changed:
        raise NotYet(
            "argument changed",
            f"The result is right, but your function changes its argument `{changed[0]}`, and whoever calls it still "
            f"needs that as it was. Work on a copy: `{changed[0]} = {changed[0]}.copy()`, or write `a = a + b` in "
            "place of `a += b`.",
        )


def judge_properties(exercise, learner, seed):
    """Asks for each property in turn.

    Args:
        exercise: `Exercise`.
        learner: `Learner`.
        seed: seed for the properties.

    Raises:
        NotYet: names the first property that is missing.
    """
    for has_property in exercise.properties:
        learner.arguments = ()
        try:
            problem = has_property(learner, seed)
        except (NotAttempted, NotYet):
            raise
        except Exception as error:  # a result so odd that the judge stumbles over it
            problem = f"The check could not work with what your function returned ({type(error).__name__}: {error})."
        if problem:
            meant = [mistake.message for mistake in exercise.mistakes if mistake.fails is has_property]
            raise NotYet(f"wanted: {property_name(has_property)}", "\n\n".join([problem, *meant]), learner.details())


def property_name(has_property):
    """Name of a property in words, from the name of its function.

    Args:
        has_property: function of a judge.

    Returns:
        Plain text.
    """
    return has_property.__name__.replace("_", " ")


def _recognize(exercise, results, expected, seed):
    """Message of the mistake that gives the same results, or nothing.

    A mistake of type alone agrees with the right numbers, so it has to agree in type; among the others, type is no
    matter.
    """
    for mistake in exercise.mistakes:
        if mistake.fails:
            continue
        with np.errstate(all="ignore"):
            wrong = [as_numbers(mistake.function(*arguments))[0] for arguments in exercise.cases(seed)]
        if agree(results, wrong, dtype=agree(wrong, expected)):
            return mistake.message
    return ""


def _is_same(after, before):
    """Whether an argument is as it was; what is neither array nor container of the learner's is not looked at."""
    if isinstance(after, np.ndarray):
        return after.shape == before.shape and np.array_equal(after, before, equal_nan=after.dtype.kind in "fc")
    if isinstance(after, (list, tuple)):
        return len(after) == len(before) and all(map(_is_same, after, before))
    if isinstance(after, dict):
        return list(after) == list(before) and all(map(_is_same, after.values(), before.values()))
    return True
