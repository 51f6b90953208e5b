"""Divergences against hand values and SciPy; and every row of lesson 02's table of losses, on a grid."""

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.stats
import tensorflow as tf

from gan_course import divergences, losses

X = np.linspace(-8.0, 8.0, 401)
DX = X[1] - X[0]
FAIR, BIASED = np.array([0.5, 0.5]), np.array([0.25, 0.75])


def density(mean, width):
    values = np.exp(-0.5 * ((X - mean) / width) ** 2)
    return values / (values.sum() * DX)


REAL = 0.6 * density(-1.0, 0.8) + 0.4 * density(2.0, 0.5)
FAKE = density(0.5, 1.2)


class TestByHand:
    def test_kl(self):
        assert divergences.kl_divergence(FAIR, BIASED) == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))
        assert divergences.kl_divergence(FAIR, FAIR) == 0.0

    def test_kl_is_infinite_where_the_generator_never_goes(self):
        assert divergences.kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf
        assert divergences.kl_divergence([1.0, 0.0], [0.5, 0.5]) == pytest.approx(np.log(2))

    def test_two_gaussians_of_the_same_width(self):
        # (Δ mean)² / (2 σ²) for KL, Δ mean for the Wasserstein distance
        p, q = density(-0.5, 0.7), density(0.9, 0.7)
        assert divergences.kl_divergence(p, q, DX) == pytest.approx(1.4**2 / (2 * 0.7**2), rel=1e-9)
        assert divergences.wasserstein_distance(p, q, DX) == pytest.approx(1.4, rel=1e-9)

    def test_total_variation_and_triangle_and_chi_square(self):
        assert divergences.total_variation_distance(FAIR, BIASED) == pytest.approx(0.25)
        assert divergences.triangular_discrimination(FAIR, BIASED) == pytest.approx(1 / 12 + 1 / 20)
        assert divergences.pearson_chi_square(FAIR, BIASED) == pytest.approx(1 / 4 + 1 / 12)
        assert divergences.pearson_chi_square([0.5, 0.5], [1.0, 0.0]) == np.inf

    def test_moving_half_the_mass_by_three_points(self):
        assert divergences.wasserstein_distance([0.5, 0.5, 0, 0], [0.5, 0, 0, 0.5]) == pytest.approx(1.0)


class TestAgainstScipy:
    def test_jensen_shannon(self):
        expected = scipy.spatial.distance.jensenshannon(REAL * DX, FAKE * DX) ** 2
        assert divergences.js_divergence(REAL, FAKE, DX) == pytest.approx(expected, rel=1e-9)

    def test_kl(self):
        expected = scipy.stats.entropy(REAL * DX, FAKE * DX)
        assert divergences.kl_divergence(REAL, FAKE, DX) == pytest.approx(expected, rel=1e-9)

    def test_wasserstein(self):
        expected = scipy.stats.wasserstein_distance(X, X, REAL, FAKE)
        assert divergences.wasserstein_distance(REAL, FAKE, DX) == pytest.approx(expected, rel=1e-9)

    def test_triangle_is_twice_pearson_from_the_average(self):
        expected = 2 * divergences.pearson_chi_square(FAKE, (REAL + FAKE) / 2, DX)
        assert divergences.triangular_discrimination(REAL, FAKE, DX) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("gap", [3.0, 6.0, 9.0])
def test_without_overlap_js_sticks_at_ln_2_and_wasserstein_tells_how_far(gap):
    box = lambda start: ((start <= X) & (X < start + 1.0 - DX / 2)) / (round(1.0 / DX) * DX)  # noqa: E731
    p, q = box(-6.0), box(-6.0 + gap)
    assert divergences.js_divergence(p, q, DX) == pytest.approx(np.log(2), abs=1e-12)
    assert divergences.total_variation_distance(p, q, DX) == pytest.approx(1.0)
    assert divergences.triangular_discrimination(p, q, DX) == pytest.approx(2.0)
    assert divergences.wasserstein_distance(p, q, DX) == pytest.approx(gap, rel=1e-9)


