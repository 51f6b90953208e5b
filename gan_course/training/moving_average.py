"""The moving average of a network's weights: what every trainer keeps beside the network, and what ships."""

import keras
import tensorflow as tf


def average_of(network):
    """A copy of a network with the same weights, not trainable: where its moving average begins.

    Args:
        network: `keras.Model`.

    Returns:
        `keras.Model` of the same layers.
    """
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def move_average(average, network, steps, momentum):
    """Moves averaged weights toward the current ones, faster in the first steps.

    `average = m · average + (1 - m) · weight` with `m = min(momentum, (1 + steps) / (10 + steps))`

    Args:
        average: what `average_of` made, changed in place.
        network: the network that is trained.
        steps: number of steps it has been trained for, an integer tensor or variable.
        momentum: number from 0 to 1.
    """
    steps = tf.cast(steps, tf.float32)
    momentum = tf.minimum(momentum, (1.0 + steps) / (10.0 + steps))
    for averaged, weight in zip(average.weights, network.weights, strict=True):
        averaged.assign(momentum * averaged + (1.0 - momentum) * weight)
