"""Nearest neighbors: the first thing to look at when generated pictures are too good."""

import numpy as np
from scipy.spatial.distance import cdist

from gan_course.metrics.features import check_features

BLOCK = 1000  # rows of a distance matrix held at a time: 80 MB beside 10,000 others


def nearest_neighbors(queries, references, count=1):
    """Nearest neighbors: for each query the references nearest to it, by Euclidean distance.

    `d(x, y) = ‖x - y‖`

    Between pixels it knows nothing about what is in a picture: shifted by one pixel, a picture is far from itself.
    Between features it is kinder. Either way, compare with what held-out pictures get.

    Args:
        queries: array `(n, ...)`, pictures or feature vectors; all axes but the first are flattened.
        references: array `(m, ...)` with the same axes after the first.
        count: neighbors of each query, at most m.

    Returns:
        `(distances, indices)`, both `(n, count)`, the nearest first: float64, and integers into `references`.

    Raises:
        ValueError: if the shapes differ after the first axis, there are fewer references than `count`, or any are not
            finite.
    """
    queries, references = np.asarray(queries, "float64"), np.asarray(references, "float64")
    if queries.ndim < 2 or queries.shape[1:] != references.shape[1:]:
        raise ValueError(
            f"queries and references must have the same axes after the first, received {queries.shape} and "
            f"{references.shape}. A single picture needs a batch axis: x[None]."
        )
    if not 1 <= count <= len(references):
        raise ValueError(f"count must be from 1 to the number of references, {len(references)}, received {count}.")
    flat = (items.reshape(len(items), -1) for items in (queries, references))
    queries, references = check_features(*flat, at_least=0)  # NaN is near nothing, and would be somebody's neighbor
    distances, indices = np.empty((len(queries), count)), np.empty((len(queries), count), int)
    for start in range(0, len(queries), BLOCK):
        rows = slice(start, start + BLOCK)
        to_all = cdist(queries[rows], references)
        nearest = np.argpartition(to_all, count - 1, axis=1)[:, :count]
        nearest = np.take_along_axis(nearest, np.take_along_axis(to_all, nearest, axis=1).argsort(axis=1), axis=1)
        indices[rows], distances[rows] = nearest, np.take_along_axis(to_all, nearest, axis=1)
    return distances, indices
