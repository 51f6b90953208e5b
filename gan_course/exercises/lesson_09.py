"""Exercises of lesson 09: instance normalization, a residual block, AdaIN, and from how many pictures training pays."""

import math

import numpy as np

from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- instance normalization


NEARLY_EVEN = 0.004  # the spread of one channel, small enough for the 1e-5 under the root to matter


def normalization_cases(seed):
    """Small maps whose pictures and channels differ in mean and spread, one of them nearly even, gains and offsets."""
    rng = np.random.default_rng(seed)
    cases = []
    for shape in ((2, 3, 4, 3), (3, 5, 2, 2)):
        spread, mean = rng.uniform(0.5, 3.0, (shape[0], 1, 1, shape[3])), rng.normal(0, 2, (shape[0], 1, 1, shape[3]))
        spread[0, 0, 0, 0] = NEARLY_EVEN
        maps = spread * rng.normal(size=shape) + mean
        cases.append((maps, rng.uniform(0.5, 2.0, shape[3]), rng.normal(size=shape[3])))
    return cases


def _normalized(maps, axes, root=np.sqrt):
    """Mean 0 and variance 1 over some axes, of which learners get one part wrong."""
    centered = maps - maps.mean(axis=axes, keepdims=True)
    return centered / root(maps.var(axis=axes, keepdims=True) + 1e-5)


def _without_small_number(variance):
    """The standard deviation alone."""
    return np.sqrt(np.maximum(variance - 1e-5, 0.0))


def _small_number_outside(variance):
    """The standard deviation, with 1e-5 added to it."""
    return _without_small_number(variance) + 1e-5


@exercise(
    cases=normalization_cases,
    hints=[
        "For each picture and each channel there is one mean: over height and width. Which axes are these?",
        "`features.mean(axis=(1, 2), keepdims=True)` has the shape `(batch, 1, 1, channels)`, so it can be subtracted. "
        "`features.var` works alike.",
        "`(features - mean) / np.sqrt(variance + 1e-5)`, then times gain, plus offset. Both have one number for each "
        "channel, and channels are the last axis: nothing needs to be reshaped.",
    ],
    mistakes=[
        Mistake(
            lambda maps, gain, offset: gain * _normalized(maps, (0, 1, 2)) + offset,
            "You take the mean over the pictures of the batch as well. That is batch normalization: what becomes of a "
            "photo then depends on its neighbors. Leave axis 0 out.",
        ),
        Mistake(
            lambda maps, gain, offset: gain * _normalized(maps, (1, 2, 3)) + offset,
            "You take one mean over all channels of a picture. That is layer normalization. Each channel has a mean of "
            "its own: leave axis 3 out.",
        ),
        Mistake(
            lambda maps, gain, offset: gain * _normalized(maps, (1, 2), root=lambda x: x) + offset,
            "You divide by the variance. Divide by its root, the standard deviation, or the result does not have "
            "variance 1.",
        ),
        Mistake(
            lambda maps, gain, offset: _normalized(maps, (1, 2)),
            "The normalization is right. Gain and offset are missing: without them a network could not choose how "
            "strong a channel is to be.",
        ),
        Mistake(
            lambda maps, gain, offset: gain * (_normalized(maps, (1, 2)) + offset),
            "You add the offset before you multiply. First the gain, then the offset.",
        ),
        Mistake(
            lambda maps, gain, offset: gain * _normalized(maps, (1, 2), root=_without_small_number) + offset,
            "The 1e-5 is missing. Without it an even sky, whose variance is 0, would be divided by 0.",
        ),
        Mistake(
            lambda maps, gain, offset: gain * _normalized(maps, (1, 2), root=_small_number_outside) + offset,
            "The 1e-5 belongs under the root: it is added to the variance, not to the standard deviation.",
        ),
    ],
    remark="The layer in Keras is `GroupNormalization(groups=-1)`: as many groups as channels.",
)
def instance_normalization(features, gain, offset):
    """Gives each channel of each picture mean 0 and variance 1, then a gain and an offset.

    y = gain · (x - mean) / sqrt(variance + 1e-5) + offset, with mean and variance over height and
    width.

    Args:
        features: array `(batch, height, width, channels)`.
        gain: array `(channels,)`.
        offset: array `(channels,)`.

    Returns:
        Array of the shape of `features`.
    """
    mean = features.mean(axis=(1, 2), keepdims=True)
    variance = features.var(axis=(1, 2), keepdims=True)
    return gain * (features - mean) / np.sqrt(variance + 1e-5) + offset


# ---------------------------------------------------------------- residual block


def block_cases(seed):
    """Maps with positive and negative numbers, and two layers that mix channels; the third argument normalizes."""
    rng = np.random.default_rng(seed)
    cases = []
    for shape in ((1, 3, 4, 2), (2, 2, 3, 3)):
        mixes = rng.normal(size=(2, shape[3], shape[3]))
        first, second = (lambda maps, mix=mix: maps @ mix for mix in mixes)
        cases.append((rng.normal(size=shape), first, second, lambda maps: _normalized(maps, (1, 2))))
    return cases


