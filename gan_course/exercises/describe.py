"""Values in a few words: what a function got, what it returned."""

import reprlib

import numpy as np

MOST_ENTRIES = 20
MOST_LETTERS = 200

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = MOST_LETTERS


def describe(value):
    """Says in a line or two what a value is: small arrays entry by entry, large ones by their shape and range.

    Args:
        value: anything.

    Returns:
        Plain text.
    """
    if isinstance(value, float):
        return f"{value:.4g}"
    if not hasattr(value, "dtype") or not hasattr(value, "shape") or callable(value):
        return _words(value)
    try:
        array = np.asarray(value)
        return _describe_array(array) if array.dtype.kind in "biufc" else _words(value)
    except Exception:  # a symbolic tensor, for instance, has no numbers yet
        return _words(value)


def _words(value):
    """`repr`, kept short; it may be the learner's own and fail."""
    try:
        return shorten(_brief.repr(value), MOST_LETTERS)
    except Exception:
        return f"a {type(value).__name__}"


def _describe_array(array):
    if array.ndim == 0:
        return f"{array_text(array)} ({array.dtype})"
    kind = f"{array.dtype}, shape {array.shape}"
    if array.size <= MOST_ENTRIES:
        return f"{array_text(array)} ({kind})"
    finite = array[np.isfinite(array)] if array.dtype.kind in "fc" else array
    if array.dtype.kind == "c" or not finite.size:
        return f"an array ({kind})"
    return f"an array ({kind}), from {finite.min():.4g} to {finite.max():.4g}"


def array_text(array):
    """Entries of a small array, rounded to four digits, with brackets for its axes."""
    return np.array2string(
        array,
        separator=", ",
        threshold=MOST_ENTRIES,
        max_line_width=100,
        formatter={"float_kind": lambda entry: f"{entry:.4g}", "complex_kind": lambda entry: f"{entry:.4g}"},
    )


def describe_arguments(names, arguments):
    """The input of a call, a line for each argument.

    Args:
        names: names of the parameters.
        arguments: tuple of as many values.

    Returns:
        Plain text.
    """
    return "\n".join(f"{name} = {describe(value)}" for name, value in zip(names, arguments, strict=False))


def shorten(text, most):
    """Cuts a text and says how much is missing.

    Args:
        text: plain text.
        most: letters to keep.

    Returns:
        Plain text.
    """
    return text if len(text) <= most else f"{text[:most]} ... ({len(text) - most:,} more letters)"
