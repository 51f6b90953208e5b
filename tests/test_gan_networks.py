"""Generator and discriminator of lesson 03, and the arithmetic of their layers against Keras itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_course import networks

GENERATORS = {
    "article": {},
    "Fashion-MNIST": {"latent_dim": 64, "filters": (64, 32), "start": 7, "channels": 1},
    "one layer": {"latent_dim": 3, "filters": [4], "start": 2},
}
SIZES = {"article": (64, 64, 3), "Fashion-MNIST": (28, 28, 1), "one layer": (4, 4, 3)}
DISCRIMINATORS = {
    "article": {},
    "Fashion-MNIST": {"image_shape": (28, 28, 1), "filters": (32, 64)},
    "bounded": {"image_shape": (16, 32, 3), "filters": (8, 8), "spectral_normalization": True},
}


def noise(model, batch=2, scale=1.0):
    return scale * np.random.default_rng(0).normal(size=(batch, *model.input_shape[1:])).astype("float32")


@pytest.mark.parametrize("kind", GENERATORS)
class TestGenerator:
    def test_shape_and_range(self, kind):
        generator = networks.build_generator(**GENERATORS[kind])
        for scale in (1.0, 1e4):
            images = generator(noise(generator, scale=scale), training=False).numpy()
            assert images.shape == (2, *SIZES[kind])
            assert np.abs(images).max() <= 1.0

    def test_noise_decides_the_image(self, kind):
        generator = networks.build_generator(**GENERATORS[kind])
        first, second = generator(noise(generator), training=False)
        assert np.abs(first - second).max() > 0


@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_a_discriminator_gives_one_unbounded_score_for_each_image(kind):
    discriminator = networks.build_discriminator(**DISCRIMINATORS[kind])
    images = noise(discriminator, 4, scale=100.0)
    discriminator.layers[-1].trainable_variables[-1].assign([-1e3])  # the bias: added to every score
    logits = discriminator(images, training=False).numpy()
    assert logits.shape == (4, 1)
    assert np.ptp(logits) > 0 and logits.max() < -100


@pytest.mark.parametrize(
    "build",
    [lambda kind=kind: networks.build_generator(**GENERATORS[kind]) for kind in GENERATORS]
    + [lambda kind=kind: networks.build_discriminator(**DISCRIMINATORS[kind]) for kind in DISCRIMINATORS],
    ids=[f"generator {kind}" for kind in GENERATORS] + [f"discriminator {kind}" for kind in DISCRIMINATORS],
)
class TestEveryNetwork:
    def test_saves_and_reloads(self, build, tmp_path):
        network = build()
        network.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        inputs = noise(network)
        np.testing.assert_allclose(network(inputs, training=False), again(inputs, training=False), atol=1e-6)

    def test_one_step_moves_every_trainable_weight(self, build):
        network = build()
        before = [weight.numpy().copy() for weight in network.trainable_variables]
        with tf.GradientTape() as tape:
            output = network(noise(network), training=True)
            value = tf.reduce_mean(tf.square(output - tf.random.stateless_uniform(output.shape, (1, 2))))
        gradients = tape.gradient(value, network.trainable_variables)
        keras.optimizers.Adam(1e-2).apply(gradients, network.trainable_variables)
        for weight, old in zip(network.trainable_variables, before, strict=True):
            assert np.abs(weight.numpy() - old).max() > 0, weight.path


class TestParameterCounts:
    def test_by_hand(self):
        dense = 100 * 8 * 8 * 128 + 8 * 8 * 128
        transposed = 4 * 4 * 128 * 128 + 128
        generator = dense + 3 * transposed + (3 * 3 * 128 * 3 + 3)
        discriminator = (4 * 4 * 3 * 128 + 128) + 2 * transposed + (8 * 8 * 128 + 1)
        assert networks.build_generator().count_params() == generator == 1_617_667
        assert networks.build_discriminator().count_params() == discriminator == 539_009


class TestSpectralNormalization:
    def test_it_bounds_how_steep_the_score_is(self):
        shape = {"image_shape": (16, 16, 3), "filters": (8, 8)}
        slopes = {}
        for bounded in (False, True):
            network = networks.build_discriminator(**shape, spectral_normalization=bounded)
            for weight in network.trainable_variables:
                weight.assign(10.0 * weight)  # what a discriminator that wins too easily does
            images = tf.constant(noise(network, 8))
            for _ in range(10):
                network(images, training=True)
            with tf.GradientTape() as tape:
                tape.watch(images)
                value = tf.reduce_sum(network(images, training=False))
            slopes[bounded] = np.sqrt(np.square(tape.gradient(value, images)).sum(axis=(1, 2, 3))).max()
        assert slopes[True] < 10 < slopes[False]


class TestTransposedOutputSize:
    @pytest.mark.parametrize("padding", ["same", "valid"])
    @pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
    @pytest.mark.parametrize("stride", [1, 2, 3])
    def test_against_keras(self, kernel_size, stride, padding):
        for size in (1, 4, 7):
            layer = layers.Conv2DTranspose(1, kernel_size, strides=stride, padding=padding)
            output = layer(np.zeros((1, size, size, 1), "float32"))
            expected = networks.transposed_output_size(size, kernel_size, stride, padding)
            assert tuple(output.shape) == (1, expected, expected, 1)

    def test_the_article_reaches_32_and_the_repair_64(self):
        size = 8
        for expected in (16, 32, 64):
            size = networks.transposed_output_size(size, 4, 2)
            assert size == expected

    @pytest.mark.parametrize("numbers", [(0, 4, 2), (8, 0, 2), (8, 4, 0)])
    def test_sizes_that_do_not_exist(self, numbers):
        with pytest.raises(ValueError, match="at least 1"):
            networks.transposed_output_size(*numbers)

    def test_a_padding_that_keras_does_not_know(self):
        with pytest.raises(ValueError, match="'full'"):
            networks.transposed_output_size(8, 4, 2, "full")


def seen_by_the_central_output(network, size):
    """Side of the square of pixels whose change reaches the output in the middle: where its gradient is not 0."""
    images = tf.random.stateless_uniform((1, size, size, 3), (0, 1), -1.0, 1.0)
    with tf.GradientTape() as tape:
        tape.watch(images)
        output = network(images, training=False)
        middle = output[0, output.shape[1] // 2, output.shape[2] // 2, 0]
    rows, columns = np.nonzero(np.abs(tape.gradient(middle, images)[0]).max(axis=-1))
    assert np.ptp(rows) == np.ptp(columns)
    return int(np.ptp(rows)) + 1


class TestReceptiveField:
    def test_by_hand(self):
        assert networks.receptive_field([]) == 1
        assert networks.receptive_field([(3, 1), (3, 1)]) == 5
        assert networks.receptive_field([(4, 2), (4, 2), (4, 2), (3, 1)]) == 38
        assert networks.receptive_field([(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)]) == 70  # the 70 × 70 of Isola et al.

    def test_of_the_patch_discriminator(self):
        assert seen_by_the_central_output(networks.build_patch_discriminator(filters=(8, 8, 8)), 96) == 38

    @pytest.mark.parametrize("stack", [[(3, 1), (5, 2)], [(4, 2), (3, 1), (2, 2)], [(3, 3), (3, 2), (3, 1)]])
    def test_of_any_stack(self, stack):
        images = x = keras.Input((None, None, 3))
        for kernel_size, stride in stack:
            x = layers.Conv2D(4, kernel_size, strides=stride, padding="same")(x)
        assert seen_by_the_central_output(keras.Model(images, x), 72) == networks.receptive_field(stack)

    def test_a_layer_that_does_not_exist(self):
        with pytest.raises(ValueError, match=r"received \(4, 0\)"):
            networks.receptive_field([(3, 1), (4, 0)])


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda: networks.build_generator(filters=()), "at least one transposed convolution"),
        (lambda: networks.build_discriminator((28, 28)), r"\(height, width, channels\), received \(28, 28\)"),
        (lambda: networks.build_discriminator((28, 28, 1)), "multiples of 8.*Use fewer filters"),
    ],
)
def test_networks_that_cannot_be_built_are_explained(wrong, hint):
    with pytest.raises(ValueError, match=hint):
        wrong()
