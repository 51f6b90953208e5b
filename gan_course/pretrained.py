"""Stylizers in files: save one, load one by name or path, check it at the door."""

from pathlib import Path

from gan_course.discriminators import load_discriminator
from gan_course.images import PICTURE_SUFFIXES
from gan_course.paths import data_path
from gan_course.weight_files import (
    WeightsError,
    named_variables,
    read_weights,
    set_weights,
    shipped_cards,
    shipped_file,
    write_weights,
)

FOLDER = "weights"
ARCHITECTURE = {"filters": [32, 96], "blocks": 5, "detail": 16, "grain": 0.15}


def shipped_styles():
    """The styles that come with the course.

    Returns:
        Dictionary from name to its card, itself a dictionary (title, paintings, steps, weights ...).
    """
    return shipped_cards(FOLDER)


def load_stylizer(style):
    """Loads a stylizer.

    Args:
        style: name of a shipped style, `"van_gogh"` for instance, or the path of a weights file.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → the same.

    Raises:
        WeightsError: if the name is unknown, or the file is missing, damaged or not a stylizer's.
    """
    from gan_course.networks import build_stylizer  # here, because listing the styles should not load TensorFlow

    path = Path(style)
    if path.suffix != ".npz":
        shipped = shipped_styles()
        if str(style) in shipped or not path.exists():  # a folder that is called like a style does not hide it
            path = shipped_file(FOLDER, str(style), shipped, "style")
    if not path.exists():
        raise WeightsError(f"{path} does not exist. Check the spelling, or name a shipped style: gan-course styles.")
    if path.suffix.lower() in PICTURE_SUFFIXES:
        raise WeightsError(
            f"{path} is a picture; a shipped style or a .npz weights file was expected. A picture is a style with "
            f"--style-image, or after `gan-course train-style`."
        )
    arrays, about = read_weights(path, "stylizer", ["stylizer"])
    try:
        model = build_stylizer(**_arguments(about))
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise WeightsError(f"{path} names a network that cannot be built ({error}). Train the style again.") from error
    set_weights(path, named_variables(model), arrays)
    return model


def load_both_networks(name):
    """Loads a stylizer of data/weights and the discriminator it was trained against, to train on from there.

    Args:
        name: name of the files: `name.npz` and `name_discriminator.npz`.

    Returns:
        Pair of models: the stylizer, and `(batch, height, width, 3)` in [-1, 1] → logits, one for each neighborhood.

    Raises:
        WeightsError: if the name is unknown, or a file is missing, damaged, not of this kind or not what shipped.
    """
    ending = "_discriminator"
    names = [file.stem.removesuffix(ending) for file in sorted(data_path(FOLDER).glob(f"*{ending}.npz"))]
    stylizer = load_stylizer(shipped_file(FOLDER, name, names, "stylizer with a discriminator"))
    discriminator = load_discriminator(shipped_file(FOLDER, name + ending, [name + ending], "discriminator"))
    discriminator.trainable = True  # it comes frozen
    return stylizer, discriminator


def save_stylizer(path, stylizer, style, architecture=None):
    """Writes a stylizer's weights in float16, all of the file or nothing.

    Args:
        path: file to write, ending in .npz.
        stylizer: model made by `build_stylizer`.
        style: short name of the style, kept in the file.
        architecture: the arguments of `build_stylizer`, if they are not the defaults.

    Raises:
        WeightsError: if a weight is NaN or infinite, or too large for float16.
    """
    about = {"architecture": "stylizer", "arguments": architecture or ARCHITECTURE, "style": style}
    write_weights(path, about, named_variables(stylizer))


def _arguments(about):
    """The arguments of `build_stylizer`, kept to sizes that a stylizer can have."""
    arguments = {"grain": 0.0, **about["arguments"]}  # the first files had no grain and did not say so
    filters = tuple(int(count) for count in arguments["filters"])
    sizes = (*filters, int(arguments["blocks"]), int(arguments["detail"]))
    grain = float(arguments["grain"])
    fits = len(filters) == 2 and all(1 <= size <= 256 for size in sizes) and sizes[2] <= 32 and 0.0 <= grain <= 1.0
    if set(arguments) != set(ARCHITECTURE) or not fits:
        raise ValueError(f"arguments {arguments}")
    return {"filters": filters, "blocks": sizes[2], "detail": sizes[3], "grain": grain}
