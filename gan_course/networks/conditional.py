"""Class-conditional generator and discriminator: the networks of `build_generator`, told which class is wanted."""

import math

import keras
from keras import layers, ops

from gan_course.networks.discriminator import build_discriminator
from gan_course.networks.generator import build_generator


def build_conditional_generator(classes=10, latent_dim=64, name="conditional_generator", **arguments):
    """Class-conditional generator: noise and a label to an image of that class.

    Every class has feature maps of its own, which are learned (an embedding). They are added to the first feature maps
    that `build_generator` makes from the noise, **after** those have been normalized over the batch.

    Were the label put beside the noise, the normalization would divide by what differs between the classes, too. The
    maps of the classes grow, and the noise beside them shrinks until all images of a class look alike.

    Args:
        classes: number of classes.
        latent_dim: length of the noise vector.
        name: name of the model.
        **arguments: the other arguments of `build_generator`.

    Returns:
        `keras.Model`, `[noise (batch, latent_dim), labels (batch,)]` → images as `build_generator` makes them. Labels
        are integers from 0 to `classes - 1`.

    Reference:
        Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014. Deviation: there the label is put beside
        the noise. Adding after a normalization is half of conditional batch normalization (Dumoulin et al., "A Learned
        Representation for Artistic Style", 2017), an offset for each class without a gain.
    """
    plain = build_generator(latent_dim, **arguments)
    labels = keras.Input((), dtype="int32", name="labels")
    first = next(number for number, layer in enumerate(plain.layers) if isinstance(layer, layers.Reshape))
    if isinstance(plain.layers[first + 1], layers.BatchNormalization):
        first += 1
    x = plain.layers[first].output
    maps = layers.Reshape(x.shape[1:])(layers.Embedding(classes, math.prod(x.shape[1:]))(labels))
    x = layers.Add()([x, maps])
    for layer in plain.layers[first + 1 :]:
        x = layer(x)
    return keras.Model([plain.input, labels], x, name=name)


def build_projection_discriminator(
    classes=10,
    image_shape=(28, 28, 1),
    filters=(64, 128),
    spectral_normalization=False,
    name="projection_discriminator",
):
    """Projection discriminator: scores how real an image looks, and how well it fits its label.

    `D(x, y) = w · h(x) + b + v_y · h(x)`

    The first part is `build_discriminator` with features h before its last layer. The second is large where the
    features point in the direction v_y that this class has learned. So the label takes part as a product: D need not
    learn to read it first.

    Args:
        classes: number of classes.
        image_shape: height, width and number of channels.
        filters: number of filters of each convolution (kernel 4, stride 2).
        spectral_normalization: keep the gain of every layer near 1, that of the class vectors too.
        name: name of the model.

    Returns:
        `keras.Model`, `[images (batch, *image_shape), labels (batch,)]` → logits `(batch, 1)`.

    Raises:
        ValueError: if `build_discriminator` cannot be built for this shape.

    Reference:
        Miyato and Koyama, "cGANs with Projection Discriminator", 2018. Deviation: the features keep their positions,
        where the paper sums over them.
    """
    plain = build_discriminator(image_shape, filters, spectral_normalization)
    features = plain.layers[-2].output
    labels = keras.Input((), dtype="int32", name="labels")
    vectors = layers.Dense(classes, use_bias=False, name="class_vectors")  # column y is v_y
    if spectral_normalization:
        # A dense layer, because around an Embedding Keras' SpectralNormalization rounds its output to integers.
        vectors = layers.SpectralNormalization(vectors)
    fit = ops.sum(vectors(features) * ops.one_hot(labels, classes), axis=-1, keepdims=True)
    return keras.Model([plain.input, labels], layers.Add()([plain.output, fit]), name=name)
