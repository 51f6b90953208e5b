"""The losses of lesson 02's table: hand values, a second implementation in NumPy, extreme scores, gradients."""

import numpy as np
import pytest
import tensorflow as tf

from gan_course import losses

LN_2 = np.log(2.0)


def log_sigmoid(x):
    """log σ(x), in float64."""
    return -(np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0))


def mean_square(x):
    return (x**2).mean()


# name of the loss, its further arguments, the formula in NumPy of (real, fake)
DISCRIMINATORS = [
    ("hinge", {}, lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean()),
    ("non_saturating", {}, lambda r, f: -log_sigmoid(r).mean() - log_sigmoid(-f).mean()),
    (
        "smoothed",
        {"smoothing": 0.3},
        lambda r, f: -(0.7 * log_sigmoid(r) + 0.3 * log_sigmoid(-r)).mean() - log_sigmoid(-f).mean(),
    ),
    ("least_squares", {}, lambda r, f: 0.5 * mean_square(r - 1) + 0.5 * mean_square(f)),
    (
        "least_squares",
        {"real_target": 1.0, "fake_target": -1.0},
        lambda r, f: 0.5 * mean_square(r - 1) + 0.5 * mean_square(f + 1),
    ),
    ("wasserstein", {}, lambda r, f: f.mean() - r.mean()),
    ("relativistic", {}, lambda r, f: -log_sigmoid(r - f).mean()),
]
GENERATORS = [
    ("hinge", {}, lambda f: -f.mean()),
    ("minimax", {}, lambda f: log_sigmoid(-f).mean()),
    ("non_saturating", {}, lambda f: -log_sigmoid(f).mean()),
    ("least_squares", {}, lambda f: 0.5 * mean_square(f - 1)),
    ("least_squares", {"target": 0.0}, lambda f: 0.5 * mean_square(f)),
    ("wasserstein", {}, lambda f: -f.mean()),
]


def loss_of(player, name):
    return getattr(losses, f"{name}_{player}_loss")


def scores(*shape, seed=0, scale=3.0):
    return np.random.default_rng(seed).normal(scale=scale, size=shape).astype("float32")


