"""The measures of tools/ablation.py: painted held-out photos beside their photos and beside a held-out painting."""

from functools import lru_cache

import numpy as np

from gan_course import datasets, images, metrics
from gan_course.losses import total_variation
from gan_course.networks import build_vgg16_features, cut_border
from gan_course.picture_faults import grid_energy

# No loss of StyleTransferGAN uses these; a test holds that.
CONTENT_LAYER = "block3_conv2"
PATCH_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1")
CELL = {"block1": 1, "block2": 2, "block3": 4}  # pixels of a cell
PATCH = 32  # pixels: a few strokes
ALL = "all"  # in the place of a photo's name: all photos together
DIGITS = 6


class Described:
    """A picture and what the network says about it; computed once, compared often.

    Args:
        picture: float array `(height, width, 3)` in [-1, 1].
    """

    def __init__(self, picture):
        self.picture = np.asarray(picture, "float32")
        found = network()(self.picture[None], training=False)
        self.content = np.asarray(cut_border(found[CONTENT_LAYER], CONTENT_LAYER))
        gray = np.repeat(images.luminance(self.picture), 3, axis=-1)
        without_color = network()(gray[None], training=False)
        self.patches = patches("kid", found) | patches("kid_gray", without_color)


@lru_cache(maxsize=1)
def network():
    """VGG16 with the layers that are measured at."""
    return build_vgg16_features([CONTENT_LAYER, *PATCH_LAYERS])


def patches(name, found):
    """Vectors of all patches, by measure."""
    return {
        f"{name}_{layer}": metrics.patch_vectors(cut_border(found[layer], layer), PATCH // CELL[layer.split("_")[0]])
        for layer in PATCH_LAYERS
    }


@lru_cache(maxsize=1)
def photos(split, side, count):
    """`{name: Described}` of so many photos; held-out ones are for reports only."""
    names = datasets.picture_files("photos", split)
    some = names[:: max(len(names) // count, 1)][:count]  # animals and monuments
    return {name: Described(datasets.picture(name, side)) for name in some}


@lru_cache(maxsize=1)
def van_goghs(side):
    """`{name: Described}` of the eight training van Goghs; the ninth is used nowhere here."""
    return {name: Described(datasets.picture(name, side)) for name in datasets.picture_files("paintings/van_gogh")}


@lru_cache(maxsize=1)
def units(side):
    """What features are divided by, for each measure: their root mean square over the eight paintings."""
    described = van_goghs(side).values()
    names = next(iter(described)).patches
    return {name: float(np.sqrt(np.mean([np.mean(x.patches[name] ** 2) for x in described]))) for name in names}


def against_painting(described, painting, scales):
    """The measures of one picture, or of several together, that need no photo: `{measure: value}`."""
    together = {name: np.concatenate([one.patches[name] for one in described]) for name in scales}
    pictures = [one.picture for one in described]
    return {
        **metrics.patch_kernel_distances(together, painting.patches, scales),
        "spectrum_distance": metrics.spectrum_distance(pictures, [painting.picture]),
    }


def of_picture(picture):
    """The measures that need nothing beside the picture itself."""
    return {
        "total_variation": float(total_variation(picture[None])),
        "grid_2": grid_energy(picture, 2),
    }


def against_photo(described, photo):
    """The measures that say how much of the photo is left."""
    return {
        "content_distance": metrics.content_distance(photo.content, described.content),
        "gradient_correlation": metrics.gradient_correlation(photo.picture, described.picture),
    }


def measure(painted, originals, painting, scales):
    """All measures of painted photos.

    Args:
        painted: `{photo: array}`, one for each of the photos.
        originals: `{photo: Described}`, the photos.
        painting: `Described`, the held-out painting.
        scales: see `units`.

    Returns:
        List of (photo, measure, value); photo is `ALL` for the painted photos together.
    """
    described = {name: Described(picture) for name, picture in painted.items()}
    rows = []
    for name, one in described.items():
        values = (
            against_photo(one, originals[name]) | against_painting([one], painting, scales) | of_picture(one.picture)
        )
        rows += [(name, measure, round(float(value), DIGITS)) for measure, value in values.items()]
    together = against_painting(list(described.values()), painting, scales)
    return rows + [(ALL, measure, round(float(value), DIGITS)) for measure, value in together.items()]


def stand_ins(originals):
    """Pictures in the place of painted photos, between which a measure gets its meaning."""
    names = list(originals)
    other = {name: names[number - 1] for number, name in enumerate(names)}
    size = {name: photo.picture.shape[:2] for name, photo in originals.items()}
    return {
        "same photo": {name: photo.picture for name, photo in originals.items()},
        "4x blur": {name: blurred(photo.picture) for name, photo in originals.items()},
        "half the contrast": {name: with_half_contrast(photo.picture) for name, photo in originals.items()},
        "constant": {
            name: np.broadcast_to(photo.picture.mean(axis=(0, 1)), photo.picture.shape)
            for name, photo in originals.items()
        },
        "unrelated photo": {name: images.resize(originals[other[name]].picture, size[name]) for name in names},
    }


def with_half_contrast(picture):
    """Every pixel half as far from the mean color."""
    return (picture + picture.mean(axis=(0, 1))) / 2


def blurred(picture):
    """A quarter of the size and back."""
    height, width = picture.shape[:2]
    return images.resize(images.resize(picture, (height // 4, width // 4)), (height, width))


def references(heldout, recipe):
    """What gives the measures their meaning, for every held-out painting.

    Args:
        heldout: `{seed: name of the painting}`.
        recipe: see tools/ablation.py.

    Returns:
        `{seed: {reference: {measure: mean}}}`. The five stand-ins of a painted photo have all measures, means over the
        photos; the pairs of painters those that need no photo, means over single pictures.
    """
    originals = photos(recipe["split"], recipe["photo_side"], recipe["photos"])
    paintings = van_goghs(recipe["painting_side"])
    scales = units(recipe["painting_side"])
    hokusai = [
        Described(datasets.picture(name, recipe["painting_side"]))
        for name in datasets.picture_files("paintings/hokusai")
    ]
    replaced = {
        name: {photo: Described(picture) for photo, picture in pictures.items()}
        for name, pictures in stand_ins(originals).items()
    }
    result = {}
    for seed, left_out in heldout.items():
        painting = paintings[left_out]
        alone = lambda one, painting=painting: (  # noqa: E731
            against_painting([one], painting, scales) | of_picture(one.picture)
        )
        rows = {
            name: mean([against_photo(one, originals[photo]) | alone(one) for photo, one in described.items()])
            for name, described in replaced.items()
        }
        others = [one for name, one in paintings.items() if name != left_out]
        rows["van Gogh against van Gogh"] = mean([alone(one) for one in others])
        rows["photo against van Gogh"] = mean([alone(one) for one in originals.values()])
        rows["Hokusai against van Gogh"] = mean([alone(one) for one in hokusai])
        result[str(seed)] = rows
    return result


def mean(rows):
    """Mean of dictionaries with the same keys."""
    return {name: round(float(np.mean([row[name] for row in rows])), DIGITS) for name in rows[0]}
