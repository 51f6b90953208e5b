"""Spectral normalization: the power iteration against the singular value decomposition, and against Keras' layer."""

import numpy as np
import pytest

from gan_course.networks import power_iteration, spectral_norm, spectral_normalize

import keras  # isort: skip
import tensorflow as tf  # isort: skip


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def test_known_singular_values():
    assert float(spectral_norm(np.diag([3.0, -5.0, 1.0]).astype("float32"))) == pytest.approx(5.0)
    assert float(spectral_norm(np.array([[3.0], [4.0]], "float32"))) == pytest.approx(5.0)


def test_a_kernel_of_a_convolution_is_a_matrix_of_one_column_per_filter():
    kernel = random(4, 4, 3, 16)
    expected = np.linalg.svd(kernel.reshape(-1, 16), compute_uv=False)[0]
    assert float(spectral_norm(kernel)) == pytest.approx(expected, rel=1e-5)


def test_power_iterations_come_up_to_the_spectral_norm_from_below():
    kernel, u = random(3, 3, 8, 16), random(16, seed=1)
    exact, estimates = float(spectral_norm(kernel)), []
    for _ in range(100):
        sigma, u = power_iteration(kernel, u)
        estimates.append(float(sigma))
        assert np.linalg.norm(u) == pytest.approx(1.0, rel=1e-5)
    assert estimates[0] < 0.95 * exact
    assert (np.diff(estimates) > -1e-4).all() and max(estimates) < exact * (1 + 1e-5)
    assert estimates[-1] == pytest.approx(exact, rel=1e-3)


def test_one_iteration_by_hand():
    # W u = (2, 3) / √2 for u = (1, 1) / √2; v = (2, 3) / √13; Wᵀ v = (4, 9) / √13
    sigma, u = power_iteration(np.diag([2.0, 3.0]).astype("float32"), np.ones(2, "float32"))
    np.testing.assert_allclose(u, np.array([4.0, 9.0]) / np.sqrt(97), rtol=1e-5)
    assert float(sigma) == pytest.approx(np.sqrt(97 / 13), rel=1e-5)


def test_gradients_pass_through_the_spectral_norm_as_in_the_paper():
    """What would only scale the kernel up has no effect, so the gradient is at right angles to the kernel."""
    kernel, u = tf.constant(random(6, 5)), random(5, seed=1)
    for _ in range(200):
        _, u = power_iteration(kernel, u)
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        normalized, _ = spectral_normalize(kernel, u)
        value = tf.reduce_sum(normalized * random(6, 5, seed=2))
    assert float(spectral_norm(normalized)) == pytest.approx(1.0, rel=1e-4)
    gradient = tape.gradient(value, kernel)
    along = float(tf.reduce_sum(gradient * kernel) / tf.norm(gradient) / tf.norm(kernel))
    assert abs(along) < 1e-4


def test_keras_overwrites_the_kernel_with_what_is_computed_here():
    layer = keras.layers.SpectralNormalization(keras.layers.Dense(5))
    layer.build((None, 6))
    layer.layer.kernel.assign(random(6, 5))
    expected, u = spectral_normalize(layer.layer.kernel, layer.vector_u[0])
    layer(random(2, 6), training=True)
    np.testing.assert_allclose(layer.layer.kernel, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer.vector_u[0], u, rtol=1e-4, atol=1e-6)
