"""Exercises of lesson 08: one step of optimization, transfer of the luminance alone, layers for a look."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from functools import lru_cache

import numpy as np
import tensorflow as tf

from gan_course import datasets
from gan_course.exercises.engine import Mistake, exercise
from gan_course.networks.features import VGG16_LAYERS
from gan_course.training import StyleTransferObjective

# ---------------------------------------------------------------- one step of optimization


def step_cases(seed):
    """Pictures, objectives whose gradient one knows, and steps that take some pixels past the ends of their range."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(-2, 2, (4, 5, 3)).astype("float32")
    slope = rng.normal(size=(3, 3, 3)).astype("float32")
    first, second = (rng.uniform(-1, 1, shape).astype("float32") for shape in ((4, 5, 3), (3, 3, 3)))
    return [
        (first, lambda picture: tf.reduce_sum((picture - target) ** 2), 0.2),
        (second, lambda picture: tf.reduce_sum(slope * picture), 0.5),
    ]


def _step(picture, objective, learning_rate, sign=-1.0, clip=(-1.0, 1.0), change=lambda gradient: gradient):
    """A step, of which learners get one part wrong."""
    picture = tf.convert_to_tensor(picture)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        value = objective(picture)
    moved = picture + sign * learning_rate * change(tape.gradient(value, picture))
    return tf.clip_by_value(moved, *clip)


@exercise(
    cases=step_cases,
    hints=[
        "`tf.GradientTape` records what is computed inside its `with` block, and `tape.gradient(value, picture)` asks "
        "how value changes with every pixel.",
        "A tape watches variables by itself; a tensor has to be shown to it: `picture = tf.convert_to_tensor(picture)` "
        "and `tape.watch(picture)`. A gradient that is None means that nobody was watching.",
        "Downhill is `picture - learning_rate * gradient`. Then `tf.clip_by_value(..., -1.0, 1.0)`.",
    ],
    mistakes=[
        Mistake(
            lambda *arguments: _step(*arguments, sign=1.0),
            "This goes uphill: the gradient points to where the objective grows. Subtract it.",
        ),
        Mistake(
            lambda *arguments: _step(*arguments, clip=(-np.inf, np.inf)),
            "The step is right, but some pixels have left [-1, 1], and no screen can show them. Clip the picture last.",
        ),
        Mistake(
            lambda *arguments: _step(*arguments, clip=(0.0, 1.0)),
            "You clip to [0, 1]. Pictures in this course lie in [-1, 1], so this makes every dark pixel medium gray.",
        ),
        Mistake(
            lambda *arguments: _step(*arguments, change=lambda gradient: tf.clip_by_value(gradient, -1.0, 1.0)),
            "You clip the gradient as well. The pixels have a range, the gradient has none.",
        ),
        Mistake(
            lambda *arguments: _step(*arguments, change=tf.sign),
            "This moves every pixel equally far, by the sign of its gradient. Gradient descent moves it in proportion "
            "to the gradient.",
        ),
        Mistake(
            lambda *arguments: _step(*arguments, change=lambda gradient: gradient / tf.norm(gradient)),
            "You divide the gradient by its length. The cell above did so to go a known way; a step is the learning "
            "rate times the gradient as it is.",
        ),
    ],
    remark="Nothing here knows of style. Whatever can be written as an objective can be painted this way.",
)
def optimization_step(picture, objective, learning_rate):
    """Moves a picture's pixels one step of gradient descent downhill, and clips them to [-1, 1].

    Args:
        picture: float32 array `(height, width, 3)` in [-1, 1].
        objective: function of a tensor of that shape that returns one number.
        learning_rate: number, how far to go as a multiple of the gradient.

    Returns:
        The moved picture, an array or tensor of the same shape.
    """
    picture = tf.convert_to_tensor(picture)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        value = objective(picture)
    gradient = tape.gradient(value, picture)
    return tf.clip_by_value(picture - learning_rate * gradient, -1.0, 1.0)


# ---------------------------------------------------------------- luminance only


def _pretend_transfer(photo, painting):
    """Paints without a network: contrast from the painting's colors, and a tint in the shadows."""
    contrast = 0.5 + painting.std(axis=(0, 1))
    painted = photo * contrast + 0.4 * painting.mean(axis=(0, 1))
    return np.clip(painted + 0.2 * np.array([1.0, -0.5, 0.3]) * (photo < 0), -1, 1)


def color_cases(seed):
    """A photo of middle colors, and one of strong colors that the painting drives past the ends of the range."""
    rng = np.random.default_rng(seed)
    return [
        (rng.uniform(-0.4, 0.4, (4, 5, 3)), rng.uniform(-0.7, 0.5, (6, 3, 3)), _pretend_transfer),
        (rng.uniform(-1.0, 1.0, (5, 4, 3)), rng.uniform(-0.2, 1.0, (3, 6, 3)), _pretend_transfer),
    ]


