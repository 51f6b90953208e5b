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

    Args:
        samplers: dictionary from the name of a painting to a function `(count, size, seed)` → patches.
        heldout: names of the paintings that training did not see.
        count: number of patches of the held-out paintings and of the training paintings together.
        size: side of a patch in pixels.
    """

    def __init__(self, samplers, heldout, count, size):
        self.network = build_vgg16_features([LAYER])
        training = [name for name in samplers if name not in heldout]
        each = {name: count // (len(training) if name in training else len(heldout)) for name in samplers}
        patches = {
            name: samplers[name](each[name], size, tf.constant([number, 17])) for number, name in enumerate(samplers)
        }
        found = {name: self._features(images) for name, images in patches.items()}
        self.scale = np.concatenate([found[name] for name in training]).std()
        self.training = {name: found[name] / self.scale for name in training}
        self.heldout = np.concatenate([found[name] for name in heldout]) / self.scale

    def __call__(self, images):
        """All measures of generated patches, and the references that give them meaning.

        Args:
            images: array `(count, size, size, 3)` in [-1, 1].

        Returns:
            Dictionary with the layer, the kernel distances and the median distances to the nearest patch.
        """
        generated = self._features(images) / self.scale
        everything = np.concatenate(list(self.training.values()))
        others = {name: self._all_but(name) for name in self.training}
        between = {name: metrics.kernel_distance(self.training[name], others[name]) for name in self.training}
        apart = np.concatenate([self._nearest(self.training[name], others[name]) for name in self.training])
        return {
            "layer": LAYER,
            "kernel_distance": {
                "generated to the held-out painting": round(metrics.kernel_distance(generated, self.heldout), 4),
                "generated to the training paintings": round(metrics.kernel_distance(generated, everything), 4),
                "held-out painting to the training paintings": round(
                    metrics.kernel_distance(self.heldout, everything), 4
                ),
                "one training painting to the others, largest": round(max(between.values()), 4),
                "one training painting to the others, median": round(float(np.median(list(between.values()))), 4),
            },
            "median_distance_to_the_nearest_patch": {
                "generated, among the training patches": round(
                    float(np.median(self._nearest(generated, everything))), 4
                ),
                "held-out, among the training patches": round(
                    float(np.median(self._nearest(self.heldout, everything))), 4
                ),
                "a training patch, among those of other paintings": round(float(np.median(apart)), 4),
            },
        }

    def _all_but(self, name):
        return np.concatenate([features for other, features in self.training.items() if other != name])

    def _nearest(self, queries, references):
        return metrics.nearest_neighbors(queries, references)[0][:, 0]

    def _features(self, images):
        parts = [self.network(images[start : start + 100])[LAYER] for start in range(0, len(images), 100)]
        return np.concatenate([np.asarray(cut_border(part, LAYER)).mean(axis=(1, 2)) for part in parts])
