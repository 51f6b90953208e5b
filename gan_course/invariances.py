"""What a measure of content or style does not see: change a picture, and look by how much the measure changes.

A measure has two stages: a network turns a picture into a map of features, and a summary turns the map into what is
compared. So there are two kinds of changes, too: of the feature map, between the stages, and of the picture, before
the first.
"""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from gan_course import article, images
from gan_course.networks import build_vgg16_features, cut_border

GRAM_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv1")
CONTENT_LAYER = "block3_conv3"


class Measure(NamedTuple):
    """Two stages that turn a picture into what is compared.

    Args:
        features: function of a picture `(height, width, 3)` in [-1, 1] that returns a map `(rows, columns, channels)`.
        summary: function of such a map that returns an array.
    """

    features: object
    summary: object


def feature_changes(seed=0):
    """Changes of a feature map that leave every single position as it is and only move or repeat it.

    Args:
        seed: integer; determines the permutation.

    Returns:
        Dictionary from name to a function of a map `(rows, columns, channels)` that returns such a map.
    """

    def permute(features):
        flat = features.reshape(-1, features.shape[-1])
        return np.random.default_rng(seed).permutation(flat).reshape(features.shape)

    return {"positions permuted": permute, "positions tiled 2 × 2": lambda features: np.tile(features, (2, 2, 1))}


def picture_changes(seed=0, patch=32):
    """Changes of a whole picture: of where things are, of its colors, its sharpness and its size.

    Args:
        seed: integer; determines the order of the shuffled patches.
        patch: their side in pixels.

    Returns:
        Dictionary from name to a function of a picture `(height, width, 3)` in [-1, 1] that returns a picture in
        [-1, 1]. Only "half the size" changes the shape. Height and width must be multiples of `patch`.
    """

    def shuffle(picture):
        height, width, channels = picture.shape
        if height % patch or width % patch:
            raise ValueError(
                f"Height and width must be multiples of the patch, {patch} pixels, received {height} × {width}. Cut "
                f"the picture, or give another patch."
            )
        rows, columns = height // patch, width // patch
        patches = picture.reshape(rows, patch, columns, patch, channels).swapaxes(1, 2).reshape(-1, patch, patch, 3)
        patches = np.random.default_rng(seed).permutation(patches)
        return patches.reshape(rows, columns, patch, patch, channels).swapaxes(1, 2).reshape(picture.shape)

    return {
        "patches shuffled": shuffle,
        "mirrored": lambda picture: picture[:, ::-1],
        "red and blue exchanged": lambda picture: picture[..., ::-1],
        "blurred": lambda picture: gaussian_filter(picture, (1.5, 1.5, 0)),
        "half the size": lambda picture: images.resize(picture, [side // 2 for side in picture.shape[:2]]),
    }


def vgg16_measures(content_layer=CONTENT_LAYER, gram_layers=GRAM_LAYERS):
    """Content and Gram style, by the features of VGG16 with the border cut off.

    Content is the features at every position; style at a layer is the Gram matrix `G = FᵀF / (positions · channels)`.

    Args:
        content_layer: layer for the content.
        gram_layers: layers for the style.

    Returns:
        Dictionary with the `Measure` "content", whose relative distance is the square root of `losses.content_loss`,
        and a `Measure` for each name in `gram_layers`, whose relative distance is the square root of
        `losses.style_loss`.
    """
    network = build_vgg16_features(list(dict.fromkeys([content_layer, *gram_layers])))
    last = {}  # the measures are asked about the same picture one after the other

    def features(picture, layer):
        if last.get("picture") is not picture:
            last.update(picture=picture, features=network(np.asarray(picture)[None], training=False))
        return cut_border(last["features"][layer], layer)[0].numpy()

    def gram(features):
        flat = features.reshape(-1, features.shape[-1])
        return flat.T @ flat / flat.size

    measures = {"content": Measure(partial(features, layer=content_layer), lambda features: features)}
    return measures | {layer: Measure(partial(features, layer=layer), gram) for layer in gram_layers}


def article_measures(discriminator):
    """The article's two losses, E[D] and E[D²], with a given discriminator.

    Args:
        discriminator: model, pictures → logits. One that takes pictures of one size only, such as `build_discriminator`
            makes, gets the picture cut into tiles of this size; what is left over at the edges is not looked at.

    Returns:
        Dictionary with the `Measure` "E[D]" and the `Measure` "E[D²]".
    """
    size = discriminator.input_shape[1:3]

    def logits(picture):
        batch = picture[None] if None in size else _tiles(picture, *size)
        return np.asarray(discriminator(batch.astype("float32"), training=False), "float64").reshape(1, -1, 1)

    return {
        "E[D]": Measure(logits, lambda logits: float(article.style_loss(logits))),
        "E[D²]": Measure(logits, lambda logits: float(article.content_loss(logits))),
    }


def invariance_table(picture, measures, others=None, seed=0):
    """By how much each measure changes when a picture, or its feature map, is changed.

    `‖m(changed) - m(picture)‖ / ‖m(picture)‖`: 0 is blind to the change, 1 is the distance from m(picture) to zero

    Args:
        picture: float array `(height, width, 3)` in [-1, 1], height and width multiples of 32.
        measures: dictionary from name to `Measure`.
        others: dictionary from name to other pictures of the same size, which give the numbers their scale.
        seed: integer; determines what is drawn.

    Returns:
        Dictionary from the name of the change to a dictionary from the name of the measure to a float, in float64.
        NaN where the two cannot be compared because their shapes differ, or m(picture) is zero.

    Raises:
        ValueError: if `picture` has another shape or range.
    """
    images.check_image(picture, "picture")
    before = {name: np.asarray(measure.features(picture), "float64") for name, measure in measures.items()}
    wanted = {name: np.asarray(measure.summary(before[name]), "float64") for name, measure in measures.items()}
    table = {
        change: {
            name: _relative_distance(wanted[name], measure.summary(function(before[name])))
            for name, measure in measures.items()
        }
        for change, function in feature_changes(seed).items()
    }
    changed = {change: function(picture) for change, function in picture_changes(seed).items()} | (others or {})
    for change, other in changed.items():
        table[change] = {
            name: _relative_distance(wanted[name], measure.summary(np.asarray(measure.features(other), "float64")))
            for name, measure in measures.items()
        }
    return table


def _relative_distance(wanted, received):
    received = np.asarray(received, "float64")
    if received.shape != wanted.shape or not wanted.any():
        return float("nan")
    return float(np.linalg.norm(received - wanted) / np.linalg.norm(wanted))


def _tiles(picture, height, width):
    rows, columns = picture.shape[0] // height, picture.shape[1] // width
    tiles = picture[: rows * height, : columns * width].reshape(rows, height, columns, width, -1)
    return tiles.swapaxes(1, 2).reshape(-1, height, width, picture.shape[-1])
