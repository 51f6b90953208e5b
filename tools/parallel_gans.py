"""Many GANs on points at once, one for each seed: what tools/sweep_ring.py trains.

Twenty small networks side by side are one network whose kernels have one more axis. Multiplied together they keep a
processor busy, where each alone would mostly wait for TensorFlow to begin the next small product. They share nothing:
each has its weights, its data and its noise from its own seed, so a run is the same in whatever company it is made
(but for rounding).
"""

from dataclasses import dataclass

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from gan_course import losses, toy  # noqa: E402
from gan_course.networks import spectral_normalize  # noqa: E402

# name → losses of the discriminator and of the generator, both functions of (real_logits, fake_logits)
LOSSES = {
    "minimax": (losses.non_saturating_discriminator_loss, lambda real, fake: losses.minimax_generator_loss(fake)),
    "non-saturating": (
        losses.non_saturating_discriminator_loss,
        lambda real, fake: losses.non_saturating_generator_loss(fake),
    ),
    "smoothed": (losses.smoothed_discriminator_loss, lambda real, fake: losses.non_saturating_generator_loss(fake)),
    "least squares": (
        losses.least_squares_discriminator_loss,
        lambda real, fake: losses.least_squares_generator_loss(fake),
    ),
    "hinge": (losses.hinge_discriminator_loss, lambda real, fake: losses.hinge_generator_loss(fake)),
    "Wasserstein": (losses.wasserstein_discriminator_loss, lambda real, fake: losses.wasserstein_generator_loss(fake)),
    "relativistic": (losses.relativistic_discriminator_loss, losses.relativistic_generator_loss),
}
PENALTIES = {"WGAN-GP": losses.gradient_penalty, "R1": losses.r1_penalty, "R2": losses.r2_penalty}
WIDTHS = (128, 128)


@dataclass(frozen=True)
class Recipe:
    """How a GAN on the ring is trained. The defaults are those of `ToyGAN` and its networks.

    `penalties` are pairs of a name in `PENALTIES` and its weight.
    """

    loss: str = "non-saturating"
    penalties: tuple = ()
    spectral_normalization: bool = False
    generator_rate: float = 1e-3
    discriminator_rate: float = 1e-3
    beta_1: float = 0.5
    discriminator_steps: int = 1
    generator_steps: int = 1
    latent_dim: int = 2
    batch_size: int = 128


class ParallelNetwork(keras.layers.Layer):
    """Dense networks side by side, one per seed: points `(runs · batch, in)` → `(runs · batch, out)`.

    Args:
        sizes: units of all layers, from the input to the output.
        seeds: pairs of integers, one per run, that determine its initial weights (Glorot uniform).
        slope: of the leaky ReLU between the layers; 0 makes it a ReLU.
        spectral_normalization: divide each kernel by its spectral norm; `training=True` does one power iteration.
    """

    def __init__(self, sizes, seeds, slope, spectral_normalization=False):
        super().__init__()
        self.runs, self.sizes, self.slope = len(seeds), sizes, slope
        self.kernels, self.biases, self.directions = [], [], []
        for number, (rows, columns) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            generators = [np.random.default_rng((*seed, number)) for seed in seeds]
            limit = np.sqrt(6.0 / (rows + columns))
            kernels = np.stack([draws.uniform(-limit, limit, (rows, columns)) for draws in generators])
            directions = np.stack([draws.normal(size=columns) for draws in generators])
            self.kernels.append(self.add_weight(kernels.shape, keras.initializers.Constant(kernels)))
            self.biases.append(self.add_weight((self.runs, 1, columns), "zeros"))
            if spectral_normalization:
                self.directions.append(
                    self.add_weight(directions.shape, keras.initializers.Constant(directions), trainable=False)
                )
        self.built = True

    def call(self, points, training=False):
        x = tf.reshape(points, (self.runs, -1, self.sizes[0]))
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            x = tf.matmul(x, self._normalized(number, training) if self.directions else kernel.value) + bias.value
            if number < len(self.kernels) - 1:
                x = tf.nn.leaky_relu(x, self.slope)
        return tf.reshape(x, (-1, self.sizes[-1]))

    def _normalized(self, number, training):
        kernel, direction = self.kernels[number].value, self.directions[number]
        normalized, better = tf.vectorized_map(lambda pair: spectral_normalize(*pair), (kernel, direction.value))
        if training:
            direction.assign(tf.stop_gradient(better))
        return normalized


