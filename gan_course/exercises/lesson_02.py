"""Exercises of lesson 02: losses from logits, the best discriminator, two distances, label smoothing."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np
from keras import ops

from gan_course import divergences, losses
from gan_course.exercises.engine import Mistake, exercise


def _sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def _softplus(logits):
    return np.logaddexp(0, logits)


def _batch(*logits):
    return np.array(logits, "float32")[:, None]


def _map_of_scores(seed, middle):
    """As a patch discriminator returns them: a score for each patch of each image."""
    return np.random.default_rng(seed).normal(middle, 2.0, (2, 3, 3, 1)).astype("float32")


# ---------------------------------------------------------------- the discriminator's loss


def discriminator_cases(seed):
    """A batch of four to work out by hand, and two maps of scores."""
    by_hand = _batch(2.0, 0.0, -1.0, 0.5), _batch(-3.0, 0.0, 1.0, -0.5)
    return [by_hand, (_map_of_scores(seed, 1.0), _map_of_scores(seed + 1, -1.0))]


def holds_for_large_logits(loss, seed):
    """Being certain and wrong costs as much as the logit is large."""
    for real, fake, words in ((-1000.0, 0.0, "real sample with logit -1,000"), (0.0, 1000.0, "fake with logit 1,000")):
        value = float(loss(_batch(real), _batch(fake)))
        if not abs(value - 1000.0 - np.log(2)) < 0.01:
            return f"For a {words}, the other logit being 0, the loss is 1,000 + ln 2; yours is {value:.4g}."


def _value_from_probabilities(real_logits, fake_logits):
    return np.mean(np.log(_sigmoid(real_logits))) + np.mean(np.log(1 - _sigmoid(fake_logits)))


@exercise(
    reference=losses.non_saturating_discriminator_loss,
    cases=discriminator_cases,
    properties=[holds_for_large_logits],
    hints=[
        "For each real logit the cost is -log σ(logit) = softplus(-logit), for each fake one -log(1 - σ(logit)) = "
        "softplus(logit).",
        "`ops.softplus` works on a whole batch. `ops.mean` makes one number of it.",
        "Two means, one over the real and one over the fake costs, added.",
    ],
    mistakes=[
        Mistake(
            lambda real_logits, fake_logits: np.mean(_softplus(real_logits)) + np.mean(_softplus(-fake_logits)),
            "The two targets are exchanged: this asks the discriminator to call real samples fake, and fakes real.",
        ),
        Mistake(
            lambda real_logits, fake_logits: np.mean(_softplus(-real_logits)) + np.mean(_softplus(-fake_logits)),
            "Here fakes have the target 1 like real samples: whoever calls everything real pays nothing. For a fake "
            "the cost is -log(1 - σ(logit)).",
        ),
        Mistake(
            lambda real_logits, fake_logits: _softplus(-real_logits) + _softplus(fake_logits),
            "These are the costs of each pair. A loss is one number: take the mean over the real ones and over the "
            "fake ones.",
        ),
        Mistake(
            lambda real_logits, fake_logits: np.sum(_softplus(-real_logits)) + np.sum(_softplus(fake_logits)),
            "This is the sum over the batch, so the loss, and the step it causes, would grow with the size of the "
            "batch. Take means.",
        ),
        Mistake(
            lambda real_logits, fake_logits: (np.mean(_softplus(-real_logits)) + np.mean(_softplus(fake_logits))) / 2,
            "This is the mean over real and fake together, half of what is asked for. The loss is the mean over the "
            "real samples plus the mean over the fakes; a discriminator that always says ½ has 2 ln 2.",
        ),
        Mistake(
            _value_from_probabilities,
            "This is V, which the discriminator wants to be large. A loss goes down: it is -V.",
        ),
        Mistake(
            lambda real_logits, fake_logits: -np.mean(np.log(real_logits)) - np.mean(np.log(1 - fake_logits)),
            "Here a logit itself is put into the logarithm. The probability is σ(logit).",
        ),
        Mistake(
            lambda real_logits, fake_logits: -_value_from_probabilities(real_logits, fake_logits),
            "On paper yours is right. In float32 σ(-1000) is 0 and σ(1000) is 1, so the logarithm of 0 is taken, and "
            "`exp(1000)` is infinite. A small number added inside the logarithm hides that, and with it how wrong the "
            "answer is. Use `ops.softplus`, which needs neither.",
            fails=holds_for_large_logits,
        ),
    ],
    remark="This is `losses.non_saturating_discriminator_loss`; the rest of the course uses it.",
)
def discriminator_loss(real_logits, fake_logits):
    """Cross-entropy of the discriminator, from logits: real samples count as 1, fakes as 0.

    The loss is -mean(log σ(real_logits)) - mean(log(1 - σ(fake_logits))). It must hold for large
    logits as well, -1,000 and 1,000 for instance.

    Args:
        real_logits: float32 array of any shape, scores of real samples.
        fake_logits: float32 array of any shape, scores of fakes.

    Returns:
        One number.
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


