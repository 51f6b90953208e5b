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

The networks are the article's, repaired, with two changes to the generator: it doubles by resizing, and it has batch
normalization. CONTRIBUTING.md has the trials behind that. The losses are the non-saturating ones with R1, and whatever
the discriminator sees is augmented first. The held-out painting is used by --measure alone: choose nothing by it.
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

SEED, STEPS, STEPS_PER_EPOCH, BATCH, SIZE = 5, 3_550, 50, 16, 64
SCALES = (1.0, 0.6, 0.35)  # of the paintings: strokes, things, and how a picture is composed
STRIDE = 24  # pixels between two of the training patches among which a copy is looked for
GENERATOR = {"filters": [128, 128, 128], "resize": True, "batch_normalization": True}
DISCRIMINATOR = {}  # the article's, see build_discriminator()
GENERATOR_RATE, DISCRIMINATOR_RATE, BETA_1 = 2e-4, 5e-4, 0.5
R1_WEIGHT, MOMENTUM = 0.05, 0.999


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
    """A picture at the sizes that training uses."""
    image = datasets.picture(name)
    return [resize(image, tuple(round(side * scale) for side in image.shape[:2])) for scale in SCALES]


def patch_sampler(names):
    """Draws patches from pictures, each at all scales."""
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


def about(augmentation):
    """What determines a training, for the file that tells whose folder it is."""
    return {
        "augmentation": augmentation,
        "seed": SEED,
        "batch": BATCH,
        "scales": list(SCALES),
        "generator": GENERATOR,
        "discriminator": DISCRIMINATOR,
        "rates": [GENERATOR_RATE, DISCRIMINATOR_RATE],
        "beta_1": BETA_1,
        "r1_weight": R1_WEIGHT,
        "average_momentum": MOMENTUM,
    }


def claim(out, augmentation):
    """Writes down what is trained in a folder, or raises a ValueError if something else is."""
    path, wanted = out / "about.json", about(augmentation)
    begun = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    if begun != wanted and (begun or (out / "training.weights.h5").exists()):
        raise ValueError(
            f"{path} tells of another training than {wanted}. Give this one a folder of its own with --out."
        )
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (json.dumps(wanted, indent=2) + "\n").encode())


def train(out, steps, augmentation=True, steps_per_epoch=STEPS_PER_EPOCH):
    """Trains up to a number of steps, from the last save if there is one. Returns the trainer."""
    claim(out, augmentation)
    gan = build(augmentation)
    sampler = patch_sampler(datasets.picture_files("paintings/van_gogh"))
    noise = np.random.default_rng(SEED).normal(size=(60, gan.latent_dim)).astype("float32")
    gan_runs.train(gan, out, steps, steps_per_epoch, lambda step: patch_batches(sampler, step), noise)
    save_generator(out / "generator.npz", gan.averaged_generator, gan.generator, "generator", GENERATOR)
    save_discriminator(out / "discriminator.npz", gan.discriminator, "discriminator", DISCRIMINATOR)
    return gan


def patch_measures(count=2000, stride=STRIDE):
    """What measures generated patches against all of van Gogh's paintings."""
    samplers = {name: patch_sampler([name]) for name in datasets.picture_files("paintings/van_gogh", "all")}
    rasters = {name: lambda name=name: raster(name, stride) for name in datasets.picture_files("paintings/van_gogh")}
    return PatchMeasures(samplers, rasters, count, SIZE)


def saved_training(out):
    """The trainer as the last save of a folder left it, and whether it augments.

    Raises:
        ValueError: if the folder holds no training, or one that was made with other settings than these.
    """
    path = out / "about.json"
    if not path.exists():
        raise ValueError(f"{out} holds no training. Name a folder that tools/train_van_gogh_patches.py wrote.")
    made = json.loads(path.read_text(encoding="utf-8"))
    if made != about(made["augmentation"]):
        raise ValueError(f"{path} tells of other settings than those in tools/train_van_gogh_patches.py. Train again.")
    gan = build(made["augmentation"])
    gan.load_weights(out / "training.weights.h5")
    return gan, made["augmentation"]


def measure(out, count=2000, stride=STRIDE):
    """Measures the last save and writes measures.json. Returns what it holds."""
    gan, augmentation = saved_training(out)
    measured = patch_measures(count, stride)(gan.samples(count, seed=SEED))
    result = {"steps": gan.step, "augmentation": augmentation, **measured}
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
    try:
        if arguments.measure:
            print(json.dumps(measure(arguments.out), indent=2))
            return
        claim(arguments.out, not arguments.no_augmentation)
    except ValueError as error:
        parser.error(str(error))
    train(arguments.out, arguments.steps, not arguments.no_augmentation)
    gan_runs.print_cost(arguments.out / "log.csv")


if __name__ == "__main__":
    main()
