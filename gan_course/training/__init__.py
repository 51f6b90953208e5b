"""Trainers: Keras models with a `train_step` of their own."""

from gan_course.training.style_transfer_gan import StyleTransferGAN
from gan_course.training.toy_gan import ToyGAN

__all__ = ["StyleTransferGAN", "ToyGAN"]
