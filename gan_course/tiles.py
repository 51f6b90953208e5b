"""Large pictures: painted tile by tile, as if in one piece.

Instance normalization uses the mean and the variance of the whole picture. A tile has others, so tiles that are painted
one by one do not fit together. Here the statistics are taken once, from the whole picture reduced to a size that fits
into memory, and used in every tile; and each tile is painted with so much of its surroundings that its own border never
shows.
"""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import keras
import numpy as np
import psutil
import tensorflow as tf
from PIL import Image

from gan_course import images
from gan_course.networks.stylizer import CanvasGrain
from gan_course.stylize import MARGIN, blend, check_strength, check_stroke, compiled, continue_by_reflection

THUMBNAIL_SIDE = 1024
TILE = 512  # 640 with its surroundings: about 0.7 GB
SURROUNDINGS = 64  # a multiple of 4, and more than the pixels a stylizer sees in every direction
# What lies outside of the tiles: the photo in the size it is painted in, its painting, Pillow's copies. Measured: 11
# for 96 megapixels, 13 for 24.
BYTES_PER_PIXEL = 12


def freeze_statistics(stylizer, photo):
    """A copy of a stylizer that normalizes every picture with the statistics of one photo.

    Instance normalization becomes `y = γ · (x - μ) / √(σ² + ε) + β` with fixed μ and σ², which is what batch
    normalization does when it does not train. The canvas grain is left out, because it belongs to a place in the
    picture that the network cannot know: it is added to the tile before.

    Args:
        stylizer: model made by `build_stylizer`.
        photo: float array `(height, width, 3)` in [-1, 1], sides multiples of 4.

    Returns:
        `keras.Model`, photos with their grain → painted, without instance normalization.

    Reference:
        Chen et al., "Towards Ultra-Resolution Neural Style Transfer via Thumbnail Instance Normalization", 2022.
    """
    statistics = statistics_of(stylizer, photo)

    def without_statistics(layer):
        if layer.name in statistics:
            return keras.layers.BatchNormalization(epsilon=layer.epsilon, name=layer.name)
        if isinstance(layer, CanvasGrain):
            return keras.layers.Identity(name=layer.name)
        return type(layer).from_config(layer.get_config())

    frozen = keras.models.clone_model(stylizer, clone_function=without_statistics)
    for layer in stylizer.layers:
        learned = layer.get_weights()
        frozen.get_layer(layer.name).set_weights(learned + statistics.get(layer.name, []))
    return frozen


def statistics_of(stylizer, photo):
    """Mean and variance that each instance normalization of a stylizer takes from a photo.

    Args:
        stylizer: model made by `build_stylizer`.
        photo: float array `(height, width, 3)` in [-1, 1], sides multiples of 4.

    Returns:
        Dictionary from the layer's name to a list of two arrays `(channels,)`.
    """
    norms = [layer for layer in stylizer.layers if isinstance(layer, keras.layers.GroupNormalization)]
    seen = keras.Model(stylizer.input, [layer.input for layer in norms])

    @tf.function  # a graph lets go of each map as soon as it is used; called eagerly, a model keeps all of them
    def moments(photos):
        return [tf.nn.moments(maps, (0, 1, 2)) for maps in seen(photos, training=False)]

    found = moments(tf.constant(photo[None]))
    return {layer.name: [np.asarray(x) for x in pair] for layer, pair in zip(norms, found, strict=True)}


def paint_in_tiles(stylizer, pixels, progress=iter, thumbnail_side=THUMBNAIL_SIDE):
    """Paints a picture of any size with the memory of one tile.

    Args:
        stylizer: model made by `build_stylizer`.
        pixels: uint8 array `(height, width, 3)`: the 0-255 of a file, because fifty megapixels of floats would fill
            the memory that tiles are to save.
        progress: function that wraps the list of tiles, `tqdm` for instance.
        thumbnail_side: the statistics are taken from the picture reduced to so many pixels on its longer side.

    Returns:
        uint8 array of the same shape.

    Raises:
        ValueError: if `pixels` are not as above.
    """
    pixels = check_pixels(pixels)
    thumbnail = images.from_uint8(images.fit(pixels, thumbnail_side))
    network = compiled(freeze_statistics(stylizer, continue_by_reflection(thumbnail)))
    grains = [layer for layer in stylizer.layers if isinstance(layer, CanvasGrain)]
    painting = np.empty_like(pixels)
    (tops, tile_height), (lefts, tile_width) = (even_parts(side) for side in pixels.shape[:2])
    rows = reflected(pixels.shape[0], tops[-1] + tile_height)
    columns = reflected(pixels.shape[1], lefts[-1] + tile_width)
    for top, left in progress([(top, left) for top in tops for left in lefts]):
        rows_here = rows[top : top + tile_height + 2 * SURROUNDINGS]
        columns_here = columns[left : left + tile_width + 2 * SURROUNDINGS]
        canvas = images.from_uint8(pixels[rows_here[:, None], columns_here])
        for layer in grains:
            canvas = canvas + layer.grain(canvas.shape[:2], (top - SURROUNDINGS + MARGIN, left - SURROUNDINGS + MARGIN))
        painted = network(canvas[None]).numpy()[0, SURROUNDINGS:-SURROUNDINGS, SURROUNDINGS:-SURROUNDINGS]
        place = painting[top : top + tile_height, left : left + tile_width]
        place[:] = images.to_uint8(painted[: place.shape[0], : place.shape[1]])
    return painting


