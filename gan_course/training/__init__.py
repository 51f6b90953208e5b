"""Trainers: Keras models with a `train_step` of their own."""

from gan_course.training.style_transfer_gan import StyleTransferGAN

__all__ = ["StyleTransferGAN"]
