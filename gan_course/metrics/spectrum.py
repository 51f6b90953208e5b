"""Do two sets of pictures have as much coarse, middle and fine structure?"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import fft2

from gan_course.images import luminance

ROUNDING = (2.0 / 255) ** 2 / 12  # variance of what rounding to 8 bits adds to a value in [-1, 1]


def power_spectrum(images, window=64):
    """Radial spectrum of brightness: how much of the picture repeats every so many pixels, whatever the direction.

    `S(k) = 10 log10( ε + mean over pictures, windows and the ring k - ½ ≤ |(u, v)| < k + ½ of |F(u, v)|² )`

    F is the Fourier transform of a window's luminance, its mean subtracted, times a Hann taper whose squares add up to
    1. So white noise of variance σ² has `10 log10(σ²)` at every k, and twice the contrast 6.02 more. Windows overlap by
    half. ε, -53 decibels, is the noise of rounding to 8 bits: nothing fainter is in a file. k is the number of periods
    in a window, 1 to window / 2; k = window / 2 is a period of two pixels.

    Args:
        images: list of float arrays `(height, width, 3)` in [-1, 1], of any sizes from `window` on. Every window
            counts the same, so a larger picture counts more.
        window: side of a window in pixels, even.

    Returns:
        `(periods, decibels)`: two float64 arrays `(window / 2,)`, from the longest period to two pixels.

    Raises:
        ValueError: if there is no picture, or one has not three channels or is smaller than a window.
    """
    if not len(images):
        raise ValueError("images must hold at least one picture, received none.")
    taper = np.outer(*[np.hanning(window + 1)[:-1]] * 2)
    taper /= np.sqrt(np.square(taper).sum())
    total, count = np.zeros((window, window)), 0
    for image in images:
        image = np.asarray(image, "float64")
        if image.ndim != 3 or image.shape[-1] != 3 or min(image.shape[:2]) < window:
            raise ValueError(
                f"Each picture must have the shape (height, width, 3) with at least {window} pixels on each side, "
                f"received {image.shape}. Take a larger picture or a smaller window; give a gray one three channels "
                f"with np.repeat(picture, 3, -1)."
            )
        windows = sliding_window_view(luminance(image)[..., 0], (window, window))[:: window // 2, :: window // 2]
        centered = windows - windows.mean(axis=(2, 3), keepdims=True)
        total += np.square(np.abs(fft2(centered * taper))).sum(axis=(0, 1))
        count += windows.shape[0] * windows.shape[1]
    along = np.fft.fftfreq(window, 1.0 / window)
    ring = np.rint(np.hypot(*np.meshgrid(along, along, indexing="ij"))).astype(int)
    rings = np.arange(1, window // 2 + 1)
    power = np.array([total[ring == k].mean() for k in rings]) / count
    return window / rings, 10.0 * np.log10(power + ROUNDING)


def spectrum_distance(first_images, second_images, window=64):
    """Distance of two sets' power spectra.

    `√ mean over k of (S_first(k) - S_second(k))²` with S as in `power_spectrum`

    It sees what kernel distances of deep features do not: a faint grid, a blur, a photo too smooth for paint. It does
    not see where anything is, nor the direction of a stroke, nor a color.

    Args:
        first_images, second_images: lists of float arrays `(height, width, 3)` in [-1, 1].
        window: side of a window in pixels, even.

    Returns:
        float in decibels, at least 0. 3 dB at a frequency is twice the energy.

    Raises:
        ValueError: as in `power_spectrum`.
    """
    first, second = (power_spectrum(images, window)[1] for images in (first_images, second_images))
    return float(np.sqrt(np.mean(np.square(first - second))))
