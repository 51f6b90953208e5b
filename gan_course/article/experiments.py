"""Small experiments on the article's claims. Each takes seconds and returns numbers."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from gan_course.article.formulas import build_two_image_discriminator, content_loss, style_loss
from gan_course.article.printed import share_outside
from gan_course.losses import non_saturating_generator_loss
from gan_course.networks import build_toy_discriminator, build_toy_generator

BATCH = 128
REAL_MEAN = (2.0, 0.0)
GENERATOR_RATE, DISCRIMINATOR_RATE = 0.001, 0.01


def both_minimize(steps=200, seed=0):
    """The article read literally: both networks minimize style and content loss. There is no game.

    A free discriminator sees (real, generated) side by side, and both players go downhill on `E[D] + E[D²]`. D finds
    the way down by itself, whatever the images are: it answers 0. Then the generator's gradient is 0 as well.

    Args:
        steps: number of steps.
        seed: integer; determines weights, noise and data.

    Returns:
        Dictionary of float arrays `(steps,)`: `style_loss` (which is the mean of D), `content_loss`,
        `generator_gradient` (norm over all its weights) and `distance` of the mean of the generated points from the
        mean of the real ones.
    """
    network = build_toy_discriminator(dimensions=4, width=32, depth=1, seed=seed + 10)
    answer = lambda real, fake: network(ops.concatenate([real, fake], axis=1), training=True)  # noqa: E731
    loss = lambda logits: style_loss(logits) + content_loss(logits)  # noqa: E731
    return _play(network, answer, loss, 1.0, steps, seed)


def relativistic_game(steps=600, seed=0):
    """The article read kindly: `D(x, y) = σ(C(x) - C(y))`, the generator minimizes `E[D]`, the discriminator maximizes.

    Now there is a game: `E[D]` goes up and down about ½, and the generated points come near the real ones and circle
    about them. Nothing bounds this critic, so they do not settle.

    Args:
        steps: number of steps.
        seed: integer; determines weights, noise and data.

    Returns:
        Dictionary with the same arrays as `both_minimize`.
    """
    critic = build_toy_discriminator(dimensions=2, width=32, depth=1, seed=seed + 10)
    network = build_two_image_discriminator(critic)
    answer = lambda real, fake: network([real, fake], training=True)  # noqa: E731
    return _play(network, answer, style_loss, -1.0, steps, seed)


def _play(network, answer, loss, direction, steps, seed):
    """Both players move at once; `direction` is 1 for a discriminator that minimizes and -1 for one that maximizes."""
    generator = build_toy_generator(width=32, depth=1, seed=seed)
    generator_optimizer = keras.optimizers.Adam(GENERATOR_RATE, beta_1=0.5)
    discriminator_optimizer = keras.optimizers.Adam(DISCRIMINATOR_RATE, beta_1=0.5)
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(network.trainable_variables)

    @_graph
    def move(step):
        real, noise = _real_and_noise(seed, step)
        with tf.GradientTape(persistent=True) as tape:
            fake = generator(noise, training=True)
            logits = answer(real, fake)
            value = loss(logits)
        gradients = tape.gradient(value, generator.trainable_variables)
        generator_optimizer.apply(gradients, generator.trainable_variables)
        discriminator_optimizer.apply(
            [direction * gradient for gradient in tape.gradient(value, network.trainable_variables)],
            network.trainable_variables,
        )
        return {
            "style_loss": style_loss(logits),
            "content_loss": content_loss(logits),
            "generator_gradient": tf.linalg.global_norm(gradients),
            "distance": tf.norm(tf.reduce_mean(fake, axis=0) - REAL_MEAN),
        }

    curves = [move(tf.constant(step)) for step in range(steps)]
    return {name: np.array([float(values[name]) for values in curves]) for name in curves[0]}


def learn_the_order(steps=200, seed=0):
    """What can a free two-image network learn if the real image always comes first? Compare it with a constant.

    The task is "is the first one real?", on pairs of real and generated points, the generator untrained. In fixed order
    the answer is always yes: the loss of one number that has never seen a point falls to 0 as well, so nothing in the
    pictures matters. In mixed order, half of the pairs exchanged, the number can only say ½ and the network learns.

    Args:
        steps: number of steps.
        seed: integer; determines weights and data.

    Returns:
        Dictionary of dictionaries, `result["fixed" or "mixed"]["network" or "constant"]`: the cross-entropy after
        the last step, float. Chance is ln 2 = 0.693.
    """
    results = {}
    for order in ("fixed", "mixed"):
        network = build_toy_discriminator(dimensions=4, width=32, depth=1, seed=seed + 10)
        constant = tf.Variable(0.0)
        results[order] = {
            "network": _train_on_pairs(network, network.trainable_variables, order, steps, seed),
            "constant": _train_on_pairs(lambda pairs, answer=constant: answer, [constant], order, steps, seed),
        }
    return results


def _train_on_pairs(answer, variables, order, steps, seed):
    generator = build_toy_generator(width=32, depth=1, seed=seed)
    optimizer = keras.optimizers.Adam(0.05)
    optimizer.build(variables)
    sign = tf.constant([[1.0], [1.0 if order == "fixed" else -1.0]] * (BATCH // 2))

    @_graph
    def move(step):
        real, noise = _real_and_noise(seed, step)
        fake = generator(noise, training=False)
        pairs = tf.where(sign > 0, tf.concat([real, fake], axis=1), tf.concat([fake, real], axis=1))
        with tf.GradientTape() as tape:
            value = non_saturating_generator_loss(sign * answer(pairs))  # -log σ(logit), or of -logit where exchanged
        optimizer.apply(tape.gradient(value, variables), variables)
        return value

    for step in range(steps):
        value = move(tf.constant(step))
    return float(value)


def please_a_critic(generator, discriminator, steps=30, batch=2, seed=0):
    """Trains a generator against a discriminator that is held still, and watches whether its images stay images.

    With LeakyReLU at the end nothing keeps the numbers in [-1, 1]; with tanh they cannot leave.

    Args:
        generator: model, noise → images; is changed.
        discriminator: model, images → logits; is not.
        steps: number of steps.
        batch: images per step.
        seed: integer; determines the noise.

    Returns:
        float array `(steps,)`: after each step, the share of numbers outside [-1, 1].
    """
    optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    optimizer.build(generator.trainable_variables)
    noise = tf.random.stateless_normal((batch, *generator.input_shape[1:]), (seed, 0))

    @_graph
    def move():
        with tf.GradientTape() as tape:
            images = generator(noise, training=True)
            value = non_saturating_generator_loss(discriminator(images, training=False))
        optimizer.apply(tape.gradient(value, generator.trainable_variables), generator.trainable_variables)
        return generator(noise, training=False)

    return np.array([share_outside(move()) for _ in range(steps)])


def _graph(move):
    # TensorFlow counts how often one piece of code is traced and would warn about the fifth experiment in a notebook;
    # a partial counts as new.
    return tf.function(partial(move))


def _real_and_noise(seed, step):
    real_seed, noise_seed = tf.unstack(tf.random.split(tf.stack([seed, step]), 2))
    real = tf.constant(REAL_MEAN) + 0.5 * tf.random.stateless_normal((BATCH, 2), real_seed)
    return real, tf.random.stateless_normal((BATCH, 2), noise_seed)
