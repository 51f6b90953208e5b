"""Minimizers that move the pixels of one picture: first-order Adam, and L-BFGS, which guesses at the curvature.

Any objective with a `value_and_gradient` goes with either, so the two can be compared on the very same problem.
"""

import time

import keras
import numpy as np
import tensorflow as tf
from scipy import optimize


def minimize_with_adam(objective, start, steps, learning_rate=0.05, beta_1=0.9, epsilon=1e-7, bounds=(-1.0, 1.0)):
    """Moves the pixels by Adam, one step after the other; after each, they are clipped to their range.

    Args:
        objective: has `value_and_gradient`, as in `StyleTransferObjective`.
        start: float array `(height, width, 3)`, the picture to begin with.
        steps: number of steps, one evaluation of the objective each.
        learning_rate, beta_1, epsilon: as in `keras.optimizers.Adam`. A step moves a pixel by about the learning rate.
        bounds: lowest and highest value of a pixel.

    Returns:
        `(picture, history)`: float32 array of the shape of `start`, and a list with a dictionary per evaluation: the
        objective, its terms and the CPU seconds so far.
    """
    picture = tf.Variable(np.asarray(start, "float32")[None])
    optimizer = keras.optimizers.Adam(learning_rate, beta_1=beta_1, epsilon=epsilon)
    history, begun = [], time.process_time()
    for _ in range(steps):
        value, gradient, terms = objective.value_and_gradient(picture)
        history.append(history_row(value, terms, begun))
        optimizer.apply([gradient], [picture])
        picture.assign(tf.clip_by_value(picture, *bounds))
    return picture.numpy()[0], history


def minimize_with_lbfgs(objective, start, iterations, memory=10, bounds=(-1.0, 1.0)):
    """Moves the pixels by L-BFGS: a guess at the curvature, from the last gradients, says how far to go.

    `pixel = middle + half of the range · sin(u)`, and it is u that moves: so no pixel can leave its range, and no bound
    stops a step.

    Args:
        objective: has `value_and_gradient`, as in `StyleTransferObjective`.
        start: float array `(height, width, 3)`, the picture to begin with; values at the ends of the range begin 2 % of
            half the range inside, where the sine still has a slope.
        iterations: at most so many; each evaluates the objective once, now and then twice or more.
        memory: number of past gradients that it remembers.
        bounds: lowest and highest value of a pixel.

    Returns:
        As `minimize_with_adam`; the history also holds evaluations that a search for the length of a step gave up.

    Reference:
        Liu and Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization", 1989, in SciPy's
        implementation; the sine as in James and Roos, "Minuit", 1975. SciPy's own bounds made steps tiny here once
        many pixels lay at them.
    """
    start, history = np.asarray(start, "float32"), []
    middle, half = (bounds[0] + bounds[1]) / 2, (bounds[1] - bounds[0]) / 2
    begun = time.process_time()

    def evaluate(u):
        pixels = (middle + half * np.sin(u)).reshape(1, *start.shape).astype("float32")
        value, gradient, terms = objective.value_and_gradient(pixels)
        history.append(history_row(value, terms, begun))
        return float(value), np.asarray(gradient, "float64").ravel() * half * np.cos(u)

    result = optimize.minimize(
        evaluate,
        np.arcsin(np.clip((start.ravel().astype("float64") - middle) / half, -0.98, 0.98)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxfun": 10 * iterations, "maxcor": memory, "ftol": 0.0, "gtol": 0.0},
    )
    return (middle + half * np.sin(result.x)).reshape(start.shape).astype("float32"), history


def history_row(value, terms, begun):
    """One line of a history."""
    numbers = {"objective": float(value)} | {name: float(term) for name, term in terms.items()}
    return numbers | {"cpu_seconds": time.process_time() - begun}