def _relu(x):
    return np.maximum(x, 0.0)


@exercise(
    cases=block_cases,
    hints=[
        "First only the way through the layers: `first`, then `normalize`, then ReLU, then `second`, then `normalize`.",
        "ReLU sets what is negative to zero: `np.maximum(x, 0)`. There is one of them, in the middle.",
        "The result of the layers is a change. Return the sum of `features` and this change, and nothing after the "
        "sum.",
    ],
    mistakes=[
        Mistake(
            lambda features, first, second, normalize: normalize(second(_relu(normalize(first(features))))),
            "The layers are right, and the block is not residual yet: what came in is lost. Add `features` to the "
            "result.",
        ),
        Mistake(
            lambda features, first, second, normalize: _relu(
                features + normalize(second(_relu(normalize(first(features)))))
            ),
            "You put a ReLU behind the sum, as the first residual networks had it. Then nothing negative can pass "
            "through the block. Return the sum itself.",
        ),
        Mistake(
            lambda features, first, second, normalize: (
                features + _relu(normalize(second(_relu(normalize(first(features))))))
            ),
            "There is a ReLU behind the second normalization. Then the change can only add, never take away.",
        ),
        Mistake(
            lambda features, first, second, normalize: features + normalize(second(normalize(first(features)))),
            "The ReLU in the middle is missing. Without it two convolutions in a row are no more than one.",
        ),
        Mistake(
            lambda features, first, second, normalize: features + second(_relu(first(features))),
            "Both normalizations are missing: one behind `first`, one behind `second`.",
        ),
        Mistake(
            lambda features, first, second, normalize: features + normalize(second(normalize(_relu(first(features))))),
            "The ReLU comes too early. Normalize what `first` returns, and then set to 0 what is below 0.",
        ),
    ],
    remark="A block whose last gain is 0 does nothing at all, so a deep stack of such blocks is as easy to begin with "
    "as a shallow one.",
)
def residual_block(features, first, second, normalize):
    """Adds to a map what two layers make of it.

    In this order: first layer, normalization, ReLU, second layer, normalization; and the sum of
    that and the map that came in.

    Args:
        features: array `(batch, height, width, channels)`.
        first: function of a map that returns one of the same shape, such as a convolution.
        second: another one.
        normalize: function of a map that returns one of the same shape.

    Returns:
        Array of the shape of `features`.
    """
    change = np.maximum(normalize(first(features)), 0.0)
    change = normalize(second(change))
    return features + change


# ---------------------------------------------------------------- AdaIN


def exchange_cases(seed):
    """Features of photos, one channel nearly even, and of paintings, with as many channels and other sizes."""
    rng = np.random.default_rng(seed)
    cases = []
    for photo_shape, painting_shape in (((1, 3, 4, 3), (1, 5, 2, 3)), ((2, 4, 3, 2), (2, 2, 6, 2))):
        maps = []
        for shape in (photo_shape, painting_shape):
            statistics = (shape[0], 1, 1, shape[3])
            spread = rng.uniform(0.5, 3.0, statistics)
            if shape is photo_shape:
                spread[0, 0, 0, 0] = NEARLY_EVEN
            maps.append(spread * rng.normal(size=shape) + rng.normal(0, 2, statistics))
        cases.append(tuple(maps))
    return cases


def _exchanged(content, style, axes=(1, 2)):
    """AdaIN over some axes."""
    spread = np.sqrt(style.var(axis=axes, keepdims=True) + 1e-5)
    return spread * _normalized(content, axes) + style.mean(axis=axes, keepdims=True)


