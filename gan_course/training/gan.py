"""A GAN on images: the alternating game as a Keras model."""

import inspect

import keras
import numpy as np
import tensorflow as tf

from gan_course.losses import hinge_discriminator_loss, hinge_generator_loss
from gan_course.training.moving_average import average_of, move_average


class GAN(keras.Model):
    """Trains a generator of images against a discriminator.

    One step is `discriminator_steps` moves of the discriminator, then one move of the generator **against the updated
    discriminator**, each on generated images made for it. Beside the generator runs `averaged_generator`, the moving
    average of its weights, which goes round in circles less than any single step.

    All that a step draws comes from the seed in its batch, and `save_weights` keeps both networks, the average and
    both optimizers. So a training that is loaded and goes on equals one that was never interrupted.

    Repairs are handed in as functions: `losses`, `penalty` and `augment`.

    Args:
        generator: model, noise `(batch, latent_dim)` → images in [-1, 1].
        discriminator: model, images → logits.
        losses: pair of functions: the discriminator's loss of `(real_logits, fake_logits)`, and the generator's loss
            of `(fake_logits)`, or of both if it has an argument named `real_logits`, as relativistic losses do.
        penalty: None, or a function `(discriminator, real, fake, seed)` → scalar that is added to the discriminator's
            loss, weight included. The `discriminator` that it gets is a function `(images, training=False)` → logits.
        augment: None, or a differentiable function `(images, seed)` → images. The discriminator sees real and
            generated images through it only, in the generator's move too.
        discriminator_steps: moves of the discriminator per move of the generator. A batch is split among them.
        average_momentum: momentum of the moving average, 0 to 1.

    Raises:
        ValueError: if `discriminator_steps` is less than 1.

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", 2014; Yazıcı et al., "The Unusual Effectiveness of
        Averaging in GAN Training", 2019.
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        losses=(hinge_discriminator_loss, hinge_generator_loss),
        penalty=None,
        augment=None,
        discriminator_steps=1,
        average_momentum=0.995,
    ):
        super().__init__(name="gan")
        if discriminator_steps < 1:
            raise ValueError(f"discriminator_steps must be at least 1, received {discriminator_steps}.")
        self.generator, self.discriminator = generator, discriminator
        self.averaged_generator = average_of(generator)
        self.discriminator_loss, self.generator_loss = losses
        self.penalty, self.augment = penalty, augment
        self.discriminator_steps, self.average_momentum = discriminator_steps, average_momentum
        names = ["discriminator", *(["penalty"] if penalty else []), "generator", "real_score", "fake_score"]
        self.means = {name: keras.metrics.Mean(name=name) for name in names}

    def compile(self, generator_optimizer, discriminator_optimizer, jit_compile=False, steps_per_execution=1):
        """Takes one optimizer per network and builds both, so that a checkpoint holds their moments from the start."""
        super().compile(jit_compile=jit_compile, steps_per_execution=steps_per_execution)
        self.generator_optimizer, self.discriminator_optimizer = generator_optimizer, discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.built = True

    @property
    def metrics(self):
        return list(self.means.values())

    @property
    def step(self):
        """Number of steps this model has been trained for."""
        return int(self.generator_optimizer.iterations)

    @property
    def latent_dim(self):
        """Length of the generator's noise vector."""
        return self.generator.inputs[0].shape[-1]

    def call(self, inputs, training=False):
        return self.averaged_generator(inputs, training=training)

    def samples(self, count, seed=0, averaged=True):
        """Images that the generator makes; the same noise for the same seed, so one can watch them change.

        Args:
            count: number of images.
            seed: integer.
            averaged: whether the moving average makes them, or the generator as it is after the last step.

        Returns:
            float32 array `(count, height, width, channels)` in [-1, 1].
        """
        return self._images(count, seed, None, averaged)

    def train_step(self, batch):
        seeds = tf.random.split(batch["seed"], self.discriminator_steps + 1)
        images, labels = self._split(batch["images"]), self._split(batch.get("labels"))
        for number in range(self.discriminator_steps):
            terms = self.train_discriminator(images[number], labels[number], seeds[number])
            self._report(terms)
        self._report({"generator": self.train_generator(images[-1], labels[-1], seeds[-1])})
        self.update_average()
        return {name: mean.result() for name, mean in self.means.items()}

    def train_discriminator(self, real, labels, seed):
        """One move of the discriminator. Returns its loss, the penalty if there is one, and both mean scores."""
        noise_seed, augment_seed, penalty_seed = tf.unstack(tf.random.split(seed, 3))
        count = tf.shape(real)[0]
        fake = self.generator(self.generator_inputs(self._noise(count, noise_seed), labels), training=True)
        both = self._augmented(tf.concat([real, fake], axis=0), augment_seed)
        with tf.GradientTape() as tape:
            logits = self.score(both, labels, training=True)
            real_logits, fake_logits = logits[:count], logits[count:]
            value = self.discriminator_loss(real_logits, fake_logits)
            terms = {"discriminator": value}
            if self.penalty:
                critic = lambda images, training=False: self.score(images, labels, training)  # noqa: E731
                terms["penalty"] = self.penalty(critic, both[:count], both[count:], penalty_seed)
                value += terms["penalty"]
        gradients = tape.gradient(value, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {**terms, "real_score": tf.reduce_mean(real_logits), "fake_score": tf.reduce_mean(fake_logits)}

    def train_generator(self, real, labels, seed):
        """One move of the generator against the discriminator as it is now. Returns its loss."""
        noise_seed, augment_seed = tf.unstack(tf.random.split(seed, 2))
        count = tf.shape(real)[0]
        paired = "real_logits" in inspect.signature(self.generator_loss).parameters
        with tf.GradientTape() as tape:
            fake = self.generator(self.generator_inputs(self._noise(count, noise_seed), labels), training=True)
            seen = self._augmented(tf.concat([real, fake], axis=0) if paired else fake, augment_seed)
            logits = self.score(seen, labels, training=False)
            value = self.generator_loss(logits[:count], logits[count:]) if paired else self.generator_loss(logits)
        gradients = tape.gradient(value, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return value

    def score(self, images, labels, training):
        """The discriminator's logits."""
        return self.discriminator(self.discriminator_inputs(images, labels), training=training)

    def generator_inputs(self, noise, labels):
        """What the generator is called with. Here the noise alone."""
        return noise

    def discriminator_inputs(self, images, labels):
        """What the discriminator is called with. Here the images alone."""
        return images

    def update_average(self):
        """Moves the averaged weights toward the current ones, faster in the first steps."""
        move_average(
            self.averaged_generator, self.generator, self.generator_optimizer.iterations, self.average_momentum
        )

    def _images(self, count, seed, labels, averaged):
        generator = self.averaged_generator if averaged else self.generator
        noise = self._noise(count, (seed, 0))
        parts = [slice(start, start + 250) for start in range(0, count, 250)]  # feature maps of all would fill memory
        inputs = (self.generator_inputs(noise[part], None if labels is None else labels[part]) for part in parts)
        return np.concatenate([generator(values, training=False).numpy() for values in inputs])

    def _noise(self, count, seed):
        return tf.random.stateless_normal((count, self.latent_dim), seed)

    def _augmented(self, images, seed):
        return self.augment(images, seed) if self.augment else images

    def _split(self, values):
        if values is None:
            return [None] * self.discriminator_steps
        if values.shape[0] is not None and values.shape[0] % self.discriminator_steps:
            raise ValueError(
                f"Each of the {self.discriminator_steps} moves of the discriminator gets an equal part of a batch, "
                f"which {values.shape[0]} images cannot be split into. Take a multiple of {self.discriminator_steps}."
            )
        return tf.split(values, self.discriminator_steps)

    def _report(self, terms):
        for name, value in terms.items():
            self.means[name].update_state(value)
