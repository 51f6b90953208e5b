"""The moving average that every trainer keeps beside its network, by hand."""

import keras
import numpy as np
import pytest

from gan_course.training.moving_average import average_of, move_average


def network():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


@pytest.mark.parametrize(
    ("steps", "stays"),
    [(0, 0.1), (5, 6 / 15), (10**6, 0.9)],
    ids=["the first step: (1 + 0) / (10 + 0)", "an early one: (1 + 5) / (10 + 5)", "a late one: the momentum"],
)
def test_the_average_follows_quickly_at_first_and_then_with_its_momentum(steps, stays):
    average, moving = network(), network()
    for one, value in ((average, 1.0), (moving, 3.0)):
        one.set_weights([np.full(weight.shape, value) for weight in one.weights])
    move_average(average, moving, steps, momentum=0.9)
    for weight in average.get_weights():
        np.testing.assert_allclose(weight, stays * 1.0 + (1 - stays) * 3.0, rtol=1e-5)


def test_an_average_begins_at_the_network_and_no_training_moves_it():
    moving = network()
    average = average_of(moving)
    for one, other in zip(average.get_weights(), moving.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert average.trainable_variables == []
