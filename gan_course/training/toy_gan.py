"""A GAN on points: the plain alternating game, hundreds of steps a second on a laptop."""

import inspect
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from gan_course.losses import (
    gradient_penalty,
    hinge_discriminator_loss,
    hinge_generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_generator_loss,
    non_saturating_discriminator_loss,
    non_saturating_generator_loss,
    r1_penalty,
    r2_penalty,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
    smoothed_discriminator_loss,
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
)


def weighted(penalty, weight):
    """A penalty times its weight, to stand in `LOSSES`.

    Args:
        penalty: function of `(discriminator, real, fake, seed)`, as in `gan_course.losses`.
        weight: number.

    Returns:
        Function of the same arguments.
    """
    return lambda discriminator, real, fake, seed: weight * penalty(discriminator, real, fake, seed)


# Name → the discriminator's loss, a function of real and fake logits; the generator's, a function of fake logits, or of
# both if it has an argument named `real_logits`; then any number of penalties, which are added to the discriminator's.
# Whatever is entered here can be chosen by its name, in `ToyGAN` and in the playground.
LOSSES = {
    "minimax": (non_saturating_discriminator_loss, minimax_generator_loss),
    "non-saturating": (non_saturating_discriminator_loss, non_saturating_generator_loss),
    "label smoothing": (smoothed_discriminator_loss, non_saturating_generator_loss),
    "least squares": (least_squares_discriminator_loss, least_squares_generator_loss),
    "hinge": (hinge_discriminator_loss, hinge_generator_loss),
    "WGAN-GP": (wasserstein_discriminator_loss, wasserstein_generator_loss, weighted(gradient_penalty, 10.0)),
    "R1": (non_saturating_discriminator_loss, non_saturating_generator_loss, weighted(r1_penalty, 0.5)),
    "relativistic, R1, R2": (
        relativistic_discriminator_loss,
        relativistic_generator_loss,
        weighted(r1_penalty, 0.5),
        weighted(r2_penalty, 0.5),
    ),
}