def stylize_large(stylizer, pixels, strength=1.0, keep_colors=False, stroke=1.0, progress=iter):
    """Repaints a photo of up to fifty megapixels.

    Args:
        stylizer: model made by `build_stylizer`.
        pixels: uint8 array `(height, width, 3)`.
        strength: 0 leaves the photo as it is, 1 is the painting.
        keep_colors: whether to take the luminance of the painting and the chroma of the photo.
        stroke: how large strokes are, as a multiple of what the stylizer learned. The photo is painted at `1 / stroke`
            of its size and the painting enlarged: details finer than a stroke are lost, as under a broad brush.
        progress: function that wraps the list of tiles, `tqdm` for instance.

    Returns:
        uint8 array of the same shape.

    Raises:
        ValueError: if `pixels` are not as above, `strength` is outside 0..1, `stroke` outside 0.25..8 or leaves fewer
            than 16 pixels, or so many that the memory that is free cannot hold them.
    """
    pixels = check_pixels(pixels)
    strength, stroke = check_strength(strength), check_stroke(stroke)
    height, width = pixels.shape[:2]
    size = (round(width / stroke), round(height / stroke))
    if min(size) < images.SHORTEST_SIDE:
        raise ValueError(
            f"A stroke of {stroke:g} leaves {size[0]} × {size[1]} pixels of the photo to paint; at least "
            f"{images.SHORTEST_SIDE} on the shorter side are needed. Choose a smaller stroke or a larger photo."
        )
    check_memory(size, stroke)
    lanczos = Image.Resampling.LANCZOS
    source = pixels if stroke == 1.0 else np.asarray(Image.fromarray(pixels).resize(size, lanczos))
    painting = paint_in_tiles(stylizer, source, progress)
    if stroke != 1.0:
        painting = np.asarray(Image.fromarray(painting).resize((width, height), lanczos))
    result = np.empty_like(pixels)
    for top in range(0, height, TILE):  # in strips, because floats need four times the memory
        photo, painted = (images.from_uint8(x[top : top + TILE]) for x in (pixels, painting))
        result[top : top + TILE] = images.to_uint8(blend(photo, painted, strength, keep_colors))
    return result


def check_memory(size, stroke):
    """Checks that there is memory enough for what lies outside of the tiles: a fine stroke enlarges the photo.

    Args:
        size: `(width, height)` in which the photo is painted.
        stroke: the stroke that led to it, for the message.

    Raises:
        ValueError: if there is not.
    """
    needed, free = BYTES_PER_PIXEL * size[0] * size[1] / 2**30, psutil.virtual_memory().available / 2**30
    if needed > free:
        raise ValueError(
            f"With a stroke of {stroke:g} the photo is painted at {size[0]} × {size[1]} pixels, which needs about "
            f"{needed:.1f} GB of memory, and {free:.1f} GB are free. Close other programs, choose a broader stroke "
            f"(--stroke), or a smaller picture (--max-side)."
        )


def even_parts(side):
    """Cuts a side into parts of one size, a multiple of 4 and at most `TILE`: `(first pixels, size)`."""
    count = -(-side // TILE)
    size = -(-side // count)
    size += -size % 4
    return list(range(0, side, size)), size


def reflected(side, end):
    """Positions from `-SURROUNDINGS` to `end + SURROUNDINGS`, mirrored into a side: -1 → 1, `side` → `side - 2`."""
    return np.pad(np.arange(side), (SURROUNDINGS, end - side + SURROUNDINGS), mode="reflect")


def check_pixels(pixels):
    """Checks that a large picture came as the pixels of a file.

    Args:
        pixels: what should be a uint8 array `(height, width, 3)`.

    Returns:
        It, as a NumPy array.

    Raises:
        ValueError: if it is something else.
    """
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[-1] != 3:
        raise ValueError(
            f"pixels must be a uint8 array (height, width, 3), received {pixels.dtype} {pixels.shape}. Read a file "
            f"with images.read_pixels(path), or convert a picture in [-1, 1] with images.to_uint8(picture)."
        )
    return pixels
