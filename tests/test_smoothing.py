"""Smoothing and smooth doubling, against Keras' own layers."""

import numpy as np
import pytest
from keras import layers

from gan_course.networks.smoothing import Smoothing2D, SmoothUpsampling2D, binomial_weights, phase_weights

IMAGES = np.random.default_rng(0).normal(size=(2, 20, 24, 3)).astype("float32")


def averaged(images, times):
    """What Keras' average pooling makes of it, which has no padding but zeros: smaller by `times` pixels."""
    for _ in range(times):
        images = layers.AveragePooling2D(2, strides=1)(images)
    return np.asarray(images)


def test_weights_by_hand():
    np.testing.assert_allclose(binomial_weights(2), [0.25, 0.5, 0.25])
    np.testing.assert_allclose(phase_weights(6, 0) * 64, [1, 21, 35, 7, 0])
    np.testing.assert_allclose(phase_weights(6, 1) * 64, [0, 7, 35, 21, 1])


@pytest.mark.parametrize("times", [2, 4, 6])
def test_smoothing_is_repeated_averaging_of_the_mirrored_picture(times):
    half = times // 2
    mirrored = np.pad(IMAGES, ((0, 0), (half, half), (half, half), (0, 0)), mode="reflect")
    np.testing.assert_allclose(Smoothing2D(times)(IMAGES), averaged(mirrored, times), atol=1e-6)


@pytest.mark.parametrize("times", [2, 4, 6])
def test_doubling_is_repeating_and_averaging(times):
    half = times // 2
    doubled = np.asarray(SmoothUpsampling2D(times)(IMAGES))
    assert doubled.shape == (2, 40, 48, 3)
    slow = averaged(layers.UpSampling2D(2)(IMAGES), times)
    np.testing.assert_allclose(doubled[:, half:-half, half:-half], slow, atol=1e-6)


def test_a_plain_wall_stays_plain_up_to_its_border():
    wall = np.full((1, 12, 16, 2), 0.7, "float32")
    np.testing.assert_allclose(SmoothUpsampling2D()(wall), 0.7, atol=1e-6)
    np.testing.assert_allclose(Smoothing2D()(wall), 0.7, atol=1e-6)
