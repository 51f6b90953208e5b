"""Distances that judge pictures. Features are passed in, so every function works with any network.

A distance means something only beside others: real against real, a blurred picture, the mean picture, an unrelated
one. And a distance in features that a loss has used says how well the loss was minimized, not how good the picture
is: use a layer that no loss saw. Modes of a ring of Gaussians are counted by `gan_course.toy.ring_coverage`.
"""

from gan_course.metrics.copying import copying_score
from gan_course.metrics.coverage import precision_and_recall
from gan_course.metrics.frechet import extrapolate_to_infinity, frechet_distance, gaussian_frechet_distance
from gan_course.metrics.kernel import kernel_distance, polynomial_kernel
from gan_course.metrics.nearest import nearest_neighbors
from gan_course.metrics.style import content_distance, patch_distance, style_distance

__all__ = [
    "content_distance",
    "copying_score",
    "extrapolate_to_infinity",
    "frechet_distance",
    "gaussian_frechet_distance",
    "kernel_distance",
    "nearest_neighbors",
    "patch_distance",
    "polynomial_kernel",
    "precision_and_recall",
    "style_distance",
]