def _gray(image, weights=(0.299, 0.587, 0.114)):
    return np.repeat((image @ np.array(weights))[..., None], 3, axis=-1)


def _color_kept(photo, painted, gray=_gray):
    return np.clip(photo + gray(painted) - gray(photo), -1, 1)


def _plain_mean(image):
    return _gray(image, (1 / 3, 1 / 3, 1 / 3))


@exercise(
    cases=color_cases,
    hints=[
        "Write a helper `gray(image)`: the luminance of each pixel, three times. `image @ np.array([0.299, 0.587, "
        "0.114])` has the luminance.",
        "`np.repeat(luminance[..., None], 3, axis=-1)` gives it three equal channels. Then "
        "`painted = transfer(gray(photo), gray(painting))`.",
        "The photo gets the change of luminance: `photo + gray(painted) - gray(photo)`, the same in each channel. Clip "
        "it to [-1, 1].",
    ],
    mistakes=[
        Mistake(
            lambda photo, painting, transfer: _color_kept(photo, transfer(photo, painting)),
            "You hand colored pictures to `transfer` and take the colors out afterwards. Then it has worked for colors "
            "that nobody will see. Make both gray first.",
        ),
        Mistake(
            lambda photo, painting, transfer: _color_kept(photo, transfer(_gray(photo), painting)),
            "The photo is gray and the painting is not. Make both gray, or the painting's colors come in again.",
        ),
        Mistake(
            lambda photo, painting, transfer: transfer(_gray(photo), _gray(painting)),
            "This is what `transfer` painted. Its luminance has still to be put into the photo's colors.",
        ),
        Mistake(
            lambda photo, painting, transfer: np.clip(photo + _gray(transfer(_gray(photo), _gray(painting))), -1, 1),
            "You add the painted luminance to a photo that has its own. Add the difference of the two.",
        ),
        Mistake(
            lambda photo, painting, transfer: _color_kept(
                photo, transfer(_plain_mean(photo), _plain_mean(painting)), _plain_mean
            ),
            "Your luminance is the plain mean of the three channels. The eye weighs them 0.299, 0.587 and 0.114.",
        ),
        Mistake(
            lambda photo, painting, transfer: (
                photo + _gray(transfer(_gray(photo), _gray(painting))) - _gray(photo)  # not clipped
            ),
            "Right but for the range: where a strong color gets brighter, a channel leaves [-1, 1]. Clip the result.",
        ),
        Mistake(
            lambda photo, painting, transfer: np.clip(
                photo + transfer(_gray(photo), _gray(painting)) - _gray(photo), -1, 1
            ),
            "What `transfer` returns may have colors of its own. Make it gray as well, before you take the difference.",
        ),
    ],
    remark="Where nothing was clipped, every difference between two channels is that of the photo.",
)
def luminance_only(photo, painting, transfer):
    """Transfers the luminance alone, and keeps the photo's colors.

    Both pictures are made gray and handed to `transfer`. The photo then gets the difference
    between the luminance painted and its own, the same in all three channels, and is clipped.

    Args:
        photo: array `(height, width, 3)` in [-1, 1].
        painting: array of the same kind, of any size.
        transfer: function of two pictures with three channels, a photo and a painting, that
            returns a painted picture of the photo's shape.

    Returns:
        Array of the photo's shape in [-1, 1].
    """

    def gray(image):
        luminance = image @ np.array([0.299, 0.587, 0.114])
        return np.repeat(luminance[..., None], 3, axis=-1)

    painted = transfer(gray(photo), gray(painting))
    return np.clip(photo + gray(painted) - gray(photo), -1, 1)


# ---------------------------------------------------------------- layers for a look


def _shuffled(image, tile):
    """The picture cut into square tiles, and these laid in another order."""
    count = image.shape[0] // tile
    tiles = image.reshape(count, tile, count, tile, 3).swapaxes(1, 2).reshape(-1, tile, tile, 3)
    tiles = np.random.default_rng(0).permutation(tiles)
    return tiles.reshape(count, count, tile, tile, 3).swapaxes(1, 2).reshape(image.shape)


@lru_cache(maxsize=1)
def _judge():
    """The lesson's piece of the painting, and an objective that knows its style at every layer."""
    painting = datasets.picture("paintings/hokusai/great_wave.jpg", short_side=128)[:, :128]
    return painting, StyleTransferObjective(painting, painting, style_layers=VGG16_LAYERS)


@lru_cache(maxsize=3)
def style_costs(what):
    """What each layer's style loss says of the lesson's painting, recolored or with its tiles shuffled.

    Args:
        what: "recolored", "8-pixel tiles" or "32-pixel tiles".

    Returns:
        Dictionary from layer to style loss.
    """
    painting, objective = _judge()
    changed = painting[..., [1, 2, 0]] if what == "recolored" else _shuffled(painting, int(what.split("-")[0]))
    features = objective.features(changed[None])
    return {layer: float(objective.style_at(layer, features)) for layer in VGG16_LAYERS}


