"""Style transfer by optimization: no network is trained, the pixels of one picture are.

An objective says how far a picture is from what is wanted; a minimizer moves the pixels until it is small.
"""

import keras
import numpy as np
import tensorflow as tf

from gan_course import images, losses
from gan_course.networks.features import BORDER, build_vgg16_features, cut_border
from gan_course.training.minimizers import minimize_with_lbfgs

STYLE_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv1")
CONTENT_LAYERS = ("block3_conv3",)
# Pixels on each side, so that cutting the cells that zero padding has spoiled leaves no pixel of the picture unseen.
# The outermost are mirrored as well: else they count half as much as others near the edge, and a thin frame remains.
MIRRORED = 8


class StyleTransferObjective:
    """What one picture should become: the photo's content in the painting's style, without noise.

    `L = w_c · mean over layers of content + w_s · mean over layers of style + w_tv · total variation`

    The three losses are those of `gan_course.losses`, each without a unit: content and style are relative squared
    errors, so a weight says how many times as loudly a term speaks. VGG16 sees the picture continued by its mirror
    image, and the cells at its border are cut off.

    Args:
        photo: float array `(height, width, 3)` in [-1, 1].
        painting: float array of the same kind, of any size. Strokes come out as many pixels wide as they are here.
        content_weight, style_weight, total_variation_weight: numbers of at least 0.
        style_layers, content_layers: names of VGG16 layers.

    Raises:
        ValueError: if a picture is not as above or too small for a layer, a layer unknown or a weight negative.

    Reference:
        Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", 2016, with other normalizations
        (see the losses) and total variation added, as in Johnson et al., 2016.
    """

    def __init__(
        self,
        photo,
        painting,
        content_weight=1.0,
        style_weight=1.0,
        total_variation_weight=0.1,
        style_layers=STYLE_LAYERS,
        content_layers=CONTENT_LAYERS,
    ):
        self.weights = {"content": content_weight, "style": style_weight, "total_variation": total_variation_weight}
        for name, weight in self.weights.items():
            if not 0 <= weight < np.inf:
                raise ValueError(
                    f"{name}_weight must be a number of at least 0, received {weight!r}. 0 drops the term."
                )
        self.style_layers, self.content_layers = tuple(style_layers), tuple(content_layers)
        self.network = build_vgg16_features(list(dict.fromkeys(self.style_layers + self.content_layers)))
        photo, painting = (self._check(image, name) for image, name in ((photo, "photo"), (painting, "painting")))
        photo_features, painting_features = self.features(photo), self.features(painting)
        self.photo_features = {name: photo_features[name] for name in self.content_layers}
        self.target_grams = {name: losses.gram_matrix(painting_features[name]) for name in self.style_layers}
        self._compiled = tf.function(self._value_and_gradient)

    def features(self, pictures):
        """Features of pictures `(batch, height, width, 3)`: a dictionary from layer name to inner feature map."""
        edge = (MIRRORED, MIRRORED)
        padded = keras.ops.pad(pictures, ((0, 0), edge, edge, (0, 0)), mode="symmetric")
        return {name: cut_border(maps, name) for name, maps in self.network(padded, training=False).items()}

    def terms(self, picture):
        """The three losses before they are weighted.

        Args:
            picture: tensor `(1, height, width, 3)` in [-1, 1], as large as the photo.

        Returns:
            Dictionary from name to scalar tensor.
        """
        features = self.features(picture)
        content = [losses.content_loss(of_photo, features[name]) for name, of_photo in self.photo_features.items()]
        style = [self.style_at(name, features) for name in self.style_layers]
        return {
            "content": sum(content) / len(content),
            "style": sum(style) / len(style),
            "total_variation": losses.total_variation(picture),
        }

    def style_at(self, layer, features):
        """Style loss at one of the style layers, from features as `features` returns them."""
        return losses.style_loss(self.target_grams[layer], losses.gram_matrix(features[layer]))

    def value_and_gradient(self, picture):
        """The objective at a picture, and how it changes with every pixel.

        Args:
            picture: tensor `(1, height, width, 3)`.

        Returns:
            `(value, gradient, terms)`: scalar tensor, tensor of the picture's shape, dictionary as in `terms`.
        """
        return self._compiled(tf.convert_to_tensor(picture, tf.float32))

    def _value_and_gradient(self, picture):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            terms = self.terms(picture)
            value = sum(self.weights[name] * term for name, term in terms.items())
        return value, tape.gradient(value, picture), terms

    def _check(self, image, name):
        image = images.check_image(image, name)[None]
        for layer in self.network.output:
            # four cells have to be left
            stride = 2 ** (int(layer[5]) - 1)
            smallest = max((4 + 2 * BORDER[layer[:6]]) * stride - 2 * MIRRORED, MIRRORED)
            if min(image.shape[1:3]) < smallest:
                raise ValueError(
                    f"{name} must have at least {smallest} pixels on its shorter side for the layer {layer}, received "
                    f"{image.shape[2]} × {image.shape[1]}: the border cells, which padding spoils, are cut off. Take a "
                    f"larger picture, fewer fractions of its size, or layers of an earlier block."
                )
        return image


