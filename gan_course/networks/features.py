"""VGG16 as a fixed measuring instrument: images in, feature maps out."""

import keras
import numpy as np
from keras import layers, ops

from gan_course.paths import data_path, is_intact

VGG16_WEIGHTS = "vgg16_block1_to_block4_conv1_float16.npz"
VGG16_LAYERS = {
    "block1_conv1": 64,
    "block1_conv2": 64,
    "block2_conv1": 128,
    "block2_conv2": 128,
    "block3_conv1": 256,
    "block3_conv2": 256,
    "block3_conv3": 256,
    "block4_conv1": 512,
}

# Cells at the border of a feature map that VGG16's zero padding has spoiled, cut off before anything is averaged.
BORDER = {"block1": 4, "block2": 4, "block3": 2, "block4": 2}


@keras.saving.register_keras_serializable(package="gan_course")
class VGG16Input(layers.Layer):
    """From RGB in [-1, 1] to what VGG16 was trained on: BGR, 0 to 255, ImageNet's mean color subtracted."""

    def call(self, images):
        mean_bgr = ops.convert_to_tensor([103.939, 116.779, 123.68], dtype=images.dtype)
        return ops.flip((images + 1.0) * 127.5, axis=-1) - mean_bgr


def build_vgg16_features(layer_names):
    """VGG16 from the shipped weights, up to the deepest layer asked for.

    Args:
        layer_names: names such as `["block2_conv2", "block3_conv3"]`; see `VGG16_LAYERS`. Features are taken after
            the ReLU.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → dictionary from layer name to features
        `(batch, height / 2^(block - 1), width / 2^(block - 1), channels)`. Its weights are not trainable.

    Raises:
        ValueError: if a name is not one of `VGG16_LAYERS`, or the weights are not those that shipped.
        FileNotFoundError: if they are not there.

    Reference:
        Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
        Weights rounded to float16.
    """
    unknown = [name for name in layer_names if name not in VGG16_LAYERS]
    if unknown or not layer_names:
        raise ValueError(
            f"layer_names must be names of VGG16 layers that ship with the course, received {list(layer_names)}. "
            f"Choose from {', '.join(VGG16_LAYERS)}."
        )
    if not is_intact(VGG16_WEIGHTS):
        raise ValueError(
            f"{data_path(VGG16_WEIGHTS)} is not the file that shipped: its checksum differs. Restore it: git checkout "
            f"data"
        )
    images = keras.Input((None, None, 3), name="images")
    x = VGG16Input()(images)
    outputs = {}
    block = "block1"
    for name, filters in VGG16_LAYERS.items():
        if not name.startswith(block):
            block = name.split("_")[0]
            x = layers.MaxPooling2D(2)(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        if name in layer_names:
            outputs[name] = x
        if len(outputs) == len(set(layer_names)):
            break
    model = keras.Model(images, outputs, name="vgg16_features")
    model.trainable = False
    with np.load(data_path(VGG16_WEIGHTS), allow_pickle=False) as weights:
        for layer in model.layers:
            if layer.name in VGG16_LAYERS:
                layer.set_weights([weights[f"{layer.name}/{part}"].astype("float32") for part in ("kernel", "bias")])
    return model


def cut_border(features, layer_name):
    """Cuts off the cells that VGG16's zero padding has spoiled.

    Args:
        features: tensor `(batch, height, width, channels)`.
        layer_name: the layer it comes from, `"block3_conv3"` for instance.

    Returns:
        The inner part of the tensor: 4 cells less on each side at block1 and block2, 2 at block3 and block4.

    Raises:
        ValueError: if nothing would be left, because the mean of nothing is NaN.
    """
    block = layer_name.split("_")[0]
    border = BORDER[block]
    smallest = 2 * border + 1
    sides = [side for side in features.shape[1:3] if side is not None]  # in a graph they may be unknown
    if min(sides, default=smallest) < smallest:
        raise ValueError(
            f"A map of {layer_name} must have at least {smallest} × {smallest} cells, because {border} on each side "
            f"are cut off, received {' × '.join(map(str, sides))}. Take pictures with at least "
            f"{smallest * 2 ** (int(block[-1]) - 1)} pixels on the shorter side, or a layer of an earlier block."
        )
    return features[:, border:-border, border:-border, :]
