"""Exercises of lesson 04: a step of training, the moving average, a walk on an arc, nearest neighbors."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import keras
import numpy as np
import tensorflow as tf

from gan_course import latent, metrics
from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- one step of training


def _game(seed, normalized=False):
    """Two tiny networks, an optimizer for each, real images and noise: the arguments of a training step."""
    rng = np.random.default_rng(seed)

    def network(inputs, units, activation, name):
        model = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(units, activation=activation)], name=name)
        model.set_weights([rng.normal(size=weight.shape) for weight in model.weights])
        return model

    networks = [network(2, 3, "tanh", "generator"), network(3, 1, None, "discriminator")]
    if normalized:
        networks[0] = keras.Sequential([networks[0], keras.layers.BatchNormalization()], name="generator")
    # plain gradient descent: how far a weight moves says how large its gradient was
    optimizers = keras.optimizers.SGD(0.3), keras.optimizers.SGD(0.3)
    for model, optimizer in zip(networks, optimizers, strict=True):
        optimizer.build(model.trainable_variables)
    real_images = tf.constant(rng.uniform(-1, 1, (5, 3)), "float32")
    noise = [tf.constant(rng.normal(size=(5, 2)), "float32") for _ in range(2)]
    return *networks, *optimizers, real_images, noise


def _step(
    generator,
    discriminator,
    generator_optimizer,
    discriminator_optimizer,
    real_images,
    noise,
    swapped=False,
    sign=1.0,
    simultaneous=False,
    generator_moves=True,
    training=True,
):
    """A step with one part exchanged, as learners exchange it. Without exchange it is the right one."""
    with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
        fake_logits = discriminator(generator(noise[0], training=training), training=True)
        real_logits = discriminator(real_images, training=True)
        if swapped:
            real_logits, fake_logits = fake_logits, real_logits
        loss = tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(tf.nn.softplus(fake_logits))
        if simultaneous:
            old_loss = tf.reduce_mean(tf.nn.softplus(-discriminator(generator(noise[1]))))
    variables = discriminator.trainable_variables
    gradients = generator_tape.gradient(old_loss, generator.trainable_variables) if simultaneous else None
    discriminator_optimizer.apply(discriminator_tape.gradient(loss, variables), variables)
    variables = generator.trainable_variables
    if not simultaneous:
        with tf.GradientTape() as tape:
            logits = discriminator(generator(noise[1], training=training), training=False)
            loss = sign * tf.reduce_mean(tf.nn.softplus(-sign * logits))
        gradients = tape.gradient(loss, variables)
    if generator_moves:
        generator_optimizer.apply(gradients, variables)


def _after(step, seed, **exchanged):
    """The weights of generator and discriminator after a step."""
    arguments = _game(seed)
    step(*arguments, **exchanged)
    return [model.get_weights() for model in arguments[:2]]


def _agree(first, second):
    return all(np.allclose(one, other, rtol=1e-3, atol=1e-5) for one, other in zip(first, second, strict=True))


def both_networks_move(training_step, seed):
    """Neither is left as it was."""
    before = [model.get_weights() for model in _game(seed)[:2]]
    after = _after(training_step, seed)
    idle = [
        name for name, old, new in zip(("generator", "discriminator"), before, after, strict=True) if _agree(old, new)
    ]
    return f"After your step the weights of the {' and the '.join(idle)} are as before." if idle else None


def the_discriminator_follows_its_own_loss(training_step, seed):
    """One move, along the gradient of its loss."""
    if not _agree(_after(training_step, seed)[1], _after(_step, seed)[1]):
        return "The discriminator's weights did not move as one step along the gradient of its loss moves them."


def the_generator_follows_its_own_loss(training_step, seed):
    """One move along the gradient of its loss, against the discriminator of before or of now."""
    moved = _after(training_step, seed)[0]
    if not any(_agree(moved, _after(_step, seed, simultaneous=early)[0]) for early in (False, True)):
        return "The generator's weights did not move as one step along the gradient of its loss moves them."


def the_generator_answers_the_updated_discriminator(training_step, seed):
    """The scores in the generator's loss are those of now."""
    if not _agree(_after(training_step, seed)[0], _after(_step, seed)[0]):
        return "The generator moved against the discriminator as it was before its update."


