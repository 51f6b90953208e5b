"""Turns a finished (or interrupted) training of tools/train_van_gogh_patches.py into what ships.

    python tools/ship_van_gogh_patches.py runs/van_gogh_patches

It writes data/generators/van_gogh_patches.npz (the moving average, in float16), .json (the card: how it was made, how
near it is to van Gogh, and whether it copies), _log.csv, _samples.npz (the same noise at several ages), _nearest.npz
(the generated patches that are most like a real one, with these) and _sheet.jpg (generated patches beside real ones);
data/discriminators/van_gogh_patches.npz and .json, the network it was trained against; and the checksums. What is
measured is what ships, float16 and all.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import train_van_gogh_patches as recipe  # noqa: E402
from gan_runs import minutes, read_log  # noqa: E402
from ship_generator import write_log, write_samples  # noqa: E402
from tables import record_checksum, write_card  # noqa: E402

from gan_course import datasets, images, plots  # noqa: E402
from gan_course.discriminators import load_discriminator, save_discriminator  # noqa: E402
from gan_course.generators import load_generator, save_generator  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

NAME = "van_gogh_patches"
AGES = (50, 150, 500, 1000, 2000, 3550)
SHOWN = 10  # images of each age
SHOWN_EACH, COLUMNS, HALF_TO_HALF = 48, 6, 12  # on the sheet: images in each half, in a row of it, pixels between


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder that tools/train_van_gogh_patches.py wrote")
    parser.add_argument("--out", type=Path, help="write there, and no checksum (default: the course's data folder)")
    arguments = parser.parse_args()
    try:
        card = ship(arguments.run, arguments.out)
    except ValueError as error:
        parser.error(str(error))
    print(json.dumps(card, indent=2))


def ship(run, out=None, ages=AGES, count=2000, stride=recipe.STRIDE):
    """Writes all files. Returns the generator's card."""
    gan, augmentation = recipe.saved_training(run)
    folders = {kind: (out or data_path()) / kind for kind in ("generators", "discriminators")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    path, critic_path = (folder / f"{NAME}.npz" for folder in folders.values())
    save_generator(path, gan.averaged_generator, None, "generator", recipe.GENERATOR)
    save_discriminator(critic_path, gan.discriminator, "discriminator", recipe.DISCRIMINATOR)
    gan.averaged_generator.set_weights(load_generator(path).get_weights())
    generated = gan.samples(count, seed=recipe.SEED)

    log = [row for row in read_log(run / "log.csv") if row["step"] <= gan.step]
    write_log(log, path.with_name(f"{NAME}_log.csv"))
    samples, sheet = path.with_name(f"{NAME}_samples.npz"), path.with_name(f"{NAME}_sheet.jpg")
    write_samples(run / "samples", [age for age in ages if age <= gan.step], samples, recipe.SIZE, SHOWN, channels=3)
    write_sheet(generated, sheet)
    measures, nearest = recipe.patch_measures(count, stride), path.with_name(f"{NAME}_nearest.npz")
    pairs = zip(("generated", "training"), measures.most_similar(generated, SHOWN), strict=True)
    np.savez_compressed(nearest, **{name: images.to_uint8(some) for name, some in pairs})
    options = " --no-augmentation" * (not augmentation) + f" --steps {gan.step}" * (gan.step != recipe.STEPS)
    card = {
        "title": "Patches of Vincent van Gogh's paintings",
        "network": f"{described('generator', recipe.GENERATOR, gan.generator)}, {path.stat().st_size / 1e6:.2f} MB",
        "trained_on": datasets.picture_files("paintings/van_gogh"),
        "patches": f"{recipe.SIZE} pixels, from the paintings at {', '.join(map(str, recipe.SCALES))} of their size, "
        "mirrored at random",
        "augmentation": augmentation,
        "steps": gan.step,
        "batch_size": recipe.BATCH,
        "seed": recipe.SEED,
        "losses": f"non-saturating, R1 at real patches with weight {recipe.R1_WEIGHT}",
        "learning_rates": {"generator": recipe.GENERATOR_RATE, "discriminator": recipe.DISCRIMINATOR_RATE},
        "average_momentum": recipe.MOMENTUM,
        "cpu_minutes": round(minutes(log)[0], 1),
        "wall_minutes": round(minutes(log)[1], 1),
        "measured": measures(generated),
        "command": f"python tools/train_van_gogh_patches.py{options} --out runs/{NAME} && "
        f"python tools/ship_van_gogh_patches.py runs/{NAME}",
    }
    write_card(path.with_suffix(".json"), card)
    critic = {
        "title": "Patches of van Gogh against generated ones",
        "network": f"{described('discriminator', recipe.DISCRIMINATOR, gan.discriminator)}, "
        f"{critic_path.stat().st_size / 1e6:.2f} MB",
        "real": card["trained_on"],
        "fake": "what its generator made at the time",
        "how": f"the card of its generator, generators/{NAME}.json",
        "measured": scores(load_discriminator(critic_path), generated, count),
        "command": card["command"],
    }
    write_card(critic_path.with_suffix(".json"), critic)
    if out is None:
        for file in (path, samples, nearest, sheet, critic_path):
            record_checksum(file.relative_to(data_path()).as_posix())
    return card


def described(name, arguments, network):
    """A network in words, as the cards have it."""
    given = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return f"build_{name}({given}), {network.count_params():,} weights"


def scores(discriminator, generated, count):
    """The mean score of four kinds of patches, and which share of them the discriminator takes for real.

    The generated ones come from the moving average of the generator, which the discriminator has never met as such.
    """
    names = {
        "training van Goghs": datasets.picture_files("paintings/van_gogh"),
        "held-out van Gogh": datasets.picture_files("paintings/van_gogh", "heldout"),
        "held-out photos": datasets.picture_files("photos", "heldout"),
    }
    seed = tf.constant([recipe.SEED, 23])
    patches = {kind: recipe.patch_sampler(pictures)(count, recipe.SIZE, seed) for kind, pictures in names.items()}
    patches["generated"] = generated
    logits = {kind: discriminator.predict(some, batch_size=100, verbose=0) for kind, some in patches.items()}
    return {
        kind: {"mean logit": round(float(some.mean()), 3), "taken for real": round(float((some > 0).mean()), 3)}
        for kind, some in logits.items()
    }


def write_sheet(generated, path):
    """Generated patches on the left, as many real ones of the training paintings on the right."""
    sampler = recipe.patch_sampler(datasets.picture_files("paintings/van_gogh"))
    real = sampler(SHOWN_EACH, recipe.SIZE, tf.constant([recipe.SEED, 29])).numpy()
    halves = [plots.image_grid(some[:SHOWN_EACH], COLUMNS) for some in (generated, real)]
    gap = np.ones((halves[0].shape[0], HALF_TO_HALF, 3), "float32")
    images.save_image(path, np.concatenate([halves[0], gap, halves[1]], axis=1), force=True)


if __name__ == "__main__":
    main()
