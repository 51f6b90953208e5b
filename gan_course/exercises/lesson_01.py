"""Exercises of lesson 01: noise, the density ratio, the game f(x, y) = xy, a step of training."""

import random

import numpy as np

from gan_course.exercises.engine import Mistake, exercise
from gan_course.exercises.mock_networks import (
    both_networks_learn,
    each_follows_its_own_gradient,
    in_this_order,
    no_stale_fake,
    no_stale_gradient,
    no_stale_score,
    nothing_is_used_before_it_is_made,
)

# ---------------------------------------------------------------- latent noise


def right_shape(sample_latent, seed):
    """As many rows as samples, as many columns as dimensions."""
    shape = sample_latent(5, 3, seed).shape
    return None if shape == (5, 3) else f"For 5 samples in 3 dimensions the shape should be (5, 3); yours is {shape}."


def float32_entries(sample_latent, seed):
    """What the networks of the course calculate with."""
    dtype = sample_latent(5, 3, seed).dtype
    return None if dtype == np.float32 else f"The entries should be float32; yours are {dtype}."


def the_same_for_the_same_seed(sample_latent, seed):
    """Reproducible."""
    if not np.array_equal(sample_latent(5, 3, seed), sample_latent(5, 3, seed), equal_nan=True):
        return f"Two calls with seed {seed} gave different numbers."


def different_for_another_seed(sample_latent, seed):
    """The seed is used."""
    if np.array_equal(sample_latent(5, 3, seed), sample_latent(5, 3, seed + 1), equal_nan=True):
        return f"The seeds {seed} and {seed + 1} gave the same numbers."


def no_sample_twice(sample_latent, seed):
    """Every row is drawn anew."""
    different = len(np.unique(sample_latent(5, 3, seed), axis=0))
    return None if different == 5 else f"Of 5 samples, only {different} are different: draw each entry of each sample."


def standard_normal(sample_latent, seed):
    """Mean 0, standard deviation 1, and 68% of the entries within one standard deviation."""
    noise = sample_latent(5000, 4, seed)
    found = {
        "mean": (noise.mean(), 0.0),
        "standard deviation": (noise.std(), 1.0),
        "share of entries between -1 and 1": ((np.abs(noise) < 1).mean(), 0.683),
    }
    for what, (value, expected) in found.items():
        if not abs(value - expected) < 0.05:
            return f"In 5,000 samples the {what} is {value:.2f}; for a standard normal distribution it is {expected:g}."


def leaves_other_random_numbers_alone(sample_latent, seed):
    """The global generators of Python and NumPy are where they were."""
    before = _global_generators()
    sample_latent(5, 3, seed)
    if _global_generators() != before:
        return "The numbers are right, but after the call Python's or NumPy's global generator stands elsewhere."


def _global_generators():
    kind, keys, *position = np.random.get_state()
    return random.getstate(), kind, keys.tolist(), position


def _seeds_globally(count, latent_dim, seed):
    np.random.seed(seed)
    return np.random.normal(size=(count, latent_dim)).astype("float32")


@exercise(
    properties=[
        right_shape,
        float32_entries,
        the_same_for_the_same_seed,
        different_for_another_seed,
        no_sample_twice,
        standard_normal,
        leaves_other_random_numbers_alone,
    ],
    hints=[
        "Make a random number generator of your own from the seed: `rng = np.random.default_rng(seed)`.",
        "`rng.standard_normal(shape)` draws from a normal distribution with mean 0 and standard deviation 1; the shape "
        "is one argument, a tuple.",
        'It draws float64 unless you say otherwise: `dtype="float32"`.',
    ],
    mistakes=[
        Mistake(
            lambda count, latent_dim, seed: np.random.default_rng(seed).standard_normal((latent_dim, count)),
            "A batch comes first: one row for each sample, one column for each latent dimension.",
            fails=right_shape,
        ),
        Mistake(
            lambda count, latent_dim, seed: np.random.default_rng(seed).standard_normal((count, latent_dim)),
            "NumPy draws float64 unless it is told otherwise; Keras would convert it at every call.",
            fails=float32_entries,
        ),
        Mistake(
            lambda count, latent_dim, seed: np.random.normal(size=(count, latent_dim)).astype("float32"),
            "Functions such as `np.random.normal` go on where the last draw ended. A generator made from the seed, "
            "inside your function, begins anew at every call.",
            fails=the_same_for_the_same_seed,
        ),
        Mistake(
            lambda count, latent_dim, seed: np.random.default_rng(0).standard_normal((count, latent_dim), "float32"),
            "Make the generator from the argument `seed`, not from a number of your own.",
            fails=different_for_another_seed,
        ),
        Mistake(
            lambda count, latent_dim, seed: np.random.default_rng(seed).random((count, latent_dim), "float32") * 2 - 1,
            "Look at which distribution you draw from: `random` and `uniform` are flat, `standard_normal` is a bell.",
            fails=standard_normal,
        ),
        Mistake(
            _seeds_globally,
            "`np.random.seed` sets the generator that everyone shares, so whoever draws next gets other numbers than "
            "without your call. Make a generator of your own with `np.random.default_rng(seed)`.",
            fails=leaves_other_random_numbers_alone,
        ),
    ],
    remark="A training that draws its noise anew from the number of each step can be interrupted, and goes on exactly "
    "as it would have.",
)
def sample_latent(count, latent_dim, seed):
    """Draws latent noise, the input of a generator, from a standard normal distribution.

    The same seed gives the same noise, and no other random number in the notebook changes.

    Args:
        count: number of samples.
        latent_dim: number of entries of each.
        seed: integer.

    Returns:
        float32 array `(count, latent_dim)`.
    """
    return np.random.default_rng(seed).standard_normal((count, latent_dim), dtype="float32")


