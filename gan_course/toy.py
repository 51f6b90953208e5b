"""Toy data: points in the plane whose density is known, so that what a GAN has learned can be seen and checked.

Every sampler takes a number of points and a seed and returns float32 `(count, 2)`. All of them fit into the square
from -3 to 3, but for 2 or 3 in 1000 points of the Gaussian.
"""

import numpy as np
from scipy.stats import multivariate_normal

GAUSSIAN_MEAN = (1.0, -0.5)
GAUSSIAN_COVARIANCE = ((0.5, 0.3), (0.3, 0.4))
RING_MODES = 8
RING_RADIUS = 2.0
RING_DEVIATION = 0.05


def gaussian(count, seed, mean=GAUSSIAN_MEAN, covariance=GAUSSIAN_COVARIANCE):
    """Points of a Gaussian: one hill, its axes oblique, its middle away from the origin.

    `x = L z + mean` with `L Lᵀ = covariance` and z standard normal

    Args:
        count: number of points.
        seed: integer; the same seed gives the same points.
        mean: `(2,)`.
        covariance: `(2, 2)`, symmetric and positive definite.

    Returns:
        float32 array `(count, 2)`.

    Raises:
        ValueError: if `count` is not at least 1 or `covariance` is no covariance.
    """
    try:
        factor = np.linalg.cholesky(_check_symmetric(covariance))
    except np.linalg.LinAlgError as error:
        raise ValueError(
            f"covariance must be positive definite, received {np.asarray(covariance).tolist()}. A product A @ A.T of a "
            f"matrix A that can be inverted always is."
        ) from error
    noise = np.random.default_rng(seed).standard_normal((_check_count(count), 2))
    return (noise @ factor.T + np.asarray(mean)).astype("float32")


def gaussian_density(points, mean=GAUSSIAN_MEAN, covariance=GAUSSIAN_COVARIANCE):
    """Density of the points that `gaussian` draws.

    `p(x) = exp(-½ (x - mean)ᵀ covariance⁻¹ (x - mean)) / (2π √det covariance)`

    Args:
        points: array `(..., 2)`.
        mean, covariance: as in `gaussian`.

    Returns:
        float64 array `(...)`, at least 0; its integral over the plane is 1.
    """
    return _density(points, mean, _check_symmetric(covariance))


def ring_centers(modes=RING_MODES, radius=RING_RADIUS):
    """Middles of the Gaussians of a ring, evenly spaced on a circle, the first at the right.

    Args:
        modes: number of Gaussians.
        radius: of the circle.

    Returns:
        float32 array `(modes, 2)`.

    Raises:
        ValueError: if `modes` is not at least 1.
    """
    angles = 2.0 * np.pi * np.arange(_check_count(modes, "modes")) / modes
    return (radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype("float32")


def ring(count, seed, modes=RING_MODES, radius=RING_RADIUS, deviation=RING_DEVIATION):
    """Points of a ring of small Gaussians, the test on which a GAN shows whether it leaves modes out.

    With the defaults two neighbors are 1.53 apart, thirty times the deviation: a point is on a mode or it is not.

    Args:
        count: number of points.
        seed: integer; the same seed gives the same points.
        modes: number of Gaussians; each is as likely as the others.
        radius: of the circle on which their middles lie.
        deviation: standard deviation of each, the same in all directions.

    Returns:
        float32 array `(count, 2)`.

    Raises:
        ValueError: if `count` or `modes` is not at least 1.

    Reference:
        Metz et al., "Unrolled Generative Adversarial Networks", 2016, from which the course takes the radius of 2.
    """
    centers = ring_centers(modes, radius)
    draws = np.random.default_rng(seed)
    chosen = centers[draws.integers(modes, size=_check_count(count))]
    return (chosen + deviation * draws.standard_normal((count, 2))).astype("float32")


def ring_density(points, modes=RING_MODES, radius=RING_RADIUS, deviation=RING_DEVIATION):
    """Density of the points that `ring` draws: the mean of its Gaussians' densities.

    Args:
        points: array `(..., 2)`.
        modes, radius, deviation: as in `ring`.

    Returns:
        float64 array `(...)`, at least 0; its integral over the plane is 1.
    """
    centers = ring_centers(modes, radius)
    return np.mean([_density(points, center, deviation**2 * np.eye(2)) for center in centers], axis=0)


def ring_coverage(points, modes=RING_MODES, radius=RING_RADIUS, deviation=RING_DEVIATION):
    """How much of a ring some points cover, and how many of them are any good. One without the other says little.

    A point is on a mode if it lies within 5 deviations of its middle. A mode counts if at least 20 points of 2,500,
    0.8% of any number, are on it.

    Args:
        points: array `(count, 2)`, what a generator made.
        modes, radius, deviation: as in `ring`.

    Returns:
        `(modes, share)`: the number of modes that count, and the share of points that are on any mode, 0 to 1.
    """
    distances = np.linalg.norm(np.asarray(points)[:, None] - ring_centers(modes, radius), axis=-1)
    on_mode = distances <= 5.0 * deviation
    return int((on_mode.mean(axis=0) >= 20 / 2500).sum()), float(on_mode.any(axis=1).mean())


def spiral(count, seed, turns=1.5, radius=2.0, deviation=0.05):
    """Points along a spiral from the origin outwards: one piece, but long, thin and bent.

    `x = radius · s · (cos(2π · turns · s), sin(2π · turns · s)) + noise` with s from 0 to 1, the square root of a
    uniform number, so that the outer turns, which are longer, get more points. The density has no closed form.

    Args:
        count: number of points.
        seed: integer; the same seed gives the same points.
        turns: number of turns.
        radius: distance of the outer end from the origin.
        deviation: standard deviation of the noise.

    Returns:
        float32 array `(count, 2)`.

    Raises:
        ValueError: if `count` is not at least 1.
    """
    draws = np.random.default_rng(seed)
    along = np.sqrt(draws.random(_check_count(count)))
    angles = 2.0 * np.pi * turns * along
    curve = radius * along[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (curve + deviation * draws.standard_normal((count, 2))).astype("float32")


TOY_DATA = {"Gaussian": gaussian, "ring of 8 Gaussians": ring, "spiral": spiral}


def _density(points, mean, covariance):
    # SciPy drops the axis of a single point; the course keeps shapes as they are.
    points = np.asarray(points, "float64")
    return multivariate_normal(mean, covariance).pdf(points.reshape(-1, 2)).reshape(points.shape[:-1])


def _check_count(count, name="count"):
    if count < 1:
        raise ValueError(f"{name} must be at least 1, received {count}.")
    return count


def _check_symmetric(covariance):
    covariance = np.asarray(covariance, "float64")
    if covariance.shape != (2, 2) or not np.allclose(covariance, covariance.T):
        raise ValueError(f"covariance must be a symmetric matrix (2, 2), received {covariance.tolist()}.")
    return covariance