@pytest.mark.parametrize("shape", [(5, 1), (2, 7, 7, 1)])
class TestAgainstNumpy:
    @pytest.mark.parametrize(("name", "arguments", "formula"), DISCRIMINATORS)
    def test_discriminator(self, shape, name, arguments, formula):
        real, fake = scores(*shape, seed=1), scores(*shape, seed=2)
        expected = formula(real.astype("float64"), fake.astype("float64"))
        assert float(loss_of("discriminator", name)(real, fake, **arguments)) == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize(("name", "arguments", "formula"), GENERATORS)
    def test_generator(self, shape, name, arguments, formula):
        fake = scores(*shape, seed=3)
        expected = formula(fake.astype("float64"))
        assert float(loss_of("generator", name)(fake, **arguments)) == pytest.approx(expected, rel=1e-5)

    def test_relativistic_generator(self, shape):
        real, fake = scores(*shape, seed=1), scores(*shape, seed=2)
        expected = -log_sigmoid(fake.astype("float64") - real).mean()
        assert float(losses.relativistic_generator_loss(real, fake)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("extreme", [1e4, -1e4])
class TestExtremeScores:
    """Finite values and gradients, where a sigmoid followed by a logarithm gives infinity and NaN."""

    def check(self, loss, formula, *logits):
        tensors = [tf.constant(values) for values in logits]
        with tf.GradientTape() as tape:
            for tensor in tensors:
                tape.watch(tensor)
            value = loss(*tensors)
        expected = formula(*(values.astype("float64") for values in logits))
        assert float(value) == pytest.approx(expected, rel=1e-5, abs=1e-6)
        assert all(np.isfinite(gradient).all() for gradient in tape.gradient(value, tensors))

    @pytest.mark.parametrize(("name", "arguments", "formula"), DISCRIMINATORS)
    def test_discriminator(self, extreme, name, arguments, formula):
        real, fake = np.array([extreme, 1.0], "float32"), np.array([-0.5, extreme], "float32")
        loss = lambda r, f: loss_of("discriminator", name)(r, f, **arguments)  # noqa: E731
        self.check(loss, formula, real, fake)

    @pytest.mark.parametrize(("name", "arguments", "formula"), GENERATORS)
    def test_generator(self, extreme, name, arguments, formula):
        loss = lambda f: loss_of("generator", name)(f, **arguments)  # noqa: E731
        self.check(loss, formula, np.array([extreme, -1.0], "float32"))


class TestByHand:
    def test_a_discriminator_that_answers_one_half(self):
        zeros, halves = np.zeros((4, 1), "float32"), np.full((4, 1), 0.5, "float32")
        assert float(losses.minimax_generator_loss(zeros)) == pytest.approx(-LN_2)
        for smoothing in (0.0, 0.1, 1.0):
            value = losses.smoothed_discriminator_loss(zeros, zeros, smoothing)
            assert float(value) == pytest.approx(2 * LN_2)
        assert float(losses.least_squares_discriminator_loss(halves, halves)) == pytest.approx(1 / 4)
        assert float(losses.least_squares_generator_loss(halves)) == pytest.approx(1 / 8)

    def test_equal_scores_are_an_equilibrium_of_pairs_whatever_they_are(self):
        same = scores(6, 1)
        assert float(losses.relativistic_discriminator_loss(same, same)) == pytest.approx(LN_2)
        assert float(losses.relativistic_generator_loss(same, same)) == pytest.approx(LN_2)
        assert float(losses.wasserstein_discriminator_loss(same, same)) == pytest.approx(0.0, abs=1e-6)

    def test_least_squares(self):
        # real: (3 - 1)² and (1 - 1)², fake: 2² and (-1)²; halves of the means 2 and 2.5
        real, fake = np.array([3.0, 1.0], "float32"), np.array([2.0, -1.0], "float32")
        assert float(losses.least_squares_discriminator_loss(real, fake)) == pytest.approx(1.0 + 1.25)
        assert float(losses.least_squares_generator_loss(fake)) == pytest.approx((1 + 4) / 4)

    def test_wasserstein(self):
        real, fake = np.array([3.0, 1.0], "float32"), np.array([-1.0], "float32")
        assert float(losses.wasserstein_discriminator_loss(real, fake)) == pytest.approx(-3.0)
        assert float(losses.wasserstein_generator_loss(fake)) == pytest.approx(1.0)

    def test_relativistic(self):
        # σ(ln 3) = 3/4
        real, fake = np.array([np.log(6.0)], "float32"), np.array([np.log(2.0)], "float32")
        assert float(losses.relativistic_discriminator_loss(real, fake)) == pytest.approx(-np.log(0.75), rel=1e-5)
        assert float(losses.relativistic_generator_loss(real, fake)) == pytest.approx(-np.log(0.25), rel=1e-5)

    def test_no_smoothing_is_the_plain_loss(self):
        real, fake = scores(5, 1, seed=1), scores(5, 1, seed=2)
        plain = losses.non_saturating_discriminator_loss(real, fake)
        assert float(losses.smoothed_discriminator_loss(real, fake, smoothing=0.0)) == pytest.approx(float(plain))


class TestWhoSaturates:
    """At D = 0.01 the discriminator is sure that the image is fake: the generator has everything to learn."""

    def gradient(self, loss, with_respect_to_probability):
        start = tf.Variable(0.01 if with_respect_to_probability else np.log(0.01 / 0.99), dtype=tf.float64)
        with tf.GradientTape() as tape:
            logit = tf.math.log(start / (1 - start)) if with_respect_to_probability else tf.identity(start)
            value = loss(logit)
        return float(tape.gradient(value, start))

    def test_with_respect_to_the_logit(self):
        assert self.gradient(losses.minimax_generator_loss, False) == pytest.approx(-0.01)
        assert self.gradient(losses.non_saturating_generator_loss, False) == pytest.approx(-0.99)

    def test_with_respect_to_the_probability(self):
        assert self.gradient(losses.minimax_generator_loss, True) == pytest.approx(-1 / 0.99)  # -1.01
        assert self.gradient(losses.non_saturating_generator_loss, True) == pytest.approx(-100.0)

    @pytest.mark.parametrize("name", sorted({name for name, _, _ in GENERATORS}))
    def test_every_generator_wants_a_higher_score_for_what_is_taken_for_fake(self, name):
        assert self.gradient(loss_of("generator", name), False) < 0

    def test_the_two_sides_of_a_pair_pull_against_each_other(self):
        real, fake = tf.constant([0.3, -1.0]), tf.Variable([0.5, 2.0])
        with tf.GradientTape(persistent=True) as tape:
            discriminator = losses.relativistic_discriminator_loss(real, fake)
            generator = losses.relativistic_generator_loss(real, fake)
        assert (tape.gradient(discriminator, fake).numpy() > 0).all()
        assert (tape.gradient(generator, fake).numpy() < 0).all()


class TestRefusals:
    @pytest.mark.parametrize(("smoothing", "target"), [(-0.2, "1.2"), (1.5, "-0.5"), (float("nan"), "nan")])
    def test_a_target_that_is_no_probability(self, smoothing, target):
        with pytest.raises(ValueError, match=f"would be {target}, which is no probability.*opposite of smoothing"):
            losses.smoothed_discriminator_loss(scores(3), scores(3), smoothing=smoothing)

    @pytest.mark.parametrize("loss", [losses.relativistic_discriminator_loss, losses.relativistic_generator_loss])
    def test_scores_without_partners(self, loss):
        with pytest.raises(ValueError, match=r"compares pairs.*\(4, 1\) and \(3, 1\)"):
            loss(scores(4, 1), scores(3, 1))