def the_generator_knows_that_it_is_trained(training_step, seed):
    """A batch normalization in it counts along."""
    game = _game(seed, normalized=True)
    training_step(*game)
    if not np.any(game[0].layers[-1].moving_mean):
        return "A batch normalization in the generator has not counted along: its moving mean is 0 as before."


@exercise(
    numeric=False,
    properties=[
        both_networks_move,
        the_discriminator_follows_its_own_loss,
        the_generator_follows_its_own_loss,
        the_generator_answers_the_updated_discriminator,
        the_generator_knows_that_it_is_trained,
    ],
    hints=[
        "Two halves, each with a tape of its own: scores and loss inside the `with tf.GradientTape() as tape:` block, "
        "gradient and update behind it. Each update names the variables of one network.",
        "The discriminator's loss is `mean softplus(-real) + mean softplus(fake)`, the generator's `mean "
        "softplus(-fake)`, with `tf.reduce_mean` and `tf.nn.softplus`. `noise[0]` is for the first half.",
        "`variables = discriminator.trainable_variables`, then `discriminator_optimizer.apply(tape.gradient(loss, "
        "variables), variables)`. The second half calls generator and discriminator again, on `noise[1]`, "
        "both inside its tape: an image made outside has no gradient.",
    ],
    mistakes=[
        Mistake(
            lambda *game: _step(*game, generator_moves=False),
            "A step has two halves: an update of the discriminator's variables, and one of the generator's.",
            fails=both_networks_move,
        ),
        Mistake(
            lambda *game: _step(*game, swapped=True),
            "Its loss is `mean softplus(-real_logits) + mean softplus(fake_logits)`: real scores up, fake ones down. "
            "Are the two exchanged, is one of them missing, did a sigmoid come before the softplus, or does the "
            "generator's half move the discriminator too?",
            fails=the_discriminator_follows_its_own_loss,
        ),
        Mistake(
            lambda *game: _step(*game, sign=-1.0),
            "Its loss is `mean softplus(-fake_logits)`, on new fakes, those of `noise[1]`. It wants their scores high: "
            "is the minus in the right place?",
            fails=the_generator_follows_its_own_loss,
        ),
        Mistake(
            lambda *game: _step(*game, simultaneous=True),
            "Both gradients first and both updates after them is the simultaneous game of lesson 01. Finish the "
            "discriminator's half, update included, before you score the generator's fakes.",
            fails=the_generator_answers_the_updated_discriminator,
        ),
        Mistake(
            lambda *game: _step(*game, training=False),
            "Call it as `generator(noise, training=True)`, also in the discriminator's half. Without it a layer such "
            "as batch normalization works as if the training were over (lesson 03).",
            fails=the_generator_knows_that_it_is_trained,
        ),
    ],
    remark="This is the loop of the whole lesson; the rest is bookkeeping.",
)
def training_step(
    generator,
    discriminator,
    generator_optimizer,
    discriminator_optimizer,
    real_images,
    noise,
):
    """Moves the discriminator once, then the generator once against the updated discriminator.

    Non-saturating losses, from logits:
    discriminator: mean softplus(-real_logits) + mean softplus(fake_logits)
    generator: mean softplus(-fake_logits)

    Args:
        generator: model, noise -> images. Call it with `training=True`: it may have batch
            normalization.
        discriminator: model, images -> logits.
        generator_optimizer, discriminator_optimizer: `apply(gradients, variables)` updates.
        real_images: tensor, a batch.
        noise: two batches of noise, `noise[0]` for the discriminator's half, `noise[1]` for the
            generator's.
    """
    fake_images = generator(noise[0], training=True)
    with tf.GradientTape() as tape:
        real_logits = discriminator(real_images, training=True)
        fake_logits = discriminator(fake_images, training=True)
        loss = tf.reduce_mean(tf.nn.softplus(-real_logits))
        loss += tf.reduce_mean(tf.nn.softplus(fake_logits))
    variables = discriminator.trainable_variables
    discriminator_optimizer.apply(tape.gradient(loss, variables), variables)

    with tf.GradientTape() as tape:
        fake_images = generator(noise[1], training=True)
        fake_logits = discriminator(fake_images, training=False)
        loss = tf.reduce_mean(tf.nn.softplus(-fake_logits))
    variables = generator.trainable_variables
    generator_optimizer.apply(tape.gradient(loss, variables), variables)


