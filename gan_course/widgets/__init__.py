"""Panels for the notebooks. They work with the keyboard, and show a picture where no kernel is running."""

from gan_course.widgets.comparison import Comparison, show_comparison
from gan_course.widgets.explorer import Explorer, show_explorer
from gan_course.widgets.photo_booth import PhotoBooth, show_photo_booth
from gan_course.widgets.playground import Playground, show_playground
from gan_course.widgets.recorded import curves, grid

__all__ = [
    "Comparison",
    "Explorer",
    "PhotoBooth",
    "Playground",
    "curves",
    "grid",
    "show_comparison",
    "show_explorer",
    "show_photo_booth",
    "show_playground",
]
