"""A dense layer with the spectral normalization of the paper."""

import keras
from keras import layers, ops

from gan_course.networks.spectral import spectral_normalize


@keras.saving.register_keras_serializable(package="gan_course")
class SpectralDense(layers.Dense):
    """Dense layer that multiplies by `W / σ(W)` in place of its kernel W.

    W stays what the optimizer makes of it, and gradients pass through σ, see `spectral_normalize`;
    `keras.layers.SpectralNormalization` does neither. A call with `training=True` improves the estimate of σ by one
    power iteration.

    Args:
        units: length of the output.
        **arguments: those of `keras.layers.Dense`.

    Reference:
        Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018.
    """

    def build(self, input_shape):
        super().build(input_shape)
        # The same beginning every time: a direction that no kernel is at right angles to but by chance.
        self.direction = self.add_weight((self.units,), "ones", trainable=False, name="direction")

    def call(self, inputs, training=False):
        kernel, direction = spectral_normalize(self.kernel, self.direction.value)
        if training:
            self.direction.assign(ops.stop_gradient(direction))
        outputs = ops.matmul(inputs, kernel)
        return self.activation(outputs if self.bias is None else outputs + self.bias)
