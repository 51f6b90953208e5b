"""Exercises of lesson 03: sizes and receptive fields by arithmetic, and two networks to build."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import keras
import numpy as np

from gan_course import networks
from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- size of a transposed convolution


def size_cases(seed):
    """The lesson's layers with both paddings, and two random ones."""
    rng = np.random.default_rng(seed)
    strides = rng.integers(2, 5, 2).tolist()
    random = [(int(rng.integers(3, 30)), stride + int(rng.integers(1, 4)), stride) for stride in strides]
    return [(*numbers, padding) for numbers in [(8, 4, 2), (16, 5, 2), *random] for padding in ("same", "valid")]


@exercise(
    reference=networks.transposed_output_size,
    cases=size_cases,
    hints=[
        "Draw it for 3 inputs, kernel 4 and stride 2. Where does the first stamp begin, where does the last one end? "
        'That is "valid".',
        "The last of `size` stamps begins `(size - 1) * stride` outputs after the first one, and it is `kernel_size` "
        "wide.",
        '"same" cuts the ends until exactly `stride` outputs are left for each input; the kernel size no longer '
        'matters. So: `if padding == "same": return ...`.',
    ],
    mistakes=[
        Mistake(
            lambda size, kernel_size, stride, padding: size * stride,
            'This is right for "same". With "valid" nothing is cut, and the last stamp reaches beyond `size * stride` '
            "by as much as the kernel is wider than the stride.",
        ),
        Mistake(
            lambda size, kernel_size, stride, padding: (size - 1) * stride + kernel_size,
            'This is right for "valid". With "same" the ends are cut: `stride` outputs remain for each input.',
        ),
        Mistake(
            lambda size, kernel_size, stride, padding: size * stride + kernel_size * (padding == "valid"),
            'There are `size` stamps and so `size - 1` steps between the first and the last. Your "valid" counts one '
            "step too many.",
        ),
        Mistake(
            lambda size, kernel_size, stride, padding: (
                -(-size // stride) if padding == "same" else (size - kernel_size) // stride + 1
            ),
            "These are the sizes of an ordinary convolution, which makes maps smaller. The transposed one goes the "
            "other way.",
        ),
    ],
    remark='With kernel 4, stride 2 and padding "same", every layer of the course\'s generator doubles the size.',
)
def transposed_output_size(size, kernel_size, stride, padding):
    """Height or width of what a transposed convolution puts out.

    Args:
        size: height or width of the input, at least 1.
        kernel_size: height or width of the kernel, at least `stride`.
        stride: distance between stamps, at least 1.
        padding: "valid" keeps all that the stamps cover, "same" cuts the ends.

    Returns:
        int.
    """
    if padding == "same":
        return size * stride
    return (size - 1) * stride + kernel_size


# ---------------------------------------------------------------- receptive field


def stack_cases(seed):
    """The patch discriminator of the course, that of pix2pix, and a random stack."""
    rng = np.random.default_rng(seed)
    random = [(int(kernel), int(stride)) for kernel, stride in rng.integers([2, 1], [6, 4], (4, 2))]
    return [([(4, 2), (4, 2), (4, 2), (3, 1)],), ([(4, 2)] * 3 + [(4, 1)] * 2,), (random,)]


def _field(stack, start=1, widens=lambda kernel, stride, step: (kernel - 1) * step):
    """Receptive field by the right loop, in which learners get one part wrong."""
    field, step = start, 1
    for kernel, stride in stack:
        field += widens(kernel, stride, step)
        step *= stride
    return field


@exercise(
    reference=networks.receptive_field,
    cases=stack_cases,
    hints=[
        "Go through the layers from the image to the score and keep two numbers: the field so far, and the step, which "
        "is how many pixels lie between two neighbors in the map that a layer reads.",
        "Before the first layer both are 1. A layer with kernel k widens the field by k - 1 neighbors, each of them "
        "one step away.",
        "`field += (kernel_size - 1) * step`, and after that `step *= stride`.",
    ],
    mistakes=[
        Mistake(
            lambda stack: _field(stack, widens=lambda kernel, stride, step: kernel - 1),
            "This is right where all strides are 1. After a layer of stride 2, two neighbors in its map are two pixels "
            "apart, so the next layer's kernel reaches twice as far.",
        ),
        Mistake(
            lambda stack: _field(stack, widens=lambda kernel, stride, step: (kernel - 1) * step * stride),
            "A layer's own stride does not widen its own field, only the fields of the layers after it. Exchange the "
            "two lines of your loop.",
        ),
        Mistake(
            lambda stack: _field(stack, widens=lambda kernel, stride, step: (kernel - 1) * stride),
            "Your loop multiplies by the layer's own stride. What counts is how far apart its inputs lie in the image: "
            "the product of the strides of all layers before it.",
        ),
        Mistake(
            lambda stack: _field(stack, start=0, widens=lambda kernel, stride, step: kernel * step),
            "Of `kernel_size` neighbors one is where you are already. Begin with 1 pixel; the other `kernel_size - 1` "
            "neighbors widen the field.",
        ),
    ],
    remark="38 pixels for the course's patch discriminator; 70 for that of pix2pix, which is known as the 70 × 70.",
)
def receptive_field(stack):
    """How many pixels in a row one score of a patch discriminator sees.

    Args:
        stack: list of pairs `(kernel_size, stride)`, one for each convolution, from image to score.

    Returns:
        int.
    """
    field, step = 1, 1
    for kernel_size, stride in stack:
        field += (kernel_size - 1) * step
        step *= stride
    return field


# ---------------------------------------------------------------- judges of networks


def _not_a_model(result):
    """A sentence if this is no Keras model, else None."""
    if not isinstance(result, keras.Model):
        return f"A keras.Model was expected; your function returned {_with_article(type(result).__name__)}."


def _with_article(name):
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _weights_problem(model, expected):
    """A sentence if the model has not as many weights as expected, else None."""
    found = model.count_params()
    if found != expected:
        return f"Your network has {found:,} weights; {expected:,} were expected."


def _output_problem(model, reference, inputs):
    """A sentence if the model, given the weights of a reference, puts out something else, else None."""
    shapes = [tuple(weight.shape) for weight in model.weights]
    expected = [tuple(weight.shape) for weight in reference.weights]
    if shapes != expected:
        return f"The number is right, but the shapes of your weights are {shapes}; {expected} were expected."
    model.set_weights(reference.get_weights())
    difference = np.abs(np.asarray(model(inputs, training=False)) - reference(inputs, training=False)).max()
    if difference > 1e-5:
        return f"With the weights of the course's network, yours puts out other numbers, by up to {difference:.2g}."


# ---------------------------------------------------------------- the generator, repaired

GENERATOR_WEIGHTS = 1_617_667


def a_model(build, seed):
    """A Keras model came back."""
    return _not_a_model(build(100))


def noise_of_any_length(build, seed):
    """The argument is used."""
    shape = build(16).input_shape
    if shape != (None, 16):
        return f"For noise of length 16 the input should have the shape (None, 16); yours has {shape}."


def images_of_64_by_64(build, seed):
    """The size that the article asks for."""
    shape = build(100).output_shape
    if shape != (None, 64, 64, 3):
        return f"The images should have the shape (None, 64, 64, 3); yours have {shape}."


def _loud_image(build, seed):
    """An image from noise so strong that whatever can leave a range leaves it."""
    noise = 1e4 * np.random.default_rng(seed).standard_normal((1, 100), dtype="float32")
    return np.asarray(build(100)(noise, training=False))


def numbers_between_minus_1_and_1(build, seed):
    """No number leaves the range of a picture."""
    image = _loud_image(build, seed)
    if not np.abs(image).max() <= 1:
        return f"For strong noise an image holds numbers from {image.min():.3g} to {image.max():.3g}."


def dark_and_bright(build, seed):
    """Both ends of the range can be reached."""
    image = _loud_image(build, seed)
    if image.min() > -0.5 or image.max() < 0.5:
        return f"Even strong noise gives numbers from {image.min():.2g} to {image.max():.2g} only, not from -1 to 1."


def the_number_of_weights(build, seed):
    """That of the repair asked for."""
    return _weights_problem(build(100), GENERATOR_WEIGHTS)


def the_same_images_from_the_same_weights(build, seed):
    """Everything that has no weights is in its place as well."""
    noise = np.random.default_rng(seed).standard_normal((1, 100), dtype="float32")
    return _output_problem(build(100), networks.build_generator(), noise)


def _generator(latent_dim=100, start=8, doublings=3, activation="tanh", bend=True):
    """The generator with one part exchanged, as learners exchange it."""
    noise = keras.Input((latent_dim,))
    x = keras.layers.Reshape((start, start, 128))(keras.layers.Dense(start * start * 128)(noise))
    for _ in range(doublings):
        x = keras.layers.Conv2DTranspose(128, 4, strides=2, padding="same")(x)
        x = keras.layers.LeakyReLU(0.2)(x) if bend else x
    x = keras.layers.Conv2D(3, 3, padding="same", activation=activation)(x)
    return keras.Model(noise, x)


@exercise(
    numeric=False,
    properties=[
        a_model,
        noise_of_any_length,
        images_of_64_by_64,
        numbers_between_minus_1_and_1,
        dark_and_bright,
        the_number_of_weights,
        the_same_images_from_the_same_weights,
    ],
    hints=[
        "Copy the article's lines, put `keras.layers.` before the names of layers and `keras.` before Input and Model, "
        "and begin with what raises: how many doublings lead from 8 to 64?",
        "With three doublings the last Reshape has nothing left to do. Take it out, and let the last convolution end "
        'in `activation="tanh"` in place of the LeakyReLU.',
        "`keras.Input((latent_dim,))`, Dense(8 * 8 * 128), Reshape((8, 8, 128)), three times Conv2DTranspose(128, 4, "
        'strides=2, padding="same") and LeakyReLU(0.2), then Conv2D(3, 3, padding="same", activation="tanh").',
    ],
    mistakes=[
        Mistake(
            lambda latent_dim: _generator(),
            "There is a 100 in your function where `latent_dim` should be.",
            fails=noise_of_any_length,
        ),
        Mistake(
            lambda latent_dim: _generator(latent_dim, doublings=2),
            "Without its Reshape the generator runs, and stops at 32 × 32: that is 8, doubled twice. Double once more.",
            fails=images_of_64_by_64,
        ),
        Mistake(
            lambda latent_dim: _generator(latent_dim, activation=lambda x: (x > 0) * x + (x <= 0) * 0.2 * x),
            "LeakyReLU bounds nothing, and no activation at all does not either. tanh does.",
            fails=numbers_between_minus_1_and_1,
        ),
        Mistake(
            lambda latent_dim: _generator(latent_dim, activation="sigmoid"),
            "The pictures of this course are in [-1, 1]. tanh goes from -1 to 1, if nothing comes after it; a sigmoid "
            "ends in [0, 1], and a LeakyReLU weakens what is below 0.",
            fails=dark_and_bright,
        ),
        Mistake(
            lambda latent_dim: _generator(latent_dim, start=16, doublings=2),
            "Asked for is a third transposed convolution with 128 filters, before the last convolution. A Dense layer "
            "of 16 · 16 · 128 leads to 64 × 64 as well, but that is another repair, with more than twice the weights.",
            fails=the_number_of_weights,
        ),
        Mistake(
            lambda latent_dim: _generator(latent_dim, bend=False),
            "The layers have the right weights, so look at what has none: a LeakyReLU(0.2) after each transposed "
            "convolution and nowhere else, and the order of the layers.",
            fails=the_same_images_from_the_same_weights,
        ),
    ],
    remark="The article's generator runs. `networks.build_generator` makes the same network.",
)
def repair_generator(latent_dim):
    """Builds the article's generator, repaired, with 1,617,667 weights for noise of length 100.

    All that works stays as printed. Three transposed convolutions instead of two, no Reshape at
    the end, tanh on the last convolution.

    Args:
        latent_dim: length of the noise.

    Returns:
        `keras.Model`, noise (batch, latent_dim) -> images (batch, 64, 64, 3) in [-1, 1].
    """
    noise = keras.Input((latent_dim,))
    x = keras.layers.Dense(8 * 8 * 128)(noise)
    x = keras.layers.Reshape((8, 8, 128))(x)
    for _ in range(3):
        x = keras.layers.Conv2DTranspose(128, 4, strides=2, padding="same")(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    images = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    return keras.Model(noise, images)


# ---------------------------------------------------------------- a small discriminator

SMALL = {(28, 28, 1): 36_513, (32, 32, 3): 38_497}


def a_network(build, seed):
    """A Keras model came back."""
    return _not_a_model(build((28, 28, 1)))


def images_of_the_given_shape(build, seed):
    """The argument is used."""
    for shape in SMALL:
        found = build(shape).input_shape
        if found != (None, *shape):
            return f"For images of shape {shape} the input should have the shape {(None, *shape)}; yours has {found}."


def one_score_for_each_image(build, seed):
    """Not one for each place."""
    shape = build((28, 28, 1)).output_shape
    if shape != (None, 1):
        return f"The scores should have the shape (None, 1); yours have {shape}."


def scores_without_a_bound(build, seed):
    """Logits."""
    images = 1e4 * np.random.default_rng(seed).standard_normal((8, 28, 28, 1), dtype="float32")
    scores = np.asarray(build((28, 28, 1))(images, training=False))
    if np.abs(scores).max() <= 1:
        return f"For very strong images the scores go from {scores.min():.3g} to {scores.max():.3g} only."


def the_given_number_of_weights(build, seed):
    """36,513, and for other images what follows from it."""
    for shape, expected in SMALL.items():
        problem = _weights_problem(build(shape), expected)
        if problem:
            return f"For images of shape {shape}: {problem}"


def the_same_scores_from_the_same_weights(build, seed):
    """Everything that has no weights is in its place as well."""
    images = np.random.default_rng(seed).uniform(-1, 1, (4, 28, 28, 1)).astype("float32")
    return _output_problem(build((28, 28, 1)), networks.build_discriminator((28, 28, 1), (32, 64)), images)


def _discriminator(image_shape=(28, 28, 1), filters=32, bend=True, flatten=True, activation=None):
    """The small discriminator with one part exchanged, as learners exchange it."""
    images = x = keras.Input(image_shape)
    for count in (filters, 2 * filters):
        x = keras.layers.Conv2D(count, 4, strides=2, padding="same")(x)
        x = keras.layers.LeakyReLU(0.2)(x) if bend else x
    x = keras.layers.Flatten()(x) if flatten else x
    return keras.Model(images, keras.layers.Dense(1, activation=activation)(x))


@exercise(
    numeric=False,
    properties=[
        a_network,
        images_of_the_given_shape,
        one_score_for_each_image,
        scores_without_a_bound,
        the_given_number_of_weights,
        the_same_scores_from_the_same_weights,
    ],
    hints=[
        "Call the number of filters of the first convolution n and write the weights of each of the three layers with "
        "it. The maps get half as high and half as wide twice: 28, 14, 7.",
        "(4 · 4 · 1 + 1) · n in the first convolution, (4 · 4 · n + 1) · 2n in the second, 7 · 7 · 2n + 1 in the Dense "
        "layer: 32 n² + 117 n + 1 in all. Try powers of 2 for n.",
        'n = 32. Conv2D(32, 4, strides=2, padding="same"), LeakyReLU(0.2), the same with 64, Flatten(), Dense(1).',
    ],
    mistakes=[
        Mistake(
            lambda image_shape: _discriminator(),
            "There is a fixed shape in your function where `image_shape` should be.",
            fails=images_of_the_given_shape,
        ),
        Mistake(
            lambda image_shape: _discriminator(image_shape, flatten=False),
            "A Dense layer works on the last axis, so on feature maps it gives a score for each place. Flatten the "
            "maps first.",
            fails=one_score_for_each_image,
        ),
        Mistake(
            lambda image_shape: _discriminator(image_shape, activation="sigmoid"),
            "A sigmoid turns scores into probabilities. The course's discriminators return logits, and the losses take "
            "logits: leave the activation out.",
            fails=scores_without_a_bound,
        ),
        Mistake(
            lambda image_shape: _discriminator(image_shape, filters=64),
            "Write the count down as a sum over the layers, biases included, with n filters in the first convolution, "
            "2n in the second and 7 · 7 · 2n numbers into the Dense layer, and find the n that fits.",
            fails=the_given_number_of_weights,
        ),
        Mistake(
            lambda image_shape: _discriminator(image_shape, bend=False),
            "The layers have the right weights, so look at what has none: a LeakyReLU(0.2) after each convolution. "
            "Without it, two convolutions are one.",
            fails=the_same_scores_from_the_same_weights,
        ),
    ],
    remark="Lesson 04 trains a network of this kind on Fashion-MNIST.",
)
def build_small_discriminator(image_shape):
    """Builds a discriminator that has 36,513 weights for images of shape (28, 28, 1).

    Two convolutions with kernel 4, stride 2 and padding "same", the second with twice as many
    filters as the first, each followed by LeakyReLU(0.2). Then one score for the whole image.

    Args:
        image_shape: (height, width, channels).

    Returns:
        `keras.Model`, images (batch, height, width, channels) -> logits (batch, 1).
    """
    images = x = keras.Input(image_shape)
    for filters in (32, 64):
        x = keras.layers.Conv2D(filters, 4, strides=2, padding="same")(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(x))
    return keras.Model(images, logits)
