"""How near a stylized picture is to its photo and to the painting."""

import numpy as np

from gan_course.metrics.kernel import kernel_distance


def content_distance(photo_features, painted_features):
    """Content distance: how differently two pictures fire at each position.

    `1 - mean over positions of cos(F_photo - mean(F_photo), F_painted - mean(F_painted))`

    The mean over positions is subtracted per image and channel first: an overall change of color or contrast leaves
    the distance small, a change of what is where does not.

    Args:
        photo_features, painted_features: arrays `(batch, height, width, channels)` of the same shape.

    Returns:
        float, 0 for the same picture, about 1 for unrelated ones, at most 2. An even picture fires alike everywhere,
        so nothing is left to compare: 1, even with itself.

    Raises:
        ValueError: if the shapes differ or there are not four axes.
    """
    first, second = (np.asarray(features, "float64") for features in (photo_features, painted_features))
    if first.shape != second.shape or first.ndim != 4:
        raise ValueError(
            f"Both features must have the same shape (batch, height, width, channels), received {first.shape} and "
            f"{second.shape}. Compute them with the same network on pictures of the same size."
        )
    first = first - first.mean(axis=(1, 2), keepdims=True)
    second = second - second.mean(axis=(1, 2), keepdims=True)
    norms = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    return float(1.0 - ((first * second).sum(axis=-1) / np.maximum(norms, 1e-12)).mean())


def style_distance(target_grams, painted_grams):
    """Style distance: relative squared distance of Gram matrices, averaged over layers.

    `mean over layers of Σ (painted - target)² / Σ target²`

    Args:
        target_grams, painted_grams: dictionaries from layer name to array `(channels, channels)`.

    Returns:
        float, at least 0; 0 for the same second moments, 1 for an all-zero Gram matrix. Not symmetric.

    Raises:
        ValueError: if the layers or the shapes differ, or there is no layer.
    """
    if not target_grams:
        raise ValueError("target_grams must hold the Gram matrix of at least one layer, received none.")
    if {name: np.shape(gram) for name, gram in target_grams.items()} != {
        name: np.shape(gram) for name, gram in painted_grams.items()
    }:
        raise ValueError(
            f"Both must have the same layers with the same shapes, received {sorted(target_grams)} and "
            f"{sorted(painted_grams)}."
        )
    distances = []
    for name, target in target_grams.items():
        target, painted = np.asarray(target, "float64"), np.asarray(painted_grams[name], "float64")
        distances.append(np.square(painted - target).sum() / np.square(target).sum())
    return float(np.mean(distances))


def patch_distance(first_features, second_features):
    """Patch distance: the unbiased kernel distance (KID) between two sets of patches.

    `kernel_distance` of patches, each described by one feature vector.

    Args:
        first_features, second_features: arrays `(patches, channels)`, one feature vector per patch, at least two
            patches each.

    Returns:
        float, about 0 for two samples of the same distribution; it can come out slightly below.

    Raises:
        ValueError: if the arrays do not have two axes, the same channels and two rows.
    """
    return kernel_distance(first_features, second_features)
