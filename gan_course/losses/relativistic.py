"""Relativistic losses: is this real image more real than that generated one?

The discriminator's answer to a pair is `D(x, y) = σ(C(x) - C(y))`, with one network C that scores images one at a time.
It takes two images and still cannot win by knowing which place the real one stands in.
"""

from keras import ops


def relativistic_discriminator_loss(real_logits, fake_logits):
    """Relativistic loss of the discriminator: each real image should score higher than its generated partner.

    `L_D = -mean(log σ(real_logits - fake_logits))`, computed as `softplus(fake - real)`.

    Only differences count: adding the same number to all scores changes nothing. Equal scores, as at equilibrium,
    give ln 2 = 0.693.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of the same shape, scores of the generated images they are paired with.

    Returns:
        Scalar tensor, at least 0, normalized by the number of pairs.

    Raises:
        ValueError: if the shapes differ, because then there are no pairs.

    Reference:
        Jolicoeur-Martineau, "The Relativistic Discriminator: a Key Element Missing from Standard GAN", 2018 (RSGAN).
    """
    return ops.mean(ops.softplus(-_differences(real_logits, fake_logits)))


def relativistic_generator_loss(real_logits, fake_logits):
    """Relativistic loss of the generator: each generated image should score higher than its real partner.

    `L_G = -mean(log σ(fake_logits - real_logits))`, computed as `softplus(real - fake)`.

    The discriminator's loss with the two exchanged. Equal scores give ln 2 = 0.693.

    Args:
        real_logits: tensor of any shape, scores of real images.
        fake_logits: tensor of the same shape, scores of the generated images they are paired with.

    Returns:
        Scalar tensor, at least 0, normalized by the number of pairs.

    Raises:
        ValueError: if the shapes differ, because then there are no pairs.

    Reference:
        Jolicoeur-Martineau, "The Relativistic Discriminator: a Key Element Missing from Standard GAN", 2018 (RSGAN).
    """
    return ops.mean(ops.softplus(_differences(real_logits, fake_logits)))


def _differences(real_logits, fake_logits):
    real_logits, fake_logits = ops.convert_to_tensor(real_logits), ops.convert_to_tensor(fake_logits)
    if tuple(real_logits.shape) != tuple(fake_logits.shape):
        raise ValueError(
            f"A relativistic loss compares pairs, so real_logits and fake_logits must have the same shape, received "
            f"{tuple(real_logits.shape)} and {tuple(fake_logits.shape)}. Score batches of the same size."
        )
    return real_logits - fake_logits