# ---------------------------------------------------------------- the best discriminator


def share_cases(seed):
    """One point by hand, the lesson's case of equal shares, and random densities."""
    rng = np.random.default_rng(seed)
    p, q = rng.uniform(0.05, 1.0, (2, 7))
    return [
        (np.array([0.3, 0.1]), np.array([0.1, 0.3]), 0.75),
        (np.array([0.2, 0.9, 0.4]), np.array([0.6, 0.1, 0.4]), 0.5),
        (p, q, 0.2),
    ]


@exercise(
    cases=share_cases,
    hints=[
        "Write the share as s. At one point the discriminator wants s · p · log D + (1 - s) · q · log(1 - D) to be "
        "large. Take the derivative with respect to D.",
        "Its zero: s · p / D = (1 - s) · q / (1 - D).",
        "That is the lesson's equation with s · p in place of p and (1 - s) · q in place of q.",
    ],
    mistakes=[
        Mistake(
            lambda p, q, real_share: p / (p + q),
            "This is the answer for equal shares. With more real samples than fakes, a sample is more likely to be "
            "real before one has looked at it: `real_share` belongs in the formula.",
        ),
        Mistake(
            lambda p, q, real_share: (1 - real_share) * q / (real_share * p + (1 - real_share) * q),
            "This is the probability of being fake. The discriminator's answer is the probability of being real.",
        ),
        Mistake(
            lambda p, q, real_share: (1 - real_share) * p / ((1 - real_share) * p + real_share * q),
            "The shares are exchanged: p, the density of the real samples, goes with `real_share`.",
        ),
        Mistake(
            lambda p, q, real_share: real_share * p / ((1 - real_share) * q),
            "This is the ratio of real to fake, which can be above 1. The answer is a probability: what share of all "
            "samples at this point is real?",
        ),
        Mistake(
            lambda p, q, real_share: real_share * p / (p + q),
            "The share is missing below the line: there stands all that lies at this point, real and fake, each with "
            "its own share.",
        ),
    ],
    remark="Bayes' rule gives the same: it is the probability that a sample at this point is real.",
)
def best_discriminator(p, q, real_share):
    """Best answer of a discriminator that sees real samples and fakes in unequal numbers.

    At each point it makes real_share · p · log(D) + (1 - real_share) · q · log(1 - D) as large as
    it can. With a share of one half this is the lesson's p / (p + q).

    Args:
        p: array, density of the real samples at some points.
        q: array of the same shape, density of the fakes at these points.
        real_share: number between 0 and 1, the share of real samples among all that it sees.

    Returns:
        Array of the same shape, probabilities of being real.
    """
    return real_share * p / (real_share * p + (1 - real_share) * q)


# ---------------------------------------------------------------- Jensen-Shannon


def density_cases(seed):
    """Two coins, densities that overlap, and densities with zeros on a finer grid."""
    p, q = np.random.default_rng(seed).uniform(0.1, 1.0, (2, 6))
    return [
        (np.array([0.5, 0.5]), np.array([0.25, 0.75]), 1.0),
        (p / (p.sum() * 0.5), q / (q.sum() * 0.5), 0.5),
        (np.array([0.0, 1.0, 3.0, 0.0]), np.array([0.0, 0.0, 2.0, 2.0]), 0.25),
    ]


def _without_any_zero(p, q, dx):
    held = (p > 0) & (q > 0)
    p, q = p[held], q[held]
    return (_kl(p, (p + q) / 2, dx) + _kl(q, (p + q) / 2, dx)) / 2


def _kl(p, q, dx):
    held = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[held] * np.log(p[held] / q[held])) * dx