def transfer_style(
    photo,
    painting,
    iterations=(40, 20),
    start="photo",
    luminance_only=False,
    seed=0,
    minimize=minimize_with_lbfgs,
    **objective_arguments,
):
    """Repaints one photo, coarse to fine: first at a fraction of its size, then each time at twice the size.

    Args:
        photo, painting: float arrays `(height, width, 3)` in [-1, 1]. At a fraction of its size the photo meets the
            painting at the same fraction, so its strokes are larger there beside the photo's things.
        iterations: for each size, the smallest first; three numbers mean a quarter, a half and the full size, a single
            one the full size alone.
        start: `"photo"`, `"noise"`, or a picture of the photo's size.
        luminance_only: whether to transfer the luminance alone and keep the photo's colors.
        seed: seed of the noise.
        minimize: `minimize_with_lbfgs` or `minimize_with_adam`.
        **objective_arguments: weights and layers for `StyleTransferObjective`.

    Returns:
        `(picture, histories)`: float32 array of the photo's shape in [-1, 1], and a history for each size.

    Raises:
        ValueError: as `StyleTransferObjective`, or if `start` does not fit or `iterations` is empty.
    """
    iterations = (iterations,) if np.ndim(iterations) == 0 else iterations
    if not len(iterations):
        raise ValueError("iterations must hold a number for at least one size, received none. Try (40, 20).")
    photo, painting = images.check_image(photo, "photo"), images.check_image(painting, "painting")
    content, style = luminance_pair(photo, painting) if luminance_only else (photo, painting)
    picture, histories = _first_picture(start, content, seed), []
    for level, count in enumerate(iterations):
        fraction = 2.0 ** (level + 1 - len(iterations))
        photo_now, painting_now = _shrink(content, fraction), _shrink(style, fraction)
        picture = _to_size(picture, photo_now.shape[:2])
        objective = StyleTransferObjective(photo_now, painting_now, **objective_arguments)
        picture, history = minimize(objective, picture, count)
        histories.append(history)
    return (images.keep_colors(photo, picture) if luminance_only else picture), histories


def luminance_pair(photo, painting):
    """Gray versions of both; the painting's luminance gets the mean and the spread of the photo's.

    `L'_painting = (L_painting - mean) · σ_photo / σ_painting + mean_photo`

    Args:
        photo, painting: float arrays `(height, width, 3)` in [-1, 1].

    Returns:
        Two float32 arrays of the same shapes with three equal channels; what leaves [-1, 1] is clipped.

    Reference:
        Gatys et al., "Preserving Color in Neural Artistic Style Transfer", 2016, section 3.2.
    """
    of_photo, of_painting = images.luminance(photo), images.luminance(painting)
    stretch = of_photo.std() / max(of_painting.std(), 1e-6)
    matched = np.clip((of_painting - of_painting.mean()) * stretch + of_photo.mean(), -1.0, 1.0)
    return tuple(np.repeat(gray, 3, axis=-1).astype("float32") for gray in (of_photo, matched))


def _first_picture(start, photo, seed):
    if isinstance(start, str) and start == "photo":
        return photo
    if isinstance(start, str) and start == "noise":
        return np.random.default_rng(seed).uniform(-1.0, 1.0, photo.shape).astype("float32")
    if isinstance(start, str) or np.shape(start) != photo.shape:
        received = repr(start) if isinstance(start, str) else f"an array of the shape {np.shape(start)}"
        raise ValueError(f"start must be 'photo', 'noise' or a picture {photo.shape}, received {received}.")
    return images.check_image(start, "start")


def _shrink(image, fraction):
    height, width = image.shape[:2]
    return _to_size(image, (round(height * fraction), round(width * fraction)))


def _to_size(image, size):
    return image if image.shape[:2] == tuple(size) else images.resize(image, size)
