"""Trains the article's own task, noise to pictures of 64 × 64 pixels, on patches of van Gogh's paintings.

    python tools/train_van_gogh_patches.py --out runs/van_gogh_patches
    python tools/train_van_gogh_patches.py --no-augmentation --out runs/van_gogh_patches_plain   # to compare with
    python tools/train_van_gogh_patches.py --out runs/van_gogh_patches --measure

Run it again after an interruption and it goes on from the last save, at most 50 steps back, to the very weights that
it would have reached without. The folder then holds

    about.json                      what the training is, so that no other goes on in its folder
    training.weights.h5             everything needed to go on
    log.csv                         one row for every 50 steps
    samples/step_000050.png ...     images from the same noise at every age, made by the moving average
    generator.npz                   the generator: moving average, and as it is after the last step
    discriminator.npz               its discriminator
    measures.json                   after --measure: how near to van Gogh, and how near to the training patches

The networks are the article's, repaired; the losses are the non-saturating ones with R1, and whatever the
discriminator sees is augmented first. The held-out painting is used by --measure alone: choose nothing by it.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from gan_course.startup import import_tensorflow

import_tensorflow()

import gan_runs  # noqa: E402
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from patch_measures import PatchMeasures  # noqa: E402

from gan_course import datasets, losses  # noqa: E402
from gan_course.augment import augment  # noqa: E402
from gan_course.discriminators import save_discriminator  # noqa: E402
from gan_course.generators import save_generator  # noqa: E402
from gan_course.images import resize, write_atomically  # noqa: E402
from gan_course.networks import build_discriminator, build_generator  # noqa: E402
from gan_course.training.gan import GAN  # noqa: E402

SEED, STEPS, STEPS_PER_EPOCH, BATCH, SIZE = 5, 6_000, 50, 16, 64
SCALES = (1.0, 0.6, 0.35)  # of the paintings: strokes, things, and how a picture is composed
STRIDE = 24  # pixels between two of the training patches among which a copy is looked for
GENERATOR, DISCRIMINATOR = {"filters": [128, 128, 128]}, {}  # article.build_generator() and build_discriminator()
GENERATOR_RATE, DISCRIMINATOR_RATE, BETA_1 = 5e-4, 5e-4, 0.5
R1_WEIGHT, MOMENTUM = 0.5, 0.999


def weighted_r1(discriminator, real, fake, seed):
    """The penalty with its weight."""
    return R1_WEIGHT * losses.r1_penalty(discriminator, real)


def build(augmentation=True):
    """The trainer, compiled, at step 0."""
    keras.utils.set_random_seed(SEED)
    gan = GAN(
        build_generator(**GENERATOR),
        build_discriminator(**DISCRIMINATOR),
        losses=(losses.non_saturating_discriminator_loss, losses.non_saturating_generator_loss),
        penalty=weighted_r1,
        augment=augment if augmentation else None,
        average_momentum=MOMENTUM,
    )
    gan.compile(
        keras.optimizers.Adam(GENERATOR_RATE, beta_1=BETA_1), keras.optimizers.Adam(DISCRIMINATOR_RATE, beta_1=BETA_1)
    )
    return gan


def in_all_scales(name):
    """A painting at the sizes that training uses."""
    image = datasets.picture(name)
    return [resize(image, tuple(round(side * scale) for side in image.shape[:2])) for scale in SCALES]


def painting_sampler(names):
    """Draws patches from paintings, each at all scales."""
    return datasets.CropSampler([image for name in names for image in in_all_scales(name)])


def raster(name, stride):
    """All patches of a painting, every so many pixels, at all scales, and their mirror images."""
    starts = lambda side: sorted({*range(0, side - SIZE, stride), side - SIZE})  # noqa: E731  the last ends at the edge
    patches = np.stack(
        [
            image[top : top + SIZE, left : left + SIZE]
            for image in in_all_scales(name)
            for top in starts(image.shape[0])
            for left in starts(image.shape[1])
        ]
    )
    return np.concatenate([patches, patches[:, :, ::-1]])


def patch_batches(sampler, first_step):
    """Endless batches of patches, each determined by the step."""

    def batch(step):
        fold, pair = tf.random.experimental.stateless_fold_in, tf.stack([tf.constant(SEED, tf.int64), step])
        return {"images": sampler(BATCH, SIZE, fold(pair, 0)), "seed": fold(pair, 1)}

    return tf.data.Dataset.range(first_step, np.iinfo("int64").max).map(batch).prefetch(2)


def claim(out, augmentation):
    """Writes down what is trained in a folder, or raises a ValueError if something else is."""
    path, about = out / "about.json", {"augmentation": augmentation, "batch": BATCH, "scales": list(SCALES)}
    begun = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    if begun != about and (begun or (out / "training.weights.h5").exists()):
        raise ValueError(
            f"{path} tells of another training than {about}. Give this one a folder of its own with --out."
        )
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (json.dumps(about, indent=2) + "\n").encode())


def train(out, steps, augmentation=True, steps_per_epoch=STEPS_PER_EPOCH):
    """Trains up to a number of steps, from the last save if there is one. Returns the trainer."""
    claim(out, augmentation)
    gan = build(augmentation)
    sampler = painting_sampler(datasets.picture_files("paintings/van_gogh"))
    noise = np.random.default_rng(SEED).normal(size=(60, gan.latent_dim)).astype("float32")
    gan_runs.train(gan, out, steps, steps_per_epoch, lambda step: patch_batches(sampler, step), noise)
    save_generator(out / "generator.npz", gan.averaged_generator, gan.generator, "generator", GENERATOR)
    save_discriminator(out / "discriminator.npz", gan.discriminator, "discriminator", DISCRIMINATOR)
    return gan


def measure(out, count=2000, stride=STRIDE):
    """Measures the last save and writes measures.json. Returns what it holds."""
    augmentation = json.loads((out / "about.json").read_text(encoding="utf-8"))["augmentation"]
    gan = build(augmentation)
    gan.load_weights(out / "training.weights.h5")
    samplers = {name: painting_sampler([name]) for name in datasets.picture_files("paintings/van_gogh", "all")}
    rasters = {name: lambda name=name: raster(name, stride) for name in datasets.picture_files("paintings/van_gogh")}
    measures = PatchMeasures(samplers, rasters, count, SIZE)
    result = {"steps": gan.step, "augmentation": augmentation, **measures(gan.samples(count, seed=SEED))}
    write_atomically(out / "measures.json", (json.dumps(result, indent=2) + "\n").encode())
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("runs/van_gogh_patches"), help="folder for all that is written"
    )
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps in all (default {STEPS:,})")
    parser.add_argument("--no-augmentation", action="store_true", help="show the discriminator the images as they are")
    parser.add_argument("--measure", action="store_true", help="train nothing, measure the last save")
    arguments = parser.parse_args()
    if arguments.steps < STEPS_PER_EPOCH or arguments.steps % STEPS_PER_EPOCH:
        parser.error(f"--steps must be a multiple of {STEPS_PER_EPOCH}, received {arguments.steps}")
    if arguments.measure:
        if not (arguments.out / "about.json").exists():
            parser.error(f"{arguments.out} holds no training to measure")
        print(json.dumps(measure(arguments.out), indent=2))
        return
    try:
        claim(arguments.out, not arguments.no_augmentation)
    except ValueError as error:
        parser.error(str(error))
    train(arguments.out, arguments.steps, not arguments.no_augmentation)
    gan_runs.print_cost(arguments.out / "log.csv")


if __name__ == "__main__":
    main()
