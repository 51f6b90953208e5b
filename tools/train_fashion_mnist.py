"""Trains the course's generators of Fashion-MNIST: about a quarter of an hour each on two idle CPU cores.

    python tools/train_fashion_mnist.py --out runs/fashion_mnist
    python tools/train_fashion_mnist.py --conditional --out runs/fashion_mnist_by_class

Run it again after an interruption and it goes on from the last save, at most 250 steps back, to the very weights that
it would have reached without. The folder then holds

    training.weights.h5             everything needed to go on
    log.csv                         one row for every 250 steps
    samples/step_000250.png ...     images from the same noise at every age, made by the moving average
    generator.npz                   the generator: moving average, and as it is after the last step

tools/ship_generator.py turns the folder into what ships.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402

from gan_course import datasets, losses, metrics  # noqa: E402
from gan_course.batches import image_batches  # noqa: E402
from gan_course.generators import save_generator  # noqa: E402
from gan_course.networks import build_discriminator, build_generator, load_fashion_features  # noqa: E402
from gan_course.networks.conditional import (  # noqa: E402
    build_conditional_generator,
    build_projection_discriminator,
)
from gan_course.training.callbacks import LogTime, SampleGrid, SaveTraining, StopOnNaN  # noqa: E402
from gan_course.training.conditional_gan import ConditionalGAN  # noqa: E402
from gan_course.training.gan import GAN  # noqa: E402

SEED, STEPS, STEPS_PER_EPOCH, BATCH = 4, 6_000, 250, 64
LIVE_STEPS = 600  # what lesson 04 trains while the reader waits
CLASSES, MEASURED = 10, 2_000
LOSSES = losses.non_saturating_discriminator_loss, losses.non_saturating_generator_loss
GENERATOR = {
    "latent_dim": 64,
    "filters": [32, 16],
    "start": 7,
    "channels": 1,
    "resize": True,
    "batch_normalization": True,
}
DISCRIMINATOR = {"image_shape": (28, 28, 1), "filters": (32, 64)}
GENERATOR_RATE, DISCRIMINATOR_RATE, BETA_1 = 1e-3, 5e-4, 0.5
LIVE_MOMENTUM, MOMENTUM = 0.99, 0.999


def build(conditional=False, seed=SEED, average_momentum=MOMENTUM):
    """The trainer, compiled, at step 0."""
    keras.utils.set_random_seed(seed)
    if conditional:
        networks = build_conditional_generator(CLASSES, **GENERATOR), build_projection_discriminator(**DISCRIMINATOR)
        gan = ConditionalGAN(*networks, losses=LOSSES, average_momentum=average_momentum)
    else:
        networks = build_generator(**GENERATOR), build_discriminator(**DISCRIMINATOR)
        gan = GAN(*networks, losses=LOSSES, average_momentum=average_momentum)
    gan.compile(
        keras.optimizers.Adam(GENERATOR_RATE, beta_1=BETA_1), keras.optimizers.Adam(DISCRIMINATOR_RATE, beta_1=BETA_1)
    )
    return gan


class Distance:
    """The Fréchet distance of a trainer's samples to the 2,000 test images, in the course's features.

    Args:
        count: number of samples, and of test images.
    """

    def __init__(self, count=MEASURED):
        self.network = load_fashion_features()
        self.count = count
        _, (images, self.labels) = datasets.fashion_mnist()
        self.labels = self.labels[:count]
        self.real = self.features(images[:count])

    def __call__(self, gan, averaged=True):
        what = self.labels if isinstance(gan, ConditionalGAN) else self.count
        return metrics.frechet_distance(self.real, self.features(gan.samples(what, seed=SEED, averaged=averaged)))

    def features(self, images):
        parts = [self.network(images[start : start + 500], training=False) for start in range(0, len(images), 500)]
        return np.concatenate(parts)


class LogDistance(keras.callbacks.Callback):
    """Adds the distance of the moving average and that of the raw generator to the logs of every epoch."""

    def __init__(self, distance):
        super().__init__()
        self.distance = distance

    def on_epoch_end(self, epoch, logs=None):
        logs["frechet_averaged"] = self.distance(self.model)
        logs["frechet_raw"] = self.distance(self.model, averaged=False)


def fixed_inputs(gan, conditional):
    """What the sample grids are made from: 100 noise vectors, for the conditional GAN one class per column."""
    noise = np.random.default_rng(SEED).normal(size=(100, gan.latent_dim)).astype("float32")
    return [noise, np.tile(np.arange(CLASSES), 10)] if conditional else noise


def train(out, steps, conditional, steps_per_epoch=STEPS_PER_EPOCH, distance=None):
    """Trains up to a number of steps, from the last save if there is one. Returns the trainer."""
    (out / "samples").mkdir(parents=True, exist_ok=True)
    save = out / "training.weights.h5"
    gan = build(conditional)
    if save.exists():
        gan.load_weights(save)
    print(f"{gan.generator.count_params():,} and {gan.discriminator.count_params():,} weights, step {gan.step}")
    (images, labels), _ = datasets.fashion_mnist()
    batches = image_batches(images, labels if conditional else None, BATCH, seed=SEED, first_step=gan.step)
    gan.fit(
        batches,
        steps_per_epoch=steps_per_epoch,
        initial_epoch=gan.step // steps_per_epoch,
        epochs=steps // steps_per_epoch,
        shuffle=False,
        verbose=2,
        callbacks=[
            LogTime(),
            SampleGrid(fixed_inputs(gan, conditional), out / "samples"),
            LogDistance(distance or Distance()),
            keras.callbacks.CSVLogger(out / "log.csv", append=True),
            SaveTraining(save),
            StopOnNaN(),
        ],
    )
    architecture = "conditional_generator" if conditional else "generator"
    arguments = {**GENERATOR, **({"classes": CLASSES} if conditional else {})}
    save_generator(out / "generator.npz", gan.averaged_generator, gan.generator, architecture, arguments)
    return gan


def read_log(path):
    """The rows of log.csv as dictionaries of numbers. A step that was logged twice counts as it was the last time."""
    with path.open(encoding="utf-8", newline="") as file:
        # Keras adds columns for a validation that does not take place.
        rows = [
            {name: float(value) for name, value in row.items() if not name.startswith("val_") and name != "epoch"}
            for row in csv.DictReader(file)
        ]
    by_step = {int(row["step"]): row for row in rows}
    return [by_step[step] for step in sorted(by_step)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/fashion_mnist"), help="folder for all that is written")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps in all (default {STEPS:,})")
    parser.add_argument("--conditional", action="store_true", help="one network for all classes, told which is wanted")
    arguments = parser.parse_args()
    if arguments.steps < STEPS_PER_EPOCH or arguments.steps % STEPS_PER_EPOCH:
        parser.error(f"--steps must be a multiple of {STEPS_PER_EPOCH}, received {arguments.steps}")
    gan = train(arguments.out, arguments.steps, arguments.conditional)
    rows = read_log(arguments.out / "log.csv")
    cpu, wall = (sum(row[name] for row in rows) / 60 for name in ("cpu_seconds", "wall_seconds"))
    print(f"{gan.step:,} steps, {cpu:.1f} CPU minutes, {wall:.1f} minutes")


if __name__ == "__main__":
    main()
