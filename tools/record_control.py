"""Lesson 10's control: what a fresh discriminator finds between two sets of real patches, and what it must not find.

    python tools/record_control.py            # about ten CPU minutes; goes on where it was stopped

The eight training van Goghs are cut into squares that do not overlap and dealt out into four sets: two to learn from,
two to be tried on. In one pair of sets both are as they are; in another the second is blurred a little; in a third it
was saved as JPEG once more before it was cut. Each is done with the changes that `StyleTransferGAN` makes to all crops
("on") and without ("off"), for several deals. Written after each: data/experiments/10_control.csv, and 10_control.json
with the recipe.
"""

import argparse
import io
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from tables import read_recording, write_recording

from gan_course import datasets
from gan_course.images import from_uint8, to_uint8
from gan_course.paths import data_path

COLUMNS = ("pair", "augmentation", "seed", "pairs", "right", "low", "high")
RECIPE = {"painting_side": 448, "square": 64, "steps": 600, "filters": [32, 64], "blur": 1.0, "quality": 50}
SEEDS = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/10_control.csv)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"deals 0 to N - 1 (default {SEEDS})")
    parser.add_argument("--steps", type=int, default=RECIPE["steps"], help=f"(default {RECIPE['steps']})")
    arguments = parser.parse_args()
    path = arguments.out or data_path("experiments") / "10_control.csv"
    record(path, RECIPE | {"steps": arguments.steps}, arguments.seeds)


def blurred(picture, recipe):
    """As soft as a network paints."""
    return gaussian_filter(picture, (recipe["blur"], recipe["blur"], 0))


def compressed(picture, recipe):
    """Saved as JPEG and read again."""
    file = io.BytesIO()
    Image.fromarray(to_uint8(picture)).save(file, "JPEG", quality=recipe["quality"])
    return from_uint8(np.asarray(Image.open(file)))


# what is done to the second kind, whole pictures at a time
PAIRS = {
    "real against real": lambda picture, recipe: picture,
    "real against blurred": blurred,
    "real against JPEG": compressed,
}


def record(path, recipe, seeds):
    """Makes the rows that are missing and writes both files after each."""
    card, rows = read(path, recipe)
    there = {(row["pair"], row["augmentation"], int(row["seed"])) for row in rows}
    for seed in range(seeds):
        for pair in PAIRS:
            for augmentation in ("on", "off"):
                if (pair, augmentation, seed) in there:
                    continue
                begun = time.process_time()
                row = {
                    "pair": pair,
                    "augmentation": augmentation,
                    "seed": seed,
                    **trial(pair, augmentation, seed, recipe),
                }
                rows.append(row)
                card["cpu_seconds"] += round(time.process_time() - begun)
                write_recording(path, COLUMNS, rows, card)
                print(row, flush=True)


def trial(pair, augmentation, seed, recipe):
    """Trains one discriminator. Returns how often it is right on new pairs, with the interval."""
    from gan_course.training import disjoint_patches, tell_apart

    names = datasets.picture_files("paintings/van_gogh")
    pictures = [datasets.picture(name, recipe["painting_side"]) for name in names]
    changed = [PAIRS[pair](picture, recipe) for picture in pictures]
    # the same deal for both: the first and the third set are cut from the pictures as they are, the others from theirs
    real = disjoint_patches(pictures, recipe["square"], seed, (3, 3, 2, 2))
    other = disjoint_patches(changed, recipe["square"], seed, (3, 3, 2, 2))
    right, low, high = tell_apart(
        real[0],
        other[1],
        real[2],
        other[3],
        honest=augmentation == "on",
        steps=recipe["steps"],
        seed=seed,
        filters=recipe["filters"],
    )
    return {"pairs": len(real[2]), "right": round(right, 4), "low": round(low, 4), "high": round(high, 4)}


def read(path, recipe):
    """Card and rows that are there; empty ones if another recipe made them."""
    card, rows = read_recording(path, recipe)
    if card:
        return card, rows
    more = f" --steps {recipe['steps']}" if recipe["steps"] != RECIPE["steps"] else ""
    return {"command": f"python tools/record_control.py{more}", "recipe": recipe, "cpu_seconds": 0}, []


if __name__ == "__main__":
    main()