# ---------------------------------------------------------------- the discriminator as a density ratio


def logit_cases(seed):
    """Moderate logits, and large ones, for which a detour over the probability loses all digits."""
    rng = np.random.default_rng(seed)
    return [(np.array([-2.0, 0.0, 0.5, 3.0]),), (rng.normal(0, 1.5, (2, 3)),), (np.array([-40.0, 40.0]),)]


def _sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


@exercise(
    cases=logit_cases,
    hints=[
        "The best discriminator says σ(logit) = p / (p + q); write σ for it. What is σ / (1 - σ) in terms of p and q?",
        "σ / (1 - σ) = p / q. Now put σ = 1 / (1 + exp(-logit)) into the left side and simplify.",
        "1 - σ = exp(-logit) / (1 + exp(-logit)), so what is left is 1 / exp(-logit). NumPy's function is `np.exp`.",
    ],
    mistakes=[
        Mistake(
            _sigmoid,
            "This is σ(logits) = p / (p + q), the probability that a sample is real. Asked for is p / q, which is not "
            "bounded by 1.",
        ),
        Mistake(
            lambda logits: np.exp(-logits),
            "This is q / p, upside down: a high logit means that the sample is more likely among the real ones.",
        ),
        Mistake(
            lambda logits: logits / (1 - logits),
            "σ / (1 - σ) is right for a probability σ. A discriminator of this course returns logits, before the "
            "sigmoid, and for those there is a shorter way.",
        ),
        Mistake(
            lambda logits: logits,
            "The logit itself is the logarithm of p / q, which may be negative. Asked for is p / q.",
        ),
        Mistake(
            lambda logits: _sigmoid(logits) / (1 - _sigmoid(logits)),
            "On paper this is right. For a large logit, though, σ(logit) is rounded to 1 and 1 - σ to 0. Put "
            "σ(logit) = 1 / (1 + exp(-logit)) into σ / (1 - σ) and simplify first: nothing is left to divide.",
        ),
    ],
    remark="The discriminator never saw a density, only samples, and yet its logit is an estimate of log(p / q).",
)
def density_ratio(logits):
    """Density of real data over that of fakes, p / q, from the logits of the best discriminator.

    The best discriminator gives a sample the probability σ(logit) = p / (p + q) of being real.

    Args:
        logits: array of any shape.

    Returns:
        Array of the same shape, above 0.
    """
    return np.exp(logits)


# ---------------------------------------------------------------- the game f(x, y) = xy


def game_cases(seed):
    """The lesson's own start, and a random one."""
    x, y, step = np.random.default_rng(seed).uniform(0.2, 0.8, 3).tolist()
    return [(1.0, 1.0, 0.5, 6), (x, -y, step, 4)]


def _play(x, y, count, move):
    """Points of a game, the start among them, for one of the rules that learners mistake for the right one."""
    points = [(x, y)]
    for _ in range(count):
        points.append(move(*points[-1]))
    return np.array(points)


def _simultaneous(x, y, step, count):
    return _play(x, y, count, lambda x, y: (x - step * y, y + step * x))


def _both_descend(x, y, step, count):
    return _play(x, y, count, lambda x, y: (x - step * y, y - step * (x - step * y)))


def _y_first(x, y, step, count):
    return _play(x, y, count, lambda x, y: (x - step * (y + step * x), y + step * x))


def _right(x, y, step, count):
    return _play(x, y, count, lambda x, y: (x - step * y, y + step * (x - step * y)))


