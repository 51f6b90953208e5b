"""The article's three functions under their own names, repaired: they run, and do what its text describes."""

import keras

from gan_course import networks

# Three ways to make the article's last Reshape possible, as arguments of `networks.build_generator`.
REPAIRS = {
    "a third transposed convolution": {"filters": (128, 128, 128), "start": 8},
    "a Dense layer of 16 × 16 × 128": {"filters": (128, 128), "start": 16},
    "an image of 32 × 32": {"filters": (128, 128), "start": 8},
}


def build_generator():
    """The article's generator, repaired: a third transposed convolution, tanh at the end, no Reshape needed there.

    Returns:
        `keras.Model`, noise `(batch, 100)` → images `(batch, 64, 64, 3)` in [-1, 1]; 1,617,667 weights. It is
        `networks.build_generator()`.
    """
    return networks.build_generator()


def build_discriminator():
    """The article's discriminator, repaired: everything imported, logits instead of a sigmoid.

    Returns:
        `keras.Model`, images `(batch, 64, 64, 3)` in [-1, 1] → logits `(batch, 1)`; 539,009 weights. It is
        `networks.build_discriminator()`.
    """
    return networks.build_discriminator()


def build_gan(generator, discriminator):
    """Generator and discriminator in a row, repaired: any length of noise, and networks that do not fit are refused.

    Who is trained when cannot be said by this model: `gan.trainable_variables` holds the weights of both. It is said
    in the training step. In the generator's turn only `generator.trainable_variables` are updated; in the
    discriminator's turn, which has real images too, this model has no part.

    Args:
        generator: model, noise `(batch, latent_dim)` → images.
        discriminator: model, images of the same shape → logits.

    Returns:
        `keras.Model`, noise `(batch, latent_dim)` → logits.

    Raises:
        ValueError: if the generator's images are not what the discriminator expects.
    """
    made, expected = generator.output_shape[1:], discriminator.input_shape[1:]
    same_axes = len(made) == len(expected)
    if not same_axes or any(None not in pair and pair[0] != pair[1] for pair in zip(made, expected, strict=True)):
        raise ValueError(
            f"The generator makes images of shape {made}, the discriminator expects {expected}. Build both for the "
            f"same size, for instance with networks.build_discriminator(image_shape={made})."
        )
    noise = keras.Input(generator.input_shape[1:], name="noise")
    return keras.Model(noise, discriminator(generator(noise)), name="gan")
