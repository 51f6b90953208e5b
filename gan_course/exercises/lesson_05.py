"""Exercises of lesson 05: modes that count, the hinge losses, R1, the gradient penalty, one power iteration."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from functools import partial

import keras
import numpy as np
import tensorflow as tf

from gan_course import toy
from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- modes that count


def ring_cases(seed):
    """Points on a ring whose modes have many, enough, too few and no points, and points far from all of them."""
    cases = []
    for total, counts in ((2500, (600, 200, 25, 20, 19, 4, 1, 0)), (5000, (900, 41, 40, 39, 21, 19, 1, 0))):
        rng = np.random.default_rng(seed)
        centers, deviation = toy.ring_centers().astype("float64"), 0.05
        on = np.repeat(centers, counts, axis=0)
        angles = rng.uniform(0, 2 * np.pi, len(on))
        # up to 4.5 deviations away, so that a circle of one or of three deviations would miss some
        lengths = 4.5 * deviation * np.sqrt(rng.uniform(size=len(on)))
        on = on + lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        # 8 and 20 deviations away: the nearer ones are inside if squared distances are compared with 5 deviations
        places = np.repeat([1.2 * centers, 1.5 * centers], total, axis=1).reshape(-1, 2)
        off = places[rng.permutation(len(places))[: total - len(on)]]
        cases.append((rng.permutation(np.concatenate([on, off])), centers, deviation))
    return cases


def _coverage(points, centers, deviation, radius=5.0, enough=20 / 2500, absolute=None, nearest=False, few=True):
    """The count with one part exchanged."""
    distances = np.linalg.norm(points[:, None] - centers, axis=-1)
    on_mode = distances <= radius * deviation
    if nearest:
        on_mode = distances == distances.min(axis=1, keepdims=True)
    counts = on_mode.sum(axis=0)
    counted = counts >= (absolute or enough * len(points))
    return counted.sum(), (on_mode if few else on_mode[:, counted]).any(axis=1).mean()


@exercise(
    cases=ring_cases,
    hints=[
        "All distances at once: `points[:, None] - centers` has the shape (points, centers, 2); "
        "`np.linalg.norm(..., axis=-1)` gives one distance for each point and center.",
        "`on_mode = distances <= 5 * deviation` is a table of True and False. Its mean over the points is the share of "
        "points on each mode; a mode counts if this share is at least 20 / 2500.",
        "Quality: a point is fine if it is on *any* mode, `on_mode.any(axis=1)`.",
    ],
    mistakes=[
        Mistake(
            lambda points, centers, deviation: _coverage(points, centers, deviation, nearest=True),
            "Every point counts here for the center nearest to it, however far that is. Then no point is ever bad, and "
            "the quality is always 1. Ask first whether it lies within 5 deviations.",
        ),
        Mistake(
            lambda points, centers, deviation: _coverage(points, centers, deviation, absolute=1),
            "A single point makes a mode count here. One stray point proves nothing: at least 20 of 2,500.",
        ),
        Mistake(
            lambda points, centers, deviation: _coverage(points, centers, deviation, absolute=20),
            "20 points are enough here, of however many. It is 20 of 2,500: a share of 0.8%, so 40 of 5,000.",
        ),
        Mistake(
            lambda points, centers, deviation: _coverage(points, centers, deviation, radius=1.0),
            "Your circle has a radius of 1 deviation. Most points of a Gaussian in the plane lie farther out than "
            "that; take 5.",
        ),
        Mistake(
            lambda points, centers, deviation: _coverage(points, centers, deviation, radius=np.sqrt(5 / deviation)),
            "You compare *squared* distances with 5 deviations. Take the root of the sum of squares first, or compare "
            "with the square of 5 deviations.",
        ),
        Mistake(
            lambda points, centers, deviation: _coverage(points, centers, deviation, few=False),
            "Your quality leaves out the points on modes that do not count. A point on a mode is a good one, however "
            "few others are there.",
        ),
    ],
    remark="Two numbers, never one: each can be perfect while the other is miserable.",
)
def mode_coverage(points, centers, deviation):
    """Counts the modes that a generator covers, and the share of its points that are on any mode.

    A point is on a mode if it lies within 5 deviations of its center. A mode counts if at least
    20 of 2,500 points, a share of 0.008, are on it.

    Args:
        points: array of shape (n, 2), made by a generator.
        centers: array of shape (modes, 2).
        deviation: number, the standard deviation of each mode.

    Returns:
        The number of modes that count, and the share (0 to 1) of points on any mode.
    """
    distances = np.linalg.norm(points[:, None] - centers, axis=-1)
    on_mode = distances <= 5 * deviation
    modes = (on_mode.mean(axis=0) >= 20 / 2500).sum()
    return modes, on_mode.any(axis=1).mean()


# ---------------------------------------------------------------- gradient penalties


def _critics(seed):
    """A linear critic, whose slope is the same everywhere, and a bent one, whose slope is not."""
    rng = np.random.default_rng(seed)
    dense = partial(keras.layers.Dense, kernel_initializer="zeros")  # random ones would draw from the learner's state
    linear = keras.Sequential([keras.Input((3,)), dense(1)])
    bent = keras.Sequential([keras.Input((3,)), dense(4, activation="tanh"), dense(1)])
    for critic in (linear, bent):
        critic.set_weights([1.5 * rng.normal(size=weight.shape) for weight in critic.weights])
    return linear, bent


def _slopes(discriminator, points, reduce=tf.reduce_sum, weights=False):
    """Length of the gradient of the score, one number for each point; or that of its gradient along the weights."""
    points = tf.convert_to_tensor(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        score = reduce(discriminator(points, training=False))
    if weights:
        return tf.linalg.global_norm(tape.gradient(score, discriminator.trainable_variables))
    return tf.sqrt(tf.reduce_sum(tape.gradient(score, points) ** 2, axis=1))


def _probability(discriminator):
    return lambda points, training: tf.sigmoid(discriminator(points, training=training))


def flat_cases(seed):
    """Both critics on a few points."""
    points = np.random.default_rng(seed + 1).normal(size=(5, 3)).astype("float32")
    return [(critic, points.copy()) for critic in _critics(seed)]


@exercise(
    cases=flat_cases,
    hints=[
        "The gradient of the score with respect to the *points*: make them a tensor, `points = "
        "tf.convert_to_tensor(real_points)`, and let the tape watch it, `tape.watch(points)`: it is no variable.",
        "The points do not depend on each other, so the gradient of `tf.reduce_sum(scores)` holds one row for each "
        "point: the gradient of its own score.",
        "`tf.reduce_sum(gradients**2, axis=1)` is the squared length of each row; return the mean of these.",
    ],
    mistakes=[
        Mistake(
            lambda discriminator, points: tf.reduce_mean(_slopes(discriminator, points)),
            "This is the mean length of the gradients. R1 takes the mean of the *squared* lengths: near a flat score "
            "its own slope goes to 0, so it does not pull anymore where there is nothing left to pull at.",
        ),
        Mistake(
            lambda discriminator, points: tf.reduce_sum(_slopes(discriminator, points) ** 2),
            "These are the squared lengths summed over the batch. Take the mean, or the penalty grows with the number "
            "of points.",
        ),
        Mistake(
            lambda discriminator, points: tf.reduce_mean(_slopes(discriminator, points) ** 2) / points.shape[1],
            "You took the mean of all the squares. The squared length of a gradient is the *sum* of its squares, "
            "`axis=1`; the mean is over the points only.",
        ),
        Mistake(
            lambda discriminator, points: tf.reduce_mean(_slopes(_probability(discriminator), points) ** 2),
            "This is the slope of the probability, σ(D(x)), which is flat wherever the discriminator is sure. R1 takes "
            "the slope of the score, without the sigmoid.",
        ),
        Mistake(
            lambda discriminator, points: tf.reduce_mean(_slopes(discriminator, points, tf.reduce_mean) ** 2),
            "You took the gradient of the *mean* score. Each point then gets only its 1/n of it, and the squares are "
            "n² times too small. Take the gradient of the sum.",
        ),
        Mistake(
            lambda discriminator, points: _slopes(discriminator, points, weights=True) ** 2,
            "This is the gradient with respect to the discriminator's weights. Asked for is how the score changes when "
            "the *points* move: `tape.watch(points)`, then `tape.gradient(..., points)`.",
        ),
    ],
    remark="With a tape of the training step around it, this value can be differentiated once more, by the weights.",
)
def r1_penalty(discriminator, real_points):
    """R1: the mean squared length of the score's gradient at real points.

    mean over points of ||gradient of D(x) with respect to x||^2

    Args:
        discriminator: model, points (batch, dimensions) -> logits (batch, 1).
        real_points: array of shape (batch, dimensions).

    Returns:
        A number, at least 0.
    """
    points = tf.convert_to_tensor(real_points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        score = tf.reduce_sum(discriminator(points, training=False))
    gradients = tape.gradient(score, points)
    return tf.reduce_mean(tf.reduce_sum(gradients**2, axis=1))


def penalty_cases(seed):
    """Points do not matter to a linear critic; to the bent one the two sets are the same, so there is one between."""
    linear, bent = _critics(seed)
    real, fake = np.random.default_rng(seed + 2).normal(size=(2, 5, 3)).astype("float32")
    number = tf.constant([seed, 3])
    return [(linear, real, fake, number), (bent, real.copy(), real.copy(), number)]


def _between(gradient_penalty, seed):
    """The points at which a penalty asks for the slope, if real ones are 0 and generated ones are 1."""
    asked = []

    def critic(points, training=False):
        asked.append(points)
        return tf.reduce_sum(points, axis=1, keepdims=True)

    zeros, ones = np.zeros((400, 3), "float32"), np.ones((400, 3), "float32")
    gradient_penalty(critic, zeros, ones, tf.constant([seed, 8]))
    return np.concatenate([np.asarray(points) for points in asked])


def points_lie_between_real_and_fake(gradient_penalty, seed):
    """None beyond either end."""
    between = _between(gradient_penalty, seed)
    if between.min() < -1e-6 or between.max() > 1 + 1e-6:
        outside = ((between < 0) | (between > 1)).mean()
        return f"With real points at 0 and generated ones at 1, {outside:.0%} of your points lie outside of 0 to 1."


def every_pair_has_one_place_of_its_own(gradient_penalty, seed):
    """On its straight line, and another one for every pair."""
    between = _between(gradient_penalty, seed)
    if np.ptp(between, axis=1).max() > 1e-5:
        return "Some of your points do not lie on the straight line from their real point to their generated one."
    places = np.histogram(between[:, 0], bins=4, range=(0, 1))[0] / len(between)
    if abs(places - 0.25).max() > 0.12:
        return "Your points are not spread evenly over the lines from real to generated points."


def _penalty(discriminator, real, fake, seed, draw=tf.random.stateless_uniform, columns=1):
    between = real + draw((len(real), columns), seed) * (fake - real)
    return tf.reduce_mean((_slopes(discriminator, between) - 1) ** 2)


def _at(points):
    """Slopes at the points between, in the exercise's cases: at the real ones, which there change nothing."""
    return lambda discriminator, real, fake, seed: points(discriminator, real)


