"""Trains the course's generators of Fashion-MNIST: about a quarter of an hour each on two idle CPU cores.

    python tools/train_fashion_mnist.py --out runs/fashion_mnist
    python tools/train_fashion_mnist.py --conditional --out runs/fashion_mnist_conditional

Run it again after an interruption and it goes on from the last save, at most 250 steps back, to the very weights that
it would have reached without. The folder then holds

    training.weights.h5             everything needed to go on
    log.csv                         one row for every 250 steps
    samples/step_000250.png ...     images from the same noise at every age, made by the moving average
    generator.npz                   the generator: moving average, and as it is after the last step

tools/ship_generator.py turns the folder into what ships.
"""

import argparse
from pathlib import Path

import numpy as np

from gan_course.startup import import_tensorflow

import_tensorflow()

import gan_runs  # noqa: E402
import keras  # noqa: E402
from gan_runs import print_cost, read_log  # noqa: E402, F401  read_log for those that ship and measure

from gan_course import datasets, losses, metrics  # noqa: E402
from gan_course.batches import image_batches  # noqa: E402
from gan_course.generators import save_generator  # noqa: E402
from gan_course.networks import build_discriminator, build_generator, load_fashion_features  # noqa: E402
from gan_course.networks.conditional import (  # noqa: E402
    build_conditional_generator,
    build_projection_discriminator,
)
from gan_course.training.conditional_gan import ConditionalGAN  # noqa: E402
from gan_course.training.gan import GAN  # noqa: E402

SEED, STEPS, STEPS_PER_EPOCH, BATCH = 4, 6_000, 250, 64
# What lesson 04 trains while the reader waits: with half the batch and twice the rates it gets about as far in two
# thirds of the processor time.
LIVE_STEPS, LIVE_BATCH, LIVE_RATES = 600, 32, (2e-3, 1e-3)
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


def build(conditional=False, seed=SEED, average_momentum=MOMENTUM, rates=(GENERATOR_RATE, DISCRIMINATOR_RATE)):
    """The trainer, compiled with the learning rates of generator and discriminator, at step 0."""
    keras.utils.set_random_seed(seed)
    if conditional:
        networks = build_conditional_generator(CLASSES, **GENERATOR), build_projection_discriminator(**DISCRIMINATOR)
        gan = ConditionalGAN(*networks, losses=LOSSES, average_momentum=average_momentum)
    else:
        networks = build_generator(**GENERATOR), build_discriminator(**DISCRIMINATOR)
        gan = GAN(*networks, losses=LOSSES, average_momentum=average_momentum)
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=BETA_1) for rate in rates))
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
    gan = build(conditional)
    (images, labels), _ = datasets.fashion_mnist()
    labels = labels if conditional else None
    gan_runs.train(
        gan,
        out,
        steps,
        steps_per_epoch,
        lambda step: image_batches(images, labels, BATCH, seed=SEED, first_step=step),
        fixed_inputs(gan, conditional),
        [LogDistance(distance or Distance())],
    )
    architecture = "conditional_generator" if conditional else "generator"
    arguments = {**GENERATOR, **({"classes": CLASSES} if conditional else {})}
    save_generator(out / "generator.npz", gan.averaged_generator, gan.generator, architecture, arguments)
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/fashion_mnist"), help="folder for all that is written")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps in all (default {STEPS:,})")
    parser.add_argument("--conditional", action="store_true", help="one network for all classes, told which is wanted")
    arguments = parser.parse_args()
    if arguments.steps < STEPS_PER_EPOCH or arguments.steps % STEPS_PER_EPOCH:
        parser.error(f"--steps must be a multiple of {STEPS_PER_EPOCH}, received {arguments.steps}")
    train(arguments.out, arguments.steps, arguments.conditional)
    print_cost(arguments.out / "log.csv")


if __name__ == "__main__":
    main()