# ---------------------------------------------------------------- moving average


def average_cases(seed):
    """A few steps of one weight, and of a small matrix."""
    rng = np.random.default_rng(seed)
    return [([1.0, 2.0, 4.0, 3.0], 0.75), (rng.normal(size=(6, 2, 3)), 0.9), (rng.normal(size=(5, 4)), 0.5)]


def _average(values, momentum, start=None):
    average = np.asarray(values[0] if start is None else start, "float64")
    for value in values[1 if start is None else 0 :]:
        average = momentum * average + (1.0 - momentum) * np.asarray(value)
    return average


@exercise(
    cases=average_cases,
    hints=[
        "Begin with the first of the values, then go through the others; each draws the average a little toward "
        "itself.",
        "`average = momentum * average + (1 - momentum) * value`: most of it stays, momentum is near 1.",
    ],
    mistakes=[
        Mistake(
            lambda values, momentum: _average(values, 1.0 - momentum),
            "Here the new value has the weight `momentum` and the average the rest: with a momentum of 0.99 it would "
            "forget everything but the last step. The two are exchanged.",
        ),
        Mistake(
            lambda values, momentum: _average(values, momentum, start=np.zeros_like(np.asarray(values[0], "float64"))),
            "Your average begins with 0, which is nobody's weight, and stays too small for many steps. Begin with the "
            "first of the values.",
        ),
        Mistake(
            lambda values, momentum: np.mean(values, axis=0),
            "This is the mean of all steps alike. A moving average forgets: a value counts less with every step that "
            "comes after it.",
        ),
        Mistake(
            lambda values, momentum: momentum * np.asarray(values[-2]) + (1.0 - momentum) * np.asarray(values[-1]),
            "These are the last two values. The average of before goes into the next one, not the value of before.",
        ),
    ],
    remark="A value k steps back counts momentum^k times as much as the last one, so the average looks back over "
    "about 1 / (1 - momentum) steps.",
)
def moving_average(values, momentum):
    """Moving average of a weight over the steps of a training, as it is after the last step.

    It begins with the first value. Each later value v changes it to
    momentum * average + (1 - momentum) * v.

    Args:
        values: list or array, one entry (number or array) for each step, at least two.
        momentum: number in [0, 1].

    Returns:
        Number, or array of the shape of one entry.
    """
    average = values[0]
    for value in values[1:]:
        average = momentum * average + (1 - momentum) * value
    return average


# ---------------------------------------------------------------- slerp


def walk_cases(seed):
    """A right angle, and two draws of noise."""
    start, end = np.random.default_rng(seed).normal(size=(2, 6))
    return [
        (np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([0.0, 0.25, 0.5, 1.0])),
        (start, end, np.linspace(0, 1, 5)),
    ]


def _arc(start, end, fractions, angle):
    t = np.asarray(fractions, "float64")[:, None]
    with np.errstate(all="ignore"):
        return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)


def _lerp_put_back(start, end, fractions):
    walk = latent.lerp(start, end, fractions)
    return walk * np.linalg.norm(start) / np.linalg.norm(walk, axis=1, keepdims=True)


def _angle(start, end):
    return np.arccos(start @ end / (np.linalg.norm(start) * np.linalg.norm(end)))


