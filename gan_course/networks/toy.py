"""Small networks for points in the plane: dense layers, trained in seconds."""

import keras
from keras import layers

from gan_course.networks.spectral_dense import SpectralDense


def build_toy_generator(latent_dim=2, width=128, depth=2, dimensions=2, seed=None, name="toy_generator"):
    """Generator of points: dense layers with ReLU, then one linear layer, since a point may lie anywhere.

    Args:
        latent_dim: length of the noise vector.
        width: units of each hidden layer.
        depth: number of hidden layers; 0 makes the generator linear.
        dimensions: length of a point.
        seed: integer that determines the initial weights; None takes them from the global seed.
        name: name of the model.

    Returns:
        `keras.Model`, noise `(batch, latent_dim)` → points `(batch, dimensions)`.
    """
    return _build(latent_dim, [width] * depth, dimensions, layers.Dense, lambda: layers.ReLU(), seed, name)


def build_toy_discriminator(
    dimensions=2, width=128, depth=2, seed=None, spectral_normalization=False, name="toy_discriminator"
):
    """Discriminator of points: dense layers with LeakyReLU, then one logit.

    Args:
        dimensions: length of a point.
        width: units of each hidden layer.
        depth: number of hidden layers; 0 makes the discriminator linear.
        seed: integer that determines the initial weights; None takes them from the global seed.
        spectral_normalization: divide each kernel by its largest gain, see `SpectralDense`.
        name: name of the model.

    Returns:
        `keras.Model`, points `(batch, dimensions)` → logits `(batch, 1)`.
    """
    dense = SpectralDense if spectral_normalization else layers.Dense
    return _build(dimensions, [width] * depth, 1, dense, lambda: layers.LeakyReLU(0.2), seed, name)


def _build(input_dim, widths, output_dim, dense, activation, seed, name):
    inputs = x = keras.Input((input_dim,))
    for index, units in enumerate([*widths, output_dim]):
        # Two layers of the same shape with the same seed would begin with the same weights.
        layer_seed = None if seed is None else seed + index
        x = dense(units, kernel_initializer=keras.initializers.GlorotUniform(layer_seed))(x)
        if index < len(widths):
            x = activation()(x)
    return keras.Model(inputs, x, name=name)
