"""The recipe that makes a stylizer: which pictures at which sizes, which weights, which steps.

The course's own stylizers and those of `gan-course train-style` are both made by it.
"""

import keras

from gan_course import datasets
from gan_course.images import ImageError, resize
from gan_course.pretrained import load_both_networks
from gan_course.training.callbacks import LogGradientShares, SaveTraining, StopOnNaN
from gan_course.training.style_transfer_gan import StyleTransferGAN

WEIGHTS = {"content_weight": 0.8, "style_weight": 4.0, "adversarial_weight": 2.0}
PHOTO_SHORT_SIDES = (256, 384)
PAINTING_SHORT_SIDE = 448
PAINTING_SCALES = (0.7, 1.0)
SMALLEST_PAINTING = 160
STEPS_PER_SAVE = 25
CROPS, CROP = 2, 224


def training_photos():
    """The shipped training photos, each in two sizes; never a held-out one."""
    return [datasets.picture(name, side) for name in datasets.picture_files("photos") for side in PHOTO_SHORT_SIDES]


def painting_in_scales(painting, name="The painting"):
    """A painting in the scales that training uses, none smaller than a crop.

    Strokes have a size in pixels, and so has what a network learns: a painting is reduced to `PAINTING_SHORT_SIDE`
    first. A small one is enlarged a little if a crop would not fit.

    Args:
        painting: float array `(height, width, 3)` in [-1, 1].
        name: what to call it in an error.

    Returns:
        List of float arrays, one per scale.

    Raises:
        ImageError: if its shorter side has fewer than `SMALLEST_PAINTING` pixels.
    """
    height, width = painting.shape[:2]
    short = min(height, width)
    if short < SMALLEST_PAINTING:
        raise ImageError(
            f"{name} is {width} × {height} pixels. Its strokes cannot be seen in so few: the shorter side needs at "
            f"least {SMALLEST_PAINTING}, better {PAINTING_SHORT_SIDE}. Find a larger picture of it."
        )
    scaled = []
    for scale in PAINTING_SCALES:
        factor = max(scale * min(short, PAINTING_SHORT_SIDE), CROP) / short
        scaled.append(resize(painting, (round(height * factor), round(width * factor))))
    return scaled


def build_training(photos, paintings, start, **weights):
    """A trainer, compiled, at step 0.

    Args:
        photos: list of float arrays `(height, width, 3)` in [-1, 1].
        paintings: list of paintings, each a list of its scales, as `painting_in_scales` makes them.
        start: name of a stylizer in data/weights, which has its discriminator beside it. Both networks
            begin with these weights: a discriminator that knows nothing would first undo what the stylizer can do.
        **weights: weights of terms that differ from `WEIGHTS`.

    Returns:
        `StyleTransferGAN`.
    """
    gan = StyleTransferGAN(*load_both_networks(start), paintings, **(WEIGHTS | weights))
    gan.set_prices(photos[:: len(PHOTO_SHORT_SIDES)])  # one size of each is enough
    gan.compile(keras.optimizers.Adam(6e-4, beta_1=0.5), keras.optimizers.Adam(4e-4, beta_1=0.5))
    return gan


def train(gan, photos, paintings, folder, seed, last_step, callbacks=()):
    """Trains from the step the trainer has reached, and saves every `STEPS_PER_SAVE` steps.

    Args:
        gan: trainer from `build_training`.
        photos: list of float arrays `(height, width, 3)` in [-1, 1].
        paintings: as in `build_training`.
        folder: path of a folder for `training.weights.h5` (all that is needed to go on) and `log.csv`.
        seed: integer, for everything the steps draw.
        last_step: step to stop after, rounded up to one after which there is a save.
        callbacks: further Keras callbacks.
    """
    photo_crops = datasets.CropSampler(photos)
    painting_crops = datasets.CropSampler([image for scales in paintings for image in scales])
    batches, batches_for_shares = (  # shares are computed once a save
        datasets.style_transfer_batches(photo_crops, painting_crops, CROPS, CROP, draw, first_step=first)
        for draw, first in ((seed, gan.step), (seed + 1, gan.step // STEPS_PER_SAVE))
    )
    gan.fit(
        batches,
        steps_per_epoch=STEPS_PER_SAVE,
        initial_epoch=gan.step // STEPS_PER_SAVE,
        epochs=-(-last_step // STEPS_PER_SAVE),
        shuffle=False,
        verbose=0,
        callbacks=[
            LogGradientShares(batches_for_shares),
            keras.callbacks.CSVLogger(folder / "log.csv", append=True),
            StopOnNaN(),
            SaveTraining(folder / "training.weights.h5"),
            *callbacks,
        ],
    )
