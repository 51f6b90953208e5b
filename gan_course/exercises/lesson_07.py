"""Exercises of lesson 07: what VGG16 wants to be fed, content loss, Gram matrix, style loss, total variation."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np

from gan_course import losses
from gan_course.exercises.engine import Mistake, exercise
from gan_course.networks.features import VGG16Input

MEAN_BGR = np.array([103.939, 116.779, 123.68])

# ---------------------------------------------------------------- the input of VGG16


def picture_cases(seed):
    """A single red pixel, two random pictures, and one that is not square."""
    rng = np.random.default_rng(seed)
    red = np.array([1.0, -1.0, -1.0]).reshape(1, 1, 1, 3)
    return [(red,), (rng.uniform(-1, 1, (2, 4, 4, 3)),), (rng.uniform(-1, 1, (1, 3, 5, 3)),)]


def _vgg16_input(images):
    return np.asarray(VGG16Input(dtype="float64")(images))  # float32 would have too few digits for results near 0


@exercise(
    reference=_vgg16_input,
    cases=picture_cases,
    hints=[
        "Three things have to change: the range, the order of the channels, and where zero is. Do the range first.",
        "`(images + 1) * 127.5` is in 0 to 255. `array[..., ::-1]` turns the last axis around.",
        "The means (103.939, 116.779, 123.68) are those of blue, green and red, in this order: subtract them after the "
        "channels have been turned around.",
    ],
    mistakes=[
        Mistake(
            lambda images: (images + 1) * 127.5 - MEAN_BGR[::-1],
            "Your channels are still red, green, blue. VGG16 was trained with blue first.",
        ),
        Mistake(
            lambda images: (images + 1) * 127.5 - MEAN_BGR,
            "Your channels are still red, green, blue, and red has lost the mean of blue. Turn them around first, then "
            "subtract.",
        ),
        Mistake(
            lambda images: ((images + 1) * 127.5)[..., ::-1] - MEAN_BGR[::-1],
            "The channels are in the right order, the means are not: 103.939 is the mean of blue, which comes first "
            "now.",
        ),
        Mistake(
            lambda images: ((images + 1) * 127.5)[::-1] - MEAN_BGR,
            "`[::-1]` turns around the first axis, and in a batch that is the order of the pictures. The channels are "
            "the last axis: `[..., ::-1]`.",
        ),
        Mistake(
            lambda images: ((images + 1) * 127.5)[..., ::-1],
            "The mean color is still in it. VGG16 expects numbers around 0.",
        ),
        Mistake(
            lambda images: (images + 1)[..., ::-1] / 2 - MEAN_BGR / 255,
            "Your values lie in a range of width 1. VGG16 was trained on 0 to 255, so everything is 255 times too "
            "small.",
        ),
        Mistake(
            lambda images: (images * 255)[..., ::-1] - MEAN_BGR,
            "You took the pictures to be in [0, 1]. They are in [-1, 1]: shift them first, then scale.",
        ),
    ],
    remark="`networks.build_vgg16_features` has this as its first layer, so that nobody can forget it.",
)
def vgg_input(images):
    """From RGB in [-1, 1] to what VGG16 was trained on: BGR in 0 to 255, minus the mean color.

    The mean color over ImageNet is 103.939 for blue, 116.779 for green and 123.68 for red.

    Args:
        images: array `(batch, height, width, 3)`, RGB in [-1, 1].

    Returns:
        Array of the same shape.
    """
    bgr = ((images + 1) * 127.5)[..., ::-1]
    return bgr - np.array([103.939, 116.779, 123.68])


# ---------------------------------------------------------------- content loss


def content_cases(seed):
    """Features of different sizes and scales: with one scale alone, dividing by it would not show."""
    rng = np.random.default_rng(seed)
    return [
        (3 * rng.uniform(0, 1, (1, 3, 4, 2)), 3 * rng.uniform(0, 1, (1, 3, 4, 2))),
        (rng.uniform(0, 9, (2, 5, 5, 3)), rng.uniform(0, 9, (2, 5, 5, 3)) + 1),
    ]


@exercise(
    reference=losses.content_loss,
    cases=content_cases,
    hints=[
        "Where do the two differ, and by how much? Square that, and take the mean of everything.",
        "Then divide by what the mean square of the photo's features is.",
        "`np.mean((painted_features - photo_features) ** 2)` over `np.mean(photo_features**2)`.",
    ],
    mistakes=[
        Mistake(
            lambda photo, painted: np.mean((painted - photo) ** 2),
            "This is the mean squared difference. It is not divided by anything, so a layer with large features would "
            "shout all others down. Divide by the mean square of the photo's features.",
        ),
        Mistake(
            lambda photo, painted: np.mean((painted - photo) ** 2) / np.mean(painted**2),
            "You divide by the painting's features. The painting changes while you optimize; the photo is the fixed "
            "scale.",
        ),
        Mistake(
            lambda photo, painted: np.mean(np.abs(painted - photo)) / np.mean(np.abs(photo)),
            "These are absolute values. Asked for are squares, above and below.",
        ),
        Mistake(
            lambda photo, painted: np.mean((painted - photo) ** 2) / np.mean(photo) ** 2,
            "Below stands the square of the mean. Asked for is the mean of the squares.",
        ),
        Mistake(
            lambda photo, painted: (
                np.mean((painted.mean(axis=(1, 2)) - photo.mean(axis=(1, 2))) ** 2) / np.mean(photo**2)
            ),
            "You average over positions first. Then nothing says where things are, and where is what content is about.",
        ),
    ],
    remark="0 is the photo itself, and a map of zeros gets exactly 1, whatever the layer.",
)
def content_loss(photo_features, painted_features):
    """Content loss: the mean squared difference of features, over the mean square of the photo's.

    Args:
        photo_features: array `(batch, height, width, channels)`.
        painted_features: array of the same shape.

    Returns:
        A number, at least 0.
    """
    difference = painted_features - photo_features
    return np.mean(difference**2) / np.mean(photo_features**2)


# ---------------------------------------------------------------- Gram matrix


def feature_cases(seed):
    """Features of 2 × 2 × 3, of a batch, and of a map that is not square."""
    rng = np.random.default_rng(seed)
    return [
        (np.arange(12.0).reshape(1, 2, 2, 3),),
        (rng.uniform(0, 2, (2, 3, 3, 4)),),
        (rng.uniform(0, 2, (3, 4, 2, 5)),),
    ]


def _gram(features, center=False, scale=lambda height, width, channels: height * width * channels):
    """Gram matrix, of which learners get one part wrong."""
    batch, height, width, channels = features.shape
    flat = features.reshape(batch, -1, channels)
    if center:
        flat = flat - flat.mean(axis=1, keepdims=True)
    return flat.transpose(0, 2, 1) @ flat / scale(height, width, channels)


def _gram_of_positions(features):
    flat = features.reshape(len(features), -1, features.shape[-1])
    return flat @ flat.transpose(0, 2, 1) / flat[0].size


@exercise(
    reference=losses.gram_matrix,
    cases=feature_cases,
    hints=[
        "Lay all positions of a map below each other: `features.reshape(batch, height * width, channels)`. Each row is "
        "the feature vector of one position.",
        "With F such a table, FᵀF sums f fᵀ over the positions. For a batch, `flat.transpose(0, 2, 1)` transposes each "
        "table, and `@` multiplies them one by one.",
        "Divide by height · width · channels, not by the batch: each picture keeps its own matrix.",
    ],
    mistakes=[
        Mistake(
            _gram_of_positions,
            "This is F Fᵀ: it compares positions with positions. The Gram matrix compares channels with channels, "
            "FᵀF, and has the shape (batch, channels, channels).",
        ),
        Mistake(
            lambda features: _gram(features, center=True),
            "You subtracted the mean of each channel. That is a covariance; the Gram matrix is uncentered and keeps "
            "how strongly each channel fires.",
        ),
        Mistake(
            lambda features: _gram(features, scale=lambda height, width, channels: 1),
            "Nothing is divided. So a picture twice as high and wide would have a matrix four times as large.",
        ),
        Mistake(
            lambda features: _gram(features, scale=lambda height, width, channels: height * width),
            "You divide by the number of positions. The course divides by the number of channels as well.",
        ),
        Mistake(
            lambda features: _gram(features) / len(features),
            "You divide by the batch as well. Each picture has its own matrix and does not know the others.",
        ),
        Mistake(
            lambda features: _gram(features).mean(axis=0),
            "You averaged over the batch. Here each picture keeps its own matrix: (batch, channels, channels).",
        ),
    ],
    remark="Positions are summed out, so nothing in it says where anything was.",
)
def gram_matrix(features):
    """Gram matrix of each picture: how strongly each two channels fire together.

    G[b, i, j] = sum over positions of F[b, position, i] · F[b, position, j], divided by the number
    of positions and by the number of channels.

    Args:
        features: array `(batch, height, width, channels)`.

    Returns:
        Array `(batch, channels, channels)`.
    """
    batch, height, width, channels = features.shape
    flat = features.reshape(batch, height * width, channels)
    return flat.transpose(0, 2, 1) @ flat / (height * width * channels)


# ---------------------------------------------------------------- style loss


def crop_cases(seed):
    """Gram matrices of several crops against that of one painting."""
    rng = np.random.default_rng(seed)

    def grams(count, channels):
        flat = rng.uniform(0, 2, (count, 12, channels))
        return flat.transpose(0, 2, 1) @ flat / flat[0].size

    return [(grams(1, 3)[0], grams(4, 3)), (grams(1, 5)[0], grams(2, 5))]


def _batch_style_loss(target_gram, painted_grams):
    return losses.style_loss(target_gram, painted_grams.mean(axis=0))


@exercise(
    reference=_batch_style_loss,
    cases=crop_cases,
    hints=[
        "There is one target and there are several crops. First make one matrix of those of the crops.",
        "`painted_grams.mean(axis=0)` has the shape of the target. Now square the differences and sum all entries.",
        "Divide by `np.sum(target_gram**2)`, so that every layer speaks equally loudly.",
    ],
    mistakes=[
        Mistake(
            lambda target, painted: np.mean([np.sum((gram - target) ** 2) for gram in painted]) / np.sum(target**2),
            "You compare each crop with the painting and average the losses. Then every small crop would have to be "
            "like the whole painting. Average the matrices first.",
        ),
        Mistake(
            lambda target, painted: np.sum((painted - target) ** 2) / np.sum(target**2),
            "The mean over the batch is missing: you sum over all crops, so more crops give a larger loss.",
        ),
        Mistake(
            lambda target, painted: np.sum((painted.mean(axis=0) - target) ** 2),
            "Nothing is divided. The layers' matrices differ in size by factors of thousands; divide by the sum of "
            "squares of the target.",
        ),
        Mistake(
            lambda target, painted: np.sum(np.abs(painted.mean(axis=0) - target)) / np.sum(np.abs(target)),
            "These are absolute values. Asked for are squares, above and below.",
        ),
        Mistake(
            lambda target, painted: np.sum((painted.mean(axis=0) - target) ** 2) / np.sum(painted.mean(axis=0) ** 2),
            "You divide by the crops' matrix. The painting is the fixed scale.",
        ),
    ],
    remark="The average of many crops is like the whole painting; one crop rarely is.",
)
def style_loss(target_gram, painted_grams):
    """Style loss of a batch of crops: how far their mean Gram matrix is from the target.

    Average the matrices of the crops first. Then: the sum of squared differences, over the sum of
    squares of the target.

    Args:
        target_gram: array `(channels, channels)`, of the painting.
        painted_grams: array `(batch, channels, channels)`, one for each crop.

    Returns:
        A number, at least 0.
    """
    difference = painted_grams.mean(axis=0) - target_gram
    return np.sum(difference**2) / np.sum(target_gram**2)


# ---------------------------------------------------------------- total variation


def smoothness_cases(seed):
    """A single step, and random pictures that are not square."""
    rng = np.random.default_rng(seed)
    step = np.zeros((2, 2, 4, 3))
    step[0, :, 2:] = 1.5
    return [(step,), (rng.uniform(-1, 1, (2, 3, 6, 3)),), (rng.uniform(-1, 1, (3, 5, 4, 3)),)]


def _variation(images, power=np.square, average=np.mean):
    """Total variation, of which learners get one part wrong."""
    return average(power(np.diff(images, axis=1))) + average(power(np.diff(images, axis=2)))


@exercise(
    reference=losses.total_variation,
    cases=smoothness_cases,
    hints=[
        "Each pixel minus the one above it, and each pixel minus the one to its left: two arrays of differences.",
        "`images[:, 1:] - images[:, :-1]` are the vertical ones; `np.diff(images, axis=1)` is the same.",
        "Square, take the mean of each of the two arrays, and add the two means.",
    ],
    mistakes=[
        Mistake(
            lambda images: _variation(images, power=np.abs),
            "These are absolute differences, the other kind of total variation. The course uses squares.",
        ),
        Mistake(
            lambda images: _variation(images, average=np.sum),
            "You sum. Then a larger picture is rougher because it is larger. Take means.",
        ),
        Mistake(
            lambda images: np.mean(np.diff(images, axis=1) ** 2),
            "Only the vertical differences are in it. The horizontal ones count as well.",
        ),
        Mistake(
            lambda images: np.mean(np.diff(images, axis=0) ** 2) + np.mean(np.diff(images, axis=1) ** 2),
            "Axis 0 is the batch: you compare one picture with the next. Height is axis 1 and width axis 2.",
        ),
        Mistake(
            lambda images: np.mean(np.diff(images) ** 2),
            "Without an axis, `np.diff` goes along the last one, and there are the colors. Height is axis 1 and width "
            "axis 2.",
        ),
        Mistake(
            lambda images: _variation(images, average=lambda squares: np.sqrt(np.mean(squares))),
            "You took roots at the end. The squared kind has none.",
        ),
    ],
    remark="Say which kind you mean whenever you report one: squared and absolute differ by more than a factor.",
)
def total_variation(images):
    """Total variation, squared: mean square of vertical plus mean square of horizontal differences.

    Args:
        images: array `(batch, height, width, 3)`.

    Returns:
        A number, at least 0.
    """
    vertical = images[:, 1:] - images[:, :-1]
    horizontal = images[:, :, 1:] - images[:, :, :-1]
    return np.mean(vertical**2) + np.mean(horizontal**2)
