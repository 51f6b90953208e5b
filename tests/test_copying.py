"""The copying score, with generators whose honesty is known."""

import numpy as np
import pytest

from gan_course.metrics import copying_score


@pytest.fixture
def sets():
    """Training and test items, and new ones from the same source."""
    items = np.random.default_rng(0).normal(size=(900, 4))
    return items[:500], items[500:700], items[700:]


def test_new_items_of_the_same_kind_get_about_one_half(sets):
    training, test, new = sets
    assert 0.4 < copying_score(new, training, test) < 0.6


def test_a_copier_is_caught_whether_it_adds_a_little_noise_or_none(sets):
    training, test, _ = sets
    noise = 1e-3 * np.random.default_rng(1).normal(size=(200, 4))
    assert copying_score(training[:200], training, test) == 1.0
    assert copying_score(training[:200] + noise, training, test) > 0.99


def test_items_from_elsewhere_get_0(sets):
    training, test, new = sets
    assert copying_score(new + 100.0, training, test) == 0.0


def test_it_is_the_share_of_pairs_and_a_tie_counts_half():
    training, test, generated = np.zeros((1, 1)), np.array([[1.0], [3.0]]), np.array([[0.5], [-1.0], [2.0]])
    # 0.5 is nearer than both, -1 as near as one and nearer than one, 2 nearer than one: 2 + 1.5 + 1 of 6.
    assert copying_score(generated, training, test) == pytest.approx(4.5 / 6)


def test_the_test_items_themselves_get_exactly_one_half(sets):
    training, test, _ = sets
    assert copying_score(test, training, test) == pytest.approx(0.5)


def test_pictures_are_compared_pixel_by_pixel(sets):
    pictures = np.random.default_rng(2).uniform(-1, 1, (30, 4, 4, 1))
    flat = pictures.reshape(30, -1)
    assert copying_score(pictures[:9], pictures[9:20], pictures[20:]) == copying_score(flat[:9], flat[9:20], flat[20:])


def test_a_generator_that_has_diverged_gets_no_score(sets):
    training, test, new = sets
    broken = new.copy()
    broken[7, 2] = np.nan
    for arguments in ((broken, training, test), (new, training, broken), (new, broken, test)):
        with pytest.raises(ValueError, match="finite, received NaN or infinity in 1 of .* row 7"):
            copying_score(*arguments)


def test_features_of_another_network_are_refused(sets):
    training, test, _ = sets
    with pytest.raises(ValueError, match="same axes"):
        copying_score(np.zeros((5, 3)), training, test)
