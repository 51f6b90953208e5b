"""The measures of lesson 10: what each of them is for cases whose answer is known."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gan_course import metrics


def noise(*shape, seed=0, scale=0.2):
    return np.random.default_rng(seed).normal(size=shape) * scale


def picture(seed=0, side=128):
    """A gray picture with structure at every size."""
    coarse, fine = (gaussian_filter(noise(side, side, seed=seed + part), size) for part, size in enumerate((6, 1)))
    return np.clip((coarse * 8 + fine)[..., None] * np.ones(3), -1, 1).astype("float32")


def blurred(image, size=2.0):
    return gaussian_filter(image, (size, size, 0))


def test_the_vector_of_a_patch_is_the_mean_of_its_cells():
    features = np.arange(2 * 4 * 5 * 1, dtype="float64").reshape(2, 4, 5, 1)
    vectors = metrics.patch_vectors(features, 2)
    assert vectors.shape == (2 * 2 * 2, 1)  # the fifth column is left over
    assert vectors[0, 0] == features[0, :2, :2].mean()
    assert vectors[3, 0] == features[0, 2:, 2:4].mean()
    assert vectors[4, 0] == features[1, :2, :2].mean()


def test_a_map_smaller_than_a_patch_is_refused():
    with pytest.raises(ValueError, match="smaller patches"):
        metrics.patch_vectors(noise(1, 3, 9, 4), 4)


def test_two_samples_of_the_same_kind_are_at_about_no_distance_and_others_are_not():
    draw = lambda seed: {"shallow": 1.0 + noise(300, 8, seed=seed), "deep": 1.0 + noise(300, 6, seed=seed + 50)}  # noqa: E731
    same = [metrics.patch_kernel_distances(draw(seed), draw(seed + 100)) for seed in range(6)]
    for layer in ("shallow", "deep"):
        assert abs(np.mean([found[layer] for found in same])) < 0.01
        assert min(found[layer] for found in same) < 0.0  # unbiased: it falls below zero now and then
    brighter = {name: 1.3 * vectors for name, vectors in draw(1).items()}
    assert min(metrics.patch_kernel_distances(brighter, draw(2)).values()) > 0.1


def test_a_change_of_one_layer_shows_at_this_layer_alone():
    """Why there are several depths: one of them misleads."""
    first = {"shallow": 1.0 + noise(200, 8, seed=1), "deep": 1.0 + noise(200, 8, seed=2)}
    second = {"shallow": 1.5 + noise(200, 8, seed=3), "deep": 1.0 + noise(200, 8, seed=4)}
    found = metrics.patch_kernel_distances(first, second)
    assert found["shallow"] > 20 * abs(found["deep"])


def test_patches_are_measured_in_the_units_that_are_given():
    first, second = {"layer": noise(50, 4, seed=1) + 1}, {"layer": noise(60, 4, seed=2) + 2}
    by_hand = metrics.kernel_distance(first["layer"] / 3, second["layer"] / 3)
    assert metrics.patch_kernel_distances(first, second, {"layer": 3.0})["layer"] == pytest.approx(by_hand)
    larger = [{"layer": 7 * features["layer"]} for features in (first, second)]
    assert metrics.patch_kernel_distances(*larger)["layer"] == pytest.approx(
        metrics.patch_kernel_distances(first, second)["layer"]
    )


def test_other_layers_are_refused():
    with pytest.raises(ValueError, match="same layers"):
        metrics.patch_kernel_distances({"a": noise(5, 2)}, {"b": noise(5, 2)})
    both = {"a": noise(5, 2), "b": noise(5, 2)}
    with pytest.raises(ValueError, match=r"scales must hold a number for every layer.*\['b'\] lack one"):
        metrics.patch_kernel_distances(both, both, {"a": 1.0})
    assert set(metrics.patch_kernel_distances(both, both, {"a": 1.0, "b": 1.0, "c": 1.0})) == {"a", "b"}


def test_white_noise_has_the_decibels_of_its_variance_at_every_period():
    images = [np.repeat(noise(256, 256, 1, seed=seed, scale=0.1), 3, axis=-1) for seed in range(3)]
    periods, decibels = metrics.power_spectrum(images)
    assert periods[0] == 64 and periods[-1] == 2
    np.testing.assert_allclose(decibels[2:], 10 * np.log10(0.01), atol=0.6)


def test_twice_the_contrast_is_six_decibels():
    assert metrics.spectrum_distance([picture()], [picture()]) == 0.0
    half = noise(128, 128, 3, scale=0.1)
    assert metrics.spectrum_distance([2.0 * half], [half]) == pytest.approx(20 * np.log10(2), abs=0.02)
    assert metrics.spectrum_distance([np.zeros((64, 64, 3))], [np.zeros((64, 64, 3))]) == 0.0


def test_blur_lowers_the_high_bands_and_leaves_the_low_ones():
    periods, sharp = metrics.power_spectrum([picture()])
    _, soft = metrics.power_spectrum([blurred(picture())])
    assert abs(sharp[0] - soft[0]) < 1.0
    lost = (sharp - soft)[periods < 5]
    assert lost.min() > 2.0 and lost.mean() > 10.0


def test_a_wave_shows_at_its_own_period():
    columns = 0.5 * np.sin(2 * np.pi * np.arange(128) / 8)
    wave = np.broadcast_to(columns[None, :, None], (128, 128, 3))
    periods, decibels = metrics.power_spectrum([wave])
    assert periods[np.argmax(decibels)] == pytest.approx(8.0)


def test_a_dither_of_two_pixels_is_seen_though_it_is_faint():
    rows, columns = np.mgrid[0:128, 0:128]
    stripes = picture() + 0.05 * np.where(columns % 2, 1.0, -1.0)[..., None] + 0.0 * rows[..., None]
    periods, decibels = metrics.power_spectrum([stripes])
    assert decibels[-1] - metrics.power_spectrum([picture()])[1][-1] > 6.0
    assert periods[-1] == 2
    assert metrics.spectrum_distance([stripes], [picture()]) > 1.0


def test_a_picture_smaller_than_a_window_is_refused():
    with pytest.raises(ValueError, match="smaller window"):
        metrics.power_spectrum([picture(side=40)])
    with pytest.raises(ValueError, match="received none"):
        metrics.power_spectrum([])
    with pytest.raises(ValueError, match=r"received \(128, 128, 1\).*np.repeat"):
        metrics.power_spectrum([picture()[..., :1]])


def test_gradients_of_a_picture_agree_with_its_own_and_oppose_its_negative():
    image = picture()
    assert metrics.gradient_correlation(image, image) == pytest.approx(1.0)
    assert metrics.gradient_correlation(image, 0.5 * image + 0.2) == pytest.approx(1.0, abs=1e-4)
    assert metrics.gradient_correlation(image, -image) == pytest.approx(-1.0)


def test_gradients_of_another_picture_do_not_agree_and_those_of_a_blurred_one_a_little():
    image = picture()
    assert abs(metrics.gradient_correlation(image, picture(seed=9))) < 0.1
    assert 0.1 < metrics.gradient_correlation(image, blurred(image)) < 0.9
    assert metrics.gradient_correlation(image, np.zeros_like(image)) == 0.0


def test_gradients_by_hand():
    first = np.zeros((2, 2, 3))
    first[1, 1] = 1.0  # down: 0, 1; right: 0, 1
    second = np.zeros((2, 2, 3))
    second[1] = 1.0  # down: 1, 1; right: 0, 0
    assert metrics.gradient_correlation(first, second) == pytest.approx(1 / 2)


def test_pictures_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        metrics.gradient_correlation(picture(), picture(side=64))


def test_the_common_distance_is_the_farthest_that_all_reach():
    assert metrics.common_content_distance([[0.1, 0.3, 0.5], [0.1, 0.2, 0.4]]) == 0.4
    with pytest.raises(ValueError, match="no content distance in common"):
        metrics.common_content_distance([[0.1, 0.3], [0.35, 0.4]])


def test_between_two_strengths_a_measure_lies_on_a_straight_line():
    content, values = [0.1, 0.2, 0.4], [[1.0, 10.0], [2.0, 20.0], [4.0, 60.0]]
    np.testing.assert_allclose(metrics.at_content_distance(content, values, 0.3), [3.0, 40.0])
    np.testing.assert_allclose(metrics.at_content_distance(content, values, 0.4), [4.0, 60.0])
    np.testing.assert_allclose(metrics.at_content_distance(content, values, 0.1), [1.0, 10.0])


def test_a_curve_is_never_continued_beyond_its_end():
    with pytest.raises(ValueError, match="does not reach"):
        metrics.at_content_distance([0.1, 0.2], [1.0, 2.0], 0.25)
    with pytest.raises(ValueError, match="one row for each"):
        metrics.at_content_distance([0.1, 0.2], [1.0, 2.0, 3.0], 0.15)


def test_the_interval_of_equal_differences_is_a_point():
    assert metrics.bootstrap_interval(np.full((3, 5), 0.7)) == pytest.approx((0.7, 0.7, 0.7))


def test_the_interval_of_one_seed_is_that_of_a_mean():
    differences = noise(1, 400, seed=3, scale=1.0)
    mean, low, high = metrics.bootstrap_interval(differences)
    expected = 1.96 * differences.std() / np.sqrt(400)
    assert mean == pytest.approx(differences.mean())
    assert (high - low) / 2 == pytest.approx(expected, rel=0.1)


def test_seeds_that_disagree_widen_the_interval():
    rows = noise(3, 14, seed=1, scale=0.01)
    agree = metrics.bootstrap_interval(rows + 0.2)
    disagree = metrics.bootstrap_interval(rows + np.array([[-0.4], [0.2], [0.8]]))
    assert agree[1] > 0.0
    assert disagree[1] < 0.0 < disagree[2]


def test_a_missing_measure_is_refused():
    with pytest.raises(ValueError, match="not measured with every seed"):
        metrics.bootstrap_interval([[0.1, np.nan]])
