"""L-BFGS in coordinates that are about equally curved: the curvature is measured before the first step."""

import time

import numpy as np
from scipy import fft, optimize

from gan_course.training.minimizers import history_row

BLOCK = 4
# Rows of length 1 at right angles: luminance, red against blue, green against both.
COLORS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])
POWER = 0.4
SMALL = 0.002  # length of a probe, as a share of the range of a pixel


def minimize_with_scaled_lbfgs(objective, start, iterations, memory=100, probes=8, bounds=(-1.0, 1.0), seed=0):
    """Measures how strongly the objective is curved, coordinate by coordinate, then moves the pixels by L-BFGS.

    A picture becomes 16 cosines of each block of 4 × 4 pixels, in luminance and two differences of colors: directions
    in which the curvature of a style transfer objective differs a thousandfold. With random signs `v`,

    `h = √(mean over probes of (Hv)²)`,  `Hv ≈ (gradient(x + εv) - gradient(x)) / ε`,  `u = h^0.4 · coefficient`

    and it is `u` that moves. Pixels are clipped to their range; one that lies at its end feels no gradient that would
    push it out.

    Args:
        objective: has `value_and_gradient`, as in `StyleTransferObjective`.
        start: float array `(height, width, 3)`, the picture to begin with.
        iterations: at most so many, after the probes; each evaluates the objective once, now and then twice or more.
        memory: number of past gradients that it remembers.
        probes: number of random directions in which curvature is measured, one evaluation each and one in common.
        bounds: lowest and highest value of a pixel.
        seed: seed of the random signs.

    Returns:
        As `minimize_with_adam`; the history also holds the probes.

    Reference:
        Dauphin et al., "Equilibrated Adaptive Learning Rates for Non-Convex Optimization", 2015, whose `h` has the
        power ½. With 0.4 the objective fell faster here.
    """
    start, history, begun = np.asarray(start, "float32"), [], time.process_time()

    def at(picture):
        value, gradient, terms = objective.value_and_gradient(picture[None].astype("float32"))
        history.append(history_row(value, terms, begun))
        return float(value), np.asarray(gradient, "float64")[0]

    coefficients = to_coefficients(start)
    scale = measure_curvature(at, start, probes, SMALL * (bounds[1] - bounds[0]), seed) ** -POWER
    shape = coefficients.shape

    def evaluate(u):
        picture = to_picture(u.reshape(shape) * scale, start.shape)
        value, gradient = at(np.clip(picture, *bounds))
        outward = ((picture <= bounds[0]) & (gradient > 0)) | ((picture >= bounds[1]) & (gradient < 0))
        return value, (to_coefficients(np.where(outward, 0.0, gradient)) * scale).ravel()

    result = optimize.minimize(
        evaluate,
        (coefficients / scale).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxfun": 10 * iterations, "maxcor": memory, "ftol": 0.0, "gtol": 0.0},
    )
    picture = to_picture(result.x.reshape(shape) * scale, start.shape)
    return np.clip(picture, *bounds).astype("float32"), history


def measure_curvature(value_and_gradient, picture, probes, distance, seed):
    """Root mean square of the Hessian's rows, one number for each coefficient, about 1 on the average."""
    rng, squares = np.random.default_rng(seed), 0.0
    here = value_and_gradient(picture)[1]
    for _ in range(probes):
        signs = rng.choice([-1.0, 1.0], to_coefficients(picture).shape)
        there = value_and_gradient(picture + distance * to_picture(signs, picture.shape))[1]
        squares = squares + to_coefficients((there - here) / distance) ** 2
    curvature = np.sqrt(squares / probes)
    if not curvature.any():
        return np.ones_like(curvature)  # flat, as far as one can see
    # a direction that looks flat by chance must not run away
    curvature = np.maximum(curvature, np.percentile(curvature[curvature > 0], 2))
    return curvature / np.exp(np.log(curvature).mean())


def to_coefficients(picture):
    """`(height, width, 3)` → cosines of luminance and color differences, `(rows, 4, columns, 4, 3)`."""
    height, width = picture.shape[:2]
    padded = np.pad(picture, ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0)))
    blocks = (padded @ COLORS.T).reshape(len(padded) // BLOCK, BLOCK, -1, BLOCK, 3)
    return fft.dctn(blocks, axes=(1, 3), norm="ortho")


def to_picture(coefficients, shape):
    """The way back. It keeps all lengths and angles, so gradients go the same ways."""
    blocks = fft.idctn(coefficients, axes=(1, 3), norm="ortho")
    rows, _, columns, _, _ = blocks.shape
    return (blocks.reshape(rows * BLOCK, columns * BLOCK, 3) @ COLORS)[: shape[0], : shape[1]]
