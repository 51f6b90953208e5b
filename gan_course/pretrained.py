"""Stylizers in files: save one, load one by name or path, check it at the door.

A weights file is one `.npz`: float16 arrays named by their place in the network, and a JSON text named `about` with
the version of the format, the architecture and the style. It is read with `allow_pickle=False`, so opening a file
from a stranger runs none of their code.
"""

import difflib
import io
import json
from pathlib import Path

import numpy as np

from gan_course.images import write_atomically
from gan_course.paths import data_path, is_intact

FORMAT = 1
ARCHITECTURE = {"filters": [32, 96], "blocks": 5, "detail": 16, "grain": 0.15}


class WeightsError(ValueError):
    """Weights that cannot be used, with one sentence that says why and what to try."""


def shipped_styles():
    """The styles that come with the course.

    Returns:
        Dictionary from name to its card, itself a dictionary (title, paintings, steps, weights ...).
    """
    cards = sorted(data_path("weights").glob("*.json"))
    return {card.stem: json.loads(card.read_text(encoding="utf-8")) for card in cards}


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
    if path.suffix != ".npz" and not path.exists():
        path = _shipped_file(str(style))
    arrays, about = _read(path, "stylizer")
    try:
        model = build_stylizer(**_arguments(about))
    except (TypeError, ValueError, KeyError) as error:
        raise WeightsError(f"{path} names a network that cannot be built ({error}). Train the style again.") from error
    _assign(path, model, arrays)
    return model


def load_both_networks(name):
    """Loads a stylizer of data/weights and the discriminator it was trained against, to train on from there.

    Args:
        name: name of the files: `name.npz` and `name_discriminator.npz`.

    Returns:
        Pair of models: the stylizer, and `(batch, height, width, 3)` in [-1, 1] → logits, one for each neighborhood.

    Raises:
        WeightsError: if a file is missing, damaged or not of this kind.
    """
    from gan_course.networks import build_patch_discriminator

    path = data_path(f"weights/{name}_discriminator.npz")
    arrays, _ = _read(path, "patch_discriminator")
    discriminator = build_patch_discriminator()
    _assign(path, discriminator, arrays)
    return load_stylizer(data_path(f"weights/{name}.npz")), discriminator


def _assign(path, model, arrays):
    """Puts the arrays of a file into a model, if they are all there, fit and are finite."""
    expected = {name: tuple(variable.shape) for name, variable in _named_variables(model)}
    received = {name: array.shape for name, array in arrays.items()}
    if expected != received:
        names = expected.keys() | received.keys()
        different = sorted(name for name in names if expected.get(name) != received.get(name))
        raise WeightsError(
            f"{path} does not fit the network it names: {different[0]} should have the shape "
            f"{expected.get(different[0])} and has {received.get(different[0])} ({len(different)} such). Use a file "
            f"made by this course."
        )
    for name, array in arrays.items():
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise WeightsError(f"{path} holds NaN, infinity or no numbers in {name}. Repeat the training.")
    for name, variable in _named_variables(model):
        variable.assign(arrays[name].astype("float32"))


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
    _write(path, stylizer, about)


def save_discriminator(path, discriminator, style):
    """Writes a patch discriminator's weights as `save_stylizer` does a stylizer's."""
    _write(path, discriminator, {"architecture": "patch_discriminator", "style": style})


def _write(path, model, about):
    """Writes a model's weights in float16 and what is said about them, all of the file or nothing."""
    with np.errstate(over="ignore"):
        arrays = {name: np.asarray(variable).astype("float16") for name, variable in _named_variables(model)}
    wrong = [name for name, array in arrays.items() if not np.isfinite(array).all()]
    if wrong:
        raise WeightsError(
            f"The weights {wrong[0]} are NaN, infinite or beyond 65,504, so they cannot be saved in float16. Go back "
            f"to an earlier save and lower the learning rate."
        )
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps({"format": FORMAT, **about})), **arrays)
    write_atomically(Path(path), buffer.getvalue())


def _named_variables(model):
    """Pairs of a stable name and a variable: `03_conv2d/kernel` is the third layer that has weights."""
    with_weights = [layer for layer in model.layers if layer.weights]
    for index, layer in enumerate(with_weights):
        for variable in layer.weights:
            yield f"{index:02d}_{type(layer).__name__.lower()}/{variable.name}", variable


def _arguments(about):
    """The arguments of `build_stylizer`, kept to sizes that a stylizer can have."""
    arguments = {"grain": 0.0, **about["arguments"]}  # the first files had no grain and did not say so
    filters = tuple(int(count) for count in arguments["filters"])
    sizes = (*filters, int(arguments["blocks"]), int(arguments["detail"]))
    grain = float(arguments["grain"])
    fits = len(filters) == 2 and all(1 <= size <= 512 for size in sizes) and 0.0 <= grain <= 1.0
    if set(arguments) != set(ARCHITECTURE) or not fits:
        raise ValueError(f"arguments {arguments}")
    return {"filters": filters, "blocks": sizes[2], "detail": sizes[3], "grain": grain}


def _shipped_file(name):
    styles = shipped_styles()
    if name not in styles:
        near = difflib.get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), styles, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else "Give one of these, or the path of a .npz file."
        raise WeightsError(f"There is no style named {name!r}; the course has {', '.join(styles)}. {hint}")
    path = data_path(f"weights/{name}.npz")
    if not is_intact(f"weights/{name}.npz"):
        raise WeightsError(f"{path} is not the file that shipped: its checksum differs. Restore it: git checkout data")
    return path


def _read(path, architecture):
    """Arrays and description from a weights file that should hold such a network."""
    if not path.exists():
        raise WeightsError(f"{path} does not exist. Check the spelling, or name a shipped style: gan-course styles.")
    if path.is_dir():
        raise WeightsError(f"{path} is a folder; a weights file ending in .npz was expected.")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = dict(json.loads(str(arrays.pop("about"))))
    except KeyError as error:
        raise WeightsError(
            f"{path} holds no stylizer of this course: it says nothing about itself. Use a file made by this course."
        ) from error
    except Exception as error:  # a damaged archive can fail in many ways
        raise WeightsError(
            f"{path} is damaged or no weights file. An .npz file made by this course was expected: copy it again or "
            f"train the style again."
        ) from error
    if about.get("format") != FORMAT or about.get("architecture") != architecture:
        raise WeightsError(
            f"{path} was written in format {about.get('format')!r} for {about.get('architecture')!r}; format {FORMAT} "
            f"for {architecture!r} was expected. Update the course, or train the style again."
        )
    return arrays, about
