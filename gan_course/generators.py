"""Generators in files: save one, load a shipped one by name, check it at the door.

A generator's file is one `.npz`. It holds the weights as float16 arrays: `averaged/...`, the moving average over the
training, and, if they were kept, `raw/...`, as they were after the last step. A JSON text named `about` says how to
build the network.
The file is read with `allow_pickle=False`, so opening one from a stranger runs none of their code.
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

FOLDER = "generators"
PLAIN = {"latent_dim", "filters", "start", "channels", "resize", "batch_normalization"}
ARGUMENTS = {"generator": PLAIN, "conditional_generator": PLAIN | {"classes"}}


def shipped_generators():
    """The generators that come with the course.

    Returns:
        Dictionary from name to its card, itself a dictionary (title, steps, command ...).
    """
    return shipped_cards(FOLDER)


def load_generator(name, averaged=True):
    """Loads a generator.

    Args:
        name: name of a shipped generator, `"fashion_mnist"` for instance, or the path of a file that
            `save_generator` wrote.
        averaged: whether to take the moving average of the weights, or the weights after the last step, which not
            every file has.

    Returns:
        `keras.Model`, noise `(batch, latent_dim)`, or `[noise, labels]`, → images in [-1, 1].

    Raises:
        WeightsError: if the name is unknown, or the file is missing, damaged or no generator's, or it does not hold
            the weights after the last step and they were asked for.
    """
    # here, because listing the cards should not load TensorFlow
    from gan_course.networks import build_generator
    from gan_course.networks.conditional import build_conditional_generator

    path = Path(name)
    if path.suffix != ".npz":
        path = shipped_file(FOLDER, str(name), shipped_generators(), "generator")
    arrays, about = read_weights(path, "generator", ARGUMENTS)
    try:
        builder = build_generator if about["architecture"] == "generator" else build_conditional_generator
        model = builder(**_checked_arguments(about["architecture"], about["arguments"]))
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise WeightsError(f"{path} names a network that cannot be built ({error}). Train it again.") from error
    kind = "averaged/" if averaged else "raw/"
    of_this_kind = {key: value for key, value in arrays.items() if key.startswith(kind)}
    if not of_this_kind and any(key.startswith("averaged/") for key in arrays):
        raise WeightsError(f"{path} holds the moving average alone. Load it with averaged=True.")
    set_weights(path, named_variables(model, kind), of_this_kind)
    return model


def save_generator(path, averaged, raw, architecture, arguments):
    """Writes a generator's weights in float16, all of the file or nothing.

    Args:
        path: file to write, ending in .npz.
        averaged: `keras.Model` with the moving average of the weights.
        raw: `keras.Model` of the same kind with the weights after the last step, or None to keep the average alone.
        architecture: "generator" or "conditional_generator", what the two were built by.
        arguments: dictionary of the arguments of that builder.

    Raises:
        ValueError: if a weight is NaN, infinite or beyond the range of float16, or the arguments are none of the
            builder's.
    """
    about = {"architecture": architecture, "arguments": _checked_arguments(architecture, arguments)}
    kept = {"averaged/": averaged, "raw/": raw}
    variables = [pair for kind, model in kept.items() if model is not None for pair in named_variables(model, kind)]
    write_weights(path, about, variables)


def _checked_arguments(architecture, arguments):
    """The arguments of a builder, kept to sizes that such a network can have."""
    if architecture not in ARGUMENTS or not isinstance(arguments, dict) or set(arguments) - ARGUMENTS[architecture]:
        raise ValueError(f"{architecture} with the arguments {arguments}; known are {ARGUMENTS}")
    checked = dict(arguments)
    checked["filters"] = [int(count) for count in arguments.get("filters", ())]
    sizes = [value for value in checked.values() if not isinstance(value, (bool, list))]
    if not 1 <= len(checked["filters"]) <= 8 or not all(1 <= int(size) <= 512 for size in sizes + checked["filters"]):
        raise ValueError(f"arguments {arguments}; sizes from 1 to 512 were expected, one to eight of them in filters")
    rows = max(int(checked.get(name, 1)) for name in ("latent_dim", "classes"))  # of the dense layer, the embedding
    first_layer = rows * int(checked.get("start", 1)) ** 2 * checked["filters"][0]
    if first_layer > 2**26:
        raise ValueError(f"arguments {arguments}; a first layer of {first_layer:,} weights is more than memory holds")
    return checked
