"""How near generated patches are to a painter's, and whether they are copies: for tools/train_van_gogh_patches.py."""

import numpy as np
import tensorflow as tf

from gan_course import metrics
from gan_course.networks import build_vgg16_features, cut_border

LAYER = "block3_conv1"


class PatchMeasures:
    """Measures generated patches beside what real paintings reach.

    Each patch is described by one vector: the layer's features, their mean over the positions, divided by the standard
    deviation of all training patches' features. So a copy that is shifted by some pixels is still near.

    A copy is looked for among all patches of the training paintings, every few pixels: what training drew at random
    can be any of them. How near a copy would be, fresh draws from the training paintings show.

    Args:
        samplers: dictionary from the name of a painting to a function `(count, size, seed)` → patches.
        rasters: dictionary from the name of a training painting to a function of nothing → all its patches. The other
            names in `samplers` are held out.
        count: number of patches of the held-out paintings and of the training paintings together.
        size: side of a patch in pixels.
    """

    def __init__(self, samplers, rasters, count, size):
        self.network, self.rasters = build_vgg16_features([LAYER]), rasters
        heldout = [name for name in samplers if name not in rasters]
        each = {name: count // (len(rasters) if name in rasters else len(heldout)) for name in samplers}
        patches = {
            name: samplers[name](each[name], size, tf.constant([number, 17])) for number, name in enumerate(samplers)
        }
        found = {name: self._features(images) for name, images in patches.items()}
        self.scale = np.concatenate([found[name] for name in rasters]).std()
        self.training = {name: found[name] / self.scale for name in rasters}
        self.heldout = np.concatenate([found[name] for name in heldout]) / self.scale
        self.all_patches = {name: self._features(patches()) / self.scale for name, patches in rasters.items()}

    def __call__(self, images):
        """All measures of generated patches, and the references that give them meaning.

        Args:
            images: array `(count, size, size, 3)` in [-1, 1].

        Returns:
            Dictionary with the layer, the kernel distances, the median distances to the nearest patch, and whether the
            generated patches are as near to the held-out painting, and as far from the training patches, as real
            paintings are from each other.
        """
        generated = self._features(images) / self.scale
        between = [metrics.kernel_distance(self.training[x], _all_but(self.training, x)) for x in self.training]
        apart = [self._nearest(self.training[x], _all_but(self.all_patches, x)) for x in self.training]
        drawn, everything = (np.concatenate(list(some.values())) for some in (self.training, self.all_patches))
        kernel = {
            "generated to the held-out painting": metrics.kernel_distance(generated, self.heldout),
            "generated to the training paintings": metrics.kernel_distance(generated, drawn),
            "held-out painting to the training paintings": metrics.kernel_distance(self.heldout, drawn),
            "one training painting to the others, largest": max(between),
            "one training painting to the others, median": np.median(between),
        }
        nearest = {
            "generated, among all training patches": np.median(self._nearest(generated, everything)),
            "held-out, among all training patches": np.median(self._nearest(self.heldout, everything)),
            "drawn from the training paintings, among all training patches": np.median(
                self._nearest(drawn, everything)
            ),
            "drawn from one training painting, among those of the others": np.median(np.concatenate(apart)),
        }
        rounded = lambda values: {name: round(float(value), 4) for name, value in values.items()}  # noqa: E731
        return {
            "layer": LAYER,
            "training_patches": len(everything),
            "kernel_distance": rounded(kernel),
            "median_distance_to_the_nearest_patch": rounded(nearest),
            "as_near_as_real_paintings": bool(
                kernel["generated to the held-out painting"] <= kernel["one training painting to the others, largest"]
            ),
            "as_far_from_the_training_patches_as_other_paintings": bool(
                nearest["generated, among all training patches"]
                >= nearest["drawn from one training painting, among those of the others"]
            ),
        }

    def most_similar(self, images, count):
        """The images that are nearest to a training patch, the nearest first, and these patches.

        Args:
            images: array `(n, size, size, 3)` in [-1, 1].
            count: how many of them.

        Returns:
            Two arrays `(count, size, size, 3)` in [-1, 1].
        """
        features = self._features(images) / self.scale
        found = [metrics.nearest_neighbors(features, patches) for patches in self.all_patches.values()]
        distances = np.stack([distance[:, 0] for distance, _ in found])
        paintings, order = distances.argmin(axis=0), distances.min(axis=0).argsort()[:count]
        patches = [raster() for raster in self.rasters.values()]
        return images[order], np.stack([patches[paintings[row]][found[paintings[row]][1][row, 0]] for row in order])

    def _nearest(self, queries, references):
        return metrics.nearest_neighbors(queries, references)[0][:, 0]

    def _features(self, images):
        parts = [self.network(images[start : start + 100])[LAYER] for start in range(0, len(images), 100)]
        return np.concatenate([np.asarray(cut_border(part, LAYER)).mean(axis=(1, 2)) for part in parts])


def _all_but(features, name):
    return np.concatenate([some for other, some in features.items() if other != name])
