"""Kernel distance, precision and recall, nearest neighbors: each against a definition, and what each can catch."""

import numpy as np
import pytest

from gan_course import metrics, toy


def gaussians(count, seed, channels=4, shift=0.0):
    return np.random.default_rng(seed).normal(size=(count, channels)) + shift


class TestKernelDistance:
    def test_the_kernel_by_hand(self):
        # (1·3 + 2·4) / 2 + 1 = 6.5
        assert metrics.polynomial_kernel([[1.0, 2.0]], [[3.0, 4.0]]) == pytest.approx(6.5**3)

    def test_patches_and_pictures_have_the_same_distance(self):
        first, second = gaussians(20, 1), gaussians(30, 2, shift=1.0)
        assert metrics.patch_distance(first, second) == metrics.kernel_distance(first, second)

    def test_sets_larger_than_one_block_give_the_definition(self):
        first, second = gaussians(1203, 1), gaussians(2100, 2, shift=0.2)
        matrices = [(x @ y.T / 4 + 1) ** 3 for x, y in ((first, first), (second, second), (first, second))]
        within = [matrix[~np.eye(len(matrix), dtype=bool)].mean() for matrix in matrices[:2]]
        assert metrics.kernel_distance(first, second) == pytest.approx(sum(within) - 2 * matrices[2].mean())

    def test_the_number_of_items_moves_the_frechet_distance_and_not_this_one(self):
        few, many = ([(gaussians(n, i), gaussians(n, i + 500, shift=0.3)) for i in range(60)] for n in (40, 400))
        mean = lambda distance, pairs: np.mean([distance(x, y) for x, y in pairs])  # noqa: E731
        assert mean(metrics.frechet_distance, few) > 1.5 * mean(metrics.frechet_distance, many)
        assert mean(metrics.kernel_distance, few) == pytest.approx(mean(metrics.kernel_distance, many), rel=0.15)


class TestPrecisionAndRecall:
    def test_two_samples_of_the_same_kind(self):
        precision, recall = metrics.precision_and_recall(gaussians(500, 0), gaussians(500, 1))
        assert precision > 0.8 and recall > 0.8

    def test_a_generator_that_makes_one_good_picture(self):
        real = gaussians(300, 0)
        fake = np.repeat(real[:1], 300, axis=0) + 1e-3 * gaussians(300, 1)
        precision, recall = metrics.precision_and_recall(real, fake)
        assert precision > 0.95 and recall < 0.05

    def test_a_generator_that_makes_everything_and_much_besides(self):
        real = gaussians(1000, 0, channels=2)
        fake = np.random.default_rng(1).uniform(-10, 10, (1000, 2))
        precision, recall = metrics.precision_and_recall(real, fake)
        assert precision < 0.3 and recall > 0.8

    def test_half_of_the_modes_of_a_ring(self):
        real = toy.ring(1000, 0)
        fake = toy.ring(2000, 1)
        precision, recall = metrics.precision_and_recall(real, fake[fake[:, 0] > 0.5])
        assert precision > 0.9
        assert recall == pytest.approx(3 / 8, abs=0.08)  # three of the eight centers have x > 0.5

    def test_by_hand(self):
        # balls around 0, 1, 3 reach to the nearest other: 1, 1 and 2
        real, fake = np.array([[0.0], [1.0], [3.0]]), np.array([[-1.0], [-1.5], [2.5], [6.0]])
        # inside: -1 (from 0), 2.5 (from 3); outside: -1.5 and 6
        precision, recall = metrics.precision_and_recall(real, fake, neighbors=1)
        assert precision == 0.5
        # balls around -1, -1.5, 2.5, 6: ½, ½, 3.5 and 3.5; 0 is 1 from -1 and 2.5 from 2.5: all are inside
        assert recall == 1.0

    def test_a_copier_is_perfect_here(self):
        real = gaussians(50, 0)
        assert metrics.precision_and_recall(real, real) == (1.0, 1.0)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((np.zeros((3, 2)), np.zeros((9, 2))), "at least 4 items"),
            ((np.zeros((9, 2)), np.zeros((9, 3))), "same channels"),
            ((np.zeros((9, 2)), np.zeros((9, 2)), 0), "neighbors must be at least 1"),
        ],
    )
    def test_what_cannot_be_judged_is_refused(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            metrics.precision_and_recall(*arguments)


class TestNearestNeighbors:
    def test_by_hand(self):
        references = np.array([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0]])
        distances, indices = metrics.nearest_neighbors([[0.0, 0.0], [3.0, 3.0]], references, count=2)
        assert indices.tolist() == [[0, 2], [1, 2]]
        np.testing.assert_allclose(distances, [[0.0, 1.0], [1.0, np.sqrt(13)]])

    def test_pictures_larger_than_one_block_against_all_pairs(self):
        queries = np.random.default_rng(0).normal(size=(1100, 3, 3, 1)).astype("float32")
        references = np.random.default_rng(1).normal(size=(70, 3, 3, 1)).astype("float32")
        distances, indices = metrics.nearest_neighbors(queries, references, count=70)
        to_all = np.sqrt(np.square(queries[:, None] - references[None]).sum(axis=(2, 3, 4)))
        np.testing.assert_array_equal(indices[::50], to_all[::50].argsort(axis=1))
        np.testing.assert_allclose(distances, np.sort(to_all, axis=1), rtol=1e-5)

    def test_a_copier_is_caught(self):
        training, unseen = gaussians(400, 0, channels=16), gaussians(100, 1, channels=16)
        copies = training[::4] + 0.01 * gaussians(100, 2, channels=16)
        to_training = lambda pictures: np.median(metrics.nearest_neighbors(pictures, training)[0])  # noqa: E731
        assert to_training(copies) < 0.1 * to_training(unseen)
        distances, indices = metrics.nearest_neighbors(training, training)
        assert (distances == 0).all() and indices[:, 0].tolist() == list(range(400))

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((np.zeros((28, 28)), np.zeros((5, 28, 28))), "batch axis"),
            ((np.zeros(5), np.zeros(5)), "batch axis"),
            ((np.zeros((2, 3)), np.zeros((5, 3)), 6), "from 1 to the number of references, 5, received 6"),
            ((np.zeros((2, 3)), np.zeros((5, 3)), 0), "received 0"),
        ],
    )
    def test_what_has_no_neighbors_is_refused(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            metrics.nearest_neighbors(*arguments)