@exercise(
    reference=latent.slerp,
    cases=walk_cases,
    hints=[
        "First the angle: its cosine is the dot product of the two vectors over the product of their lengths; "
        "`np.arccos` turns it into radians.",
        "`t = fractions[:, None]` makes a column of the fractions, so that `np.sin(t * angle) * end` has a row for "
        "each of them.",
        "`(np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)`.",
    ],
    mistakes=[
        Mistake(
            latent.lerp,
            "This is the straight walk, lerp. It cuts through the inside of the sphere, where the vectors are too "
            "short.",
        ),
        Mistake(
            _lerp_put_back,
            "This is the straight walk, put back to the length of `start`. It is fast in the middle and slow at the "
            "ends; slerp turns by the same angle at every step.",
        ),
        Mistake(
            lambda start, end, fractions: _arc(end, start, fractions, _angle(start, end)),
            "Your walk goes from the end to the start. At the fraction 0 the weight of `start` is sin(ω) / sin(ω) = 1.",
        ),
        Mistake(
            lambda start, end, fractions: _arc(start, end, fractions, _angle(start, end)) * np.sin(_angle(start, end)),
            "The division by sin(ω) is missing. It did not show at a right angle, where the sine is 1.",
        ),
        Mistake(
            lambda start, end, fractions: _arc(start, end, fractions, np.arccos(np.clip(start @ end, -0.99, 0.99))),
            "The dot product alone is a cosine only for vectors of length 1. Divide it by both lengths.",
        ),
    ],
    remark="`latent.slerp` of the package is the same, with a care for vectors that point in one direction.",
)
def slerp(start, end, fractions):
    """Walks along the arc from one noise vector to another, at a steady angle.

    (sin((1 - t) ω) · start + sin(t ω) · end) / sin(ω), with ω the angle between the two.

    Args:
        start, end: arrays of shape (latent_dim,), neither parallel nor opposite.
        fractions: array of shape (steps,), t: 0 is the start and 1 the end.

    Returns:
        Array of shape (steps, latent_dim).
    """
    cosine = start @ end / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(cosine)
    t = fractions[:, None]
    return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)


# ---------------------------------------------------------------- nearest neighbors


def neighbor_cases(seed):
    """Small pictures, and pictures among which a dark one is near by sum only."""
    rng = np.random.default_rng(seed)
    return [
        (rng.uniform(-1, 1, (4, 3, 3, 1)), rng.uniform(-1, 1, (9, 3, 3, 1))),
        (rng.uniform(-1, 1, (3, 4, 4, 1)), rng.uniform(-1, 1, (12, 4, 4, 1))),
    ]


def _differences(queries, references):
    return queries.reshape(len(queries), 1, -1) - references.reshape(1, len(references), -1)


@exercise(
    reference=lambda queries, references: metrics.nearest_neighbors(queries, references)[1][:, 0],
    cases=neighbor_cases,
    hints=[
        "Flatten each picture to a row: `queries.reshape(len(queries), -1)`. Then take one query at a time.",
        "`((references - query) ** 2).sum(axis=1)` holds the squared distances from one flattened query to all "
        "references.",
        "`.argmin()` of these distances is the number of the nearest reference. One for each query makes the array.",
    ],
    mistakes=[
        Mistake(
            lambda queries, references: (_differences(queries, references) ** 2).sum(-1).argmax(1),
            "These are the references farthest away. The nearest has the smallest distance.",
        ),
        Mistake(
            lambda queries, references: np.sqrt((_differences(queries, references) ** 2).sum(-1)).min(1),
            "These are the distances. Asked for are the numbers of the references: argmin, not min.",
        ),
        Mistake(
            lambda queries, references: (_differences(queries, references) ** 2).sum(-1).argmin(0),
            "There is one answer for each reference here; asked for is one for each query. Take the smallest along the "
            "other axis.",
        ),
        Mistake(
            lambda queries, references: np.abs(_differences(queries, references).sum(-1)).argmin(1),
            "Here differences are summed before they lose their sign, so a pixel too bright makes up for one too dark. "
            "Square them first.",
        ),
    ],
    remark="`metrics.nearest_neighbors` gives the distances as well, and several neighbors of each.",
)
def nearest_reference(queries, references):
    """For each query picture the number of the reference picture nearest to it.

    The distance is the root of the summed squared differences of all pixels.

    Args:
        queries: array of shape (n, height, width, channels).
        references: array of shape (m, height, width, channels).

    Returns:
        Integer array of shape (n,), each entry from 0 to m - 1.
    """
    rows = references.reshape(len(references), -1)
    nearest = [((rows - query.reshape(-1)) ** 2).sum(axis=1).argmin() for query in queries]
    return np.array(nearest)
