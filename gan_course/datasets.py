"""Photos, paintings and patches: from the shipped files to arrays and tf.data."""

import csv
from functools import lru_cache

import numpy as np

from gan_course.images import read_image, resize
from gan_course.paths import data_path


@lru_cache(maxsize=1)
def attribution():
    """The table of shipped pictures.

    Returns:
        Tuple of dictionaries, one per picture, with the keys file, title, author, license, source, width, height,
        class (painting, animals, monuments) and split (train, heldout).
    """
    with open(data_path("ATTRIBUTION.csv"), encoding="utf-8", newline="") as table:
        return tuple(csv.DictReader(table))


def picture_files(folder, split="train"):
    """Names of the shipped pictures in a folder.

    Training must not see held-out pictures: what a network has been trained on says little about what it can do.
    So `split` is `"train"` unless asked otherwise.

    Args:
        folder: `"photos"`, `"photos/animals"`, `"paintings"`, `"paintings/van_gogh"` and so on.
        split: `"train"`, `"heldout"` or `"all"`.

    Returns:
        Sorted list of names below the data folder, for `picture` or `data_path`.

    Raises:
        ValueError: if `split` is unknown or nothing is in the folder.
    """
    if split not in ("train", "heldout", "all"):
        raise ValueError(f"split must be 'train', 'heldout' or 'all', received {split!r}.")
    prefix = folder.rstrip("/") + "/"
    names = sorted(
        row["file"] for row in attribution() if row["file"].startswith(prefix) and split in ("all", row["split"])
    )
    if not names:
        folders = sorted({row["file"].rsplit("/", 1)[0] for row in attribution()})
        raise ValueError(f"No {split} pictures in folder {folder!r}. Choose from {', '.join(folders)}.")
    return names


def credit(name):
    """Who made a shipped picture.

    Args:
        name: a name as in `picture_files`.

    Returns:
        Text such as `"Owl, by A. Photographer (CC0-1.0)"`.

    Raises:
        ValueError: if no shipped picture has this name.
    """
    for row in attribution():
        if row["file"] == name:
            return f"{row['title']}, by {row['author']} ({row['license']})"
    raise ValueError(f"name must be that of a shipped picture, received {name!r}. See picture_files('photos').")


def picture(name, short_side=None):
    """Reads a shipped picture.

    Args:
        name: a name as in `picture_files`, `"photos/animals/owl.jpg"` for instance.
        short_side: resize so that the shorter side has this many pixels; None leaves it as it is.

    Returns:
        float32 array `(height, width, 3)` in [-1, 1].
    """
    image = read_image(data_path(name))
    if short_side is None:
        return image
    height, width = image.shape[:2]
    scale = short_side / min(height, width)
    return resize(image, (round(height * scale), round(width * scale)))


def fashion_mnist():
    """The 10,000 training and 2,000 test images of Fashion-MNIST that ship with the course.

    Returns:
        `(train_images, train_labels), (test_images, test_labels)`: images float32 `(n, 28, 28, 1)` in [-1, 1],
        labels int32 `(n,)` in 0..9.

    Reference:
        Xiao et al., "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017.
    """
    with np.load(data_path("fashion_mnist_12k.npz"), allow_pickle=False) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    scale = lambda x: (x[..., None].astype("float32") / 127.5) - 1.0  # noqa: E731
    return (
        (scale(parts["x_train"]), parts["y_train"].astype("int32")),
        (scale(parts["x_test"]), parts["y_test"].astype("int32")),
    )


class CropSampler:
    """Draws random square crops from a list of pictures of any size.

    The crops depend on the seed alone: the same seed gives the same crops, which is what lets a training that was
    interrupted go on exactly as if it had not been. Each crop comes from a picture drawn uniformly and is mirrored
    half of the time.

    The pixels of all pictures lie in one long table; a crop is a lookup in it, so the sampler runs inside `tf.data`.

    Args:
        images: list of float arrays `(height, width, 3)` in [-1, 1].
    """

    def __init__(self, images):
        import tensorflow as tf

        self.sizes = np.array([image.shape[:2] for image in images], "int32")
        starts = np.concatenate([[0], np.cumsum(self.sizes.prod(axis=1))[:-1]])
        self.starts = tf.constant(starts, tf.int32)
        pixels = np.concatenate([image.reshape(-1, 3) for image in images])
        self.pixels = tf.constant(np.round((pixels + 1.0) * 127.5).astype("uint8"))

    def __call__(self, count, size, seed):
        """Draws crops.

        Args:
            count: number of crops.
            size: side of a crop in pixels.
            seed: integer tensor of shape `(2,)`.

        Returns:
            float32 tensor `(count, size, size, 3)` in [-1, 1].

        Raises:
            ValueError: if a picture is smaller than the crop.
        """
        import tensorflow as tf

        if size > self.sizes.min():
            raise ValueError(
                f"size must be at most the shortest side of all pictures, {self.sizes.min()} pixels, received {size}."
            )
        draws = tf.random.stateless_uniform((4, count), seed)
        index = tf.cast(draws[0] * len(self.sizes), tf.int32)
        heights, widths = tf.unstack(tf.gather(self.sizes, index), axis=1)
        tops = tf.cast(draws[1] * tf.cast(heights - size + 1, tf.float32), tf.int32)
        lefts = tf.cast(draws[2] * tf.cast(widths - size + 1, tf.float32), tf.int32)
        rows = tops[:, None] + tf.range(size)
        columns = lefts[:, None] + tf.range(size)
        columns = tf.where(draws[3][:, None] < 0.5, columns, columns[:, ::-1])
        corner = tf.gather(self.starts, index)[:, None, None]
        crops = tf.gather(self.pixels, corner + rows[:, :, None] * widths[:, None, None] + columns[:, None, :])
        return tf.ensure_shape(tf.cast(crops, tf.float32) / 127.5 - 1.0, (count, size, size, 3))


def style_transfer_batches(photos, paintings, batch_size, size, seed, first_step=0):
    """Endless batches for a style transfer GAN, each determined by (seed, step).

    Args:
        photos: `CropSampler` of the photos.
        paintings: `CropSampler` of the paintings.
        batch_size: number of crops of each.
        size: side of a crop in pixels.
        seed: integer.
        first_step: the step to begin with, for a training that goes on.

    Returns:
        `tf.data.Dataset` of dictionaries: `photos` and `paintings`, both `(batch_size, size, size, 3)` in [-1, 1],
        and `seed` `(2,)` for what else the step draws.
    """
    import tensorflow as tf

    def batch(step):
        pair = tf.stack([tf.constant(seed, tf.int64), step])
        fold = tf.random.experimental.stateless_fold_in
        return {
            "photos": photos(batch_size, size, fold(pair, 0)),
            "paintings": paintings(batch_size, size, fold(pair, 1)),
            "seed": fold(pair, 2),
        }

    steps = tf.data.Dataset.range(first_step, np.iinfo("int64").max)
    return steps.map(batch).prefetch(2)