class ParallelGANs:
    """GANs on the ring of 8 Gaussians, one per seed, trained side by side.

    Args:
        recipe: `Recipe`.
        seeds: integers; each determines the initial weights, data and noise of one run.
    """

    def __init__(self, recipe, seeds):
        self.recipe, self.seeds = recipe, tuple(seeds)
        runs = len(self.seeds)
        self.generator = ParallelNetwork((recipe.latent_dim, *WIDTHS, 2), [(seed, 0) for seed in self.seeds], 0.0)
        self.discriminator = ParallelNetwork(
            (2, *WIDTHS, 1), [(seed, 1) for seed in self.seeds], 0.2, recipe.spectral_normalization
        )
        self.generator_optimizer = keras.optimizers.Adam(recipe.generator_rate, recipe.beta_1)
        self.discriminator_optimizer = keras.optimizers.Adam(recipe.discriminator_rate, recipe.beta_1)
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.real_points = tf.constant(np.stack([toy.ring(10_000, seed) for seed in self.seeds]))
        self.step = tf.Variable(0, trainable=False)
        self.runs = float(runs)
        self.train = tf.function(self._train)

    def samples(self, count=2500):
        """Points that each generator makes, `(runs, count, 2)`; the same noise every time."""
        noise = self._noise(count, tf.constant([0, -1]))
        return self.generator(noise).numpy().reshape(len(self.seeds), count, 2)

    def _train(self, steps):
        recipe = self.recipe
        for _ in tf.range(steps):
            for move in range(recipe.discriminator_steps):
                self._train_discriminator(tf.stack([self.step, 2 * move]))
            for move in range(recipe.generator_steps):
                self._train_generator(tf.stack([self.step, 2 * move + 1]))
            self.step.assign_add(1)

    def _train_discriminator(self, moment):
        discriminator_loss, _ = LOSSES[self.recipe.loss]
        real, fake = self._real(moment), self.generator(self._noise(self.recipe.batch_size, moment))
        with tf.GradientTape() as tape:
            real_logits, fake_logits = self._logits(real, fake, training=True)
            value = discriminator_loss(real_logits, fake_logits)
            for name, weight in self.recipe.penalties:
                pair = self._between(real, fake, moment) if name == "WGAN-GP" else (real, fake)
                value += weight * PENALTIES[name](self.discriminator, *pair, moment)
            # Losses are means over all points; the runs have nothing to do with each other, so each gets its own
            # gradient from the sum of their means.
            value *= self.runs
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(value, variables), variables)

    def _train_generator(self, moment):
        _, generator_loss = LOSSES[self.recipe.loss]
        real = self._real(moment)
        with tf.GradientTape() as tape:
            fake = self.generator(self._noise(self.recipe.batch_size, moment))
            value = self.runs * generator_loss(*self._logits(real, fake, training=False))
        variables = self.generator.trainable_variables
        self.generator_optimizer.apply(tape.gradient(value, variables), variables)

    def _logits(self, real, fake, training):
        """Scores of real and generated points, each run's in one batch."""
        both = tf.concat([tf.reshape(points, (len(self.seeds), -1, 2)) for points in (real, fake)], axis=1)
        logits = self.discriminator(tf.reshape(both, (-1, 2)), training=training)
        return tf.split(tf.reshape(logits, (len(self.seeds), -1)), 2, axis=1)

    def _between(self, real, fake, moment):
        """Points between real and fake, each run's drawn from its own seed, as both ends of what the penalty draws."""
        shape = (self.recipe.batch_size, 1)
        drawn = tf.concat(self._draw(lambda seed: tf.random.stateless_uniform(shape, seed), moment, 2), axis=0)
        between = real + drawn * (fake - real)
        return between, between

    def _draw(self, function, moment, purpose):
        """One draw per run, which depends on its seed, the moment and the purpose alone."""
        fold = tf.random.experimental.stateless_fold_in
        return [function(fold(fold(moment, seed), purpose)) for seed in self.seeds]

    def _noise(self, count, moment):
        shape = (count, self.recipe.latent_dim)
        return tf.concat(self._draw(lambda seed: tf.random.stateless_normal(shape, seed), moment, 0), axis=0)

    def _real(self, moment):
        count = self.real_points.shape[1]
        draw = lambda seed: tf.random.stateless_uniform((self.recipe.batch_size,), seed, 0, count, tf.int32)  # noqa: E731
        chosen = tf.stack(self._draw(draw, moment, 1))
        return tf.reshape(tf.gather(self.real_points, chosen, batch_dims=1), (-1, 2))
