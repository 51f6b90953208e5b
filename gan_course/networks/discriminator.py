"""Discriminators: networks that score how real an image looks. They return logits."""

import keras
from keras import layers


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
