"""Gradient penalties: what keeps a discriminator from becoming arbitrarily steep.

All have the same arguments, so one can take the place of another:
`loss = discriminator_loss + weight * penalty(discriminator, real_images, fake_images, seed)`. The discriminator's
gradient with respect to its *input* is penalized, and the training step differentiates that once more, with respect to
the weights. A piecewise linear network with LeakyReLU can do that.

The discriminator is called with `training=False`, so a penalty neither changes its state nor meets dropout. A penalty
is about one image at a time: it makes no sense with batch normalization, which mixes them. To pass on labels, wrap it:
`lambda images, training: discriminator([images, labels], training=training)`.
"""

import tensorflow as tf


def gradient_penalty(discriminator, real_images, fake_images, seed):
    """Gradient penalty of WGAN-GP: between real and fake the slope of the score should be 1.

    `mean((‖∇_x D(x)‖ - 1)²)` at `x = real + ε (fake - real)` with ε uniform in [0, 1], one for each pair

    In the paper it is added to the Wasserstein loss with a weight λ of 10. Uniform, not normal: the points lie on the
    straight lines between the two.

    Args:
        discriminator: model, images `(batch, ...)` → logits `(batch, 1)` or a map of them, whose mean is the score.
        real_images: tensor `(batch, ...)`.
        fake_images: tensor of the same shape.
        seed: integer tensor `(2,)` that determines ε.

    Returns:
        Scalar tensor, at least 0. Normalized by the number of images. For `D(x) = w · x` it is `(‖w‖ - 1)²`.

    Raises:
        ValueError: if the shapes differ.

    Reference:
        Gulrajani et al., "Improved Training of Wasserstein GANs", 2017.
    """
    real_images, fake_images = tf.convert_to_tensor(real_images), tf.convert_to_tensor(fake_images)
    if real_images.shape.as_list() != fake_images.shape.as_list():
        raise ValueError(
            f"Points between real and fake need pairs, so both must have the same shape, received "
            f"{tuple(real_images.shape)} and {tuple(fake_images.shape)}. Take batches of the same size."
        )
    shape = [tf.shape(real_images)[0]] + [1] * (real_images.shape.rank - 1)
    between = tf.random.stateless_uniform(shape, seed, dtype=real_images.dtype)
    squared_norms = _squared_gradient_norms(discriminator, real_images + between * (fake_images - real_images))
    # The root has an infinite slope at 0, which a discriminator without any slope would turn into NaN.
    return tf.reduce_mean(tf.square(tf.sqrt(squared_norms + 1e-12) - 1.0))


def r1_penalty(discriminator, real_images, fake_images=None, seed=None):
    """R1 penalty: at real images the score should be flat.

    `R1 = mean(‖∇_x D(x)‖²)` at real x

    It is added to the discriminator's loss with the weight γ/2. Once the generator makes real images there is nothing
    left to tell apart, and only a flat discriminator leaves it there.

    Args:
        discriminator: model, images `(batch, ...)` → logits `(batch, 1)` or a map of them, whose mean is the score.
        real_images: tensor `(batch, ...)`.
        fake_images, seed: not used; they are there so that one penalty can take the place of another.

    Returns:
        Scalar tensor, at least 0. Normalized by the number of images. For `D(x) = w · x` it is `‖w‖²`.

    Reference:
        Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018.
    """
    return tf.reduce_mean(_squared_gradient_norms(discriminator, real_images))


def r2_penalty(discriminator, real_images, fake_images, seed=None):
    """R2 penalty: at generated images the score should be flat.

    `R2 = mean(‖∇_x D(x)‖²)` at generated x

    It is added to the discriminator's loss with the weight γ/2, in general together with `r1_penalty`.

    Args:
        discriminator: model, images `(batch, ...)` → logits `(batch, 1)` or a map of them, whose mean is the score.
        real_images, seed: not used; they are there so that one penalty can take the place of another.
        fake_images: tensor `(batch, ...)`. No gradient reaches the generator through them if they were made outside
            of the tape, as in a step of the discriminator.

    Returns:
        Scalar tensor, at least 0. Normalized by the number of images. For `D(x) = w · x` it is `‖w‖²`.

    Reference:
        Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018.
    """
    return tf.reduce_mean(_squared_gradient_norms(discriminator, fake_images))


def _squared_gradient_norms(discriminator, images):
    """`‖∇_x D(x)‖²` for each image, `(batch,)`."""
    images = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images, training=False)
        # A map of scores counts with its mean, as in the losses. The images do not depend on each other, so the
        # gradient of the sum holds the gradient of each.
        scores = tf.reduce_mean(tf.reshape(logits, (tf.shape(logits)[0], -1)), axis=1)
    gradients = tape.gradient(scores, images)
    return tf.reduce_sum(tf.square(gradients), axis=range(1, images.shape.rank))
