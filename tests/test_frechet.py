"""Fréchet distance: both known answers, and what goes wrong with few or bad features."""

import numpy as np
import pytest
from scipy import linalg

from gan_course import metrics

IDENTITY, OBLIQUE, STRETCHED = np.eye(2), np.array([[2.0, 1.0], [1.0, 2.0]]), np.diag([1.0, 4.0])
ZERO = np.zeros(2)


def gaussians(count, seed, channels=8, shift=0.0):
    return np.random.default_rng(seed).normal(size=(count, channels)) + shift


def test_the_first_known_answer():
    distance = metrics.gaussian_frechet_distance(ZERO, IDENTITY, ZERO, OBLIQUE)
    assert distance == pytest.approx(4 - 2 * np.sqrt(3))


def test_the_second_known_answer_where_the_covariances_do_not_commute():
    distance = metrics.gaussian_frechet_distance(ZERO, STRETCHED, ZERO, OBLIQUE)
    assert distance == pytest.approx(9 - 2 * np.sqrt(10 + 4 * np.sqrt(3)))
    assert distance == pytest.approx(0.7712, abs=5e-5)
    # the usual mistake, Tr(A^½ B^½) in place of Tr((A B)^½), has another value
    roots = linalg.sqrtm(STRETCHED) @ linalg.sqrtm(OBLIQUE)
    wrong = np.trace(STRETCHED + OBLIQUE - 2 * roots)
    assert wrong == pytest.approx(0.8038, abs=5e-5)
    assert abs(distance - wrong) > 0.03


def test_one_dimension_is_mean_and_deviation():
    assert metrics.gaussian_frechet_distance(1.0, 4.0, -2.0, 9.0) == pytest.approx(3.0**2 + (3.0 - 2.0) ** 2)
    features = gaussians(50, 0, channels=1)
    shifted = metrics.frechet_distance(features, 2.0 * features + 3.0)
    mean, deviation = features.mean(), features.std(ddof=1)
    assert shifted == pytest.approx((mean + 3.0) ** 2 + deviation**2)


def test_it_agrees_with_the_matrix_root_of_scipy():
    first, second = gaussians(300, 1), gaussians(300, 2) @ np.random.default_rng(3).normal(size=(8, 8)) + 1.0
    a, b = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    expected = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    expected += np.trace(a + b - 2 * linalg.sqrtm(a @ b).real)
    assert metrics.frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)
    assert metrics.frechet_distance(second, first) == pytest.approx(expected, rel=1e-6)


def test_a_set_has_no_distance_to_itself_even_with_fewer_items_than_channels():
    features = gaussians(5, 0, channels=40)
    assert 0.0 <= metrics.frechet_distance(features, features) < 1e-5
    # channels that never change make the covariance singular
    features = np.hstack([gaussians(30, 0), np.zeros((30, 3))])
    assert metrics.frechet_distance(features, features + 1.0) == pytest.approx(11.0)


def test_the_distance_to_the_mean_picture_is_the_total_variance():
    features = gaussians(400, 0) * np.arange(1, 9)
    mean = np.repeat(features.mean(axis=0)[None], 10, axis=0)
    assert metrics.frechet_distance(features, mean) == pytest.approx(features.var(axis=0, ddof=1).sum())


def test_few_items_look_further_apart_and_the_line_in_1_over_n_takes_that_back():
    channels, repeats, sizes = 8, 30, [100, 200, 400, 800]
    distances = [
        np.mean([metrics.frechet_distance(gaussians(n, i), gaussians(n, i + 500)) for i in range(repeats)])
        for n in sizes
    ]
    assert distances[0] > 1.8 * distances[1] > 3 * distances[2] > 5 * distances[3] > 0
    limit, slope = metrics.extrapolate_to_infinity(sizes, distances)
    assert abs(limit) < 0.1 * distances[-1] + 0.01
    # two sets of N from one Gaussian: means differ by 2 d / N, deviations by about d (d + 1) / 4 · 2 / N
    assert slope == pytest.approx(2 * channels + channels * (channels + 1) / 2, rel=0.15)


def test_extrapolation_finds_an_exact_line():
    sizes = np.array([100, 300, 1000])
    limit, slope = metrics.extrapolate_to_infinity(sizes, 7.0 + 50.0 / sizes)
    assert (limit, slope) == (pytest.approx(7.0), pytest.approx(50.0))


def test_a_generator_that_diverged_is_named():
    features = gaussians(20, 0)
    broken = features.copy()
    broken[3, 2] = np.nan
    with pytest.raises(ValueError, match="1 of 20 rows of the second set, row 3"):
        metrics.frechet_distance(features, broken)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: metrics.frechet_distance(np.zeros((10, 3)), np.zeros((10, 4))), "same channels"),
        (lambda: metrics.frechet_distance(np.zeros((10, 2, 2, 3)), np.zeros((10, 2, 2, 3))), "average feature maps"),
        (lambda: metrics.frechet_distance(np.zeros((1, 3)), np.zeros((10, 3))), "at least 2 items"),
        (lambda: metrics.gaussian_frechet_distance(ZERO, np.eye(3), ZERO, np.eye(3)), "rowvar=False"),
        (lambda: metrics.gaussian_frechet_distance(ZERO, np.eye(2), ZERO, -np.eye(2)), "smallest eigenvalue -1"),
        (lambda: metrics.gaussian_frechet_distance(ZERO, [[1, 0], [0.5, 1]], ZERO, np.eye(2)), "symmetric: False"),
        (lambda: metrics.extrapolate_to_infinity([100, 100], [1.0, 2.0]), "two different sizes"),
        (lambda: metrics.extrapolate_to_infinity([100, 200], [1.0]), "1 distances"),
    ],
)
def test_what_has_no_distance_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