@exercise(
    reference=divergences.js_divergence,
    cases=density_cases,
    hints=[
        "First the average of the two densities: `middle = (p + q) / 2`. It is above 0 wherever p or q is.",
        "KL(p ‖ middle) is the sum of p · log(p / middle) · dx; KL(q ‖ middle) likewise. The answer is their mean.",
        "Where p is 0 it adds nothing, but 0 · log 0 is NaN for NumPy. Keep the other points only, as the lesson's "
        "`kl` does: `held = p > 0`, then `p[held]` and `middle[held]`.",
    ],
    mistakes=[
        Mistake(
            lambda p, q, dx: _kl(p, (p + q) / 2, dx) + _kl(q, (p + q) / 2, dx),
            "This is the sum of the two divergences, twice what is asked for. The Jensen-Shannon divergence is their "
            "mean, at most ln 2.",
        ),
        Mistake(
            lambda p, q, dx: _kl(p, (p + q) / 2, dx),
            "This is half of the work: the divergence of p from the average. q has one too; take the mean of both.",
        ),
        Mistake(
            lambda p, q, dx: (_kl(p, q, dx) + _kl(q, p, dx)) / 2,
            "This compares p and q directly, and becomes infinite where one of them is 0. Compare each with their "
            "average (p + q) / 2.",
        ),
        Mistake(
            lambda p, q, dx: (_kl(p, p + q, dx) + _kl(q, p + q, dx)) / 2,
            "This is ln 2 too small: the average of the two densities is (p + q) / 2, not p + q.",
        ),
        Mistake(
            lambda p, q, dx: (_kl(p, (p + q) / 2, 1.0) + _kl(q, (p + q) / 2, 1.0)) / 2,
            "`dx` is missing: an integral is the sum of the values times the distance of two points.",
        ),
        Mistake(
            lambda p, q, dx: (_kl(p, (p + q) / 2, dx) + _kl(q, (p + q) / 2, dx)) / 2 / np.log(2),
            "This is in bits, with the logarithm to base 2. The course uses the natural logarithm, `np.log`.",
        ),
        Mistake(
            _without_any_zero,
            "This leaves out every point where one of the two densities is 0. At such a point the other one still adds "
            "something: each divergence leaves out only the zeros of its own density.",
        ),
        Mistake(
            lambda p, q, dx: sum(np.sum(a * np.log(2 * a / (p + q))) for a in (p, q)) * dx / 2,
            "The formula is right, and 0 · log 0 is NaN. Where a density is 0 it adds nothing to the sum: leave these "
            "points out.",
        ),
    ],
    remark="This is `divergences.js_divergence`. With densities on a grid an integral is a sum, and nothing is random.",
)
def js_divergence(p, q, dx):
    """Jensen-Shannon divergence ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q) / 2, of densities on a grid.

    Args:
        p: array (points,), at least 0; p.sum() * dx is 1. Some entries may be 0.
        q: array of the same shape, of the same kind.
        dx: distance of two points.

    Returns:
        One number, in nats (natural logarithm).
    """
    middle = (p + q) / 2

    def from_middle(density):
        held = density > 0  # where there is nothing, nothing is added
        return np.sum(density[held] * np.log(density[held] / middle[held])) * dx

    return (from_middle(p) + from_middle(q)) / 2


# ---------------------------------------------------------------- the generator's loss


def fake_cases(seed):
    """A batch of four to work out by hand, and a map of scores."""
    return [(_batch(-3.0, 0.0, 1.0, -0.5),), (_map_of_scores(seed, -1.0),)]


def holds_for_a_certain_discriminator(loss, seed):
    """Where the discriminator is sure that all is fake, the loss is as large as the logit."""
    value = float(loss(_batch(-1000.0)))
    if not abs(value - 1000.0) < 0.01:
        return f"For a fake with logit -1,000 the loss is 1,000; yours is {value:.4g}."


