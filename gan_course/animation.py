"""Moving pictures: a photo that turns into its painting, or one style into another, as an animated GIF."""

import io

import numpy as np
from PIL import Image

from gan_course.applications import blend_stylizers, set_blended_weights
from gan_course.images import check_writable, save_bytes, to_uint8

FRAMES = (2, 60)
LARGEST_SIDE = 1024  # twelve frames of this size are already some ten megabytes
SECONDS = 0.12  # a frame
HOLD = 6  # times as long for the first and the last
ENDINGS = (".gif",)


def frames_between(first, last, count=12):
    """Frames from one picture to another: `first + s · (last - first)` for `s` from 0 to 1.

    Args:
        first, last: float arrays `(height, width, 3)` in [-1, 1], for example a photo and its painting.
        count: number of frames, both ends included.

    Returns:
        List of float32 arrays of the same shape.

    Raises:
        ValueError: if `count` is no whole number from 2 to 60.
    """
    steps = np.linspace(0.0, 1.0, check_frames(count), dtype="float32")
    return [first + step * (last - first) for step in steps]


def frames_between_styles(first, second, paint, count=12):
    """Frames from one style to another: what stylizers with blended weights paint, share 0 to 1.

    Unlike a fade between two paintings, each frame is painted: strokes bend instead of growing pale.

    Args:
        first, second: stylizers of one architecture.
        paint: function of a stylizer that returns a picture.
        count: number of frames, both ends included.

    Returns:
        List of what `paint` returns.

    Raises:
        ValueError: if `count` is no whole number from 2 to 60 or the stylizers are built differently.
    """
    shares = np.linspace(0.0, 1.0, check_frames(count))
    between = blend_stylizers(first, second, 0.0)  # one network for all frames, because each would be compiled anew
    frames = []
    for share in shares:
        set_blended_weights(between, first, second, float(share))
        frames.append(paint(between))
    return frames


def animation_bytes(frames):
    """An animated GIF that goes through the frames and back, without end.

    Args:
        frames: list of at least two arrays `(height, width, 3)` of one shape, float in [-1, 1] or uint8.

    Returns:
        bytes.

    Raises:
        ValueError: if there are fewer than two frames.
    """
    if len(frames) < FRAMES[0]:
        raise ValueError(f"frames must hold at least two pictures, received {len(frames)}. frames_between makes some.")
    pictures = [Image.fromarray(frame if frame.dtype == np.uint8 else to_uint8(frame)) for frame in frames]
    pictures = [picture.quantize(256, dither=Image.Dither.NONE) for picture in pictures]
    first, *others = there_and_back = [*pictures, *pictures[-2:0:-1]]
    duration = [round(1000 * SECONDS)] * len(there_and_back)
    duration[0] = duration[len(pictures) - 1] = round(1000 * SECONDS * HOLD)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=duration, loop=0)
    return buffer.getvalue()


def save_animation(path, frames, force=False):
    """Writes an animated GIF, all of it or nothing.

    Args:
        path: the file to write, ending in .gif.
        frames: as in `animation_bytes`.
        force: whether an existing file may be replaced.

    Raises:
        ImageError: says what is in the way and what to try.
    """
    path = check_writable(path, force, ENDINGS)
    save_bytes(path, animation_bytes(frames))


def check_frames(count):
    """Checks that a number of frames is a whole number from 2 to 60.

    Args:
        count: what should be such a number.

    Returns:
        int.

    Raises:
        ValueError: if it is not.
    """
    try:
        value = int(str(count))
    except ValueError:
        value = 0
    if not FRAMES[0] <= value <= FRAMES[1]:
        raise ValueError(f"frames must be a whole number from {FRAMES[0]} to {FRAMES[1]}, received {count!r}.")
    return value
