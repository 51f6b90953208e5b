"""Trainers: Keras models with a `train_step` of their own, and one that trains no model but a picture."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_course.training.minimizers import minimize_with_adam, minimize_with_lbfgs
from gan_course.training.neural_style_transfer import StyleTransferObjective, luminance_pair, transfer_style
from gan_course.training.real_against_real import disjoint_patches, tell_apart
from gan_course.training.scaled_lbfgs import minimize_with_scaled_lbfgs
from gan_course.training.style_transfer_gan import StyleTransferGAN
from gan_course.training.toy_gan import ToyGAN

__all__ = [
    "StyleTransferGAN",
    "StyleTransferObjective",
    "ToyGAN",
    "disjoint_patches",
    "luminance_pair",
    "minimize_with_adam",
    "minimize_with_lbfgs",
    "minimize_with_scaled_lbfgs",
    "tell_apart",
    "transfer_style",
]