def _one_player_a_round(x, y, step, count):
    points, moves = _right(x, y, step, count), np.arange(count + 1)
    return np.stack([points[(moves + 1) // 2, 0], points[moves // 2, 1]], axis=1)


@exercise(
    cases=game_cases,
    hints=[
        "The slope of f = xy along x is y, and along y it is x. x goes down its slope, y goes up.",
        "One round: `x = x - step * y`, then `y = y + step * x`. On the second line x is the new one already.",
        "Begin with `points = [(x, y)]`, append a point after each round and return `np.array(points)`.",
    ],
    mistakes=[
        Mistake(
            _simultaneous,
            "Here both players move at once: y answers to the old x. That is the simultaneous game, which spirals "
            "outward. Let y see the x that has just moved.",
        ),
        Mistake(
            _both_descend,
            "Here both players go downhill, so there is no game. y wants f to be large: its sign is a plus.",
        ),
        Mistake(
            _y_first,
            "Here y moves first and x answers. That goes round as well, but the task has x begin.",
        ),
        Mistake(
            _one_player_a_round,
            "Here only one player moves in a round. In one round x moves and then y, and after both comes a point.",
        ),
        Mistake(
            lambda x, y, step, count: _right(x, y, step, count)[-1],
            "This is the last point alone. Keep every point, the start among them.",
        ),
        Mistake(
            lambda x, y, step, count: _right(x, y, step, count)[1:],
            "The start is missing: after `count` rounds there are `count + 1` points.",
        ),
    ],
    remark="x² + y² - step · x · y is the same at all of these points: they go round and neither leave nor arrive.",
)
def alternating_updates(x, y, step, count):
    """Plays f(x, y) = xy: in a round x steps down its slope, then y, seeing the new x, steps up.

    Args:
        x: number, where the player starts who wants f to be small.
        y: number, where the player starts who wants f to be large.
        step: number, length of a step as a multiple of the slope.
        count: number of rounds.

    Returns:
        Array `(count + 1, 2)` of the points (x, y), the start first.
    """
    points = [(x, y)]
    for _ in range(count):
        x = x - step * y
        y = y + step * x
        points.append((x, y))
    return np.array(points)


# ---------------------------------------------------------------- a step of training


_BEGIN = "draw_noise generate score_real score_fake discriminator_gradient "


@exercise(
    numeric=False,
    properties=[
        nothing_is_used_before_it_is_made,
        both_networks_learn,
        each_follows_its_own_gradient,
        no_stale_score,
        no_stale_fake,
        no_stale_gradient,
    ],
    hints=[
        "There are two halves, one for each network. A half goes: fakes, their scores, the gradient, the update.",
        "The discriminator needs two scores, of real samples and of fakes; the generator only that of fakes.",
        "After the discriminator's update its old scores are worth nothing: the generator's half needs new ones, best "
        "of new fakes.",
    ],
    mistakes=[
        Mistake(
            in_this_order("score_real score_fake discriminator_gradient draw_noise generate update_discriminator"),
            "Go backward from the gradient: it needs scores, a score of fakes needs fakes, fakes need noise.",
            fails=nothing_is_used_before_it_is_made,
        ),
        Mistake(
            in_this_order(_BEGIN + "update_discriminator"),
            "A network that stands still ends the game: the other one learns to beat it and then has nothing to learn.",
            fails=both_networks_learn,
        ),
        Mistake(
            in_this_order(_BEGIN + "update_discriminator update_generator"),
            "The two want opposite things, so each needs the gradient of its own loss, computed anew for each update.",
            fails=each_follows_its_own_gradient,
        ),
        Mistake(
            in_this_order(_BEGIN + "update_discriminator generator_gradient update_generator"),
            "That is the opinion of a discriminator that no longer exists. Score again after the update.",
            fails=no_stale_score,
        ),
        Mistake(
            in_this_order(
                "draw_noise generate score_fake generator_gradient update_generator "
                "score_real score_fake discriminator_gradient update_discriminator"
            ),
            "Nobody makes these fakes anymore. Generate new ones after the generator's update, and have them scored.",
            fails=no_stale_fake,
        ),
        Mistake(
            in_this_order(_BEGIN + "generator_gradient update_discriminator update_generator"),
            "Both gradients first and both updates after them: the simultaneous game, which in f = xy spirals outward. "
            "Here the networks take turns: finish one network's half before you begin the other's.",
            fails=no_stale_gradient,
        ),
    ],
    remark="Which network moves first does not matter; that the second one sees what the first has done does.",
)
def training_step(networks):
    """Trains both networks once: calls the methods of `networks` in an order that works.

    `draw_noise()`, `generate()`, `score_real()`, `score_fake()`, `discriminator_gradient()`,
    `update_discriminator()`, `generator_gradient()`, `update_generator()`: each takes no argument
    and may be called more than once. Every one works with what the others have made last, and with
    both networks as they are now.

    Args:
        networks: a generator and a discriminator.
    """
    networks.draw_noise()
    networks.generate()
    networks.score_real()
    networks.score_fake()
    networks.discriminator_gradient()
    networks.update_discriminator()

    networks.draw_noise()
    networks.generate()
    networks.score_fake()
    networks.generator_gradient()
    networks.update_generator()
