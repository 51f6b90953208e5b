"""The classroom: the lessons as nbgrader assignments, and grading that holds.

The cells of an assignment call `require`, `require_letters` and `require_right`; the commands are `gan-course classroom
export` and `gan-course classroom grade`. docs/teachers.md shows the way from one to the other.
"""

from importlib import import_module

__all__ = ["NotRight", "require", "require_letters", "require_right"]


def __getattr__(name):
    """Imports what the cells call when it is first named, so that the command line starts quickly."""
    if name not in __all__:
        raise AttributeError(f"There is no {name!r} in gan_course.classroom, only {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.marks"), name)
