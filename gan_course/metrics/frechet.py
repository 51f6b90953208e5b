"""Fréchet distance: how far apart two clouds of features are, each taken for a Gaussian.

"Fréchet inception distance" (FID) is this distance with the features of one certain network and 50,000 pictures. With
any other network it is a Fréchet distance and has other values: say which features.
"""

import numpy as np
from scipy import linalg

from gan_course.metrics.features import check_features


def frechet_distance(first_features, second_features):
    """Fréchet distance between two sets of features.

    `‖μ₁ - μ₂‖² + Tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½)` with the means μ and the covariances Σ of the two sets

    It is **biased**: means and covariances of few items are off by chance, and every error counts as distance. It
    falls like 1/N with the number of items, so compare only distances of as many, or see `extrapolate_to_infinity`.
    With fewer items than channels it still comes out, and says little.

    Args:
        first_features, second_features: arrays `(items, channels)`, one feature vector per item, at least two items
            each.

    Returns:
        float, at least 0, in squared units of the features.

    Raises:
        ValueError: if the arrays do not have two axes, the same channels and two rows, or are not finite.

    Reference:
        Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium", 2017; there
        the features are Inception's.
    """
    first, second = check_features(first_features, second_features)
    moments = [(features.mean(axis=0), np.cov(features, rowvar=False)) for features in (first, second)]
    return gaussian_frechet_distance(*moments[0], *moments[1])


def gaussian_frechet_distance(first_mean, first_covariance, second_mean, second_covariance):
    """Fréchet distance between two Gaussians, which is also the square of their Wasserstein-2 distance.

    `‖μ₁ - μ₂‖² + Tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½)`; in one dimension `(μ₁ - μ₂)² + (σ₁ - σ₂)²`

    The last trace is computed as that of `(Σ₁^½ Σ₂ Σ₁^½)^½`, which has the same eigenvalues. That matrix is symmetric,
    so they are real and `scipy.linalg.eigh` finds them; the root of `Σ₁ Σ₂` itself comes out complex as soon as a
    covariance is nearly singular. It is not `Tr(Σ₁^½ Σ₂^½)`: only matrices that commute have both the same.

    Args:
        first_mean, second_mean: arrays `(channels,)`, or numbers.
        first_covariance, second_covariance: arrays `(channels, channels)`, symmetric and positive semidefinite, or
            numbers: variances.

    Returns:
        float, at least 0.

    Raises:
        ValueError: if the shapes do not fit or a covariance is none.

    Reference:
        Dowson and Landau, "The Fréchet Distance between Multivariate Normal Distributions", 1982.
    """
    means = [np.atleast_1d(np.asarray(mean, "float64")) for mean in (first_mean, second_mean)]
    covariances = [np.atleast_2d(np.asarray(matrix, "float64")) for matrix in (first_covariance, second_covariance)]
    shapes = [mean.shape for mean in means] + [matrix.shape for matrix in covariances]
    channels = means[0].size
    if shapes != [(channels,)] * 2 + [(channels, channels)] * 2:
        raise ValueError(
            f"Means must have the shape (channels,) and covariances (channels, channels), the same channels for all; "
            f"received means {shapes[0]} and {shapes[1]}, covariances {shapes[2]} and {shapes[3]}. Items are rows: "
            f"np.cov(features, rowvar=False)."
        )
    root = _square_root(covariances[0])
    _square_root(covariances[1])  # refuses what is no covariance
    eigenvalues = linalg.eigvalsh(root @ covariances[1] @ root)
    trace_of_root = np.sqrt(np.maximum(eigenvalues, 0.0)).sum()
    difference = np.square(means[0] - means[1]).sum()
    return float(max(difference + np.trace(covariances[0]) + np.trace(covariances[1]) - 2.0 * trace_of_root, 0.0))


def extrapolate_to_infinity(sizes, distances):
    """Extrapolates a distance that falls like 1/N to infinitely many items, by a straight line in 1/N.

    `distance(N) ≈ limit + slope / N`, fitted by least squares

    Args:
        sizes: numbers of items N, at least two different ones. The smallest should be several times the number of
            channels: below, the bias is not yet a line.
        distances: the distance at each of these sizes.

    Returns:
        `(limit, slope)`, floats.

    Raises:
        ValueError: if there are not as many distances as sizes, or fewer than two different sizes.

    Reference:
        Chong and Forsyth, "Effectively Unbiased FID and Inception Score and Where to Find Them", 2020.
    """
    sizes, distances = np.asarray(sizes, "float64"), np.asarray(distances, "float64")
    if sizes.ndim != 1 or sizes.shape != distances.shape or len(set(sizes.tolist())) < 2:
        raise ValueError(
            f"sizes and distances must be two lists of the same length with at least two different sizes, received "
            f"sizes {sizes.tolist()} and {distances.size} distances. Take subsets of the features, 500 and 2,000 items "
            f"for instance."
        )
    slope, limit = np.polyfit(1.0 / sizes, distances, 1)
    return float(limit), float(slope)


def _square_root(covariance):
    """The symmetric square root of a covariance."""
    size = np.abs(covariance).max()
    values, vectors = linalg.eigh(covariance)
    # Rounding leaves eigenvalues of covariances a little below zero.
    if not np.allclose(covariance, covariance.T, atol=1e-8 * size) or values[0] < -1e-6 * size:
        raise ValueError(
            f"A covariance is symmetric and has no negative eigenvalue; received a matrix {covariance.shape} with the "
            f"smallest eigenvalue {values[0]:.3g}, symmetric: {np.allclose(covariance, covariance.T)}. "
            f"np.cov(features, rowvar=False) makes one."
        )
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
