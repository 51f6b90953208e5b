"""Losses: pure functions of tensors."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_course.losses.adversarial import (
    hinge_discriminator_loss,
    hinge_generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_generator_loss,
    non_saturating_discriminator_loss,
    non_saturating_generator_loss,
    smoothed_discriminator_loss,
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
)
from gan_course.losses.penalties import gradient_penalty, r1_penalty, r2_penalty
from gan_course.losses.perceptual import content_loss, gram_matrix, style_loss, total_variation
from gan_course.losses.relativistic import relativistic_discriminator_loss, relativistic_generator_loss

__all__ = [
    "content_loss",
    "gradient_penalty",
    "gram_matrix",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "minimax_generator_loss",
    "non_saturating_discriminator_loss",
    "non_saturating_generator_loss",
    "r1_penalty",
    "r2_penalty",
    "relativistic_discriminator_loss",
    "relativistic_generator_loss",
    "smoothed_discriminator_loss",
    "style_loss",
    "total_variation",
    "wasserstein_discriminator_loss",
    "wasserstein_generator_loss",
]
