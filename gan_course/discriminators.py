"""Discriminators in files: save one, load a shipped one by name, check it at the door.

A discriminator is usually thrown away after the training. The course keeps some, because they measure something: how
much a picture looks like what they were trained on. The file is read with `allow_pickle=False`, so opening one from a
stranger runs none of their code.
"""

from pathlib import Path

from gan_course.weight_files import (
    WeightsError,
    named_variables,
    read_weights,
    set_weights,
    shipped_cards,
    shipped_file,
    write_weights,
)

FOLDER = "discriminators"
ARGUMENTS = {
    "patch_discriminator": {"filters"},
    "discriminator": {"image_shape", "filters", "spectral_normalization"},
}


def shipped_discriminators():
    """The discriminators that come with the course.

    Returns:
        Dictionary from name to its card, itself a dictionary (title, real, fake, steps, accuracy ...).
    """
    return shipped_cards(FOLDER)


def load_discriminator(name):
    """Loads a discriminator. It comes frozen: nothing that is trained against it changes it.

    Args:
        name: name of a shipped discriminator, `"photos_against_van_gogh"` for instance, or the path of a file that
            `save_discriminator` wrote.

    Returns:
        `keras.Model`, images `(batch, height, width, 3)` in [-1, 1] → logits. Call it with `training=False`.

    Raises:
        WeightsError: if the name is unknown, or the file is missing, damaged or no discriminator's.
    """
    path = Path(name)
    if path.suffix != ".npz":
        path = shipped_file(FOLDER, str(name), shipped_discriminators(), "discriminator")
    arrays, about = read_weights(path, "discriminator", ARGUMENTS)
    try:
        model = _build(about["architecture"], about.get("arguments", {}))  # the first files did not name the defaults
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise WeightsError(f"{path} names a network that cannot be built ({error}). Train it again.") from error
    set_weights(path, named_variables(model), arrays)
    model.trainable = False
    return model


def save_discriminator(path, discriminator, architecture, arguments):
    """Writes a discriminator's weights in float16, all of the file or nothing.

    Args:
        path: file to write, ending in .npz.
        discriminator: `keras.Model`.
        architecture: "patch_discriminator" or "discriminator", what it was built by.
        arguments: dictionary of the arguments of that builder.

    Raises:
        ValueError: if a weight is NaN, infinite or beyond the range of float16, or the arguments are none of the
            builder's.
    """
    about = {"architecture": architecture, "arguments": _checked_arguments(architecture, arguments)}
    write_weights(path, about, named_variables(discriminator))


def _build(architecture, arguments):
    # here, because listing the cards should not load TensorFlow
    from gan_course.networks import build_discriminator, build_patch_discriminator

    builder = build_discriminator if architecture == "discriminator" else build_patch_discriminator
    return builder(**_checked_arguments(architecture, arguments))


def _checked_arguments(architecture, arguments):
    """The arguments of a builder, kept to sizes that such a network can have."""
    if architecture not in ARGUMENTS or not isinstance(arguments, dict) or set(arguments) - ARGUMENTS[architecture]:
        raise ValueError(f"{architecture} with the arguments {arguments}; known are {ARGUMENTS}")
    checked = dict(arguments)
    for name in {"filters", "image_shape"} & checked.keys():
        checked[name] = [int(size) for size in arguments[name]]
        if not 1 <= len(checked[name]) <= 8 or not all(1 <= size <= 512 for size in checked[name]):
            raise ValueError(f"{name} {arguments[name]}; one to eight sizes from 1 to 512 were expected")
    if not isinstance(arguments.get("spectral_normalization", False), bool):
        raise ValueError("spectral_normalization must be true or false")
    return checked
