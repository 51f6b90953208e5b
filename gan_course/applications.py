"""What a stylizer is used for: paint a part of a photo, paint each region in a style of its own, blend two styles.

A mask says how much of each pixel belongs to a region: 0 none, 1 all, between them a soft edge. An image editor makes
one: paint white on black over a copy of the photo.
"""

from itertools import zip_longest

import numpy as np
from PIL import Image

from gan_course.images import ImageError, from_uint8, read_pixels, to_uint8
from gan_course.stylize import as_number, blend, check_strength, stylize

PROPORTIONS = 1.05  # a mask may be so much wider or narrower than its photo, because sizes are rounded
STRIP = 128  # rows that are mixed at a time: floats need four times the memory of a file's pixels


def read_mask(source, size):
    """Reads a mask: a picture whose brightness says how much is painted.

    Args:
        source: path of a picture without transparent pixels, or its content as bytes. White is painted, black stays,
            gray is between; colors count as their brightness.
        size: `(height, width)` of the photo; the mask is resized to it.

    Returns:
        float32 array `(height, width)`, 0 to 1.

    Raises:
        ImageError: if it cannot be read, has transparent pixels or its proportions are not those of the photo.
    """
    pixels = read_pixels(source, is_mask=True)
    height, width = size
    found = pixels.shape[1] / pixels.shape[0]
    if not 1 / PROPORTIONS < found * height / width < PROPORTIONS:
        name = "The mask" if isinstance(source, (bytes, bytearray, memoryview)) else f"The mask {source}"
        raise ImageError(
            f"{name} has {pixels.shape[1]} × {pixels.shape[0]} pixels and the photo {width} × {height}: they do not "
            f"have the same proportions. Paint the mask over a copy of the photo; it may be smaller."
        )
    gray = Image.fromarray(pixels).convert("L")
    if gray.size != (width, height):
        gray = gray.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(gray, "float32") / np.float32(255.0)


def region_weights(masks):
    """How much each region, and what is left of the photo, counts at every pixel.

    `w_k = m_k / max(1, Σ_j m_j)`, and the photo gets `1 - Σ_k w_k`: where masks overlap they share, where none is
    white the photo stays.

    Args:
        masks: list of arrays `(height, width)`, 0 to 1.

    Returns:
        float32 array `(masks + 1, height, width)` whose sum over the first axis is 1; the last one is the photo's.

    Raises:
        ValueError: if there is no mask.
    """
    if not len(masks):
        raise ValueError("masks must hold at least one array (height, width), received none. read_mask reads one.")
    weights = np.empty((len(masks) + 1, *np.shape(masks[0])), "float32")  # filled in place: a mask may be 200 MB
    np.stack(masks, out=weights[:-1], casting="same_kind")
    total = weights[:-1].sum(axis=0)
    weights[:-1] /= np.maximum(1.0, total, out=total)
    weights[-1] = 1.0 - weights[:-1].sum(axis=0)
    return weights


def mix_by_masks(photo, paintings, masks, strength=1.0, keep_colors=False):
    """A photo and its paintings in one picture: `Σ_k w_k · painting_k + (1 - Σ_k w_k) · photo`.

    Args:
        photo: array `(height, width, 3)`: float in [-1, 1], or the uint8 pixels of a file.
        paintings: list of arrays of the same shape and type.
        masks: list of as many arrays `(height, width)`, 0 to 1, see `region_weights`.
        strength, keep_colors: as in `gan_course.stylize.stylize`, for every painting.

    Returns:
        Array of the shape and type of `photo`.

    Raises:
        ValueError: if there are not as many masks as paintings, one has another size or leaves 0 to 1, a painting has
            another shape or type than the photo, or `strength` is outside 0..1.
    """
    strength = check_strength(strength)
    check_masks(masks, len(paintings), photo.shape[:2])
    check_paintings(paintings, photo)
    in_bytes = photo.dtype == np.uint8
    as_floats = from_uint8 if in_bytes else np.asarray
    result = np.empty_like(photo)
    for top in range(0, photo.shape[0], STRIP):
        rows = slice(top, top + STRIP)
        before = as_floats(photo[rows])
        layers = [blend(before, as_floats(painting[rows]), strength, keep_colors) for painting in paintings]
        weights = region_weights([mask[rows] for mask in masks])[..., None]
        mixed = sum(weight * layer for weight, layer in zip(weights, [*layers, before], strict=True))
        result[rows] = to_uint8(mixed) if in_bytes else mixed
    return result


