"""Discriminators: networks that score how real an image looks. They return logits."""

import keras
from keras import layers


def build_discriminator(
    image_shape=(64, 64, 3), filters=(128, 128, 128), spectral_normalization=False, name="discriminator"
):
    """Discriminator of whole images: convolutions that halve the size, then one score.

    With the defaults it is the article's discriminator without its sigmoid, 539,009 weights. The last layer has one
    weight for every position, so this network works for one image size only.

    Args:
        image_shape: height, width and number of channels.
        filters: number of filters of each convolution (kernel 4, stride 2).
        spectral_normalization: keep the gain of every layer near 1, so that the score cannot become arbitrarily steep.
            Then call the network with `training=True` once per discriminator step, on real and fake together.
        name: name of the model.

    Returns:
        `keras.Model`, images `(batch, *image_shape)` in [-1, 1] → logits `(batch, 1)`, without a bound.

    Raises:
        ValueError: if `image_shape` is not three numbers, or height or width cannot be halved once for every entry of
            `filters`.

    Reference:
        Radford et al., "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
        Networks", 2015. Deviations: the same number of filters everywhere, no batch normalization.
    """
    if len(image_shape) != 3:
        raise ValueError(
            f"image_shape must be (height, width, channels), received {tuple(image_shape)}. "
            f"For gray images the last number is 1, for RGB 3."
        )
    height, width, _ = image_shape
    if height % 2 ** len(filters) or width % 2 ** len(filters):
        raise ValueError(
            f"Each of the {len(filters)} convolutions halves the image, so height and width must be multiples of "
            f"{2 ** len(filters)}, received image_shape={tuple(image_shape)}. Use fewer filters or resize the images."
        )
    bounded = layers.SpectralNormalization if spectral_normalization else lambda layer: layer
    images = x = keras.Input(image_shape, name="images")
    for count in filters:
        x = bounded(layers.Conv2D(count, 4, strides=2, padding="same"))(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = bounded(layers.Dense(1))(layers.Flatten()(x))
    return keras.Model(images, logits, name=name)


def build_patch_discriminator(filters=(48, 96, 192), name="patch_discriminator"):
    """Patch discriminator: scores every neighborhood of an image instead of the image as a whole.

    A stack of convolutions that halve the size, then one score per position. With three of them a score sees
    38 × 38 pixels: enough for a few brush strokes, too little for a subject, so it judges the manner and not the
    motif. Spectral normalization keeps each layer's gain near 1.

    Call it with `training=True` once per discriminator step, on real and fake together: Keras'
    `SpectralNormalization` overwrites the kernel at every such call.

    Args:
        filters: number of filters of each stride-2 convolution.
        name: name of the model.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → logits `(batch, height / 8, width / 8, 1)`.

    Reference:
        Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017; Miyato et al.,
        "Spectral Normalization for Generative Adversarial Networks", 2018. Keras projects the kernel where the
        paper reparametrizes it: no gradient passes through σ.
    """
    images = x = keras.Input((None, None, 3), name="images")
    for count in filters:
        x = layers.SpectralNormalization(layers.Conv2D(count, 4, strides=2, padding="same"))(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.SpectralNormalization(layers.Conv2D(1, 3, padding="same"))(x)
    return keras.Model(images, logits, name=name)
