"""Companion package of the course "From GANs to GAN-based style transfer".

Importing it is quick: TensorFlow is loaded by the modules that need it, without its log lines.
"""

__version__ = "0.1.0"


def progress(reset=False):
    """Shows which exercises and quiz questions you have answered correctly, lesson by lesson.

    The record is one small file on your computer. It is off where the environment variable `GAN_COURSE_PROGRESS` is
    "off".

    Args:
        reset: True begins a new record; the old one is kept beside it.
    """
    from gan_course.exercises.progress_table import show_progress

    show_progress(reset)
