"""Networks: functions that build functional Keras models."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_course.networks.adaptive_normalization import (
    ADAIN_LAYER,
    adaptive_instance_normalization,
    build_adain_decoder,
    build_adain_stylizer,
    feature_statistics,
)
from gan_course.networks.arithmetic import receptive_field, transposed_output_size
from gan_course.networks.classifier import (
    build_fashion_classifier,
    build_fashion_features,
    load_fashion_classifier,
    load_fashion_features,
)
from gan_course.networks.discriminator import build_discriminator, build_patch_discriminator
from gan_course.networks.features import VGG16_LAYERS, build_vgg16_features, cut_border
from gan_course.networks.generator import build_generator
from gan_course.networks.spectral import power_iteration, spectral_norm, spectral_normalize
from gan_course.networks.spectral_dense import SpectralDense
from gan_course.networks.stylizer import ReflectionPadding2D, build_stylizer
from gan_course.networks.toy import build_toy_discriminator, build_toy_generator

__all__ = [
    "ADAIN_LAYER",
    "VGG16_LAYERS",
    "ReflectionPadding2D",
    "SpectralDense",
    "adaptive_instance_normalization",
    "build_adain_decoder",
    "build_adain_stylizer",
    "build_discriminator",
    "build_fashion_classifier",
    "build_fashion_features",
    "build_generator",
    "build_patch_discriminator",
    "build_stylizer",
    "build_toy_discriminator",
    "build_toy_generator",
    "build_vgg16_features",
    "cut_border",
    "feature_statistics",
    "load_fashion_classifier",
    "load_fashion_features",
    "power_iteration",
    "receptive_field",
    "spectral_norm",
    "spectral_normalize",
    "transposed_output_size",
]
