"""Differentiable augmentation: few images, changed at random each time the discriminator sees any.

A discriminator that sees the same few real images again and again knows them by heart. Augmenting only the real ones
would teach the generator to make augmented images. So **both** are augmented, real and generated, at the
discriminator's steps and at the generator's; every change is differentiable, so the generator learns through it.
"""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import tensorflow as tf


def augment(images, seed, changes=("color", "translation", "cutout")):
    """Differentiable augmentation (DiffAugment) of a batch, different for each image.

    Give it real and generated images together, `augment(tf.concat([real, fake], axis=0), seed)`, or one after the
    other with different seeds.

    Args:
        images: tensor `(batch, height, width, channels)` in [-1, 1].
        seed: integer tensor `(2,)`; the same seed makes the same changes.
        changes: which, in this order, of `"color"` (brightness, saturation, contrast), `"translation"` and `"cutout"`.

    Returns:
        Tensor of the same shape. Color takes values out of [-1, 1]; they are not clipped, because that would stop the
        gradient.

    Raises:
        ValueError: if a change is unknown or `images` does not have four axes.

    Reference:
        Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020.
    """
    unknown = [change for change in changes if change not in CHANGES]
    if unknown:
        raise ValueError(f"changes must be among {', '.join(CHANGES)}, received {', '.join(map(str, unknown))}.")
    images = tf.convert_to_tensor(images)
    if images.shape.rank != 4:
        raise ValueError(
            f"images must have four axes (batch, height, width, channels), received shape {tuple(images.shape)}. "
            f"For a single image, add the batch axis with x[None]."
        )
    functions = [function for change in changes for function in CHANGES[change]]
    for number, function in enumerate(functions):
        images = function(images, tf.random.experimental.stateless_fold_in(seed, number))
    return images


def random_brightness(images, seed):
    """Adds the same number to all values of an image, uniform in [-½, ½].

    Args:
        images: tensor `(batch, height, width, channels)`.
        seed: integer tensor `(2,)`.

    Returns:
        Tensor of the same shape.
    """
    return images + _uniform(images, seed, -0.5, 0.5)


def random_saturation(images, seed):
    """Draws the channels of a pixel away from their mean or toward it, by a factor uniform in [0, 2].

    Args:
        images: tensor `(batch, height, width, channels)`. Gray images stay as they are.
        seed: integer tensor `(2,)`.

    Returns:
        Tensor of the same shape.
    """
    gray = tf.reduce_mean(images, axis=3, keepdims=True)
    return gray + (images - gray) * _uniform(images, seed, 0.0, 2.0)


def random_contrast(images, seed):
    """Draws the values of an image away from their mean or toward it, by a factor uniform in [½, 1½].

    Args:
        images: tensor `(batch, height, width, channels)`.
        seed: integer tensor `(2,)`.

    Returns:
        Tensor of the same shape.
    """
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + (images - mean) * _uniform(images, seed, 0.5, 1.5)


def random_translation(images, seed, ratio=0.125):
    """Shifts an image by whole pixels, at most `ratio` of its size in each direction; what comes in is 0, gray.

    Args:
        images: tensor `(batch, height, width, channels)`.
        seed: integer tensor `(2,)`.
        ratio: largest shift as a share of height and width.

    Returns:
        Tensor of the same shape.
    """
    batch, height, width, _ = tf.unstack(tf.shape(images))

    def shifts(size, number):
        """For each output row, a one among the input rows: the one it comes from; nothing if there is none."""
        most = tf.cast(tf.cast(size, tf.float32) * ratio + 0.5, tf.int32)
        part = tf.random.experimental.stateless_fold_in(seed, number)
        shift = tf.random.stateless_uniform((batch, 1), part, -most, most + 1, tf.int32)
        return tf.one_hot(tf.range(size) - shift, size, dtype=images.dtype)

    return tf.einsum("byr,bxs,brsc->byxc", shifts(height, 0), shifts(width, 1), images, optimize="optimal")


def random_cutout(images, seed, ratio=0.5):
    """Covers a rectangle at a random place with 0, gray; it may reach over the border.

    Args:
        images: tensor `(batch, height, width, channels)`.
        seed: integer tensor `(2,)`.
        ratio: sides of the rectangle as a share of height and width.

    Returns:
        Tensor of the same shape.
    """
    batch, height, width, _ = tf.unstack(tf.shape(images))

    def covered(size, number):
        """For each row (or column) whether the rectangle covers it, `(batch, size)`."""
        side = tf.cast(tf.cast(size, tf.float32) * ratio + 0.5, tf.int32)
        part = tf.random.experimental.stateless_fold_in(seed, number)
        middle = tf.random.stateless_uniform((batch, 1), part, 0, size + 1 - side % 2, tf.int32)
        from_start = tf.range(size) - (middle - side // 2)
        return (from_start >= 0) & (from_start < side)

    hidden = covered(height, 0)[:, :, None, None] & covered(width, 1)[:, None, :, None]
    return images * (1.0 - tf.cast(hidden, images.dtype))


CHANGES = {
    "color": (random_brightness, random_saturation, random_contrast),
    "translation": (random_translation,),
    "cutout": (random_cutout,),
}


def _uniform(images, seed, low, high):
    """One number per image, `(batch, 1, 1, 1)`."""
    return tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed, low, high, images.dtype)
