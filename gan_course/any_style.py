"""A stylizer for any painting, without a training for it: AdaIN's decoder from a file, and the painting."""

from pathlib import Path

from gan_course.images import ImageError, read_image, resize
from gan_course.weight_files import (
    WeightsError,
    named_variables,
    read_weights,
    set_weights,
    shipped_cards,
    shipped_file,
    write_weights,
)

FOLDER = "decoders"
ARCHITECTURE = "adain_decoder"
ARGUMENTS = {"filters": [128, 64, 32], "feature_scale": 500.0}
STYLE_SIDE = 256  # a style picture has the pixels of a square with this side
SMALLEST_STYLE = 64


def stylizer_for(painting, decoder="adain"):
    """A stylizer that paints in the manner of one picture.

    Args:
        painting: path of a picture, or its content as bytes.
        decoder: name of a shipped decoder, or the path of a file that `save_decoder` wrote.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → the same, for `gan_course.stylize.stylize`.

    Raises:
        ValueError: if the painting cannot be read or is too small, or the decoder cannot be used.
    """
    style_picture = read_style_picture(painting)  # first, because it fails fast

    from gan_course.networks import build_adain_stylizer

    return build_adain_stylizer(load_decoder(decoder), style_picture)


def read_style_picture(source):
    """Reads a painting whose statistics are wanted, in the size that the decoder was trained with.

    Strokes have a size in pixels, and so have the features that answer to them: a large picture is reduced, keeping
    its shape, to as many pixels as a square of `STYLE_SIDE` has. A smaller one stays as it is.

    Args:
        source: path of a picture, or its content as bytes.

    Returns:
        float32 array `(height, width, 3)` in [-1, 1].

    Raises:
        ImageError: if it cannot be read, or its shorter side has fewer than `SMALLEST_STYLE` pixels.
    """
    picture = read_image(source)
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST_STYLE:
        name = "The style picture" if isinstance(source, (bytes, bytearray, memoryview)) else source
        raise ImageError(
            f"{name} has {width} × {height} pixels. Its style cannot be seen in so few: the shorter side needs at "
            f"least {SMALLEST_STYLE}, better {STYLE_SIDE}. Find a larger picture of it."
        )
    scale = STYLE_SIDE / (height * width) ** 0.5
    if scale >= 1.0:
        return picture
    return resize(picture, [max(16, round(side * scale)) for side in (height, width)])


def shipped_decoders():
    """The decoders that come with the course.

    Returns:
        Dictionary from name to its card, itself a dictionary (title, steps, paintings, measured ...).
    """
    return shipped_cards(FOLDER)


def load_decoder(name="adain"):
    """Loads a decoder.

    Args:
        name: name of a shipped decoder, or the path of a file that `save_decoder` wrote.

    Returns:
        `keras.Model`, features `(batch, height, width, 256)` of VGG16's `ADAIN_LAYER` →
        `(batch, 4 · height, 4 · width, 3)` in [-1, 1].

    Raises:
        WeightsError: if the name is unknown, or the file is missing, damaged or no decoder's.
    """
    from gan_course.networks import build_adain_decoder  # here, because listing the cards should not load TensorFlow

    path = Path(name)
    if path.suffix != ".npz":
        path = shipped_file(FOLDER, str(name), shipped_decoders(), "decoder")
    arrays, about = read_weights(path, "decoder", [ARCHITECTURE])
    try:
        decoder = build_adain_decoder(**_checked_arguments(about["arguments"]))
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise WeightsError(f"{path} names a network that cannot be built ({error}). Train it again.") from error
    set_weights(path, named_variables(decoder), arrays)
    return decoder


def save_decoder(path, decoder, arguments=None):
    """Writes a decoder's weights in float16, all of the file or nothing.

    Args:
        path: file to write, ending in .npz.
        decoder: model made by `build_adain_decoder`.
        arguments: the arguments of `build_adain_decoder`, if they are not the defaults.

    Raises:
        ValueError: if a weight is NaN, infinite or beyond the range of float16, or the arguments are none of
            `build_adain_decoder`.
    """
    about = {"architecture": ARCHITECTURE, "arguments": _checked_arguments(arguments or {})}
    write_weights(path, about, named_variables(decoder))


def _checked_arguments(arguments):
    """The arguments of `build_adain_decoder`, kept to sizes that a decoder can have."""
    if not isinstance(arguments, dict) or set(arguments) - set(ARGUMENTS):
        raise ValueError(f"arguments {arguments}; known are {', '.join(ARGUMENTS)}")
    merged = {**ARGUMENTS, **arguments}
    filters, scale = [int(count) for count in merged["filters"]], float(merged["feature_scale"])
    if len(filters) != 3 or not all(1 <= count <= 512 for count in filters) or not 0.0 < scale < 1e6:
        raise ValueError(f"arguments {arguments}; filters are three numbers from 1 to 512, feature_scale is above 0")
    return {"filters": filters, "feature_scale": scale}
