"""Exercises, quizzes and progress of the lessons.

    from gan_course import exercises

    exercises.lesson_00.to_unit_range.check(to_unit_range)

A lesson's file is imported when it is first named, so that importing this package stays quick.
"""

import importlib
import pkgutil


def __getattr__(name):
    """Imports `exercises.lesson_NN` and the package's other modules when they are first named.

    `exercises.quiz_NN` is the `Quiz` that the file of this name in `quizzes/` holds.
    """
    if name in _quizzes():
        return importlib.import_module(f"{__name__}.quizzes.{name}").QUIZ
    if name.startswith("_") or name not in _modules():
        known = ", ".join([*_modules(), *_quizzes()])
        raise AttributeError(f"There is no {name!r} in gan_course.exercises, only {known}.")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__():
    """Names for the completion with Tab."""
    return [*globals(), *_modules(), *_quizzes()]


def _modules():
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def _quizzes():
    return sorted(module.name for module in pkgutil.iter_modules([f"{folder}/quizzes" for folder in __path__]))


def all_exercises():
    """Every exercise of every lesson.

    Returns:
        List of `Exercise`, lesson by lesson in the order of their files.
    """
    from gan_course.exercises.engine import Exercise

    lessons = [importlib.import_module(f"{__name__}.{name}") for name in _modules() if name.startswith("lesson_")]
    return [value for lesson in lessons for value in vars(lesson).values() if isinstance(value, Exercise)]
