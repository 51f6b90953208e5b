"""Adversarial losses: what the two players of a GAN minimize.

Every function takes **logits**, the raw scores of a discriminator without a sigmoid, of any shape. The loss is the
mean over all of them: over the batch, and for a patch discriminator over the map of scores as well.
"""

from keras import ops


def hinge_discriminator_loss(real_logits, fake_logits):
    """Hinge loss of the discriminator: real scores should reach +1, fake scores -1.

    `L_D = mean(max(0, 1 - real_logits)) + mean(max(0, 1 + fake_logits))`

    Scores beyond the margin cost nothing and pull at no weight, so the discriminator spends itself on what it still
    confuses. A discriminator that answers 0 everywhere has a loss of 2.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor, at least 0. Normalized by the number of scores, separately for real and fake.

    Reference:
        Lim and Ye, "Geometric GAN", 2017; Miyato et al., "Spectral Normalization for Generative Adversarial
        Networks", 2018.
    """
    return ops.mean(ops.relu(1.0 - real_logits)) + ops.mean(ops.relu(1.0 + fake_logits))


def hinge_generator_loss(fake_logits):
    """Generator's side of the hinge game: raise the score of what it made.

    `L_G = -mean(fake_logits)`

    There is no hinge on this side; the loss has no lower bound and its value alone says little.

    Args:
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor, normalized by the number of scores.

    Reference:
        Lim and Ye, "Geometric GAN", 2017.
    """
    return -ops.mean(fake_logits)


def minimax_generator_loss(fake_logits):
    """Minimax loss of the generator: make the discriminator stop saying "fake".

    `L_G = mean(log(1 - σ(fake_logits)))`, computed as `-softplus(fake_logits)`.

    The other side of the same game as `non_saturating_discriminator_loss`. Its gradient with respect to a logit is
    `-σ(logit)`: close to 0 exactly where the discriminator is sure that the image is fake, which is where a generator
    has most to learn. The loss *saturates*.

    Args:
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor, at most 0, normalized by the number of scores. -ln 2 = -0.693 for logits of 0 (D = ½).

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", 2014, equation 1.
    """
    return -ops.mean(ops.softplus(fake_logits))