@exercise(
    reference=losses.non_saturating_generator_loss,
    cases=fake_cases,
    properties=[holds_for_a_certain_discriminator],
    hints=[
        "The generator wants the answer 'real' for its fakes, so a fake costs it what a real sample costs the "
        "discriminator.",
        "-log σ(logit) is softplus of something; the lesson has both identities.",
        "`ops.softplus(-fake_logits)`, and the mean of it.",
    ],
    mistakes=[
        Mistake(
            lambda fake_logits: -np.mean(_softplus(fake_logits)),
            "This is mean(log(1 - D)), the minimax loss. It goes down in the same direction but saturates: where the "
            "discriminator is sure, its slope is nearly 0. Asked for is -mean(log D).",
        ),
        Mistake(
            lambda fake_logits: np.mean(_softplus(fake_logits)),
            "This is the discriminator's cost of these fakes. Minimizing it would make them easier to recognize.",
        ),
        Mistake(
            lambda fake_logits: -np.mean(_softplus(-fake_logits)),
            "This is mean(log D), which the generator wants to be large. A loss goes down: change its sign.",
        ),
        Mistake(
            lambda fake_logits: _softplus(-fake_logits),
            "These are the costs of each fake. A loss is one number: take their mean.",
        ),
        Mistake(
            lambda fake_logits: np.sum(_softplus(-fake_logits)),
            "This is the sum over the batch, so the loss, and the step it causes, would grow with the size of the "
            "batch. Take the mean.",
        ),
        Mistake(
            lambda fake_logits: -np.mean(np.log(_sigmoid(fake_logits))),
            "On paper yours is right. In float32 σ(-1000) is 0, so the logarithm of 0 is taken, and `exp(1000)` is "
            "infinite: early in training, when the discriminator has an easy time. Use `ops.softplus`, which needs "
            "neither.",
            fails=holds_for_a_certain_discriminator,
        ),
    ],
    remark="This is `losses.non_saturating_generator_loss`, what nearly everyone means by the loss of a plain GAN.",
)
def generator_loss(fake_logits):
    """Non-saturating loss of the generator, -mean(log σ(fake_logits)), from logits.

    It must hold for large logits as well, -1,000 for instance.

    Args:
        fake_logits: float32 array of any shape, scores of fakes.

    Returns:
        One number.
    """
    return ops.mean(ops.softplus(-fake_logits))


# ---------------------------------------------------------------- Wasserstein


def sample_cases(seed):
    """Two moves that cancel in the mean, and random samples."""
    first, second = np.random.default_rng(seed).normal(size=(2, 50))
    return [(np.array([0.0, 10.0, 4.0]), np.array([8.0, 4.0, 1.0])), (first, 2.0 * second + 0.5)]


def _nearest_free(first, second):
    free, way = list(second), 0.0
    for number in first:
        nearest = min(free, key=lambda place: abs(place - number))
        free.remove(nearest)
        way += abs(nearest - number)
    return way / len(first)


@exercise(
    cases=sample_cases,
    hints=[
        "Think of three heaps of sand at 0, 4 and 10 and three holes at 1, 4 and 8. Which heap fills which hole?",
        "On a line no plan is cheaper than keeping the order: the leftmost heap fills the leftmost hole, and so on.",
        "Sort both, subtract, take absolute values, take the mean. `np.sort` returns a sorted copy.",
    ],
    mistakes=[
        Mistake(
            lambda first, second: np.mean(np.abs(first - second)),
            "This moves each sample to the one that happens to stand in the same place of the other array. A cheaper "
            "plan exists: put both in order first.",
        ),
        Mistake(
            lambda first, second: np.abs(np.mean(first) - np.mean(second)),
            "This compares the means. A move to the left and one to the right cancel in it, though both cost: the "
            "absolute value belongs inside the mean.",
        ),
        Mistake(
            lambda first, second: np.sum(np.abs(np.sort(first) - np.sort(second))),
            "This is the sum of all distances. Each of the n samples has the mass 1/n, so mass times distance gives "
            "the mean.",
        ),
        Mistake(
            lambda first, second: np.mean(np.square(np.sort(first) - np.sort(second))),
            "These are squared distances. Wasserstein-1, as its number says, counts the distance itself.",
        ),
        Mistake(
            _nearest_free,
            "Here each sample takes the nearest place that is still free. That is cheap for the first ones, and the "
            "last ones have to go far. The cheapest plan keeps the order.",
        ),
        Mistake(
            lambda first, second: np.mean(np.abs(np.subtract.outer(first, second))),
            "This is the mean distance from any sample to any other. It is above 0 even for twice the same samples; in "
            "a plan each sample goes to one place only.",
        ),
    ],
    remark="`scipy.stats.wasserstein_distance` does the same, also for samples of different numbers.",
)
def wasserstein_from_samples(first, second):
    """Wasserstein-1 distance of two sets of numbers, the mean distance moved by the cheapest plan.

    The plan moves every number of the first set onto one of the second.

    Args:
        first: array (count,). It must not be changed.
        second: array of the same shape. It must not be changed.

    Returns:
        One number, at least 0.
    """
    return np.mean(np.abs(np.sort(first) - np.sort(second)))


# ---------------------------------------------------------------- label smoothing


def smoothing_cases(seed):
    """A batch of four to work out by hand, and two maps of scores."""
    by_hand = _batch(2.0, 0.0, -1.0, 0.5), _batch(-3.0, 0.0, 1.0, -0.5), 0.1
    return [by_hand, (_map_of_scores(seed, 1.0), _map_of_scores(seed + 1, -1.0), 0.3)]