@exercise(
    cases=exchange_cases,
    hints=[
        "It is your instance normalization of the photo's features; gain and offset come from the painting's features.",
        "The gain is the standard deviation of the painting's features over height and width, `np.sqrt(variance + "
        "1e-5)`; the offset is their mean. With `keepdims=True` both fit whatever size the painting has.",
        "`style_deviation * (content_features - content_mean) / content_deviation + style_mean`.",
    ],
    mistakes=[
        Mistake(
            lambda content, style: _exchanged(style, content),
            "This repaints the painting in the manner of the photo: the two are exchanged.",
        ),
        Mistake(
            lambda content, style: _normalized(content, (1, 2)),
            "So far the photo's statistics are taken out. Those of the painting have still to be put in.",
        ),
        Mistake(
            lambda content, style: _normalized(content, (1, 2)) + style.mean(axis=(1, 2), keepdims=True),
            "The means are the painting's, the spread is not. Multiply by the painting's standard deviation before "
            "you add its mean.",
        ),
        Mistake(
            lambda content, style: (
                content - content.mean(axis=(1, 2), keepdims=True) + style.mean((1, 2), keepdims=True)
            ),
            "You exchange the means alone. The standard deviations are exchanged, too: divide by the photo's, multiply "
            "by the painting's.",
        ),
        Mistake(
            lambda content, style: _exchanged(content, style, axes=(1, 2, 3)),
            "You have one mean for all channels. AdaIN gives each channel the mean and the spread that this channel "
            "has in the painting: leave axis 3 out.",
        ),
        Mistake(
            lambda content, style: (
                style.var(axis=(1, 2), keepdims=True) * _normalized(content, (1, 2))
                + style.mean(axis=(1, 2), keepdims=True)
            ),
            "You multiply by the painting's variance. Multiply by its root, the standard deviation.",
        ),
        Mistake(
            lambda content, style: _exchanged(content, style, axes=(0, 1, 2)),
            "You average over the batch as well. Each photo and each painting has its own mean: leave axis 0 out.",
        ),
        Mistake(
            lambda content, style: (
                style.std(axis=(1, 2), keepdims=True) * _normalized(content, (1, 2), root=_without_small_number)
                + style.mean(axis=(1, 2), keepdims=True)
            ),
            "The 1e-5 under the root is missing. Without it an even channel of the photo would be divided by 0.",
        ),
    ],
    remark="No weight in it was trained for the painting. That is why any painting will do.",
)
def adaptive_instance_normalization(content_features, style_features):
    """Gives each channel of the photo the mean and the spread that it has in the painting.

    y = deviation(style) · (x - mean(x)) / deviation(x) + mean(style), where all are over height and
    width, for each picture and channel, and deviation is sqrt(variance + 1e-5).

    Args:
        content_features: array `(batch, height, width, channels)`, features of photos.
        style_features: array `(batch, other height, other width, channels)`, of paintings.

    Returns:
        Array of the shape of `content_features`.
    """
    content_mean = content_features.mean(axis=(1, 2), keepdims=True)
    content_deviation = np.sqrt(content_features.var(axis=(1, 2), keepdims=True) + 1e-5)
    style_mean = style_features.mean(axis=(1, 2), keepdims=True)
    style_deviation = np.sqrt(style_features.var(axis=(1, 2), keepdims=True) + 1e-5)
    return style_deviation * (content_features - content_mean) / content_deviation + style_mean


# ---------------------------------------------------------------- break-even


def price_cases(seed):
    """Sums that come out even and sums that do not, and a network that is slower than what it replaces."""
    rng = np.random.default_rng(seed)
    even = int(rng.integers(20, 60))
    return [
        (2.0 * even, 2.25, 0.25),
        (2.0 * even + 1.0, 2.25, 0.25),
        (float(rng.integers(900, 1000)), 30.0, 7.0),
        (60.0, 0.5, 0.5),
        (60.0, 0.5, 2.0),
        (0.5, 40.0, 1.0),
    ]


def _pays_from(training, optimization, network, rounding=math.ceil):
    return rounding(training / (optimization - network)) if optimization > network else math.inf


@exercise(
    cases=price_cases,
    hints=[
        "n pictures cost `training_seconds + n * seconds_by_network` on one way and `n * seconds_by_optimization` on "
        "the other. Where do these two lines meet?",
        "Each picture saves `seconds_by_optimization - seconds_by_network`. How many such savings pay the training? "
        "`np.ceil` rounds up.",
        "If a picture saves nothing, no number is large enough: return `np.inf`, which is the same as `math.inf`. Ask "
        "this first, or you divide by zero.",
    ],
    mistakes=[
        Mistake(
            lambda training, optimization, network: _pays_from(training, optimization, network, math.floor),
            "You round down. With so many pictures the training is not quite paid yet.",
        ),
        Mistake(
            lambda training, optimization, network: _pays_from(
                training, optimization, network, lambda n: math.floor(n) + 1
            ),
            "Where the sum comes out even, you ask for one picture too many: as much time is enough.",
        ),
        Mistake(
            lambda training, optimization, network: math.ceil(training / optimization),
            "You forget that the network needs time for each picture, too. What a picture saves is the difference.",
        ),
        Mistake(
            lambda training, optimization, network: (
                math.ceil(training / optimization) if optimization > network else math.inf
            ),
            "This would hold if a picture took no time with the network. Divide by what a picture saves.",
        ),
        Mistake(
            lambda training, optimization, network: (
                math.ceil(training / (optimization - network)) if optimization != network else math.inf
            ),
            "For a network that is slower than the optimization this gives a negative number. Then training never "
            "pays: `np.inf`.",
        ),
    ],
    remark="It is a sum about time alone. Nothing in it says that both paintings are equally good.",
)
def break_even(training_seconds, seconds_by_optimization, seconds_by_network):
    """From how many pictures on does a training take no more time than optimizing each?

    Args:
        training_seconds: number above 0, what the training takes, once.
        seconds_by_optimization: number above 0, what a picture takes by optimization.
        seconds_by_network: number above 0, what a picture takes with the trained network.

    Returns:
        The smallest whole number of pictures, or `np.inf` if there is none.
    """
    saved = seconds_by_optimization - seconds_by_network
    if saved <= 0:
        return np.inf
    return int(np.ceil(training_seconds / saved))
