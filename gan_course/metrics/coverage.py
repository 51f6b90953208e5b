"""Precision and recall: one number for how good the pictures are, another for how much of the data they cover."""

import numpy as np
from scipy.spatial.distance import cdist

from gan_course.metrics.features import check_features
from gan_course.metrics.nearest import BLOCK, nearest_neighbors


def precision_and_recall(real_features, fake_features, neighbors=3):
    """Precision and recall of generated pictures.

    Around every real feature vector lies a ball that reaches to its `neighbors`-th nearest real neighbor; together
    they stand for where real pictures are. Precision is the share of generated vectors in that region. Recall is the
    share of real vectors in the region made from the generated ones in the same way.

    A Fréchet distance mixes the two. A generator that makes one perfect picture has precision 1 and recall about 0.
    Both depend on the numbers of items, because balls grow where items are few: compare at equal numbers, and with
    real against real.

    Args:
        real_features, fake_features: arrays `(items, channels)`, one feature vector per item, more than `neighbors`
            items each.
        neighbors: k. The larger, the larger the balls.

    Returns:
        `(precision, recall)`, floats in [0, 1].

    Raises:
        ValueError: if the arrays do not have two axes, the same channels and enough rows, or are not finite, or if
            `neighbors` is below 1.

    Reference:
        Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models", 2019.
    """
    if neighbors < 1:
        raise ValueError(f"neighbors must be at least 1, received {neighbors}. The paper uses 3.")
    real, fake = check_features(real_features, fake_features, at_least=neighbors + 1)
    return _share_inside(fake, real, neighbors), _share_inside(real, fake, neighbors)


def _share_inside(points, centers, neighbors):
    """The share of points that lie in a ball around any of the centers."""
    # The nearest of the centers to a center is itself.
    radii = nearest_neighbors(centers, centers, neighbors + 1)[0][:, -1]
    inside = [
        (cdist(points[start : start + BLOCK], centers) <= radii).any(axis=1) for start in range(0, len(points), BLOCK)
    ]
    return float(np.concatenate(inside).mean())
