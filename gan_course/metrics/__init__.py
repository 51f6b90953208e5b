"""Distances that judge pictures. Features are passed in, so every function works with any network.

A distance means something only beside others: real against real, a blurred picture, the mean picture, an unrelated
one. And a distance in features that a loss has used says how well the loss was minimized, not how good the picture
is: use a layer that no loss saw. Modes of a ring of Gaussians are counted by `gan_course.toy.ring_coverage`.
"""

from gan_course.metrics.copying import copying_score
from gan_course.metrics.coverage import precision_and_recall
from gan_course.metrics.equal_content import at_content_distance, bootstrap_interval, common_content_distance
from gan_course.metrics.frechet import extrapolate_to_infinity, frechet_distance, gaussian_frechet_distance
from gan_course.metrics.gradients import gradient_correlation
from gan_course.metrics.kernel import kernel_distance, polynomial_kernel
from gan_course.metrics.nearest import nearest_neighbors
from gan_course.metrics.patches import patch_kernel_distances, patch_vectors
from gan_course.metrics.spectrum import power_spectrum, spectrum_distance
from gan_course.metrics.style import content_distance, patch_distance, style_distance

__all__ = [
    "at_content_distance",
    "bootstrap_interval",
    "common_content_distance",
    "content_distance",
    "copying_score",
    "extrapolate_to_infinity",
    "frechet_distance",
    "gaussian_frechet_distance",
    "gradient_correlation",
    "kernel_distance",
    "nearest_neighbors",
    "patch_distance",
    "patch_kernel_distances",
    "patch_vectors",
    "polynomial_kernel",
    "power_spectrum",
    "precision_and_recall",
    "spectrum_distance",
    "style_distance",
]
