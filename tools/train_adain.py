"""Trains the decoder that lets AdaIN paint with any painting: VGG16's features in, a picture out.

    python tools/train_adain.py --out runs/adain

Run it again after an interruption and it goes on from the last save, at most 25 steps back, to the very weights that it
would have reached without. The folder then holds

    training.weights.h5             everything needed to go on
    log.csv                         one row for every 25 steps
    samples.jpg                     what the moving average makes now: see `Samples`

The first `--style-from` steps train without a word about style; whether the steps after them help was judged on
LEFT_OUT, a painting that no step reads. tools/ship_adain.py turns the folder into what ships.
"""

import argparse
from pathlib import Path

import numpy as np

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.images import save_image  # noqa: E402
from gan_course.networks import build_adain_decoder, build_adain_stylizer  # noqa: E402
from gan_course.stylize import paint  # noqa: E402
from gan_course.training.adain import AdaINTrainer  # noqa: E402
from gan_course.training.callbacks import LogTime, SaveTraining, StopOnNaN  # noqa: E402

SEED, STEPS, STEPS_PER_EPOCH = 9, 3_000, 25
BATCH, CROP = 2, 96  # of each kind; the border that VGG16 has spoiled is cut off, 80 pixels are left
RATE, WARM_UP, STYLE_WEIGHT = 1e-3, 100, 4.0
PAINTERS = ("van_gogh", "hokusai", "hiroshige")
LEFT_OUT = "paintings/van_gogh/village_street_in_auvers.jpg"
PHOTO_SHORT_SIDES, PAINTING_SHORT_SIDES = (256, 384), (224, 384)
EPOCHS_PER_SAMPLE = 10


def painting_files():
    """The paintings that are trained on: no held-out one, not `LEFT_OUT`, and nothing by Kandinsky."""
    files = [file for painter in PAINTERS for file in datasets.picture_files(f"paintings/{painter}")]
    return [file for file in files if file != LEFT_OUT]


def batches(first_step, batch_size=BATCH, size=CROP):
    """Crops of photos and paintings, each batch determined by (seed, step)."""
    samplers = [
        datasets.CropSampler([datasets.picture(file, side) for file in files for side in sides])
        for files, sides in (
            (datasets.picture_files("photos"), PHOTO_SHORT_SIDES),
            (painting_files(), PAINTING_SHORT_SIDES),
        )
    ]
    return datasets.style_transfer_batches(*samplers, batch_size, size, SEED, first_step)


def build(style_weight=0.0, **decoder):
    """The trainer, compiled, at step 0."""
    keras.utils.set_random_seed(SEED)
    trainer = AdaINTrainer(build_adain_decoder(**decoder), style_weight=style_weight)
    # Small steps first: the decoder normalizes nothing, and large ones drive its tanh to where it has no gradient.
    rate = keras.optimizers.schedules.CosineDecay(0.0, STEPS, alpha=0.1, warmup_target=RATE, warmup_steps=WARM_UP)
    trainer.compile(keras.optimizers.Adam(rate))
    return trainer


class Samples(keras.callbacks.Callback):
    """Now and then writes a sheet: photos above, below them in their own style, then in that of `LEFT_OUT`.

    Args:
        path: picture to write.
    """

    def __init__(self, path):
        super().__init__()
        self.path = path
        files = datasets.picture_files("photos")[::15]
        self.photos = [datasets.picture(file, 256)[:256, :320] for file in files]
        self.style = datasets.picture(LEFT_OUT, 224)

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % EPOCHS_PER_SAMPLE == 0:
            self.draw()

    def draw(self):
        """Writes the sheet as the moving average makes it now."""
        decoder = self.model.averaged_decoder
        own = [paint(build_adain_stylizer(decoder, photo), photo) for photo in self.photos]
        in_style = build_adain_stylizer(decoder, self.style)
        rows = [self.photos, own, [paint(in_style, photo) for photo in self.photos]]
        save_image(self.path, np.concatenate([np.concatenate(row, axis=1) for row in rows]), force=True)


def train(out, steps, style_from=None, data=batches, steps_per_epoch=STEPS_PER_EPOCH, callbacks=(), **decoder):
    """Trains up to a number of steps, from the last save if there is one. Returns the trainer.

    Args:
        out: folder for the save and the log.
        steps: steps in all.
        style_from: the step from which on style has a loss; None for never.
        data: function of the step to begin with, which returns the batches from there on.
        steps_per_epoch: steps between two saves; `steps` and `style_from` are multiples of it.
        callbacks: further Keras callbacks.
        **decoder: arguments of `build_adain_decoder`.
    """
    out.mkdir(parents=True, exist_ok=True)
    save = out / "training.weights.h5"
    ends = [(0.0, steps)] if style_from is None else [(0.0, min(style_from, steps)), (STYLE_WEIGHT, steps)]
    for style_weight, end in ends:
        trainer = build(style_weight, **decoder)
        if save.exists():
            trainer.load_weights(save)
        if trainer.step >= end:
            continue
        log = out / ("log_style.csv" if style_weight else "log.csv")
        trainer.fit(
            data(trainer.step),
            steps_per_epoch=steps_per_epoch,
            initial_epoch=trainer.step // steps_per_epoch,
            epochs=end // steps_per_epoch,
            shuffle=False,
            verbose=2,
            callbacks=[
                LogTime(),
                keras.callbacks.CSVLogger(log, append=True),
                StopOnNaN(),
                SaveTraining(save),
                *callbacks,
            ],
        )
    return trainer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/adain"), help="folder for all that is written")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps in all (default {STEPS:,})")
    parser.add_argument("--style-from", type=int, help="the step from which on style has a loss (default: never)")
    arguments = parser.parse_args()
    for name, value in {"--steps": arguments.steps, "--style-from": arguments.style_from}.items():
        if value is not None and (value < STEPS_PER_EPOCH or value % STEPS_PER_EPOCH):
            parser.error(f"{name} must be a multiple of {STEPS_PER_EPOCH}, received {value}")
    train(arguments.out, arguments.steps, arguments.style_from, callbacks=[Samples(arguments.out / "samples.jpg")])


if __name__ == "__main__":
    main()
