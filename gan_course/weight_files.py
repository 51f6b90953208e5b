"""Weights in files: float16 arrays with stable names and a text that says what they are, read without running anything.

What `pretrained`, `generators` and `discriminators` have in common. A file is one `.npz`: float16 arrays named by their
place in the network, and a JSON text named `about` with the version of the format and the architecture. It is opened
with `allow_pickle=False`, so reading a file from a stranger runs none of their code.
"""

import difflib
import io
import json
from pathlib import Path

import numpy as np

from gan_course.images import write_atomically
from gan_course.paths import data_path, is_intact

FORMAT = 1


class WeightsError(ValueError):
    """Weights that cannot be used, with one sentence that says why and what to try."""


def named_variables(model, prefix=""):
    """Pairs of a stable name and a variable: `raw/03_conv2d/kernel` is the fourth layer that has weights.

    Args:
        model: `keras.Model`.
        prefix: begins every name, `"raw/"` for instance.

    Returns:
        List of `(name, variable)`. Keras' own names are numbered anew in every process; these are not.
    """
    with_weights = [layer for layer in model.layers if layer.weights]
    return [
        (f"{prefix}{index:02d}_{type(layer).__name__.lower()}/{variable.name}", variable)
        for index, layer in enumerate(with_weights)
        for variable in layer.weights
    ]


def write_weights(path, about, variables):
    """Writes weights in float16, all of the file or nothing.

    Args:
        path: file to write, ending in .npz.
        about: dictionary that says how to build the network, its `"architecture"` among it; kept in the file as
            JSON, with the version of the format.
        variables: pairs of a name and a variable, as `named_variables` returns them.

    Raises:
        WeightsError: if a weight is NaN, infinite or beyond the range of float16.
    """
    arrays = {}
    for name, variable in variables:
        with np.errstate(over="ignore"):
            arrays[name] = np.asarray(variable).astype("float16")
        if not np.isfinite(arrays[name]).all():
            raise WeightsError(
                f"The weights {name} are NaN, infinite or beyond 65,504, so they cannot be saved in float16. Go "
                f"back to an earlier save and lower the learning rate."
            )
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps({"format": FORMAT, **about})), **arrays)
    write_atomically(Path(path), buffer.getvalue())


def read_weights(path, kind, architectures):
    """Reads what `write_weights` wrote.

    Args:
        path: the file.
        kind: what it should be, for the messages: `"generator"` for instance.
        architectures: names of the architectures it may hold.

    Returns:
        `(arrays, about)`: dictionary from name to float16 array, and the description.

    Raises:
        WeightsError: if there is no such file, or it may not be read, is damaged, something else or of another version.
    """
    path = Path(path)
    if not path.exists():
        raise WeightsError(f"{path} does not exist. Check the spelling, or name a shipped {kind}.")
    if path.is_dir():
        raise WeightsError(f"{path} is a folder; a weights file ending in .npz was expected.")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = dict(json.loads(str(arrays.pop("about"))))
        architecture = str(about.get("architecture"))
    except KeyError as error:
        raise WeightsError(
            f"{path} holds no {kind} of this course: it says nothing about itself. Use a file made by this course."
        ) from error
    except PermissionError as error:
        raise WeightsError(f"{path} may not be read. Change its permissions or copy it to your own folder.") from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged archive can fail in many ways
        raise WeightsError(
            f"{path} is damaged or no {kind} of this course. An .npz file made by this course was expected: copy it "
            f"again or train the {kind} again."
        ) from error
    if about.get("format") != FORMAT or architecture not in architectures:
        raise WeightsError(
            f"{path} was written in format {about.get('format')!r} for {architecture!r}; format {FORMAT} "
            f"for {' or '.join(map(repr, architectures))} was expected. Update the course, or train the {kind} again."
        )
    return arrays, about


def set_weights(path, variables, arrays):
    """Gives variables the arrays of a file, if each of them has its place and holds numbers.

    Args:
        path: the file, for the messages.
        variables: pairs of a name and a variable, as `named_variables` returns them.
        arrays: dictionary from name to array.

    Raises:
        WeightsError: if a name is missing or too much, a shape differs, or an array holds NaN, infinity or no numbers.
    """
    expected = {name: tuple(variable.shape) for name, variable in variables}
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
    for name, variable in variables:
        variable.assign(arrays[name].astype("float32"))


def shipped_cards(folder):
    """The cards of the weights in a folder that comes with the course.

    Args:
        folder: folder below the data folder.

    Returns:
        Dictionary from name to its card, itself a dictionary.
    """
    cards = sorted(data_path(folder).glob("*.json"))
    return {card.stem: json.loads(card.read_text(encoding="utf-8")) for card in cards}


def shipped_file(folder, name, names, kind):
    """Path of shipped weights, if they are what shipped.

    Args:
        folder: folder below the data folder.
        name: name of the weights.
        names: the names that exist.
        kind: what they are, for the messages: `"generator"` for instance.

    Returns:
        `pathlib.Path`.

    Raises:
        WeightsError: if the name is unknown, the file is missing or its checksum differs.
    """
    if name not in names:
        near = difflib.get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), names, n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else "Give one of these, or the path of a .npz file."
        raise WeightsError(f"There is no {kind} named {name!r}; the course has {', '.join(names)}. {hint}")
    try:
        path, intact = data_path(f"{folder}/{name}.npz"), is_intact(f"{folder}/{name}.npz")
    except FileNotFoundError as error:
        raise WeightsError(str(error)) from error
    if not intact:
        raise WeightsError(f"{path} is not the file that shipped: its checksum differs. Restore it: git checkout data")
    return path
