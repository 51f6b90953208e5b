"""The article that this course grew out of: its code as printed and repaired, its formulas read literally and kindly.

A short Chinese article, without a title, an author or an address, on the design of a GAN-based image style transfer
network. Everything here is rebuilt from what it describes and credited to it; none of its sentences is quoted.
"""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_course.article.experiments import both_minimize, learn_the_order, please_a_critic, relativistic_game
from gan_course.article.formulas import (
    build_learned_distance,
    build_two_image_discriminator,
    content_loss,
    style_loss,
)
from gan_course.article.printed import (
    PRINTED_DISCRIMINATOR,
    PRINTED_GAN,
    PRINTED_GENERATOR,
    PRINTED_IMPORTS,
    discriminator_as_printed,
    gan_as_printed,
    generator_as_printed,
    run_as_printed,
    shadowed_builtins,
    share_outside,
    warnings_as_printed,
)
from gan_course.article.repaired import REPAIRS, build_discriminator, build_gan, build_generator

__all__ = [
    "PRINTED_DISCRIMINATOR",
    "PRINTED_GAN",
    "PRINTED_GENERATOR",
    "PRINTED_IMPORTS",
    "REPAIRS",
    "both_minimize",
    "build_discriminator",
    "build_gan",
    "build_generator",
    "build_learned_distance",
    "build_two_image_discriminator",
    "content_loss",
    "discriminator_as_printed",
    "gan_as_printed",
    "generator_as_printed",
    "learn_the_order",
    "please_a_critic",
    "relativistic_game",
    "run_as_printed",
    "shadowed_builtins",
    "share_outside",
    "style_loss",
    "warnings_as_printed",
]
