"""Batches of images for a GAN, each determined by (seed, step)."""

import numpy as np


def image_batches(images, labels=None, batch_size=64, seed=0, first_step=0):
    """Endless batches of images, each determined by (seed, step).

    Every image of a batch is drawn from all of them, with replacement. No order has to be remembered: a training that
    goes on at `first_step` gets the very batches it would have got without the interruption.

    Args:
        images: float array `(count, height, width, channels)` in [-1, 1].
        labels: integer array `(count,)`, or None if there are none.
        batch_size: number of images in a batch.
        seed: integer.
        first_step: the step to begin with, for a training that goes on.

    Returns:
        `tf.data.Dataset` of dictionaries: `images` `(batch_size, height, width, channels)`, `labels` `(batch_size,)`
        if there are any, and `seed` `(2,)` for what else the step draws.

    Raises:
        ValueError: if `images` does not have four axes, or `labels` is of another length.
    """
    import tensorflow as tf

    images = np.asarray(images, "float32")
    if images.ndim != 4 or not len(images):
        raise ValueError(
            f"images must be (count, height, width, channels) with at least one image, received {images.shape}. Gray "
            f"images get their axis of channels with images[..., None]."
        )
    arrays = {"images": tf.constant(images)}
    if labels is not None:
        if np.shape(labels) != images.shape[:1]:
            raise ValueError(
                f"labels must hold one number for each of the {len(images)} images, received {np.shape(labels)}."
            )
        arrays["labels"] = tf.constant(labels, tf.int32)

    def batch(step):
        fold = tf.random.experimental.stateless_fold_in
        pair = tf.stack([tf.constant(seed, tf.int64), step])
        chosen = tf.random.stateless_uniform((batch_size,), fold(pair, 0), maxval=len(images), dtype=tf.int32)
        return {**{name: tf.gather(array, chosen) for name, array in arrays.items()}, "seed": fold(pair, 1)}

    return tf.data.Dataset.range(first_step, np.iinfo("int64").max).map(batch).prefetch(2)
