"""Smoothing, alone and on the way to twice the size: what keeps a grid out of a painting."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="gan_course")
class Smoothing2D(layers.Layer):
    """Averages neighbors, two by two in both directions, `times` times. The size stays.

    Twice weighs neighbors ¼, ½, ¼; the more often, the nearer the weights come to a Gaussian. Beyond the border the
    picture is mirrored.

    Args:
        times: an even number, so that nothing shifts.
    """

    def __init__(self, times=2, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def call(self, images):
        images = mirrored(images, self.times // 2)
        for axis in (1, 2):
            images = weighted_sum(images, axis, binomial_weights(self.times))
        return images

    def get_config(self):
        return {**super().get_config(), "times": self.times}


@keras.saving.register_keras_serializable(package="gan_course")
class SmoothUpsampling2D(layers.Layer):
    """Doubles the size: every value repeated, then averaged with its neighbors as `Smoothing2D` does.

    Repeated values are squares of 2 × 2 pixels. Smoothed only a little, they leave kinks in step with the doubling,
    which the ReLUs behind it turn into a grid. Away from the border the result is that of
    `Smoothing2D(times)(UpSampling2D(2)(images))`, in less than half the time: an average of repeated values is a
    weighted sum of the values themselves, for `times=6` with the weights 1, 21, 35, 7 over 64 for one of two new
    pixels, 7, 35, 21, 1 for the other.

    Args:
        times: an even number of averagings.
    """

    def __init__(self, times=6, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def call(self, images):
        phases = [phase_weights(self.times, phase) for phase in (0, 1)]
        images = mirrored(images, len(phases[0]) // 2)
        for axis in (1, 2):
            images = interleaved([weighted_sum(images, axis, weights) for weights in phases], axis)
        return images

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, height and 2 * height, width and 2 * width, channels

    def get_config(self):
        return {**super().get_config(), "times": self.times}


def binomial_weights(times):
    """Weights of neighbors after so many averages of two: `binomial(times, k) / 2^times`, an array of `times + 1`."""
    weights = np.ones(1)
    for _ in range(times):
        weights = np.convolve(weights, [0.5, 0.5])
    return weights


def phase_weights(times, phase):
    """Weights of the old values for the first (phase 0) or second (phase 1) of two new ones, its own in the middle."""
    reach = times // 2
    middle = (reach + 1) // 2
    weights = np.zeros(2 * middle + 1)
    for offset, weight in zip(range(-reach, reach + 1), binomial_weights(times), strict=True):
        weights[middle + (phase + offset) // 2] += weight
    return weights


def mirrored(images, border):
    """Images continued by reflection, `border` pixels on each side."""
    return ops.pad(images, ((0, 0), (border, border), (border, border), (0, 0)), mode="reflect")


def weighted_sum(images, axis, weights):
    """Sum of shifted images along an axis, which loses `len(weights) - 1` pixels.

    A convolution with fixed weights that are the same for all channels; as a sum of slices it is faster than Keras'
    depthwise convolution or average pooling.
    """
    count = ops.shape(images)[axis] - len(weights) + 1
    rows = lambda start: images[:, start : start + count]  # noqa: E731
    columns = lambda start: images[:, :, start : start + count]  # noqa: E731
    part = rows if axis == 1 else columns
    return sum(float(weight) * part(start) for start, weight in enumerate(weights) if weight)


def interleaved(pair, axis):
    """Two images as every first and every second line of one twice as long."""
    batch, height, width, channels = ops.shape(pair[0])
    size = (batch, 2 * height, width, channels) if axis == 1 else (batch, height, 2 * width, channels)
    return ops.reshape(ops.stack(pair, axis=axis + 1), size)
