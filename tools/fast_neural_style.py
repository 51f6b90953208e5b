"""The network of PyTorch's fast_neural_style example, rebuilt in Keras to be timed beside the stylizers."""

import keras
from keras import layers

from gan_course.networks import ReflectionPadding2D

WEIGHTS = 1_679_235


def build_fast_neural_style():
    """The network of PyTorch's fast_neural_style example, from its published description.

    Convolutions 9 × 9, 3 × 3 and 3 × 3 with strides 1, 2, 2 to 32, 64 and 128 maps; five residual blocks; nearest
    upsampling and 3 × 3 twice, back to 64 and 32 maps; 9 × 9 to RGB. Reflection padding, instance normalization.

    Returns:
        `keras.Model` with random weights, `(batch, height, width, 3)` → the same; sides must be multiples of 4.

    Reference:
        Johnson et al., "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", 2016, in the shape of
        github.com/pytorch/examples, fast_neural_style.
    """

    def convolution(x, filters, size, strides=1):
        return layers.Conv2D(filters, size, strides=strides)(ReflectionPadding2D(size // 2)(x))

    def normalized(x):
        return layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)

    photos = x = keras.Input((None, None, 3))
    for filters, size, strides in ((32, 9, 1), (64, 3, 2), (128, 3, 2)):
        x = layers.ReLU()(normalized(convolution(x, filters, size, strides)))
    for _ in range(5):
        y = layers.ReLU()(normalized(convolution(x, 128, 3)))
        x = layers.Add()([x, normalized(convolution(y, 128, 3))])
    for filters in (64, 32):
        x = layers.ReLU()(normalized(convolution(layers.UpSampling2D(2)(x), filters, 3)))
    model = keras.Model(photos, convolution(x, 3, 9))
    if model.count_params() != WEIGHTS:
        raise RuntimeError(f"fast_neural_style has {WEIGHTS:,} weights, this rebuild has {model.count_params():,}.")
    return model
