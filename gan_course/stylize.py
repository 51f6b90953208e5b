"""From a photo to its painting: what the command line, the notebooks and the photo booth share."""

from functools import lru_cache

import numpy as np
import psutil

from gan_course import images

SMALLEST_SIDE = 64
LONGEST_SIDE = 4096  # in one piece
LARGEST_SIDE = 16384  # in tiles
STROKES = (0.25, 8.0)
MARGIN = 32  # pixels of mirrored photo on each side, a multiple of 4
# Measured: 0.6, 1.5 and 3.3 GB more than before for 1, 4 and 9 megapixels (tools/benchmark_stylizer.py).
GIGABYTES_PER_MEGAPIXEL = 0.7


def stylize(stylizer, photo, strength=1.0, keep_colors=False):
    """Repaints one photo.

    `result = photo + strength · (painting - photo)`, with the painting's colors replaced by the photo's first if
    `keep_colors` is set.

    Args:
        stylizer: model `(batch, height, width, 3)` in [-1, 1] → the same.
        photo: float array `(height, width, 3)` in [-1, 1], of any size.
        strength: 0 leaves the photo as it is, 1 is the painting.
        keep_colors: whether to take the luminance of the painting and the chroma of the photo.

    Returns:
        float32 array of the same shape as `photo`, in [-1, 1].

    Raises:
        ValueError: if `strength` is outside 0..1, `photo` is no picture as above, larger than 4096 pixels or too large
            for the memory that is free.
    """
    strength = check_strength(strength)
    photo = images.check_image(photo, "photo")
    if max(photo.shape[:2]) > LONGEST_SIDE:
        raise ValueError(
            f"photo must have at most {LONGEST_SIDE} pixels on the longer side, received {photo.shape[1]} × "
            f"{photo.shape[0]}. Reduce it: read_image(path, max_side=1024); or paint it in tiles: "
            f"tiles.stylize_large(stylizer, images.to_uint8(photo))."
        )
    check_memory(photo)
    return blend(photo, paint(stylizer, photo), strength, keep_colors)


def blend(photo, painting, strength, keep_colors):
    """A photo and its painting mixed, as `stylize` says.

    Args:
        photo, painting: float arrays of the same shape `(height, width, 3)` in [-1, 1].
        strength: 0 is the photo, 1 the painting.
        keep_colors: whether the painting gets the colors of the photo first.

    Returns:
        float32 array of the same shape.
    """
    if keep_colors:
        painting = images.keep_colors(photo, painting)
    return photo + np.float32(strength) * (painting - photo)


def paint(stylizer, photo):
    """Runs the stylizer on a photo of any size.

    The photo is continued by reflection on every side, painted, and cut back: at its own edge a network paints a
    little differently than inside. The stylizer halves the size twice, so the sides become multiples of 4, too.

    Args:
        stylizer: model `(batch, height, width, 3)` → the same.
        photo: float array `(height, width, 3)` in [-1, 1].

    Returns:
        float32 array of the same shape.
    """
    height, width = photo.shape[:2]
    painting = compiled(stylizer)(continue_by_reflection(photo)[None]).numpy()[0]
    return painting[MARGIN : MARGIN + height, MARGIN : MARGIN + width]


def continue_by_reflection(photo):
    """A photo with `MARGIN` mirrored pixels on every side, and a few more below and on the right: multiples of 4.

    Args:
        photo: array `(height, width, 3)`.

    Returns:
        Array of the same kind, larger.
    """
    vertical, horizontal = ((MARGIN, MARGIN + -side % 4) for side in photo.shape[:2])
    return np.pad(photo, (vertical, horizontal, (0, 0)), mode="reflect")


@lru_cache(maxsize=8)
def compiled(stylizer):
    """The stylizer as a graph, which is faster than calling it; one for photos of every size.

    Args:
        stylizer: model `(batch, height, width, 3)` → the same.

    Returns:
        Function `(1, height, width, 3)` → the same.
    """
    import tensorflow as tf  # here, because checking arguments should not load TensorFlow

    photo = tf.TensorSpec((1, None, None, 3), tf.float32)
    graph = tf.function(lambda photos: stylizer(photos, training=False)).get_concrete_function(photo)
    return lambda photos: graph(tf.constant(photos, tf.float32))


def check_memory(photo):
    """Checks that there is memory enough to paint a photo in one piece, before the system ends the program.

    Args:
        photo: array `(height, width, 3)`.

    Raises:
        ValueError: if there is not; says which size would fit.
    """
    height, width = photo.shape[:2]
    needed = GIGABYTES_PER_MEGAPIXEL * height * width / 1e6
    free = psutil.virtual_memory().available / 2**30
    if needed > free:
        fitting = max(SMALLEST_SIDE, int(max(height, width) * (free / needed) ** 0.5) // 64 * 64)
        raise ValueError(
            f"Painting {width} × {height} pixels needs about {needed:.1f} GB of memory and {free:.1f} GB are free. "
            f"Close other programs, or paint at {fitting} pixels: --max-side {fitting}."
        )


def check_strength(strength):
    """Checks that a strength is a number from 0 to 1.

    Args:
        strength: what should be such a number.

    Returns:
        float.

    Raises:
        ValueError: if it is not.
    """
    value = as_number(strength)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"strength must be a number from 0 (the photo) to 1 (the painting), received {strength!r}.")
    return value


def check_stroke(stroke):
    """Checks that a stroke is a number from 0.25 to 8.

    Args:
        stroke: what should be such a number.

    Returns:
        float.

    Raises:
        ValueError: if it is not.
    """
    value = as_number(stroke)
    if not STROKES[0] <= value <= STROKES[1]:
        raise ValueError(
            f"stroke must be a number from {STROKES[0]} (fine) to {STROKES[1]:g} (broad), received {stroke!r}. 1 is "
            f"what the stylizer learned."
        )
    return value


def as_number(text):
    """What should be a number, as a float.

    Args:
        text: a number, or a text that was typed.

    Returns:
        float; NaN, which no range holds, if it is none.
    """
    try:
        return float(text)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def check_max_side(max_side):
    """Checks that a largest side is a whole number of pixels a stylizer can paint.

    Args:
        max_side: what should be an integer from 64 to 16384.

    Returns:
        int.

    Raises:
        ValueError: if it is not.
    """
    value = as_number(max_side)
    if not (value.is_integer() and SMALLEST_SIDE <= value <= LARGEST_SIDE):
        raise ValueError(
            f"max-side must be a whole number of pixels from {SMALLEST_SIDE} to {LARGEST_SIDE}, received {max_side!r}."
        )
    return int(value)
