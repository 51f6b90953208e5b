"""What several tests share."""

import importlib
import os

import numpy as np
import pytest
from PIL import Image

# A check stops an answer after 5 s. On a busy machine that would be a test of speed.
os.environ.setdefault("GAN_COURSE_CHECK_SECONDS", "20")

# `make test` gives each process a whole file at a time. The longest come first, or one process ends alone with one.
LONGEST_FIRST = (
    "04_training_a_gan.ipynb",
    "test_train_style.py",
    "08_style_transfer_by_optimization.ipynb",
    "10_the_style_transfer_gan.ipynb",
    "05_when_training_fails.ipynb",
    "09_a_network_that_paints.ipynb",
    "test_style_transfer_gan.py",
    "test_classroom.py",
    "test_train_fashion_mnist.py",
    "06_measuring_quality.ipynb",
    "test_cli.py",
    "test_tiles.py",
    "test_readings.py",
    "test_sweep.py",
    "test_train_van_gogh_patches.py",
)


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="module")
def tool(request):
    """The command in tools/ that a file of tests is about: the one its constant `TOOL` names."""
    return importlib.import_module(request.module.TOOL)


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory):
    """A weights file of a tiny, untrained stylizer: quick to load, and it changes every picture."""
    import keras

    from gan_course.networks import build_stylizer
    from gan_course.pretrained import save_stylizer

    keras.utils.set_random_seed(3)
    architecture = {"filters": [4, 8], "blocks": 1, "detail": 4}
    path = tmp_path_factory.mktemp("weights") / "small.npz"
    save_stylizer(path, build_stylizer(**architecture), "small", architecture)
    return path


@pytest.fixture
def photo(tmp_path):
    """A small colorful photo, as a file."""
    rows, columns = np.mgrid[0:60, 0:81]
    pixels = np.stack([rows * 4, columns * 3, 255 - rows * 2], axis=-1).astype("uint8")
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def saved_arrays():
    """Function of a training's folder → all arrays of its save: the networks, the average, the optimizers."""
    import h5py

    def read(folder):
        found = {}
        with h5py.File(folder / "training.weights.h5") as file:
            file.visititems(lambda path, item: found.update({path: item[()]} if isinstance(item, h5py.Dataset) else {}))
        return found

    return read
