"""Walks through the latent space: from one noise vector to another."""

import numpy as np


def lerp(start, end, fractions):
    """Linear interpolation: a straight walk from one vector to another.

    `(1 - t) · start + t · end`

    Between two independent standard normal vectors of length d the norm sinks from √d to about √(d / 2) half way: the
    generator has hardly ever seen so short a vector.

    Args:
        start, end: arrays of the same shape `(latent_dim,)`.
        fractions: array `(steps,)`, 0 is the start and 1 the end.

    Returns:
        float32 array `(steps, latent_dim)`.

    Raises:
        ValueError: if `start` and `end` are not two vectors of the same length.
    """
    start, end, t = _checked(start, end, fractions)
    return ((1.0 - t) * start + t * end).astype("float32")


def slerp(start, end, fractions):
    """Spherical interpolation: a walk along the arc between two vectors, at a steady angle.

    `(sin((1 - t) ω) · start + sin(t ω) · end) / sin ω` with ω the angle between the two.

    Vectors of equal norm keep it on the whole way, so the generator stays on noise of the kind it was trained on.

    Args:
        start, end: arrays of the same shape `(latent_dim,)`.
        fractions: array `(steps,)`, 0 is the start and 1 the end.

    Returns:
        float32 array `(steps, latent_dim)`. Where the two vectors (nearly) have the same direction, the straight walk.

    Raises:
        ValueError: if `start` and `end` are not two vectors of the same length, or point in opposite directions: then
            there is no shortest arc.

    Reference:
        Shoemake, "Animating Rotation with Quaternion Curves", 1985; White, "Sampling Generative Networks", 2016.
    """
    start, end, t = _checked(start, end, fractions)
    norms = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = np.clip(start @ end / norms, -1.0, 1.0) if norms else 1.0
    if cosine < -1.0 + 1e-9:
        raise ValueError("start and end point in opposite directions, so no arc between them is shortest. Draw again.")
    angle = np.arccos(cosine)
    if angle < 1e-4:
        return ((1.0 - t) * start + t * end).astype("float32")
    return ((np.sin((1.0 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)).astype("float32")


def _checked(start, end, fractions):
    start, end = np.asarray(start, "float64"), np.asarray(end, "float64")
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"start and end must be two vectors of the same length, received {start.shape} and {end.shape}. Take one "
            f"row of a batch: noise[0]."
        )
    return start, end, np.asarray(fractions, "float64").reshape(-1, 1)