def non_saturating_discriminator_loss(real_logits, fake_logits):
    """Cross-entropy of the discriminator: real is 1, fake is 0.

    `L_D = -mean(log σ(real_logits)) - mean(log(1 - σ(fake_logits)))`

    computed as `softplus(-real) + softplus(fake)`, which neither overflows nor takes the logarithm of zero. A
    discriminator that answers 0 (probability one half) everywhere has a loss of 2 ln 2 = 1.386.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor, at least 0. Normalized by the number of scores, separately for real and fake.

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", 2014, equation 1.
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def non_saturating_generator_loss(fake_logits):
    """Non-saturating loss of the generator: make the discriminator say "real".

    `L_G = -mean(log σ(fake_logits))`, computed as `softplus(-fake_logits)`.

    Its gradient with respect to a logit is `σ(logit) - 1`: close to -1 exactly where the discriminator is sure that
    the image is fake, which is where a generator has most to learn.

    Args:
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor, at least 0, normalized by the number of scores.

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", 2014, section 3.
    """
    return ops.mean(ops.softplus(-fake_logits))


def smoothed_discriminator_loss(real_logits, fake_logits, smoothing=0.1):
    """Cross-entropy of the discriminator with one-sided label smoothing: real is 1 - α, fake stays 0.

    `L_D = -mean((1 - α) log σ(real) + α log(1 - σ(real))) - mean(log(1 - σ(fake)))`

    computed as `softplus(-real) + α · real + softplus(fake)`. The best discriminator becomes
    `D* = (1 - α) p / (p + q)`: it never claims more than 1 - α. With α = 0 this is
    `non_saturating_discriminator_loss`; a discriminator that answers 0 has a loss of 2 ln 2 = 1.386 for every α.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of any shape, scores of generated images.
        smoothing: α in [0, 1], how far the target of real images is below 1.

    Returns:
        Scalar tensor, at least 0. Normalized by the number of scores, separately for real and fake.

    Raises:
        ValueError: if `smoothing` is outside [0, 1]. Then the target 1 - α is no probability, and for logits far
            from 0 the loss is a straight line that falls without end.

    Reference:
        Salimans et al., "Improved Techniques for Training GANs", 2016, section 3.4.
    """
    if not 0.0 <= smoothing <= 1.0:
        raise ValueError(
            f"smoothing must be in [0, 1], received {smoothing}: the target of real images would be "
            f"{1.0 - smoothing:g}, which is no probability, and the loss would fall without end as the logit moves "
            f"away from 0: the opposite of smoothing. Try 0.1."
        )
    real = ops.mean(ops.softplus(-real_logits)) + smoothing * ops.mean(real_logits)
    return real + ops.mean(ops.softplus(fake_logits))


def least_squares_discriminator_loss(real_logits, fake_logits, real_target=1.0, fake_target=0.0):
    """Least-squares loss of the discriminator: real scores should equal one number, fake scores another.

    `L_D = ½ mean((real_logits - b)²) + ½ mean((fake_logits - a)²)`

    with b the target of real, a the target of fake images. There is no sigmoid: the score itself is compared, and
    the best one is `D* = (b p + a q) / (p + q)`. With 0 and 1 a discriminator that answers ½ has a loss of ¼.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of any shape, scores of generated images.
        real_target: b, the score that real images should get.
        fake_target: a, the score that generated images should get.

    Returns:
        Scalar tensor, at least 0. Half a mean square, normalized by the number of scores, separately for real and
        fake.

    Reference:
        Mao et al., "Least Squares Generative Adversarial Networks", 2017, equation 2.
    """
    real = ops.mean(ops.square(real_logits - real_target))
    return 0.5 * (real + ops.mean(ops.square(fake_logits - fake_target)))


def least_squares_generator_loss(fake_logits, target=1.0):
    """Least-squares loss of the generator: the score of what it made should equal one number.

    `L_G = ½ mean((fake_logits - c)²)`

    With c = 1 the generator wants the score of a real image. At D = ½ the loss is ⅛. The targets a = -1, b = 1,
    c = 0 are the other choice of the paper.

    Args:
        fake_logits: tensor of any shape, scores of generated images.
        target: c, the score that the generator wants.

    Returns:
        Scalar tensor, at least 0. Half a mean square, normalized by the number of scores.

    Reference:
        Mao et al., "Least Squares Generative Adversarial Networks", 2017, equation 2 and "Parameters Selection".
    """
    return 0.5 * ops.mean(ops.square(fake_logits - target))


def wasserstein_discriminator_loss(real_logits, fake_logits):
    """Wasserstein loss of the discriminator, here called a critic: score real high and fake low.

    `L_D = mean(fake_logits) - mean(real_logits)`

    Minus this loss is at most the Wasserstein-1 distance, and reaches it for the best critic, **if** the critic's
    slope is at most 1 everywhere. Nothing in this formula sees to that: without a bound on the critic the loss falls
    without end. It is 0 for a critic that answers the same everywhere.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor of any sign. Normalized by the number of scores, separately for real and fake.

    Reference:
        Arjovsky et al., "Wasserstein GAN", 2017, equation 2.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator_loss(fake_logits):
    """Wasserstein loss of the generator: raise the critic's score. The same formula as `hinge_generator_loss`.

    `L_G = -mean(fake_logits)`

    Args:
        fake_logits: tensor of any shape, scores of generated images.

    Returns:
        Scalar tensor of any sign, normalized by the number of scores. Its value alone says nothing: a critic may add
        a constant to all scores.

    Reference:
        Arjovsky et al., "Wasserstein GAN", 2017.
    """
    return -ops.mean(fake_logits)
