"""The stylizer: the generator of a style transfer GAN. A photo goes in, its painting comes out."""

import keras
import numpy as np
from keras import layers, ops
from scipy import ndimage

from gan_course.networks.smoothing import Smoothing2D, SmoothUpsampling2D


@keras.saving.register_keras_serializable(package="gan_course")
class ReflectionPadding2D(layers.Layer):
    """Pads height and width by mirroring at the border.

    Zero padding puts a black frame around every feature map, and a stylizer paints that frame. Keras has no layer for
    reflection.

    Args:
        padding: number of pixels added on each side.
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, images):
        sides = (self.padding, self.padding)
        return ops.pad(images, ((0, 0), sides, sides, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        grow = lambda side: None if side is None else side + 2 * self.padding  # noqa: E731
        return batch, grow(height), grow(width), channels

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


@keras.saving.register_keras_serializable(package="gan_course")
class CanvasGrain(layers.Layer):
    """Adds a faint, fixed grain to the photo, as a canvas has one.

    A clear sky is the same everywhere, and a convolution answers the same everywhere: it has nothing to begin a brush
    stroke with. (All it can do is repeat the grid of its own strides.) The grain gives it a beginning. It is always the
    same, a tile of `TILE` pixels drawn from one seed and repeated, so a photo has one painting and not many.

    Args:
        amount: standard deviation of the grain, on the scale of the picture, -1 to 1.
        size: standard deviation in pixels of the Gaussian that makes grains of white noise.
    """

    TILE = 256

    def __init__(self, amount=0.15, size=1.6, **kwargs):
        super().__init__(**kwargs)
        self.amount, self.size = amount, size
        noise = np.random.default_rng(0).standard_normal((self.TILE, self.TILE))
        grain = ndimage.gaussian_filter(noise, size, mode="wrap")  # no seam where two tiles meet
        self.tile = (grain / grain.std()).astype("float32")

    def call(self, photos):
        return photos + self.grain(ops.shape(photos)[1:3])

    def grain(self, size, start=(0, 0)):
        """What is added to a picture of that size whose first pixel lies at `start`: `(height, width, 1)`."""
        grain = ops.convert_to_tensor(self.tile)
        for axis in (0, 1):
            grain = ops.take(grain, (ops.arange(size[axis]) + start[axis]) % self.TILE, axis=axis)
        return self.amount * grain[..., None]

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "amount": self.amount, "size": self.size}


def convolution(x, filters, kernel_size=3, strides=1):
    """Reflection padding, then a convolution: the size of the output is the size of the input over `strides`."""
    x = ReflectionPadding2D(kernel_size // 2)(x)
    return layers.Conv2D(filters, kernel_size, strides=strides)(x)


def smooth(x, times):
    """Averages neighbors, see `Smoothing2D`."""
    return Smoothing2D(times)(x)


def downsample(x, filters):
    """Half the size: smoothed, then a convolution with strides of 2.

    Whatever repeats faster than every fourth pixel cannot be seen in half as many. Unsmoothed it would not vanish but
    come out as something slower that is not in the photo, in step with the strides: alias, half of a grid.

    Reference:
        Zhang, "Making Convolutional Networks Shift-Invariant Again", 2019.
    """
    return convolution(smooth(x, 2), filters, strides=2)


def upsample(x, times=6):
    """Twice the size, smoothed; the other half of a grid is avoided here, see `SmoothUpsampling2D`."""
    return SmoothUpsampling2D(times)(x)


def instance_normalization(x):
    """Mean 0, variance 1 for each image and channel, then a learned scale and offset.

    The contrast of the photo is taken out and the contrast of the painting put in.

    Reference:
        Ulyanov et al., "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016.
    """
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)


def residual_block(x, filters):
    """Two convolutions whose result is added to the input, so that the block only has to learn the change."""
    y = layers.ReLU()(instance_normalization(convolution(x, filters)))
    y = instance_normalization(convolution(y, filters))
    return layers.Add()([x, y])


def build_stylizer(filters=(32, 96), blocks=5, detail=16, grain=0.15, name="stylizer"):
    """Residual stylizer: half size, quarter size, residual blocks, and back.

    The photo is reduced to a quarter of its size, where a convolution is cheap and sees far; the residual blocks
    repaint it there; upsampling followed by convolutions brings it back. Transposed convolutions are avoided, because
    they leave a checkerboard; every change of size is smoothed, because it would leave a grid. Most filters work at a
    quarter of the size; the few at full size draw fine edges, and see the photo itself for it.

    Args:
        filters: numbers of filters at half and at quarter size.
        blocks: number of residual blocks at quarter size.
        detail: number of filters at full size.
        grain: how much `CanvasGrain` is added to the photo; 0 for none.
        name: name of the model.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → the same shape in (-1, 1). Height and width must be
        multiples of 4; `gan_course.stylize.paint` pads a photo that is not.

    Reference:
        Johnson et al., "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", 2016. Deviations:
        reflection padding everywhere, resize convolutions, fewer filters, most of them at a quarter of the size.
    """
    half, quarter = filters
    photos = canvas = keras.Input((None, None, 3), name="photos")
    if grain:
        canvas = CanvasGrain(grain)(canvas)
    x = layers.ReLU()(instance_normalization(downsample(canvas, half)))
    x = layers.ReLU()(instance_normalization(downsample(x, quarter)))
    for _ in range(blocks):
        x = residual_block(x, quarter)
    x = upsample(x)
    x = layers.ReLU()(instance_normalization(convolution(x, half)))
    x = layers.ReLU()(convolution(x, detail))
    x = layers.Concatenate()([upsample(x), canvas])
    x = layers.ReLU()(convolution(x, detail))
    painted = layers.Activation("tanh", name="painted")(convolution(x, 3))
    return keras.Model(photos, painted, name=name)
