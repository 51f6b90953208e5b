"""Faults of a painted picture that a program sees better than the eye: a frame, a grid, burnt flats.

Each function takes finished pictures and gives one number. What number is good, another picture says: the painter's
own, or the same photo painted differently.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import fft2

from gan_course.images import to_uint8

WINDOW = 64


def frame_fault(painting, extended_painting, border=16):
    """Frame: how much the edge of the picture has changed what was painted there.

    `mean |painting - center| in the outer pixels - mean |painting - center| in the rest`

    where `center` is cut from the painting of the same photo, continued by reflection on all sides before it was
    painted: there the edge of the file was far away. The larger photo has other means and variances, so instance
    normalization changes the picture everywhere; the second mean takes that out. Whatever else is fixed to a place in
    the file, a canvas grain for instance, must lie in both pictures alike.

    Args:
        painting: float array `(height, width, 3)` in [-1, 1].
        extended_painting: float array `(height + 2e, width + 2e, 3)`, the painting of the photo with `e` more pixels
            on each side.
        border: width of the outer strip in pixels.

    Returns:
        float in levels of 0 to 255: near 0 without a frame, and below 0 if the edge differs less than the rest.

    Raises:
        ValueError: if the second is not larger than the first by the same even number of rows and columns, or nothing
            is left inside the border.
    """
    painting, extended = np.asarray(painting, "float64"), np.asarray(extended_painting, "float64")
    if painting.ndim != 3 or extended.ndim != 3:
        raise ValueError(
            f"Both paintings must have the shape (height, width, 3), received {painting.shape} and {extended.shape}. "
            f"Take one picture of a batch: painting[0]."
        )
    height, width = painting.shape[:2]
    more_rows, more_columns = extended.shape[0] - height, extended.shape[1] - width
    if more_rows != more_columns or more_rows <= 0 or more_rows % 2:
        raise ValueError(
            f"extended_painting must be larger by the same number of pixels on each side, received {extended.shape} "
            f"for a painting {painting.shape}. Extend the photo with np.pad(photo, ((64, 64), (64, 64), (0, 0)), "
            f"mode='reflect') and paint that."
        )
    if min(height, width) <= 2 * border:
        raise ValueError(
            f"painting must be larger than two borders of {border} pixels, received {painting.shape}. Take a larger "
            f"picture."
        )
    extension = more_rows // 2
    center = extended[extension : extension + height, extension : extension + width]
    difference = np.abs(painting - center).mean(axis=-1) * 127.5
    outside = np.ones((height, width), bool)
    outside[border:-border, border:-border] = False
    return float(difference[outside].mean() - difference[~outside].mean())


def grid_energy(image, period):
    """Grid: how far the spectrum sticks out at a period of so many pixels.

    `mean over directions of exp(mean over windows of log |F(1/period)|² - log |F(near 1/period)|²)`

    A network that doubles the size of its maps can leave a faint pattern that repeats every 2, 4 or 8 pixels, locked
    to the pixels of the file. Strokes and leaves have energy there, too, but no more than at the frequencies beside
    it; so each is compared with its neighbors along the same direction (across, down, and both diagonals). The mean of
    logarithms lets a quiet window count as much as a busy one: a grid shows in the sky first.

    Args:
        image: float array `(height, width, channels)` in [-1, 1], at least 64 pixels on each side. It is rounded to
            8 bits first, as in a file.
        period: 2, 4 or 8 pixels.

    Returns:
        float, about 1 without a grid. At period 2 about a half: there a coefficient is a real number, which comes out
        near zero more often than a complex one. Compare with a picture that has no grid.

    Raises:
        ValueError: if the period is another or the image too small.
    """
    return _peak_over_neighbors(to_uint8(image).astype("float32"), period)


def block_energy(image, period):
    """Blocks: the same measure on the strength of the edges, `|down - here| + |right - here|`.

    A picture made of even squares has **less** energy at the period of its squares than beside it, and `grid_energy`
    does not see them. Its edges do repeat. Smooth doubling of a picture raises the value at period 2, though no eye
    sees that.

    Args:
        image: as in `grid_energy`, at least 65 pixels on each side.
        period: 2, 4 or 8 pixels.

    Returns:
        float, about 1 without blocks (a half at period 2).

    Raises:
        ValueError: as in `grid_energy`.
    """
    levels = to_uint8(image).astype("float32")
    edges = np.abs(np.diff(levels, axis=0))[:, :-1] + np.abs(np.diff(levels, axis=1))[:-1]
    return _peak_over_neighbors(edges, period)


def burnt_share(image, limit=0.98):
    """Burnt flats: share of values so near to black or white that nothing is drawn in them.

    `mean of |value| > limit`

    Args:
        image: float array of any shape in [-1, 1].
        limit: values beyond ±`limit` count; with 0.98 the three darkest and the three brightest of 256 levels.

    Returns:
        float, 0 to 1.

    Raises:
        ValueError: if the image holds values outside [-1, 1] or is empty.
    """
    values = np.abs(np.asarray(image))
    if not values.size or not values.max() <= 1.0:
        received = f"{values.max():.3g} as the largest" if values.size else "an empty array"
        raise ValueError(
            f"image must hold values in [-1, 1], received {received}. Convert 0-255 with images.from_uint8."
        )
    return float((values > limit).mean())


def _peak_over_neighbors(levels, period):
    """The measure of `grid_energy` on an array in levels of 0 to 255."""
    if period not in (2, 4, 8):
        raise ValueError(f"period must be 2, 4 or 8 pixels, received {period!r}.")
    if levels.ndim != 3 or min(levels.shape[:2]) < WINDOW:
        raise ValueError(
            f"image must have the shape (height, width, channels) with at least {WINDOW} pixels on each side, "
            f"received {levels.shape}. Take a larger picture."
        )
    hann = np.hanning(WINDOW + 1)[:-1]
    taper = np.outer(hann, hann).astype("float32")
    windows = sliding_window_view(levels, (WINDOW, WINDOW), axis=(0, 1))[:: WINDOW // 2, :: WINDOW // 2]
    windows = windows - (windows * taper).sum(axis=(-2, -1), keepdims=True) / taper.sum()
    # + 1: far below what rounding to 8 bits leaves; an even window has energy nowhere
    logarithm = np.log(np.abs(fft2(windows * taper)) ** 2 + 1.0).mean(axis=(0, 1, 2))
    ratios = []
    for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
        at = lambda offset, y=down, x=across: logarithm[  # noqa: E731
            y * (WINDOW // period + offset) % WINDOW, x * (WINDOW // period + offset) % WINDOW
        ]
        # a peak is two cells wide on either side, so its neighbors begin at the third
        ratios.append(np.exp(at(0) - np.mean([at(offset) for offset in (-4, -3, 3, 4)])))
    return float(np.mean(ratios))