class ToyGAN:
    """Trains a generator of points against a discriminator of points.

    A step is `discriminator_steps` moves of the discriminator, each on fresh real and fresh generated points, then
    `generator_steps` moves of the generator against the updated discriminator. What a step draws depends on (seed,
    step) alone. Many steps run inside one call of `train`.

    A discriminator that `build_toy_discriminator(spectral_normalization=True)` has made is normalized with any loss.

    `loss` and `discriminator_steps` can be set at any time, and so can the learning rates:
    `gan.generator_optimizer.learning_rate = 1e-4`. Training goes on with them from the next call of `train`.

    Args:
        generator: model, noise `(batch, latent_dim)` → points `(batch, dimensions)`.
        discriminator: model, points `(batch, dimensions)` → logits `(batch, 1)`.
        real_points: float array `(count, dimensions)`; every batch is drawn from it with replacement.
        loss: a name in `LOSSES`.
        generator_rate, discriminator_rate: learning rates of Adam.
        discriminator_steps, generator_steps: moves of each network in a step.
        batch_size: number of real and of generated points per move.
        beta_1: decay of Adam's mean gradient. On the ring of 8 Gaussians 0.5 found all modes with every seed tried,
            Keras' default 0.9 did not: it goes on in a direction that the other player has made wrong.
        seed: integer; determines all batches and noise, not the initial weights.

    Raises:
        ValueError: if the loss is unknown, the points do not fit the networks, or a network is to make no move.
    """

    def __init__(
        self,
        generator,
        discriminator,
        real_points,
        *,
        loss="non-saturating",
        generator_rate=1e-3,
        discriminator_rate=1e-3,
        discriminator_steps=1,
        generator_steps=1,
        batch_size=128,
        beta_1=0.5,
        seed=0,
    ):
        real_points = np.asarray(real_points, "float32")
        shapes = generator.output_shape[1:], discriminator.input_shape[1:]
        if real_points.ndim != 2 or shapes != (real_points.shape[1:],) * 2:
            raise ValueError(
                f"real_points must be (count, dimensions) with the dimensions of the generator's output and the "
                f"discriminator's input, {shapes[0]} and {shapes[1]}; received {real_points.shape}."
            )
        if min(discriminator_steps, generator_steps) < 1:
            raise ValueError(
                f"discriminator_steps and generator_steps must be at least 1, received {discriminator_steps} and "
                f"{generator_steps}."
            )
        self.generator, self.discriminator = generator, discriminator
        self.generator_optimizer = keras.optimizers.Adam(generator_rate, beta_1)
        self.discriminator_optimizer = keras.optimizers.Adam(discriminator_rate, beta_1)
        self.generator_optimizer.build(generator.trainable_variables)
        self.discriminator_optimizer.build(discriminator.trainable_variables)
        self.real_points = tf.Variable(real_points, shape=(None, real_points.shape[1]), trainable=False)
        self.batch_size, self.generator_steps, self.seed = batch_size, generator_steps, seed
        self._step = tf.Variable(0, trainable=False)
        self._discriminator_steps = tf.Variable(discriminator_steps, trainable=False)
        self._programs = {}
        self._beginning = [(variable, variable.numpy()) for variable in self._changed_by_training()]
        self.loss = loss

    @property
    def step(self):
        """Number of steps trained so far."""
        return int(self._step)

    @property
    def loss(self):
        """Name of the loss, a key of `LOSSES`."""
        return self._loss

    @loss.setter
    def loss(self, name):
        if name not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(map(repr, LOSSES))}; received {name!r}.")
        self._loss = name

    @property
    def discriminator_steps(self):
        """Moves of the discriminator in a step."""
        return int(self._discriminator_steps)

    @discriminator_steps.setter
    def discriminator_steps(self, count):
        if count < 1:
            raise ValueError(f"discriminator_steps must be at least 1, received {count}.")
        self._discriminator_steps.assign(count)

    def train(self, steps):
        """Trains for some steps.

        Args:
            steps: integer, at least 1.

        Returns:
            Dictionary with the losses of `discriminator`, penalties included, and `generator`, floats, means over
            these steps.
        """
        functions = LOSSES[self.loss]
        if functions not in self._programs:
            # A graph per loss. Each has a partial of its own, because TensorFlow counts the tracings of one function
            # over all objects and would warn when a notebook makes its fifth ToyGAN.
            self._programs[functions] = tf.function(partial(self._train_steps, *functions))
        values = self._programs[functions](tf.constant(steps))
        return {name: float(value) for name, value in values.items()}

    def samples(self, count, seed=0):
        """Points that the generator makes; the same noise for the same seed, so one can watch them move.

        Args:
            count: number of points.
            seed: integer.

        Returns:
            float32 array `(count, dimensions)`.
        """
        return self.generator(self._noise(count, (seed, 0)), training=False).numpy()

    def probability_real(self, points):
        """What the discriminator takes for the probability that each point is real: σ(D(x)).

        Args:
            points: array `(count, dimensions)`.

        Returns:
            float32 array `(count,)`, 0 to 1.
        """
        points = tf.convert_to_tensor(points, tf.float32)
        return ops.sigmoid(self.discriminator(points, training=False)[:, 0]).numpy()

    def restart(self):
        """Puts the weights, the optimizers and the step back to what they were at first. The learning rates stay."""
        for variable, value in self._beginning:
            variable.assign(value)

    def _changed_by_training(self):
        networks, optimizers = (
            (self.generator, self.discriminator),
            (self.generator_optimizer, self.discriminator_optimizer),
        )
        yield self._step
        for network in networks:
            yield from network.weights
        for optimizer in optimizers:
            yield from (variable for variable in optimizer.variables if variable is not optimizer.learning_rate)

    def _noise(self, count, seed):
        return tf.random.stateless_normal((count, self.generator.input_shape[-1]), seed)

    def _train_steps(self, discriminator_loss, generator_loss, *penalties_and_steps):
        """The loop that becomes a graph. Returns the mean losses."""
        *penalties, steps = penalties_and_steps
        discriminator_sum, generator_sum = 0.0, 0.0
        for _ in tf.range(steps):
            step_seed = tf.stack([self.seed, self._step])
            for move in tf.range(self._discriminator_steps):
                seed = tf.random.experimental.stateless_fold_in(step_seed, move + 1)
                discriminator_sum += self._train_discriminator(discriminator_loss, penalties, seed)
            for move in range(self.generator_steps):
                # 0 and below, because the discriminator's moves have the numbers from 1 on
                seed = tf.random.experimental.stateless_fold_in(step_seed, -move)
                generator_sum += self._train_generator(generator_loss, seed)
            self._step.assign_add(1)
        count = tf.cast(steps, tf.float32)
        moves = count * tf.cast(self._discriminator_steps, tf.float32)
        return {
            "discriminator": discriminator_sum / moves,
            "generator": generator_sum / (count * self.generator_steps),
        }

    def _train_discriminator(self, loss, penalties, seed):
        seeds = tf.random.split(seed, 2)
        real = self._real(seeds[0])
        fake = self.generator(self._noise(self.batch_size, seeds[1]), training=True)
        with tf.GradientTape() as tape:
            value = loss(*self._logits(real, fake, training=True))
            for penalty in penalties:
                value += penalty(self.discriminator, real, fake, tf.random.experimental.stateless_fold_in(seed, 0))
        gradients = tape.gradient(value, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return value

    def _train_generator(self, loss, seed):
        paired = "real_logits" in inspect.signature(loss).parameters
        with tf.GradientTape() as tape:
            fake = self.generator(self._noise(self.batch_size, seed), training=True)
            if paired:
                real = self._real(tf.random.experimental.stateless_fold_in(seed, 0))
                value = loss(*self._logits(real, fake, training=False))
            else:
                value = loss(self.discriminator(fake, training=False))
        gradients = tape.gradient(value, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return value

    def _real(self, seed):
        count = tf.shape(self.real_points)[0]
        chosen = tf.random.stateless_uniform((self.batch_size,), seed, maxval=count, dtype=tf.int32)
        return tf.gather(self.real_points, chosen)

    def _logits(self, real, fake, training):
        """Scores of real and of generated points, asked for together."""
        return tf.split(self.discriminator(tf.concat([real, fake], axis=0), training=training), 2)
