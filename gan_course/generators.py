"""Generators in files: save one, load a shipped one by name, check it at the door.

A generator's file is one `.npz`. It holds the weights twice, as float16 arrays: `averaged/...`, the moving average over
the training, and `raw/...`, as they were after the last step. A JSON text named `about` says how to build the network.
The file is read with `allow_pickle=False`, so opening one from a stranger runs none of their code.
"""

import difflib
import io
import json
from pathlib import Path

import numpy as np

from gan_course.images import write_atomically
from gan_course.paths import data_path, is_intact

FORMAT = 1
FOLDER = "generators"
PLAIN = {"latent_dim", "filters", "start", "channels", "resize", "batch_normalization"}
ARGUMENTS = {"generator": PLAIN, "conditional_generator": PLAIN | {"classes", "embedding_dim"}}


def shipped_generators():
    """The generators that come with the course.

    Returns:
        Dictionary from name to its card, itself a dictionary (title, steps, frechet_distance ...).
    """
    cards = sorted(data_path(FOLDER).glob("*.json"))
    return {card.stem: json.loads(card.read_text(encoding="utf-8")) for card in cards}


def load_generator(name, averaged=True):
    """Loads a generator.

    Args:
        name: name of a shipped generator, `"fashion_mnist"` for instance, or the path of a file that
            `save_generator` wrote.
        averaged: whether to take the moving average of the weights, or the weights after the last step.

    Returns:
        `keras.Model`, noise `(batch, latent_dim)`, or `[noise, labels]`, → images in [-1, 1].

    Raises:
        ValueError: if the name is unknown, or the file is missing, damaged or no generator's.
    """
    # here, because listing the cards should not load TensorFlow
    from gan_course.networks import build_generator
    from gan_course.networks.conditional import build_conditional_generator

    path = Path(name)
    if path.suffix != ".npz":
        path = _shipped_file(str(name))
    arrays, about = _read(path)
    if about.get("format") != FORMAT or about.get("architecture") not in ARGUMENTS:
        raise ValueError(
            f"{path} was written in format {about.get('format')!r} for {about.get('architecture')!r}; format {FORMAT} "
            f"for one of {', '.join(ARGUMENTS)} was expected. Update the course, or train the generator again."
        )
    try:
        builder = build_generator if about["architecture"] == "generator" else build_conditional_generator
        model = builder(**_checked_arguments(about["architecture"], about["arguments"]))
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"{path} names a network that cannot be built ({error}). Train it again.") from error
    kind = "averaged" if averaged else "raw"
    _set_weights(path, model, {key: value for key, value in arrays.items() if key.startswith(f"{kind}/")}, kind)
    return model


def save_generator(path, averaged, raw, architecture, arguments):
    """Writes a generator's weights in float16, all of the file or nothing.

    Args:
        path: file to write, ending in .npz.
        averaged: `keras.Model` with the moving average of the weights.
        raw: `keras.Model` of the same kind with the weights after the last step.
        architecture: "generator" or "conditional_generator", what the two were built by.
        arguments: dictionary of the arguments of that builder.

    Raises:
        ValueError: if a weight is NaN, infinite or beyond the range of float16, or the arguments are none of the
            builder's.
    """
    about = {"format": FORMAT, "architecture": architecture, "arguments": _checked_arguments(architecture, arguments)}
    arrays = {}
    for kind, model in {"averaged": averaged, "raw": raw}.items():
        for name, variable in _named_variables(model, kind):
            with np.errstate(over="ignore"):
                arrays[name] = np.asarray(variable).astype("float16")
            if not np.isfinite(arrays[name]).all():
                raise ValueError(
                    f"The weights {name} are NaN, infinite or beyond 65,504, so they cannot be saved in float16. Go "
                    f"back to an earlier save and lower the learning rate."
                )
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps(about)), **arrays)
    write_atomically(Path(path), buffer.getvalue())


def _named_variables(model, kind):
    """Pairs of a stable name and a variable: `raw/03_conv2d/kernel` is the fourth layer that has weights."""
    with_weights = [layer for layer in model.layers if layer.weights]
    for index, layer in enumerate(with_weights):
        for variable in layer.weights:
            yield f"{kind}/{index:02d}_{type(layer).__name__.lower()}/{variable.name}", variable


def _set_weights(path, model, arrays, kind):
    """Gives a model the arrays of a file, if each of them has its place and holds numbers."""
    expected = {name: tuple(variable.shape) for name, variable in _named_variables(model, kind)}
    received = {name: array.shape for name, array in arrays.items()}
    if expected != received:
        names = expected.keys() | received.keys()
        different = sorted(name for name in names if expected.get(name) != received.get(name))
        raise ValueError(
            f"{path} does not fit the network it names: {different[0]} should have the shape "
            f"{expected.get(different[0])} and has {received.get(different[0])} ({len(different)} such). Use a file "
            f"made by this course."
        )
    for name, array in arrays.items():
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise ValueError(f"{path} holds NaN, infinity or no numbers in {name}. Repeat the training.")
    for name, variable in _named_variables(model, kind):
        variable.assign(arrays[name].astype("float32"))


def _checked_arguments(architecture, arguments):
    """The arguments of a builder, kept to sizes that such a network can have."""
    if architecture not in ARGUMENTS or not isinstance(arguments, dict) or set(arguments) - ARGUMENTS[architecture]:
        raise ValueError(f"{architecture} with the arguments {arguments}; known are {ARGUMENTS}")
    checked = dict(arguments)
    checked["filters"] = [int(count) for count in arguments.get("filters", ())]
    sizes = [value for value in checked.values() if not isinstance(value, (bool, list))]
    if not 1 <= len(checked["filters"]) <= 8 or not all(1 <= int(size) <= 512 for size in sizes + checked["filters"]):
        raise ValueError(f"arguments {arguments}; sizes from 1 to 512 were expected, one to eight of them in filters")
    return checked


def _shipped_file(name):
    generators = shipped_generators()
    if name not in generators:
        near = difflib.get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), generators, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else "Give one of these, or the path of a .npz file."
        raise ValueError(f"There is no generator named {name!r}; the course has {', '.join(generators)}. {hint}")
    path = data_path(f"{FOLDER}/{name}.npz")
    if not is_intact(f"{FOLDER}/{name}.npz"):
        raise ValueError(f"{path} is not the file that shipped: its checksum differs. Restore it: git checkout data")
    return path


def _read(path):
    """Arrays and description from a generator's file."""
    if not path.is_file():
        raise ValueError(f"{path} does not exist or is a folder. Check the spelling, or name a shipped generator.")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return arrays, dict(json.loads(str(arrays.pop("about"))))
    except Exception as error:  # a damaged archive can fail in many ways
        raise ValueError(
            f"{path} is damaged or no generator of this course. An .npz file made by this course was expected: copy "
            f"it again or train the generator again."
        ) from error
