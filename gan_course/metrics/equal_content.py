"""Comparing methods fairly: at the same distance from the photo, pair by pair, with an interval.

A stylizer that changes less always looks more faithful, and one that changes more looks more painted. Two ways of
training can be compared only where both have gone equally far from the photo.
"""

import numpy as np


def common_content_distance(curves):
    """The largest content distance that every curve reaches.

    `min over curves of max(curve)`: the farther from the photo, the more style there is to compare. It is found from
    the content distances alone, before any other measure is looked at.

    Args:
        curves: list of arrays `(strengths,)`: the content distances of one way of training, one per strength.

    Returns:
        float.

    Raises:
        ValueError: if some curve begins beyond it: then there is no distance that all of them have.
    """
    largest = min(float(np.max(curve)) for curve in curves)
    beyond = [number for number, curve in enumerate(curves) if np.min(curve) > largest]
    if beyond:
        raise ValueError(
            f"These curves have no content distance in common: number {beyond[0]} begins at "
            f"{np.min(curves[beyond[0]]):.3f}, another one ends at {largest:.3f}. Leave that one out, or train it at "
            f"a higher strength."
        )
    return largest


def at_content_distance(content_distances, values, distance):
    """What a measure is at a given content distance, on the straight line between the two nearest strengths.

    `(1 - t) · values[k] + t · values[k + 1]` where `(1 - t) · content[k] + t · content[k + 1] = distance`

    With values of many photos, `t` is found from the mean content distance over the photos and is the same for all: it
    says how strongly to paint, and a strength is chosen for a stylizer and not for a photo. The first crossing counts.

    Args:
        content_distances: array `(strengths,)`, in the order of the strengths.
        values: array `(strengths, ...)`, the measure at each strength.
        distance: content distance at which the measure is wanted.

    Returns:
        float64 array of the shape of one row of `values`.

    Raises:
        ValueError: if the curve does not reach the distance. It is never continued beyond its ends.
    """
    content, values = np.asarray(content_distances, "float64"), np.asarray(values, "float64")
    if content.ndim != 1 or len(content) != len(values):
        raise ValueError(
            f"content_distances must have the shape (strengths,) and values one row for each, received "
            f"{content.shape} and {values.shape}."
        )
    for k in range(len(content) - 1):
        low, high = sorted(content[k : k + 2])
        if low <= distance <= high:
            t = (distance - content[k]) / (content[k + 1] - content[k]) if high > low else 0.0
            return (1.0 - t) * values[k] + t * values[k + 1]
    raise ValueError(
        f"The curve goes from {content.min():.3f} to {content.max():.3f} and does not reach the content distance "
        f"{distance:.3f}. Compare at a smaller one; see common_content_distance."
    )


def bootstrap_interval(differences, draws=5000, share=0.95, seed=0):
    """Mean of paired differences, and the interval in which it would lie with other seeds and photos.

    Each draw takes as many seeds and as many photos as there are, with replacement, and averages over all pairs of
    them. The interval leaves out the same share of draws on both sides. With three seeds it is a rough one, and it
    can say nothing about seeds if there is only one.

    Args:
        differences: array `(seeds, photos)`: the measure of one method minus that of another, same seed, same photo.
        draws: number of draws.
        share: share of the draws that lie in the interval.
        seed: integer.

    Returns:
        `(mean, low, high)`, three floats. If 0 is not between `low` and `high`, the difference is beyond chance.

    Raises:
        ValueError: if there are not two axes, or a value is missing (NaN).

    Reference:
        Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979; seeds and photos drawn independently, as in
        Owen, "The pigeonhole bootstrap", 2007.
    """
    differences = np.asarray(differences, "float64")
    if differences.ndim != 2 or not differences.size or not np.isfinite(differences).all():
        raise ValueError(
            f"differences must be a finite array (seeds, photos), received shape {differences.shape}. For one seed, "
            f"add the axis with differences[None]; leave out photos that were not measured with every seed."
        )
    seeds, photos = differences.shape
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(seeds, np.full(seeds, 1.0 / seeds), draws) / seeds
    columns = generator.multinomial(photos, np.full(photos, 1.0 / photos), draws) / photos
    means = np.einsum("ds,sp,dp->d", weights, differences, columns, optimize=True)
    low, high = np.quantile(means, [(1.0 - share) / 2.0, (1.0 + share) / 2.0])
    return float(differences.mean()), float(low), float(high)
