"""Generator: a network that turns noise into images."""

import keras
from keras import layers

from gan_course.networks.resize_convolution import ResizeConv2D


def build_generator(
    latent_dim=100,
    filters=(128, 128, 128),
    start=8,
    channels=3,
    resize=False,
    batch_normalization=False,
    name="generator",
):
    """Generator: noise to a small stack of feature maps, doubled in size until it is an image.

    With the defaults it is the article's generator repaired: one more transposed convolution, so that 8 × 8 becomes
    64 × 64, and tanh at the end, so that the image stays in [-1, 1]. 1,617,667 weights.

    Kernel 4 is a multiple of stride 2: away from the border every output pixel is reached by the same number of
    inputs, so the overlap of the kernels alone draws no checkerboard.

    Args:
        latent_dim: length of the noise vector.
        filters: number of filters of each transposed convolution (kernel 4, stride 2); each doubles the size.
        start: height and width of the first feature maps.
        channels: channels of the image, 3 for RGB, 1 for gray.
        resize: double the size by repeating pixels and convolve (kernel 3) instead, see `ResizeConv2D`: no checkerboard
            whatever the weights are.
        batch_normalization: normalize every channel over the batch before each LeakyReLU; then one comes after the
            Dense layer too. Faster in the first hundreds of steps. Call it with `training=True` in a training step.
        name: name of the model.

    Returns:
        `keras.Model`, noise `(batch, latent_dim)`, standard normal → images
        `(batch, start · 2^n, start · 2^n, channels)` in [-1, 1], n the number of `filters`.

    Raises:
        ValueError: if `filters` is empty.

    Reference:
        Radford et al., "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
        Networks", 2015. Deviations: the same number of filters everywhere, batch normalization only if asked for,
        LeakyReLU.
    """
    if not filters:
        raise ValueError("filters must name at least one transposed convolution, received none. Try (128, 128, 128).")
    noise = keras.Input((latent_dim,), name="noise")
    x = layers.Dense(start * start * filters[0])(noise)
    x = layers.Reshape((start, start, filters[0]))(x)
    if batch_normalization:
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    for count in filters:
        if resize:
            x = ResizeConv2D(count)(x)
        else:
            x = layers.Conv2DTranspose(count, 4, strides=2, padding="same")(x)
        if batch_normalization:
            x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
    images = layers.Conv2D(channels, 3, padding="same", activation="tanh", name="images")(x)
    return keras.Model(noise, images, name=name)
