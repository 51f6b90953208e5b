"""Networks: functions that build functional Keras models."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_course.networks.discriminator import build_patch_discriminator
from gan_course.networks.features import VGG16_LAYERS, build_vgg16_features, cut_border
from gan_course.networks.stylizer import ReflectionPadding2D, build_stylizer

__all__ = [
    "VGG16_LAYERS",
    "ReflectionPadding2D",
    "build_patch_discriminator",
    "build_stylizer",
    "build_vgg16_features",
    "cut_border",
]