@exercise(
    cases=penalty_cases,
    properties=[points_lie_between_real_and_fake, every_pair_has_one_place_of_its_own],
    hints=[
        "Three steps: a random place on each line from real to fake, the gradient of the score there, and how far its "
        "length is from 1.",
        "`share = tf.random.stateless_uniform((len(real_points), 1), seed)`, one number for each pair, and "
        "`points = real_points + share * (fake_points - real_points)`.",
        "The lengths are `tf.sqrt(tf.reduce_sum(gradients**2, axis=1))`, the result is the mean of `(lengths - 1) ** "
        "2`. The gradient is taken as in `r1_penalty`.",
    ],
    mistakes=[
        Mistake(
            _at(lambda critic, points: tf.reduce_mean(tf.abs(_slopes(critic, points) - 1))),
            "You have the mean distance of the lengths from 1; the square is missing.",
        ),
        Mistake(
            _at(lambda critic, points: tf.reduce_mean((_slopes(critic, points) ** 2 - 1) ** 2)),
            "You subtract 1 from the *squared* lengths. Take the root first.",
        ),
        Mistake(
            _at(lambda critic, points: (tf.sqrt(tf.reduce_sum(_slopes(critic, points) ** 2)) - 1) ** 2),
            "This is one length for the whole batch. Each point has a gradient of its own: sum over `axis=1` only, "
            "then compare each length with 1.",
        ),
        Mistake(
            _at(lambda critic, points: tf.reduce_mean(_slopes(critic, points) ** 2)),
            "This draws the slopes to 0, as R1 does. WGAN-GP wants them to be 1: subtract it before you square.",
        ),
        Mistake(
            _at(lambda critic, points: (_slopes(critic, points, weights=True) - 1) ** 2),
            "This is the gradient with respect to the critic's weights. Let the tape watch the points between, and ask "
            "for the gradient with respect to these.",
        ),
        Mistake(
            lambda *arguments: _penalty(*arguments, draw=tf.random.stateless_normal),
            "The share has to be uniform in 0 to 1, `tf.random.stateless_uniform`. A normal number is outside of 0 to "
            "1 two times in three: then the point lies beyond the real or beyond the generated one.",
            fails=points_lie_between_real_and_fake,
        ),
        Mistake(
            lambda *arguments: _penalty(*arguments, columns=3),
            "One number for each pair, shape (batch, 1): a number for each coordinate leaves the line, and a single "
            "number for all pairs looks at one place only.",
            fails=every_pair_has_one_place_of_its_own,
        ),
    ],
    remark="The package's version adds a tiny number under the root: at 0 its slope is infinite.",
)
def gradient_penalty(discriminator, real_points, fake_points, seed):
    """WGAN-GP: the mean squared distance from 1 of the slope, at random places from real to fake.

    mean of (||gradient of D(x) with respect to x|| - 1)^2, at x = real + share * (fake - real),
    with one share for each pair, uniform in [0, 1]

    Args:
        discriminator: model, points (batch, dimensions) -> logits (batch, 1).
        real_points, fake_points: arrays of shape (batch, dimensions).
        seed: integer tensor of shape (2,), for `tf.random.stateless_uniform(shape, seed)`.

    Returns:
        A number, at least 0.
    """
    share = tf.random.stateless_uniform((len(real_points), 1), seed)
    points = real_points + share * (fake_points - real_points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        score = tf.reduce_sum(discriminator(points, training=False))
    gradients = tape.gradient(score, points)
    lengths = tf.sqrt(tf.reduce_sum(gradients**2, axis=1))
    return tf.reduce_mean((lengths - 1) ** 2)


# ---------------------------------------------------------------- hinge losses


def score_cases(seed):
    """Scores on both sides of the margin, of different numbers of real and of generated points."""
    rng = np.random.default_rng(seed)
    return [
        (np.array([2.0, 0.5, -1.0]), np.array([-3.0, 0.0])),
        (2 * rng.normal(size=6), 2 * rng.normal(size=9)),
    ]


def _relu(values):
    return np.maximum(0.0, values)


@exercise(
    cases=score_cases,
    hints=[
        "`np.maximum(0, values)` compares each entry with 0; `np.max` would look for the largest one.",
        "A real score costs nothing from +1 on: `np.maximum(0, 1 - real_logits)`. For a fake it is the other way "
        "around.",
        "The generator's loss has no maximum in it: minus the mean score of its fakes.",
    ],
    mistakes=[
        Mistake(
            lambda real, fake: (_relu(1 + real).mean() + _relu(1 - fake).mean(), -fake.mean()),
            "The signs are exchanged: this discriminator would push real scores down and fake ones up. A real score of "
            "+1 or more should cost nothing: `1 - real_logits`.",
        ),
        Mistake(
            lambda real, fake: (_relu(1 - real.mean()) + _relu(1 + fake.mean()), -fake.mean()),
            "You took the mean before the maximum. Then one very good score pays for a bad one, and the bad one no "
            "longer counts: maximum first, for each score, then the mean.",
        ),
        Mistake(
            lambda real, fake: (_relu(1 - real).mean() + _relu(1 + fake).mean(), _relu(1 - fake).mean()),
            "Your generator has a hinge too: fakes that score above 1 would learn nothing more. Its loss is minus the "
            "mean score.",
        ),
        Mistake(
            lambda real, fake: (_relu(1 - real).mean() + _relu(1 + fake).mean(), fake.mean()),
            "The sign of the generator's loss: it minimizes, and wants high scores.",
        ),
        Mistake(
            lambda real, fake: ((1 - real).mean() + (1 + fake).mean(), -fake.mean()),
            "There is no hinge: without the maximum with 0 this is the Wasserstein loss plus 2, and scores beyond the "
            "margin go on paying.",
        ),
    ],
    remark="A score beyond the margin has no gradient: the discriminator spends itself on what it still confuses.",
)
def hinge_losses(real_logits, fake_logits):
    """Hinge losses of the discriminator and of the generator.

    L_D = mean(max(0, 1 - real_logits)) + mean(max(0, 1 + fake_logits))
    L_G = -mean(fake_logits)

    Args:
        real_logits: array, scores of real points.
        fake_logits: array, scores of generated points.

    Returns:
        The two numbers L_D and L_G.
    """
    discriminator = np.maximum(0, 1 - real_logits).mean() + np.maximum(0, 1 + fake_logits).mean()
    return discriminator, -fake_logits.mean()


# ---------------------------------------------------------------- one power iteration


def kernel_cases(seed):
    """A matrix of more rows than columns, a square one, and a guess for each."""
    rng = np.random.default_rng(seed)
    return [(rng.normal(size=(5, 3)), rng.normal(size=3)), (rng.normal(size=(4, 4)), rng.normal(size=4))]


@exercise(
    cases=kernel_cases,
    hints=[
        "Through the kernel and back: `kernel @ u` first, then the transpose of the kernel times that.",
        "Divide by the length after each of the two products: `v = v / np.linalg.norm(v)`.",
    ],
    mistakes=[
        Mistake(
            lambda kernel, u: kernel.T @ (kernel @ u),
            "The direction is right, the length is not. Divide by it: after a few hundred steps the numbers would "
            "overflow or vanish.",
        ),
        Mistake(
            lambda kernel, u: kernel @ u / np.linalg.norm(kernel @ u),
            "This is v, half of the way. Go back through the transpose of the kernel: u' has one entry for each "
            "output.",
        ),
        Mistake(
            lambda kernel, u: kernel.T @ (kernel @ u) / np.linalg.norm(kernel @ u),
            "v has length 1, u' has not. Divide by the length after the second product, too.",
        ),
        Mistake(
            lambda kernel, u: kernel.T @ (kernel @ u) / np.sum((kernel.T @ (kernel @ u)) ** 2),
            "You divide by the sum of the squares; the length is its root, `np.linalg.norm`.",
        ),
    ],
    remark="The length before the last division is the estimate of σ.",
)
def one_power_iteration(kernel, u):
    """Improves a guess of the direction in which a kernel stretches most.

    v = W u / ||W u||, then u' = W^T v / ||W^T v||

    Args:
        kernel: array W of shape (inputs, outputs).
        u: array of shape (outputs,), the guess so far, not all zero.

    Returns:
        Array of shape (outputs,), u', of length 1.
    """
    v = kernel @ u
    v = v / np.linalg.norm(v)
    u = kernel.T @ v
    return u / np.linalg.norm(u)
