"""Exercise of lesson 00: pixels as files hold them become numbers that networks want."""

import numpy as np

from gan_course import images
from gan_course.exercises.engine import Mistake, exercise


def pixel_cases(seed):
    """A few pixels to work out by hand, and a small picture."""
    few = np.array([0, 51, 204, 255], "uint8")
    return [(few,), (np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype="uint8"),)]


@exercise(
    reference=images.from_uint8,
    cases=pixel_cases,
    dtype="float32",
    hints=[
        "Where should the darkest pixel go, and where the brightest? 0 becomes -1 and 255 becomes 1. A straight line "
        "through these two points is all you need.",
        "From 0 to 255 is a way of 255, from -1 to 1 a way of 2. So divide by 255 / 2 = 127.5, then move the result so "
        "that 0 lands on -1.",
        'Convert before you calculate: `pixels.astype("float32")`. A uint8 cannot hold anything below 0 or above 255.',
    ],
    mistakes=[
        Mistake(
            lambda pixels: pixels / 255,
            "This maps the pixels to 0 ... 1. The networks of this course want -1 ... 1, the range of the tanh with "
            "which a generator ends.",
        ),
        Mistake(
            lambda pixels: pixels / 127.5,
            "This maps the pixels to 0 ... 2: the width is right, the start is not. Shift it so that 0 becomes -1.",
        ),
        Mistake(
            lambda pixels: (pixels * 2 - 255) / 255,
            "The formula is right and its numbers overflow: `pixels` is uint8, so 2 · 204 is not 408 but 408 - 256 = "
            "152. Convert to float32 first, then calculate.",
        ),
        Mistake(
            lambda pixels: pixels / 127.5 - 1,
            "The values are right, the type is not: NumPy turns uint8 divided by a number into float64, twice as "
            'large as the networks need. Convert with `.astype("float32")`.',
        ),
    ],
    remark="Pictures inside this course are float32 in [-1, 1], everywhere; `images.from_uint8` does what you wrote.",
)
def to_unit_range(pixels):
    """Maps pixels from 0 ... 255 to -1 ... 1, in a straight line.

    Args:
        pixels: uint8 array of any shape.

    Returns:
        float32 array of the same shape.
    """
    return pixels.astype("float32") / 127.5 - 1
