"""Kernel distance: do two sets of features agree in their moments up to the third?"""

import numpy as np

from gan_course.metrics.features import check_features
from gan_course.metrics.nearest import BLOCK


def polynomial_kernel(first_features, second_features):
    """Cubic kernel: how alike two feature vectors are, for every pair of them.

    `k(x, y) = (x · y / channels + 1)³`

    Args:
        first_features: array `(n, channels)`.
        second_features: array `(m, channels)`.

    Returns:
        float64 array `(n, m)`.
    """
    first, second = np.asarray(first_features, "float64"), np.asarray(second_features, "float64")
    return (first @ second.T / first.shape[1] + 1.0) ** 3


def kernel_distance(first_features, second_features):
    """Kernel distance (KID): the unbiased squared maximum mean discrepancy with the cubic kernel.

    `mean k(x, x') + mean k(y, y') - 2 mean k(x, y)` with `k(x, y) = (x · y / channels + 1)³` and x ≠ x', y ≠ y'

    Unlike a Fréchet distance its expectation does not depend on how many items there are. Being unbiased, it can come
    out slightly below zero for two samples of the same kind. It depends on the scale of the features: multiplied by
    10, they are about a million times as far apart.

    Args:
        first_features, second_features: arrays `(items, channels)`, one feature vector per item, at least two items
            each.

    Returns:
        float, about 0 for two samples of the same distribution.

    Raises:
        ValueError: if the arrays do not have two axes, the same channels and two rows, or are not finite.

    Reference:
        Bińkowski et al., "Demystifying MMD GANs", 2018; there the features are Inception's, and the mean of several
        subsets is reported, here one value from all items.
    """
    first, second = check_features(first_features, second_features)
    within = _mean_of_different(first) + _mean_of_different(second)
    return float(within - 2.0 * _sum(first, second) / (len(first) * len(second)))


def _mean_of_different(features):
    count = len(features)
    diagonal = (np.square(features).mean(axis=1) + 1.0) ** 3  # what each is to itself, which is left out
    return (_sum(features, features) - diagonal.sum()) / (count * (count - 1))


def _sum(first, second):
    starts = range(0, len(first), BLOCK)
    return sum(polynomial_kernel(first[start : start + BLOCK], second).sum() for start in starts)
