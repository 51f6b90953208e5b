"""Losses: pure functions of tensors."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_course.losses.adversarial import (
    hinge_discriminator_loss,
    hinge_generator_loss,
    non_saturating_discriminator_loss,
    non_saturating_generator_loss,
)
from gan_course.losses.perceptual import content_loss, gram_matrix, style_loss, total_variation

__all__ = [
    "content_loss",
    "gram_matrix",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "non_saturating_discriminator_loss",
    "non_saturating_generator_loss",
    "style_loss",
    "total_variation",
]