def _names(function, look):
    layers = function(look)
    return [layers] if isinstance(layers, str) else list(layers)


def _problem(function, look, bounds):
    """The first bound that the mean over the chosen layers does not keep, as a sentence."""
    layers = _names(function, look)
    for what, (lowest, highest) in bounds.items():
        cost = np.mean([style_costs(what)[layer] for layer in layers])
        if not lowest <= cost <= highest:
            wanted = f"at least {lowest:g}" if cost < lowest else f"at most {highest:g}"
            return f"{look!r} with {', '.join(layers)}: {what} costs {cost:.2f}, and {wanted} was wanted."
    return None


def names_of_layers(function, seed):
    """Lists of layers that exist, each once."""
    for look in ("palette", "strokes", "forms"):
        layers = _names(function, look)
        if not layers or len(set(layers)) < len(layers) or not set(layers) <= set(VGG16_LAYERS):
            return (
                f"For {look!r} a list of different layers was expected, such as ['block1_conv1']; {layers!r} came. "
                f"There are {', '.join(VGG16_LAYERS)}."
            )
    return None


def a_palette_without_strokes(function, seed):
    """Colors count, and what is next to what does not."""
    return _problem(function, "palette", {"recolored": (0.5, np.inf), "8-pixel tiles": (0, 0.35)})


def strokes_without_forms(function, seed):
    """Colors and strokes count, larger forms do not."""
    bounds = {"recolored": (0.5, np.inf), "8-pixel tiles": (0.4, np.inf), "32-pixel tiles": (0, 0.04)}
    return _problem(function, "strokes", bounds)


def forms_as_well(function, seed):
    """Colors and larger forms count."""
    return _problem(function, "forms", {"recolored": (0.5, np.inf), "32-pixel tiles": (0.1, np.inf)})


def _answers(palette, strokes, forms):
    blocks = {1: "block1_conv2", 2: "block2_conv2", 3: "block3_conv3", 4: "block4_conv1"}
    looks = {"palette": palette, "strokes": strokes, "forms": forms}
    return lambda look: [blocks[number] for number in looks[look]]


@exercise(
    numeric=False,
    prepare=lambda: [style_costs(what) for what in ("recolored", "8-pixel tiles", "32-pixel tiles")],
    properties=[names_of_layers, a_palette_without_strokes, strokes_without_forms, forms_as_well],
    hints=[
        "Go by the table above. A loss that stays small when tiles are shuffled does not see what is larger than a "
        "tile. The score of several layers is the mean of their rows.",
        "One layer is enough for the palette. The strokes need two: a layer that knows colors well and one that sees "
        "8 pixels, and none that sees 32.",
        "Palette: block1_conv2. Strokes: that and block2_conv2. Forms: all four of the table, or the last alone.",
    ],
    mistakes=[
        Mistake(
            lambda look: ["block_1"],
            "A layer has a name like `block1_conv2`: the number of the block, and that of the convolution in it.",
            fails=names_of_layers,
        ),
        Mistake(
            _answers((1, 2), (1, 2), (1, 2, 3, 4)),
            "Only the first block is so shortsighted that it sees colors and hardly anything of what lies where. Each "
            "deeper block looks at a wider neighborhood.",
            fails=a_palette_without_strokes,
        ),
        Mistake(
            _answers((1,), (1, 2, 3), (1, 2, 3, 4)),
            "Mix a layer that knows the colors with one that sees a stroke, and stop before those that see more.",
            fails=strokes_without_forms,
        ),
        Mistake(
            _answers((1,), (1, 2), (1, 2, 3)),
            "A form of 32 pixels is seen best by the deepest layer. Take it in.",
            fails=forms_as_well,
        ),
    ],
    remark="There is no right set of layers. There is the look that you want, and what each layer sees.",
)
def choose_layers(look):
    """Chooses the style layers for a look: the style loss sees what belongs to it and no more.

    The score of a set of layers is the mean of their style losses for the changed print. Wanted is

    - "palette": recolored at least 0.5, shuffled tiles of 8 pixels at most 0.35,
    - "strokes": recolored at least 0.5, tiles of 8 pixels at least 0.4, of 32 at most 0.04,
    - "forms": recolored at least 0.5, tiles of 32 pixels at least 0.1.

    Args:
        look: one of these three words.

    Returns:
        List of names of VGG16 layers.
    """
    return {
        "palette": ["block1_conv2"],
        "strokes": ["block1_conv2", "block2_conv2"],
        "forms": ["block1_conv2", "block2_conv2", "block3_conv3", "block4_conv1"],
    }[look]
