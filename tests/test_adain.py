"""Adaptive instance normalization: the exchange of statistics, the decoder and the stylizer made of both."""

import keras
import numpy as np
import pytest

from gan_course import networks
from gan_course.networks import adaptive_normalization as adain
from gan_course.networks.adaptive_normalization import (
    ADAIN_LAYER,
    adaptive_instance_normalization,
    build_adain_decoder,
    build_adain_stylizer,
    feature_statistics,
)

SMALL = (4, 4, 4)


def some(shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


@pytest.fixture
def decoder():
    keras.utils.set_random_seed(1)
    return build_adain_decoder(SMALL)


class TestTheExchange:
    def test_four_pixels_by_hand(self):
        # two rows, two columns, two channels; mean 2 and deviation 1, mean 4 and deviation 2
        content = np.array([[[1, 2], [3, 6]], [[3, 2], [1, 6]]], "float32")[None]
        # mean 10 and deviation 3, mean 0 and deviation 1
        style = np.array([[[7, 1], [13, 1]], [[13, -1], [7, -1]]], "float32")[None]
        expected = np.array([[[7, -1], [13, 1]], [[13, -1], [7, 1]]], "float32")[None]
        np.testing.assert_allclose(adaptive_instance_normalization(content, style), expected, rtol=1e-4)

    def test_the_result_has_the_statistics_of_the_style_and_the_places_of_the_content(self):
        content, style = 3.0 * some((2, 9, 7, 5)) + 1.0, some((2, 4, 6, 5), 1) - 2.0
        result = adaptive_instance_normalization(content, style)
        for found, wanted in zip(feature_statistics(result), feature_statistics(style), strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-3)
        for image in range(2):
            for channel in range(5):
                pair = np.ravel(content[image, ..., channel]), np.ravel(result[image, ..., channel])
                assert np.corrcoef(*pair)[0, 1] > 0.9999

    def test_a_photo_in_its_own_style_is_itself(self):
        content = some((1, 8, 8, 3))
        np.testing.assert_allclose(adaptive_instance_normalization(content, content), content, atol=1e-6)

    def test_one_painting_serves_a_batch_of_photos(self):
        contents, style = some((3, 5, 5, 2)), some((1, 4, 4, 2), 1)
        together = adaptive_instance_normalization(contents, style)
        for number in range(3):
            alone = adaptive_instance_normalization(contents[number : number + 1], style)
            np.testing.assert_allclose(together[number], alone[0], atol=1e-6)

    def test_a_channel_that_never_fires_gives_no_nan(self):
        result = np.asarray(adaptive_instance_normalization(np.zeros((1, 4, 4, 2), "float32"), some((1, 4, 4, 2))))
        assert np.isfinite(result).all()
        np.testing.assert_allclose(result[0, 0, 0], some((1, 4, 4, 2)).mean(axis=(0, 1, 2)), atol=1e-6)

    def test_what_does_not_fit_is_explained(self):
        with pytest.raises(ValueError, match="four axes"):
            adaptive_instance_normalization(some((4, 4, 2)), some((1, 4, 4, 2)))
        with pytest.raises(ValueError, match="same layer"):
            adaptive_instance_normalization(some((1, 4, 4, 2)), some((1, 4, 4, 3)))
        with pytest.raises(ValueError, match="batch of 1"):
            adaptive_instance_normalization(some((3, 4, 4, 2)), some((2, 4, 4, 2)))


class TestTheDecoder:
    def test_it_makes_a_picture_four_times_as_large(self, decoder):
        picture = decoder(500.0 * some((2, 6, 9, 256)), training=False).numpy()
        assert picture.shape == (2, 24, 36, 3)
        assert np.abs(picture).max() <= 1.0

    def test_no_layer_normalizes(self, decoder):
        assert not [layer for layer in decoder.layers if "Normalization" in type(layer).__name__]

    def test_even_features_become_an_even_picture(self, decoder):
        """No frame at the border and no checkerboard, whatever the weights are."""
        features = np.broadcast_to(500.0 * np.abs(some((256,))), (1, 7, 8, 256))
        picture = decoder(features, training=False).numpy()
        np.testing.assert_allclose(picture, np.broadcast_to(picture[:, :1, :1], picture.shape), atol=1e-5)

    def test_its_file_stays_below_three_and_a_half_megabytes(self):
        assert 2 * build_adain_decoder().count_params() < 3.5e6


class TestTheStylizer:
    def test_it_is_encoder_exchange_and_decoder(self, decoder):
        photos, style = some((2, 32, 24, 3)), some((40, 48, 3), 1)
        features = networks.build_vgg16_features([ADAIN_LAYER])
        encode = lambda pictures: features(pictures, training=False)[ADAIN_LAYER]  # noqa: E731
        expected = decoder(adaptive_instance_normalization(encode(photos), encode(style[None])), training=False)
        stylizer = build_adain_stylizer(decoder, style)
        np.testing.assert_allclose(stylizer(photos, training=False), expected, atol=1e-4)

    def test_the_photo_in_its_own_style_is_what_the_decoder_makes_of_its_features(self, decoder):
        photo = some((32, 32, 3))
        features = networks.build_vgg16_features([ADAIN_LAYER])(photo[None], training=False)[ADAIN_LAYER]
        own = build_adain_stylizer(decoder, photo)(photo[None], training=False)
        np.testing.assert_allclose(own, decoder(features, training=False), atol=1e-4)

    def test_two_paintings_make_two_stylizers_that_share_the_decoder(self, decoder):
        photo = some((1, 32, 32, 3))
        one, other = (build_adain_stylizer(decoder, some((32, 32, 3), seed) ** seed) for seed in (1, 2))
        assert np.abs(one(photo, training=False) - other(photo, training=False)).max() > 1e-3
        assert len(one.trainable_variables) == len(decoder.trainable_variables)


def test_the_layer_is_one_whose_maps_are_a_quarter_of_the_size():
    """`stylize.paint` makes sides multiples of 4, no more."""
    features = networks.build_vgg16_features([ADAIN_LAYER])(some((1, 16, 16, 3)))[ADAIN_LAYER]
    assert features.shape == (1, 4, 4, adain.VGG16_LAYERS[ADAIN_LAYER])
