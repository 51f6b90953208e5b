"""Networks: they build, keep what their docstrings promise, save and reload, and one step moves every weight."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets, networks
from gan_course.losses import gram_matrix
from gan_course.networks import features
from gan_course.networks.features import VGG16Input
from gan_course.training.style_transfer_gan import STYLE_LAYERS

BUILDERS = {
    "stylizer": lambda: networks.build_stylizer(filters=(4, 8), blocks=1, detail=4),
    "full stylizer": networks.build_stylizer,
    "patch discriminator": networks.build_patch_discriminator,
}
OUTPUTS = {"stylizer": (2, 32, 48, 3), "full stylizer": (2, 32, 48, 3), "patch discriminator": (2, 4, 6, 1)}


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (2, 32, 48, 3)).astype("float32")


@pytest.mark.parametrize("kind", BUILDERS)
class TestEveryNetwork:
    def test_shape_and_range(self, kind, images):
        output = BUILDERS[kind]()(images, training=False).numpy()
        assert output.shape == OUTPUTS[kind]
        assert np.isfinite(output).all()
        if "stylizer" in kind:
            assert np.abs(output).max() <= 1.0

    def test_saves_and_reloads(self, kind, images, tmp_path):
        network = BUILDERS[kind]()
        network.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        np.testing.assert_allclose(network(images, training=False), again(images, training=False), atol=1e-6)

    def test_one_step_moves_every_trainable_weight(self, kind, images):
        network = BUILDERS[kind]()
        before = [weight.numpy().copy() for weight in network.trainable_variables]
        with tf.GradientTape() as tape:
            output = network(images, training=True)
            value = tf.reduce_mean(tf.square(output - tf.random.stateless_uniform(output.shape, (1, 2))))
        gradients = tape.gradient(value, network.trainable_variables)
        keras.optimizers.Adam(1e-2).apply(gradients, network.trainable_variables)
        for weight, old in zip(network.trainable_variables, before, strict=True):
            assert np.abs(weight.numpy() - old).max() > 0, weight.path


def test_reflection_padding_mirrors_without_repeating_the_edge():
    row = np.arange(4.0).reshape(1, 1, 4, 1).repeat(4, axis=1)
    padded = networks.ReflectionPadding2D(1)(row)
    np.testing.assert_array_equal(padded[0, 0, :, 0], [1, 0, 1, 2, 3, 2])


def test_no_sigmoid_in_the_discriminator():
    scores = networks.build_patch_discriminator()(np.random.default_rng(0).normal(size=(4, 32, 32, 3)), training=False)
    assert scores.numpy().min() < 0


class TestVGG16:
    def test_one_pixel_reaches_vgg_as_bgr_minus_the_mean(self):
        network = networks.build_vgg16_features(["block1_conv1"])
        # white: (255, 255, 255) - mean; a convolution by hand over a constant 3 × 3 neighborhood
        white = np.ones((1, 5, 5, 3), "float32")
        kernel, bias = network.get_layer("block1_conv1").get_weights()
        value = (np.array([255 - 103.939, 255 - 116.779, 255 - 123.68]) * kernel.sum(axis=(0, 1)).T).sum(axis=1) + bias
        received = network(white, training=False)["block1_conv1"][0, 2, 2]
        np.testing.assert_allclose(received, np.maximum(value, 0), rtol=1e-4, atol=1e-3)

    def test_red_and_blue_are_not_swapped(self):
        network = networks.build_vgg16_features(["block1_conv1"])
        red = -np.ones((1, 5, 5, 3), "float32")
        red[..., 0] = 1.0
        kernel, bias = network.get_layer("block1_conv1").get_weights()
        value = (np.array([0 - 103.939, 0 - 116.779, 255 - 123.68]) * kernel.sum(axis=(0, 1)).T).sum(axis=1) + bias
        received = network(red, training=False)["block1_conv1"][0, 2, 2]
        np.testing.assert_allclose(received, np.maximum(value, 0), rtol=1e-4, atol=1e-3)

    def test_the_input_by_hand_whatever_the_pixel(self):
        # RGB (255, 0, 127.5) → BGR minus the mean
        fed = VGG16Input()(np.array([1.0, -1.0, 0.0], "float32").reshape(1, 1, 1, 3))
        np.testing.assert_allclose(fed[0, 0, 0], [127.5 - 103.939, 0 - 116.779, 255 - 123.68], rtol=1e-5)

    def test_it_is_never_trained(self):
        assert networks.build_vgg16_features(["block2_conv2"]).trainable_variables == []

    @pytest.mark.parametrize("names", [[], ["block5_conv2"]])
    def test_layers_that_do_not_ship_are_named(self, names):
        with pytest.raises(ValueError, match="Choose from block1_conv1"):
            networks.build_vgg16_features(names)

    def test_weights_that_are_not_those_that_shipped_are_refused(self, monkeypatch):
        monkeypatch.setattr(features, "is_intact", lambda name: False)
        with pytest.raises(ValueError, match="vgg16.*not the file that shipped.* git checkout data"):
            networks.build_vgg16_features(["block1_conv1"])

    @pytest.mark.parametrize(("name", "smallest"), [("block1_conv2", 9), ("block2_conv2", 18), ("block4_conv1", 40)])
    def test_a_crop_that_is_all_border_is_refused_with_the_size_that_is_not(self, name, smallest):
        network = networks.build_vgg16_features([name])
        cut = lambda side: networks.cut_border(network(np.zeros((1, side, 64, 3), "float32"))[name], name)  # noqa: E731
        assert cut(smallest).shape[1] == 1
        with pytest.raises(ValueError, match=f"{name} must have .* cells.* at least {smallest} pixels"):
            cut(smallest - 1)

    def test_sixty_four_real_crops_of_a_painting_have_its_gram_matrix(self):
        """VGG's zero padding would spoil small crops; with the border cut they score below 0.15 at every layer."""
        network = networks.build_vgg16_features(STYLE_LAYERS)
        painting = datasets.picture("paintings/van_gogh/langlois_bridge.jpg")
        sampler = datasets.CropSampler([painting])
        whole = network(painting[None], training=False)
        parts = [network(sampler(16, 96, [0, part]), training=False) for part in range(4)]
        for name in STYLE_LAYERS:
            gram = lambda features: np.mean(gram_matrix(networks.cut_border(features[name], name)), axis=0)  # noqa: B023, E731
            target, crops = gram(whole), np.mean([gram(part) for part in parts], axis=0)
            assert ((crops - target) ** 2).sum() / (target**2).sum() < 0.15, name
