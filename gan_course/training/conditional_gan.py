"""A class-conditional GAN: the same game, with a label on both sides."""

from keras import ops

from gan_course.training.gan import GAN


class ConditionalGAN(GAN):
    """Trains a generator that makes an image of the class it is asked for.

    The game of `GAN`. Generated images get the labels of the real ones beside them, so the discriminator cannot tell
    the two apart by how often a class occurs.

    Args:
        generator: model `[noise, labels]` → images in [-1, 1].
        discriminator: model `[images, labels]` → logits.
        **arguments: those of `GAN`.

    Reference:
        Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014; Miyato and Koyama, "cGANs with Projection
        Discriminator", 2018.
    """

    def samples(self, labels, seed=0, averaged=True):
        """Images of the classes asked for; the same noise for the same seed.

        Args:
            labels: integer array `(count,)`, the class of each image.
            seed: integer.
            averaged: whether the moving average makes them, or the generator as it is after the last step.

        Returns:
            float32 array `(count, height, width, channels)` in [-1, 1].
        """
        labels = ops.convert_to_tensor(labels, "int32")
        return self._images(len(labels), seed, labels, averaged)

    def generator_inputs(self, noise, labels):
        """What the generator is called with: noise and labels."""
        return [noise, labels]

    def discriminator_inputs(self, images, labels):
        """What the discriminator is called with: images and labels, for real and generated images the same."""
        copies = ops.shape(images)[0] // ops.shape(labels)[0]  # 2 when real and generated images come together
        return [images, ops.tile(labels, (copies,))]