class TestTheGame:
    def test_value_at_the_best_discriminator(self):
        best = divergences.optimal_discriminator(REAL, FAKE)
        expected = -np.log(4) + 2 * divergences.js_divergence(REAL, FAKE, DX)
        assert abs(divergences.value_function(best, REAL, FAKE, DX) - expected) < 1e-6

    def test_no_other_discriminator_does_better(self):
        best = divergences.optimal_discriminator(REAL, FAKE)
        value = divergences.value_function(best, REAL, FAKE, DX)
        random = np.random.default_rng(0)
        for scale in (1e-3, 0.1, 3.0):
            other = 1 / (1 + (1 / best - 1) * np.exp(scale * random.normal(size=X.size)))
            assert divergences.value_function(other, REAL, FAKE, DX) < value

    @pytest.mark.parametrize("q", [FAKE, REAL])
    def test_one_half_everywhere_has_the_value_of_equilibrium_whether_it_is_one_or_not(self, q):
        dead = np.full(X.size, 0.5)
        assert divergences.value_function(dead, REAL, q, DX) == pytest.approx(-np.log(4))

    def test_certain_and_wrong_costs_everything(self):
        assert divergences.value_function([0.0, 0.5], FAIR, BIASED) == -np.inf
        assert divergences.value_function([1.0, 0.0], [1.0, 0.0], [0.0, 1.0]) == 0.0

    def test_where_nothing_ever_lies_nobody_asks(self):
        answers = divergences.optimal_discriminator([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        np.testing.assert_array_equal(answers, [1.0, 0.0, 0.5])
        assert divergences.value_function(answers, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]) == 0.0


def costs_of(discriminator_loss, **arguments):
    """Cost of one real and of one fake score, up to constants, read off a loss of the package."""
    zero = tf.zeros(1)
    each = lambda loss, scores: tf.vectorized_map(loss, tf.constant(scores, tf.float32)[:, None])  # noqa: E731
    real = lambda scores: each(lambda score: discriminator_loss(score, zero, **arguments), scores)  # noqa: E731
    fake = lambda scores: each(lambda score: discriminator_loss(zero, score, **arguments), scores)  # noqa: E731
    return real, fake


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


class TestEveryRowOfTheTable:
    """Left column: the loss of the package, minimized at every point by trial. Right: the closed form."""

    scores = np.linspace(-6.0, 6.0, 1201)
    inside = (REAL + FAKE > 1e-4) & (np.abs(np.log(REAL / FAKE)) < 5.5)

    def best(self, discriminator_loss, **arguments):
        real, fake = costs_of(discriminator_loss, **arguments)
        return divergences.best_answers(real, fake, REAL[self.inside], FAKE[self.inside], self.scores)

    def expect(self, answers, closed_form, tolerance):
        assert self.inside.sum() > 100
        np.testing.assert_allclose(answers, closed_form[self.inside], atol=tolerance)

    def test_cross_entropy(self):
        answers = self.best(losses.non_saturating_discriminator_loss)
        self.expect(sigmoid(answers), divergences.optimal_discriminator(REAL, FAKE), 2e-3)

    @pytest.mark.parametrize("smoothing", [0.1, 0.3])
    def test_smoothing(self, smoothing):
        answers = self.best(losses.smoothed_discriminator_loss, smoothing=smoothing)
        self.expect(sigmoid(answers), (1 - smoothing) * REAL / (REAL + FAKE), 2e-3)
        closed_form = divergences.optimal_discriminator(REAL, FAKE, real_target=1 - smoothing)
        np.testing.assert_allclose(closed_form, (1 - smoothing) * REAL / (REAL + FAKE), rtol=1e-12)

    @pytest.mark.parametrize(("fake_target", "real_target"), [(0.0, 1.0), (-1.0, 1.0)])
    def test_least_squares(self, fake_target, real_target):
        targets = {"real_target": real_target, "fake_target": fake_target}
        answers = self.best(losses.least_squares_discriminator_loss, **targets)
        self.expect(answers, divergences.optimal_discriminator(REAL, FAKE, **targets), 6e-3)

    def test_hinge(self):
        answers = self.best(losses.hinge_discriminator_loss)
        decided = np.abs(np.log(REAL / FAKE)[self.inside]) > 1e-3
        np.testing.assert_allclose(answers[decided], np.sign(REAL - FAKE)[self.inside][decided], atol=1e-9)

    def test_minimax_is_jensen_shannon(self):
        best = divergences.optimal_discriminator(REAL, FAKE)
        value = (REAL * np.log(best) + FAKE * np.log(1 - best)).sum() * DX
        assert value == pytest.approx(2 * divergences.js_divergence(REAL, FAKE, DX) - np.log(4), abs=1e-9)

    def test_non_saturating_pulls_like_reverse_kl_minus_twice_jensen_shannon(self):
        """The generator is a Gaussian, its parameter the mean; D* is held still while the mean moves."""
        mean, step = 0.5, 1e-4
        q = lambda mean: density(mean, 1.2)  # noqa: E731
        pull = -np.log(divergences.optimal_discriminator(REAL, q(mean)))
        loss = lambda mean: (q(mean) * pull).sum() * DX  # noqa: E731
        divergence = lambda mean: (  # noqa: E731
            divergences.kl_divergence(q(mean), REAL, DX) - 2 * divergences.js_divergence(REAL, q(mean), DX)
        )
        slope = lambda function: (function(mean + step) - function(mean - step)) / (2 * step)  # noqa: E731
        assert slope(loss) == pytest.approx(slope(divergence), rel=1e-5)
        assert abs(slope(loss)) > 0.1

    def test_least_squares_with_zero_and_one_is_triangular_discrimination(self):
        """½ E_p[(D* - 1)²] + ½ E_q[(D* - 1)²] = ¼ + Δ / 8, and the discriminator's own loss is ¼ - Δ / 8."""
        best = divergences.optimal_discriminator(REAL, FAKE)
        triangle = divergences.triangular_discrimination(REAL, FAKE, DX)
        generator = 0.5 * ((REAL + FAKE) * (best - 1) ** 2).sum() * DX
        discriminator = 0.5 * (REAL * (best - 1) ** 2 + FAKE * best**2).sum() * DX
        assert generator == pytest.approx(1 / 4 + triangle / 8, abs=1e-9)
        assert discriminator == pytest.approx(1 / 4 - triangle / 8, abs=1e-9)

    def test_least_squares_with_minus_one_one_zero_is_pearson_from_the_average(self):
        """½ E_p[D*²] + ½ E_q[D*²] = χ²(q ‖ (p + q) / 2), and with Mao's notation twice that is χ²(p + q ‖ 2q)."""
        best = divergences.optimal_discriminator(REAL, FAKE, real_target=1.0, fake_target=-1.0)
        generator = 0.5 * ((REAL + FAKE) * best**2).sum() * DX
        assert generator == pytest.approx(divergences.pearson_chi_square(FAKE, (REAL + FAKE) / 2, DX), abs=1e-9)
        mao = ((2 * FAKE - (REAL + FAKE)) ** 2 / (REAL + FAKE)).sum() * DX
        assert 2 * generator == pytest.approx(mao, abs=1e-9)

    def test_hinge_is_total_variation(self):
        best = np.sign(REAL - FAKE)
        value = (REAL * np.maximum(0, 1 - best) + FAKE * np.maximum(0, 1 + best)).sum() * DX
        assert value == pytest.approx(2 - 2 * divergences.total_variation_distance(REAL, FAKE, DX), abs=1e-9)

    def test_the_best_critic_of_slope_one_reaches_the_wasserstein_distance_and_no_other_passes_it(self):
        distance = divergences.wasserstein_distance(REAL, FAKE, DX)
        loss = lambda critic: ((FAKE - REAL) * critic).sum() * DX  # noqa: E731
        slopes = np.sign(np.cumsum(FAKE - REAL))  # uphill where more of the fake mass lies to the left
        best = np.concatenate([[0.0], np.cumsum(slopes[:-1]) * DX])
        assert loss(best) == pytest.approx(-distance, rel=1e-9)
        random = np.random.default_rng(0)
        for _ in range(20):
            other = np.cumsum(random.uniform(-1, 1, X.size)) * DX
            assert loss(other) > -distance
        assert loss(3 * best) < -distance  # the bound on the slope is what makes it a distance


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda: divergences.kl_divergence(REAL, FAKE), r"sum to 1.*Check dx"),
        (lambda: divergences.js_divergence([0.6, 0.6], FAIR), r"p / \(p.sum\(\) \* dx\)"),
        (lambda: divergences.total_variation_distance([0.5, 0.5], [1.0]), "same points"),
        (lambda: divergences.pearson_chi_square([1.5, -0.5], FAIR), "negative"),
        (lambda: divergences.wasserstein_distance([[1.0]], [[1.0]]), "one axis"),
        (lambda: divergences.value_function([2.0, -1.0], FAIR, BIASED), "Logits become probabilities"),
        (lambda: divergences.optimal_discriminator([np.nan, 1.0], FAIR), "negative"),
    ],
)
def test_a_learner_who_hands_in_no_density_is_told_what_to_do(wrong, hint):
    with pytest.raises(ValueError, match=hint):
        wrong()
