"""The two generators of the shipped CycleGAN: one paints photos, one makes photos of paintings."""

from pathlib import Path

from gan_course.pretrained import load_stylizer
from gan_course.weight_files import shipped_file

NAMES = ("to_painting", "to_photo")


def load_cycle_gan(folder=None):
    """Loads both generators of a CycleGAN.

    Args:
        folder: folder with `to_painting.npz` and `to_photo.npz`; the shipped weights in data/cycle_gan if None.

    Returns:
        Pair of models `(batch, height, width, 3)` in [-1, 1] → the same: photo → painting, and painting → photo.

    Raises:
        WeightsError: if a file is missing, damaged, or not what shipped.
    """
    if folder is None:
        paths = [shipped_file("cycle_gan", name, NAMES, "generator") for name in NAMES]
    else:
        paths = [Path(folder) / f"{name}.npz" for name in NAMES]
    to_painting, to_photo = (load_stylizer(path) for path in paths)
    return to_painting, to_photo
