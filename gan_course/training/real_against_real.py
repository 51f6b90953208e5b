"""A control: can a fresh discriminator tell two sets of patches apart, and if so, by what?

Both sets are real. If it can tell them apart it has found something that is not paint: how a file was compressed, how
sharp it is. A discriminator of a style transfer GAN would find that, too, and teach it to the stylizer.
"""

import keras
import numpy as np
import tensorflow as tf
from scipy.stats import binomtest

from gan_course.losses import hinge_discriminator_loss
from gan_course.networks import build_patch_discriminator
from gan_course.training.style_transfer_gan import random_window, shift_and_flip

MARGIN = 8  # pixels that `random_window` takes off


def disjoint_patches(pictures, size, seed=0, shares=(3, 3, 1, 1)):
    """Cuts pictures into squares that do not overlap, and deals them out at random into sets.

    Args:
        pictures: list of float arrays `(height, width, 3)` in [-1, 1].
        size: side of a square in pixels.
        seed: integer.
        shares: how many parts of the squares each set gets.

    Returns:
        List of float32 arrays `(patches, size, size, 3)`, one per share. No pixel is in two of them.

    Raises:
        ValueError: if there are fewer squares than parts.
    """
    squares = [
        picture[top : top + size, left : left + size]
        for picture in pictures
        for top in range(0, picture.shape[0] - size + 1, size)
        for left in range(0, picture.shape[1] - size + 1, size)
    ]
    parts = len(squares) // sum(shares)
    if not parts:
        raise ValueError(
            f"{len(squares)} squares of {size} pixels cannot be dealt out in {sum(shares)} parts. Take smaller ones, "
            f"or more pictures."
        )
    order = np.random.default_rng(seed).permutation(len(squares))
    ends = np.cumsum(np.multiply(shares, parts))
    return [
        np.stack([squares[index] for index in order[end - share * parts : end]]).astype("float32")
        for share, end in zip(shares, ends, strict=True)
    ]


def tell_apart(
    first, second, new_first, new_second, honest=True, steps=200, batch_size=16, rate=4e-3, seed=0, filters=(32, 64)
):
    """Trains a fresh discriminator between two sets of patches and tries it on new ones.

    `right = share of new pairs in which the patch of the first kind scores higher`

    Args:
        first, second: float arrays `(patches, size, size, 3)` in [-1, 1] to learn from.
        new_first, new_second: the same for the trial; the n-th of both are a pair.
        honest: whether all patches pass through the random windows, shifts by parts of a pixel and mirrors of
            `StyleTransferGAN`. Without, they arrive as they are, but for the same loss of size.
        steps: number of training steps.
        batch_size: number of patches of each kind in a step.
        rate: learning rate. Little is at stake for a discriminator that has no opponent, so it may be high.
        seed: integer; determines initial weights, batches and changes.
        filters: those of `build_patch_discriminator`.

    Returns:
        `(right, low, high)`: the share, ½ at chance, and its 95 % interval (Wilson's, for as many pairs as there are).

    Raises:
        ValueError: if the new ones are no pairs.

    Reference:
        Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927, for the interval.
    """
    if np.shape(new_first) != np.shape(new_second) or not len(new_first):
        raise ValueError(
            f"new_first and new_second must be pairs, as many and as large, received {np.shape(new_first)} and "
            f"{np.shape(new_second)}."
        )
    keras.utils.set_random_seed(seed)
    discriminator = build_patch_discriminator(filters)
    optimizer = keras.optimizers.Adam(rate, beta_1=0.5)
    optimizer.build(discriminator.trainable_variables)

    @tf.function
    def step(real, other, number):
        both = seen(tf.concat([real, other], axis=0), tf.stack([seed, number]), honest)
        with tf.GradientTape() as tape:
            logits = discriminator(both, training=True)
            loss = hinge_discriminator_loss(*tf.split(logits, 2))
        optimizer.apply(tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)

    generator = np.random.default_rng(seed)
    for number in range(steps):
        drawn = [kind[generator.integers(len(kind), size=batch_size)] for kind in (first, second)]
        step(*drawn, tf.constant(number))
    scores = [
        np.mean(discriminator(seen(tf.constant(kind), tf.constant([seed, steps]), honest), training=False), (1, 2, 3))
        for kind in (new_first, new_second)
    ]
    right = binomtest(int(np.sum(scores[0] > scores[1])), len(new_first))
    interval = right.proportion_ci(method="wilson")
    return right.statistic, float(interval.low), float(interval.high)


def seen(patches, seed, honest):
    """What a discriminator gets to see of patches."""
    if honest:
        return shift_and_flip(random_window(patches, seed, MARGIN), seed)
    return patches[:, : -MARGIN - 1, : -MARGIN - 1]
