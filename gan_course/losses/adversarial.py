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
