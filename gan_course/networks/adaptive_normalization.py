"""Adaptive instance normalization: any painting as a style, in one pass and without a training for it."""

import keras
from keras import layers, ops

from gan_course.networks.features import VGG16_LAYERS, build_vgg16_features
from gan_course.networks.stylizer import ReflectionPadding2D, upsample

ADAIN_LAYER = "block3_conv1"


def feature_statistics(features, epsilon=1e-5):
    """Mean and standard deviation of each channel over the positions of each image.

    `μ = mean(x)`, `σ = sqrt(mean((x - μ)²) + ε)`

    Args:
        features: tensor `(batch, height, width, channels)`.
        epsilon: small number that keeps the deviation of a channel that is the same everywhere above 0.

    Returns:
        `(μ, σ)`, both `(batch, 1, 1, channels)`.

    Raises:
        ValueError: if `features` does not have four axes.
    """
    if len(features.shape) != 4:
        raise ValueError(
            f"features must have four axes (batch, height, width, channels), received shape {tuple(features.shape)}. "
            f"For a single image, add the batch axis with x[None]."
        )
    features = ops.cast(features, "float32")
    mean = ops.mean(features, axis=(1, 2), keepdims=True)
    variance = ops.mean(ops.square(features - mean), axis=(1, 2), keepdims=True)
    return mean, ops.sqrt(variance + epsilon)


def adaptive_instance_normalization(content_features, style_features, epsilon=1e-5):
    """Gives the features of a photo the mean and the standard deviation that those of a painting have.

    `AdaIN(c, s) = σ(s) · (c - μ(c)) / σ(c) + μ(s)`

    Mean and deviation are taken over the positions, for each image and channel by itself. Instance normalization does
    the same with a learned scale and offset; here the painting says what they are, so nothing has to be learned for it.

    Args:
        content_features: tensor `(batch, height, width, channels)`, features of the photos.
        style_features: tensor `(batch, height, width, channels)` of any height and width, features of the paintings;
            a batch of 1 serves all photos.
        epsilon: small number added to both variances.

    Returns:
        Tensor of the shape of `content_features`: what is where comes from the photo, how much and how varied from the
        painting.

    Raises:
        ValueError: if one of them does not have four axes, or their channels or batches differ.

    Reference:
        Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", 2017,
        equation 8.
    """
    mean, deviation = feature_statistics(content_features, epsilon)
    style_mean, style_deviation = feature_statistics(style_features, epsilon)
    content_shape, style_shape = tuple(content_features.shape), tuple(style_features.shape)
    if content_shape[-1] != style_shape[-1] or style_shape[0] not in (1, content_shape[0]):
        raise ValueError(
            f"style_features must have the channels of content_features and its batch or a batch of 1, received "
            f"{style_shape} beside {content_shape}. Compute both with the same layer of the same network."
        )
    return style_deviation * (ops.cast(content_features, "float32") - mean) / deviation + style_mean


def build_adain_decoder(filters=(128, 64, 32), feature_scale=500.0, name="adain_decoder"):
    """From VGG16's features at `ADAIN_LAYER` back to a picture.

    Three convolutions at a quarter of the size, two at half and two at full size, with reflection at the borders. No
    layer normalizes: it would take out again what was put in, the mean and the deviation of the painting. Sizes are
    doubled by repeating and smoothing, as in the stylizer, with four averagings instead of six: what is smoothed here
    is all that there is of the picture, and has to become sharp again.

    Args:
        filters: numbers of filters at a quarter of the size, at half and at full size.
        feature_scale: what the features are divided by, so that the first convolution gets numbers near 1.
        name: name of the model.

    Returns:
        `keras.Model`, `(batch, height, width, 256)` → `(batch, 4 · height, 4 · width, 3)` in (-1, 1).

    Reference:
        Huang and Belongie 2017. Deviations: VGG16's block3_conv1 in place of VGG19's block4_conv1, fewer filters,
        smoothed doublings.
    """
    quarter, half, full = filters
    features = keras.Input((None, None, VGG16_LAYERS[ADAIN_LAYER]), name="features")
    x = layers.Rescaling(1.0 / feature_scale)(features)
    for count in (quarter, quarter, half):
        x = _convolution(x, count)
    x = _convolution(_convolution(_double(x), half), full)
    x = _convolution(_double(x), full)
    return keras.Model(features, _convolution(x, 3, activation="tanh"), name=name)


def build_adain_stylizer(decoder, style_picture, name="adain_stylizer"):
    """A stylizer for one painting, from a decoder and that painting.

    `painting = decoder(AdaIN(VGG16(photo), VGG16(style picture)))`

    Args:
        decoder: model as `build_adain_decoder` makes it.
        style_picture: float array `(height, width, 3)` in [-1, 1], at least 4 pixels each way.
        name: name of the model.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → the same shape. Height and width must be multiples of
        4; `gan_course.stylize.paint` pads a photo that is not. Nothing in it can be trained but the decoder.
    """
    features = build_vgg16_features([ADAIN_LAYER])
    style_features = features(ops.convert_to_tensor(style_picture)[None], training=False)[ADAIN_LAYER]
    photos = keras.Input((None, None, 3), name="photos")
    exchanged = adaptive_instance_normalization(features(photos)[ADAIN_LAYER], style_features)
    return keras.Model(photos, decoder(exchanged), name=name)


def _convolution(x, filters, activation="relu"):
    """Reflection padding, a convolution of 3 × 3, an activation; initial weights that keep the signal's size."""
    x = ReflectionPadding2D(1)(x)
    initializer = "he_normal" if activation == "relu" else "glorot_uniform"
    return layers.Conv2D(filters, 3, activation=activation, kernel_initializer=initializer)(x)


def _double(x):
    """Twice the size: every value repeated, then smoothed."""
    return upsample(x, times=4)
