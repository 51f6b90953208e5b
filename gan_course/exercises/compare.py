"""What a function returned against what was expected: first the type, then the shape, then the values.

The sentences help without giving the answer away: they name an expected shape, never an expected value.
"""

import numpy as np

from gan_course.exercises.describe import describe

RELATIVE_TOLERANCE = 1e-4
ABSOLUTE_TOLERANCE = 1e-6
NUMBERS = "an array, a tensor or a number"


def as_numbers(value):
    """Reads what a function returned as an array.

    Args:
        value: array, tensor, number, or nested lists of numbers.

    Returns:
        Pair of a new NumPy array and None, or of None and a sentence that says why it is none.
    """
    if value is None:
        return None, "Your function returned None. Did you forget `return`?"
    if value is ...:
        return None, "Your function returned `...`, a placeholder. Compute the result and return it."
    try:
        array = np.array(value)
    except Exception:  # lists of unequal lengths, symbolic tensors, objects of the learner's own
        array = None
    if array is None or array.dtype.kind not in "biufc":
        return None, f"Your function returned a {type(value).__name__}; {NUMBERS} was expected."
    return array, None


def type_problem(array, expected, dtype=None):
    """Compares types of entries. Integers pass for floats and the reverse, unless a type is demanded.

    Args:
        array: what came.
        expected: what should have come.
        dtype: name of the type that the exercise demands, if it does.

    Returns:
        A sentence, or None if there is nothing to say.
    """
    if dtype and array.dtype != np.dtype(dtype):
        return f"The entries of your result are {array.dtype}; {dtype} was expected."
    for kind, name in (("c", "complex"), ("b", "True or False")):
        if array.dtype.kind == kind != expected.dtype.kind:
            return f"The entries of your result are {name}; numbers such as {expected.dtype} were expected."
    return None


def shape_problem(array, expected):
    """Compares shapes.

    Args:
        array: what came.
        expected: what should have come.

    Returns:
        A sentence, or None if there is nothing to say.
    """
    if array.shape == expected.shape:
        return None
    names = [f"shape {shape}" if shape else "a single number" for shape in (array.shape, expected.shape)]
    return f"Your result has {names[0]}; {names[1]} was expected.".replace("has a single", "is a single")


def value_problem(array, expected):
    """Compares values: NaN, then infinity, then entries that differ.

    Args:
        array: what came.
        expected: array of the same shape.

    Returns:
        A sentence, or None if there is nothing to say.
    """
    wrong = ~np.isclose(array, expected, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, equal_nan=True)
    if not wrong.any():
        return None
    if (wrong & np.isnan(array)).any():
        return (
            f"{_count(wrong & np.isnan(array))} NaN, not a number: that comes from 0/0, from inf - inf or from the "
            "logarithm or the root of a negative number."
        )
    if (wrong & np.isinf(array)).any():
        return (
            f"{_count(wrong & np.isinf(array))} infinite: that comes from a division by zero or from a number too "
            "large for its type."
        )
    if array.dtype.kind == "b":
        return f"{_count(wrong)} not what is expected."
    first = tuple(int(index) for index in np.argwhere(wrong)[0])
    if array.dtype.kind == "c" or expected.dtype.kind == "c":
        direction = "wrong"
    else:
        direction = "too large" if float(array[first]) > float(expected[first]) else "too small"
    if not first:
        return f"Your result, {describe(array[()])}, is {direction}."
    return f"{_count(wrong)} not right yet. The first one, {list(first)}, is {array[first]:.4g}: {direction}."


def _count(mask):
    number = int(mask.sum())
    if mask.ndim == 0:
        return "Your result is"
    return f"{number} of {mask.size} entries {'is' if number == 1 else 'are'}"


def agree(arrays, others, dtype=False):
    """Whether two lists of arrays hold the same numbers; NaN equals NaN.

    Args:
        arrays: list of arrays.
        others: list of as many arrays.
        dtype: whether the types of their entries have to be the same as well.

    Returns:
        True or False.
    """
    return all(
        first.shape == second.shape
        and (not dtype or first.dtype == second.dtype)
        and np.allclose(first, second, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, equal_nan=True)
        for first, second in zip(arrays, others, strict=True)
    )