def paint_regions(photo, regions, strength=1.0, keep_colors=False, paint=stylize):
    """Paints each region of a photo with a stylizer of its own; where there is none the photo stays.

    Every stylizer paints the whole photo, because instance normalization takes its statistics from all of it; the
    masks choose afterwards.

    Args:
        photo: array `(height, width, 3)`: float in [-1, 1], or what `paint` takes.
        regions: list of pairs `(stylizer, mask)`, the mask an array `(height, width)`, 0 to 1.
        strength, keep_colors: as in `gan_course.stylize.stylize`, for every region.
        paint: function of a stylizer and the photo; `gan_course.tiles.stylize_large` for a large one in uint8.

    Returns:
        Array of the shape and type of `photo`.

    Raises:
        ValueError: as in `mix_by_masks`, or if there is no region. Masks and strength are checked before any painting.
    """
    strength = check_strength(strength)
    stylizers, masks = [stylizer for stylizer, _ in regions], [np.asarray(mask) for _, mask in regions]
    check_masks(masks, len(stylizers), photo.shape[:2])
    paintings = [paint(stylizer, photo) for stylizer in stylizers]
    return mix_by_masks(photo, paintings, masks, strength, keep_colors)


def check_masks(masks, count, size):
    """Checks that there are as many masks as wanted, each of the photo's size and from 0 to 1.

    Args:
        masks: list of arrays.
        count: how many there should be, at least one.
        size: `(height, width)` of the photo.

    Raises:
        ValueError: if it is otherwise.
    """
    if not count or len(masks) != count:
        raise ValueError(f"As many masks as paintings were expected, at least one; received {len(masks)} and {count}.")
    for mask in masks:
        if mask.shape != tuple(size):
            raise ValueError(
                f"A mask must be an array {tuple(size)}, height and width of the photo, received {mask.shape}. "
                f"read_mask(file, photo.shape[:2]) resizes one."
            )
        if not (mask.min() >= 0.0 and mask.max() <= 1.0):  # NaN is neither
            raise ValueError(
                f"A mask must have values from 0 (photo) to 1 (painting), received {mask.min():.3g} to "
                f"{mask.max():.3g}. Divide the 0-255 of a file by 255."
            )


def check_paintings(paintings, photo):
    """Checks that paintings can be mixed with their photo: the same shape, and all of them floats or all of them uint8.

    Args:
        paintings: list of arrays.
        photo: array `(height, width, 3)`.

    Raises:
        ValueError: if it is otherwise.
    """
    for painting in paintings:
        if painting.shape != photo.shape or (painting.dtype == np.uint8) != (photo.dtype == np.uint8):
            raise ValueError(
                f"A painting must have the shape and type of the photo, {photo.shape} {photo.dtype}, received "
                f"{painting.shape} {painting.dtype}. images.resize changes the size; to_uint8 and from_uint8 the type."
            )


def blend_stylizers(first, second, share=0.5):
    """A stylizer between two others: each weight is `(1 - share) · first + share · second`.

    This works for networks that come from one another, such as those that were trained from `van_gogh` on: their
    filters have the same order. Two trainings that began at different random weights do not have that in common, and
    half way between them lies no painter.

    Args:
        first, second: models made by `build_stylizer` with the same arguments.
        share: 0 is the first, 1 the second.

    Returns:
        `keras.Model` of its own; both others stay as they are.

    Raises:
        ValueError: if `share` is outside 0..1 or the networks are built differently.

    Reference:
        Wang et al., "Deep Network Interpolation for Continuous Imagery Effect Transition", 2019.
    """
    import keras  # here, because masks should not load TensorFlow

    share = check_share(share)
    check_same_architecture(first, second)
    between = keras.models.clone_model(first)
    set_blended_weights(between, first, second, share)
    return between


def set_blended_weights(model, first, second, share):
    """Gives a model the weights of `blend_stylizers`, for an animation that goes through many shares.

    Args:
        model, first, second: models of one architecture.
        share: 0 is the first, 1 the second.
    """
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    model.set_weights([(1.0 - share) * one + share * other for one, other in pairs])


def check_share(share):
    """Checks that the share of the second of two stylizers is a number from 0 to 1.

    Args:
        share: what should be such a number.

    Returns:
        float.

    Raises:
        ValueError: if it is not.
    """
    value = as_number(share)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"share must be a number from 0 (the first style) to 1 (the second), received {share!r}.")
    return value


def check_same_architecture(first, second):
    """Checks that two networks have the same layers with the same settings, their canvas grain included.

    Args:
        first, second: models.

    Raises:
        ValueError: names the first difference.
    """
    for one, other in zip_longest(first.layers, second.layers):
        if _described(one) != _described(other):
            raise ValueError(
                f"Only stylizers of one architecture can be blended, weight by weight; these differ: the first has "
                f"{_described(one)}, the second {_described(other)}. Blend two that were trained from the same "
                f"weights, such as the shipped styles and what train-style makes; or mix their paintings with masks."
            )


def _described(layer):
    """Kind of a layer, the shapes of its weights and what it was told: enough to tell two apart."""
    if layer is None:
        return "no further layer"
    config, told = layer.get_config(), ("strides", "amount", "size", "times", "groups", "activation")
    parts = [" × ".join(map(str, layer.weights[0].shape))] if layer.weights else []
    parts += [f"{key} {config[key]}" for key in told if key in config]
    return f"{type(layer).__name__} ({', '.join(parts)})" if parts else type(layer).__name__
