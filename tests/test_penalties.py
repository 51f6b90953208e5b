"""Gradient penalties against hand values, and the second derivatives that a training step needs."""

import numpy as np
import pytest

from gan_course import losses
from gan_course.networks import build_patch_discriminator, build_toy_discriminator

import keras  # isort: skip
import tensorflow as tf  # isort: skip

PENALTIES = [losses.gradient_penalty, losses.r1_penalty, losses.r2_penalty]


def points(count=16, seed=0, shift=0.0):
    return (np.random.default_rng(seed).normal(size=(count, 2)) + shift).astype("float32")


def linear_critic(weights=(3.0, 4.0)):
    critic = build_toy_discriminator(depth=0)
    critic.set_weights([np.array(weights)[:, None], np.zeros(1)])
    return critic


def test_a_linear_critic_by_hand():
    # ‖(3, 4)‖ = 5
    values = [float(penalty(linear_critic(), points(), points(seed=1), [0, 1])) for penalty in PENALTIES]
    assert values == pytest.approx([(5 - 1) ** 2, 25, 25], rel=1e-5)


def test_a_linear_critic_is_told_in_which_direction_to_change():
    """d/dw (‖w‖ - 1)² = 2 (‖w‖ - 1) w / ‖w‖ and d/dw ‖w‖² = 2 w, through a compiled step."""
    critic = linear_critic()

    @tf.function
    def gradient(penalty):
        with tf.GradientTape() as tape:
            value = penalty(critic, points(), points(seed=1), tf.constant([0, 1]))
        return tape.gradient(value, critic.trainable_variables[0])[:, 0]

    np.testing.assert_allclose(gradient(losses.gradient_penalty), [2 * 4 * 0.6, 2 * 4 * 0.8], rtol=1e-5)
    np.testing.assert_allclose(gradient(losses.r1_penalty), [6.0, 8.0], rtol=1e-5)
    np.testing.assert_allclose(gradient(losses.r2_penalty), [6.0, 8.0], rtol=1e-5)


def test_each_penalty_looks_where_it_says():
    """`D(x) = x₁² + x₂²` is as steep as x is far out, ‖∇D‖ = 2 ‖x‖."""
    bowl = lambda x, training: tf.reduce_sum(tf.square(x), axis=1, keepdims=True)  # noqa: E731
    real, fake = points(shift=2.0), points(seed=1, shift=-3.0)
    at = lambda x: np.square(2 * np.linalg.norm(x, axis=1)).mean()  # noqa: E731
    assert float(losses.r1_penalty(bowl, real, fake)) == pytest.approx(at(real), rel=1e-5)
    assert float(losses.r2_penalty(bowl, real, fake)) == pytest.approx(at(fake), rel=1e-5)


def test_points_are_drawn_uniformly_between_real_and_fake():
    seen = []

    def critic(x, training):
        seen.append(x.numpy())
        return tf.reduce_sum(x, axis=(1, 2, 3), keepdims=True)[:, :, 0, 0]

    real, fake = np.zeros((4000, 2, 2, 1), "float32"), np.ones((4000, 2, 2, 1), "float32")
    losses.gradient_penalty(critic, real, fake, [3, 1])
    (between,) = seen
    assert (between == between[:, :1, :1]).all(), "one ε for all pixels of an image"
    shares = np.histogram(between[:, 0, 0, 0], bins=10, range=(0, 1))[0] / 4000
    np.testing.assert_allclose(shares, 0.1, atol=0.02)
    losses.gradient_penalty(critic, real, fake, [3, 1])
    losses.gradient_penalty(critic, real, fake, [3, 2])
    np.testing.assert_array_equal(seen[1], between)
    assert np.abs(seen[2] - between).max() > 0.1


@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_derivative_of_a_penalty_is_the_one_that_small_changes_show(penalty):
    keras.utils.set_random_seed(0)
    network = build_toy_discriminator(width=8, seed=1)
    value = lambda: penalty(network, points(), points(seed=1, shift=1.0), [0, 1])  # noqa: E731
    kernel = network.trainable_variables[2]
    with tf.GradientTape() as tape:
        loss = value()
    gradient = tape.gradient(loss, kernel)
    # along the gradient itself, so that rounding in float32 stays small beside the change
    direction, step, start = gradient / tf.norm(gradient), 1e-2, tf.identity(kernel)
    kernel.assign(start + step * direction)
    above = value()
    kernel.assign(start - step * direction)
    assert float((above - value()) / (2 * step)) == pytest.approx(float(tf.norm(gradient)), rel=0.02)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_step_with_a_penalty_makes_a_convolutional_discriminator_less_steep(penalty):
    """Second derivatives through convolutions and LeakyReLU, a map of scores, inside `tf.function`."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.Conv2D(8, 4, strides=2, padding="same"), keras.layers.LeakyReLU(0.2)]
        + [keras.layers.Conv2D(1, 3, padding="same")]
    )
    network.layers[0].kernel.assign(20.0 * network.layers[0].kernel)
    optimizer = keras.optimizers.SGD(1e-3)
    real, fake = (tf.random.stateless_uniform((4, 16, 16, 3), (i, 0), -1, 1) for i in range(2))

    @tf.function
    def step(seed):
        with tf.GradientTape() as tape:
            value = penalty(network, real, fake, seed)
        # The bias of the last layer moves the score up and down and has no part in its slope.
        variables = [variable for variable in network.trainable_variables if variable.path.endswith("kernel")]
        optimizer.apply(tape.gradient(value, variables), variables)
        return value

    values = [float(step(tf.constant([0, 7]))) for _ in range(20)]
    assert np.isfinite(values).all() and values[-1] < values[0]


def test_a_map_of_scores_counts_with_its_mean():
    wide = lambda x, training: tf.tile(x @ [[3.0], [4.0]], (1, 49))  # noqa: E731
    assert float(losses.r1_penalty(wide, points())) == pytest.approx(25, rel=1e-5)


def test_a_discriminator_without_a_slope_gives_no_nan():
    critic = linear_critic((0.0, 0.0))
    with tf.GradientTape() as tape:
        value = losses.gradient_penalty(critic, points(), points(seed=1), [0, 1])
    assert float(value) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(tape.gradient(value, critic.trainable_variables[0])).all()


def test_a_penalty_leaves_the_state_of_spectral_normalization_alone():
    keras.utils.set_random_seed(0)
    network = build_patch_discriminator((4, 8))
    before = [variable.numpy() for variable in network.weights]
    images = tf.random.stateless_uniform((2, 16, 16, 3), (0, 0), -1, 1)
    losses.gradient_penalty(network, images, -images, [0, 0])
    for old, variable in zip(before, network.weights, strict=True):
        np.testing.assert_array_equal(old, variable)


def test_batches_that_make_no_pairs_are_explained():
    with pytest.raises(ValueError, match=r"same shape, received \(16, 2\) and \(15, 2\)"):
        losses.gradient_penalty(linear_critic(), points(), points(15), [0, 1])
