"""What every distance between two sets of features asks of them."""

import numpy as np


def check_features(first_features, second_features, at_least=2):
    """Two sets of feature vectors as float64 arrays, refused if they cannot be compared.

    Args:
        first_features, second_features: arrays `(items, channels)`, one feature vector per row.
        at_least: rows that each of them must have.

    Returns:
        The two as float64 arrays.

    Raises:
        ValueError: if they do not have two axes, the same channels and enough rows, or hold NaN or infinity.
    """
    first, second = (np.asarray(features, "float64") for features in (first_features, second_features))
    fits = first.ndim == second.ndim == 2 and first.shape[1] == second.shape[1]
    if not fits or min(len(first), len(second)) < at_least:
        raise ValueError(
            f"Both must have the shape (items, channels) with the same channels and at least {at_least} items, "
            f"received {first.shape} and {second.shape}. Compute them with the same network; average feature maps "
            f"over their positions first, or flatten them."
        )
    for name, features in (("first", first), ("second", second)):
        if not np.isfinite(features).all():
            rows = np.flatnonzero(~np.isfinite(features).all(axis=1))
            raise ValueError(
                f"Features must be finite, received NaN or infinity in {len(rows)} of {len(features)} rows of the "
                f"{name} set, row {rows[0]} for instance. A generator that has diverged makes such pictures."
            )
    return first, second
