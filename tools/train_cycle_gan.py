"""Trains the CycleGAN of lesson 12: photos to paintings by van Gogh, and paintings to photos.

    python tools/train_cycle_gan.py --out runs/cycle_gan

Run it again after an interruption and it goes on from the last save, at most 25 steps back, to the very weights that it
would have reached without. The folder then holds

    training.weights.h5             everything needed to go on
    log.csv                         one row for every 25 steps
    samples.jpg                     what the moving averages make of training pictures now: see `Samples`

The way to the painting begins with the stylizer `first_van_gogh` and its discriminator, and rests for `REST` steps,
because the way back begins with random weights and would only mislead it. Then it moves slowly: a stylizer that is
faster than its discriminator paints less and less. The discriminator of photos begins as the shipped critic
`photos_against_van_gogh` with its sign turned. tools/ship_cycle_gan.py turns the folder into what ships.
"""

import argparse
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import train_styles  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.discriminators import load_discriminator  # noqa: E402
from gan_course.images import save_image  # noqa: E402
from gan_course.networks import build_stylizer  # noqa: E402
from gan_course.pretrained import load_both_networks  # noqa: E402
from gan_course.stylize import paint  # noqa: E402
from gan_course.training.callbacks import LogTime, SaveTraining, StopOnNaN  # noqa: E402
from gan_course.training.cycle_gan import CycleGAN  # noqa: E402

SEED, STEPS, STEPS_PER_EPOCH = 12, 4_500, 25
BATCH, CROP = 1, 112  # of each kind
PHOTO_SHORT_SIDES, PAINTING_SHORT_SIDES = (192, 256), (320, 448)
START, CRITIC, REST = train_styles.START, "photos_against_van_gogh", 200
WEIGHTS = {"cycle_weight": 3.0, "identity_weight": 0.0}
WAY_BACK = {"filters": (32, 64), "blocks": 4, "detail": 16, "grain": 0.0}
RATES = {"to_painting": 5e-5, "to_photo": 4e-4, "painting_discriminator": 4e-4, "photo_discriminator": 4e-4}
EPOCHS_PER_SAMPLE = 6


def batches(first_step, batch_size=BATCH, size=CROP):
    """Crops of photos and paintings that are not held out, each batch determined by (seed, step)."""
    samplers = [
        datasets.CropSampler(
            [datasets.picture(file, side) for file in datasets.picture_files(folder) for side in sides]
        )
        for folder, sides in (("photos", PHOTO_SHORT_SIDES), ("paintings/van_gogh", PAINTING_SHORT_SIDES))
    ]
    return datasets.style_transfer_batches(*samplers, batch_size, size, SEED, first_step)


def build(way_back=None):
    """The trainer, compiled, at step 0."""
    keras.utils.set_random_seed(SEED)
    to_painting, painting_discriminator = load_both_networks(START)
    to_photo = build_stylizer(**(way_back or WAY_BACK), name="to_photo")
    gan = CycleGAN(to_painting, to_photo, painting_discriminator, turned(load_discriminator(CRITIC)), **WEIGHTS)
    resting = keras.optimizers.schedules.PiecewiseConstantDecay([REST], [0.0, RATES["to_painting"]])
    rates = [resting, *list(RATES.values())[1:]]
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in rates]
    gan.compile(optimizers[:2], optimizers[2:])
    return gan


def turned(critic):
    """A discriminator that scores high what the critic scores low, to be trained on."""
    critic.trainable = True
    for weight in critic.layers[-1].layer.trainable_variables:  # the last convolution, inside its normalization
        weight.assign(-weight)
    return critic


class Samples(keras.callbacks.Callback):
    """Now and then writes a sheet of training pictures: photos, painted, brought back; paintings, as photos, back.

    Args:
        path: picture to write.
    """

    def __init__(self, path):
        super().__init__()
        self.path = path
        cut = lambda picture: picture[:256, :320]  # noqa: E731
        self.photos = [cut(datasets.picture(file, 256)) for file in datasets.picture_files("photos")[5::15]]
        files = datasets.picture_files("paintings/van_gogh")
        self.paintings = [cut(datasets.picture(file, 384)) for file in files][: len(self.photos)]

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % EPOCHS_PER_SAMPLE == 0:
            self.draw()

    def draw(self):
        """Writes the sheet as the moving averages make it now."""
        there, back = self.model.averaged_to_painting, self.model.averaged_to_photo
        rows = []
        for pictures, first, second in ((self.photos, there, back), (self.paintings, back, there)):
            made = [paint(first, picture) for picture in pictures]
            rows += [pictures, made, [paint(second, picture) for picture in made]]
        wide = [[np.pad(p, ((0, 0), (0, 320 - p.shape[1]), (0, 0)), constant_values=1.0) for p in row] for row in rows]
        save_image(self.path, np.concatenate([np.concatenate(row, axis=1) for row in wide]), force=True)


def train(out, steps, data=batches, steps_per_epoch=STEPS_PER_EPOCH, callbacks=(), way_back=None):
    """Trains up to a number of steps, from the last save if there is one. Returns the trainer.

    Args:
        out: folder for the save and the log.
        steps: steps in all, a multiple of `steps_per_epoch`.
        data: function of the step to begin with, which returns the batches from there on.
        steps_per_epoch: steps between two saves.
        callbacks: further Keras callbacks.
        way_back: arguments of `build_stylizer` for the way back; None for `WAY_BACK`.
    """
    out.mkdir(parents=True, exist_ok=True)
    save = out / "training.weights.h5"
    gan = build(way_back)
    if save.exists():
        gan.load_weights(save)
    gan.fit(
        data(gan.step),
        steps_per_epoch=steps_per_epoch,
        initial_epoch=gan.step // steps_per_epoch,
        epochs=steps // steps_per_epoch,
        shuffle=False,
        verbose=2,
        callbacks=[
            LogTime(),
            keras.callbacks.CSVLogger(out / "log.csv", append=True),
            StopOnNaN(),
            SaveTraining(save),
            *callbacks,
        ],
    )
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/cycle_gan"), help="folder for all that is written")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps in all (default {STEPS:,})")
    arguments = parser.parse_args()
    if arguments.steps < STEPS_PER_EPOCH or arguments.steps % STEPS_PER_EPOCH:
        parser.error(f"--steps must be a multiple of {STEPS_PER_EPOCH}, received {arguments.steps}")
    train(arguments.out, arguments.steps, callbacks=[Samples(arguments.out / "samples.jpg")])


if __name__ == "__main__":
    main()
