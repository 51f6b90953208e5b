"""Are the edges of a painting where those of its photo are?"""

import numpy as np

from gan_course.images import luminance


def gradient_correlation(photo, painted):
    """Correlation of the luminance gradients of a photo and its painting.

    `Σ ∇x · ∇y / √(Σ |∇x|² · Σ |∇y|²)`

    The gradient is the difference of a pixel's luminance to the next one below and to the next one on the right. No
    network is asked, so no loss on features can have been trained toward it. Strokes that the photo does not have
    lower it, and so does blur. No mean is subtracted: gradients have next to none.

    Args:
        photo, painted: float arrays `(height, width, 3)` of the same shape, in [-1, 1].

    Returns:
        float, 1 for the same picture (at any contrast), -1 for its negative, about 0 for an unrelated one; 0 if one
        of them is the same color everywhere.

    Raises:
        ValueError: if the shapes differ or are none of a picture.
    """
    photo, painted = (np.asarray(image, "float64") for image in (photo, painted))
    if photo.shape != painted.shape or photo.ndim != 3 or photo.shape[-1] != 3:
        raise ValueError(
            f"Both pictures must have the same shape (height, width, 3), received {photo.shape} and {painted.shape}. "
            f"Resize one with images.resize, or take one picture of a batch: photos[0]."
        )
    first, second = _gradient(photo), _gradient(painted)
    norms = np.linalg.norm(first) * np.linalg.norm(second)
    return float(first @ second / norms) if norms > 1e-9 else 0.0


def _gradient(image):
    """All differences to the pixel below and to the one on the right, as one vector."""
    bright = luminance(image)[..., 0]
    return np.concatenate([np.diff(bright, axis=0).ravel(), np.diff(bright, axis=1).ravel()])