def holds_for_large_logits_too(loss, seed):
    """A real sample of which the discriminator is sure costs α times its logit."""
    value = float(loss(_batch(1000.0), _batch(0.0), 0.1))
    if not abs(value - 100.0 - np.log(2)) < 0.01:
        return (
            "For a real sample with logit 1,000, a fake with logit 0 and α = 0.1 the loss is 100 + ln 2; yours is "
            f"{value:.4g}."
        )


def _smoothed_from_probabilities(real_logits, fake_logits, smoothing):
    real, fake = _sigmoid(real_logits), _sigmoid(fake_logits)
    return -np.mean((1 - smoothing) * np.log(real) + smoothing * np.log(1 - real)) - np.mean(np.log(1 - fake))


def _cross_entropy(target, logits):
    return np.mean(target * _softplus(-logits) + (1 - target) * _softplus(logits))


@exercise(
    reference=losses.smoothed_discriminator_loss,
    cases=smoothing_cases,
    properties=[holds_for_large_logits_too],
    hints=[
        "Cross-entropy with a target t costs -t · log D - (1 - t) · log(1 - D). Which t do real samples get now? And "
        "the fakes?",
        "Real samples have t = 1 - smoothing, so both terms count; for fakes t = 0 and nothing changes.",
        "A real logit costs (1 - smoothing) · softplus(-logit) + smoothing · softplus(logit).",
    ],
    mistakes=[
        Mistake(
            lambda real_logits, fake_logits, smoothing: (
                _cross_entropy(1 - smoothing, real_logits) + _cross_entropy(smoothing, fake_logits)
            ),
            "This smooths both sides. One-sided smoothing leaves the target of fakes at 0; else the best answer where "
            "there are only fakes rises above 0, and fakes there look better than they are.",
        ),
        Mistake(
            lambda real_logits, fake_logits, smoothing: (
                _cross_entropy(1.0, real_logits) + _cross_entropy(smoothing, fake_logits)
            ),
            "This smooths the fakes and leaves the real ones at 1. It is the other way round.",
        ),
        Mistake(
            lambda real_logits, fake_logits, smoothing: (
                (1 - smoothing) * np.mean(_softplus(-real_logits)) + np.mean(_softplus(fake_logits))
            ),
            "Here real samples count a little less, but their target is still 1. With the target 1 - α the second term "
            "of the cross-entropy counts too: -α · log(1 - D), for real samples.",
        ),
        Mistake(
            lambda real_logits, fake_logits, smoothing: (
                _cross_entropy(smoothing, real_logits) + _cross_entropy(0.0, fake_logits)
            ),
            "Here real samples have the target α, so nearly that of fakes. It is 1 - α.",
        ),
        Mistake(
            lambda real_logits, fake_logits, smoothing: (
                _cross_entropy(1 + smoothing, real_logits) + _cross_entropy(0.0, fake_logits)
            ),
            "The target lies beyond 1 here, which is the opposite of smoothing: the loss falls without end as the "
            "logits of real samples grow. It is 1 - α.",
        ),
        Mistake(
            lambda real_logits, fake_logits, smoothing: (
                _cross_entropy(1 - smoothing / 2, real_logits) + _cross_entropy(0.0, fake_logits)
            ),
            "The target here is 1 - α/2, as `label_smoothing` of `keras.losses.BinaryCrossentropy` makes it: that "
            "pulls targets toward ½. Asked for is 1 - α for real samples.",
        ),
        Mistake(
            _smoothed_from_probabilities,
            "On paper yours is right. In float32 the logarithm of 0 is taken, as in the first exercise. Use "
            "`ops.softplus`.",
            fails=holds_for_large_logits_too,
        ),
    ],
    remark="This is `losses.smoothed_discriminator_loss`, which also refuses an α that would push the target beyond 1.",
)
def smoothed_discriminator_loss(real_logits, fake_logits, smoothing):
    """Cross-entropy of the discriminator with one-sided label smoothing, from logits.

    Real samples have the target 1 - smoothing in place of 1; fakes keep 0. It must hold for large
    logits as well, -1,000 and 1,000 for instance.

    Args:
        real_logits: float32 array of any shape, scores of real samples.
        fake_logits: float32 array of any shape, scores of fakes.
        smoothing: number between 0 and 1, the α of the lesson.

    Returns:
        One number: the mean over the real samples plus the mean over the fakes.
    """
    right = (1 - smoothing) * ops.softplus(-real_logits)
    doubt = smoothing * ops.softplus(real_logits)
    return ops.mean(right + doubt) + ops.mean(ops.softplus(fake_logits))
