"""Trains the live recipe of lesson 04 with 20 seeds and writes down how far its images are from real ones.

    python tools/record_seeds.py                # all seeds that are missing
    python tools/record_seeds.py --seeds 0      # trains nothing, prints the summary of what is there

Two files are written after every seed: data/experiments/fashion_seeds.csv has a row for every seed and every 200
steps, fashion_seeds.json the recipe, the floors and the summary. Seeds that are there are skipped, so the command can
be interrupted and goes on. If the recipe has changed, all are trained anew.
"""

import argparse
import json
import time
from pathlib import Path

from tables import read_recording, write_recording

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import train_fashion_mnist as recipe  # noqa: E402

from gan_course import datasets, metrics  # noqa: E402
from gan_course.batches import image_batches  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

SEEDS, EVERY = 20, 200
COLUMNS = ("seed", "step", "frechet_averaged", "frechet_raw", "cpu_seconds", "wall_seconds")
SHARE = 1 / 3  # of the mean image's distance, which the average has to stay below


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/fashion_seeds.csv)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"seeds 0 to N - 1 (default {SEEDS})")
    arguments = parser.parse_args()
    path = arguments.out or data_path() / "experiments" / "fashion_seeds.csv"
    print(json.dumps(record(path, arguments.seeds)["summary"], indent=2))


def record(path, seeds, steps=recipe.LIVE_STEPS, every=EVERY, count=recipe.MEASURED):
    """Trains the missing seeds and writes both files after each. Returns the card."""
    path.parent.mkdir(parents=True, exist_ok=True)
    distance = recipe.Distance(count)
    made = about(steps, every, count)
    rows = read(path, made)
    for seed in range(seeds):
        if (seed, steps) not in {(row["seed"], row["step"]) for row in rows}:
            rows = [row for row in rows if row["seed"] != seed] + train(seed, steps, every, distance)
            write(path, rows, card(rows, made, distance))
            print(f"seed {seed}: {rows[-1]['frechet_averaged']} after {rows[-1]['wall_seconds']} s", flush=True)
    finished = card(rows, made, distance)
    if rows and read_recording(path, made)[0]["summary"] != finished["summary"]:
        write(path, rows, finished)  # an earlier call was stopped between its two files
    return finished


def about(steps, every, count):
    """What determines the runs."""
    return {
        "steps": steps,
        "every": every,
        "images_measured": count,
        "batch_size": recipe.LIVE_BATCH,
        "losses": "non-saturating",
        "generator": recipe.GENERATOR,
        "discriminator": {**recipe.DISCRIMINATOR, "image_shape": list(recipe.DISCRIMINATOR["image_shape"])}
        | {"filters": list(recipe.DISCRIMINATOR["filters"])},
        "learning_rates": list(recipe.LIVE_RATES),
        "beta_1": recipe.BETA_1,
        "average_momentum": recipe.LIVE_MOMENTUM,
    }


def train(seed, steps, every, distance):
    """One run. Returns its rows; the clocks count the steps alone, tracing included."""
    (images, _), _ = datasets.fashion_mnist()
    gan = recipe.build(seed=seed, average_momentum=recipe.LIVE_MOMENTUM, rates=recipe.LIVE_RATES)
    rows, cpu, wall = [], 0.0, 0.0
    while gan.step < steps:
        batches = image_batches(images, batch_size=recipe.LIVE_BATCH, seed=seed, first_step=gan.step)
        begun = time.process_time(), time.perf_counter()
        gan.fit(batches, steps_per_epoch=every, shuffle=False, verbose=0)
        cpu, wall = cpu + time.process_time() - begun[0], wall + time.perf_counter() - begun[1]
        distances = [round(distance(gan, averaged=averaged), 3) for averaged in (True, False)]
        rows.append(dict(zip(COLUMNS, (seed, gan.step, *distances, round(cpu, 1), round(wall, 1)), strict=True)))
    keras.backend.clear_session()
    return rows


def card(rows, made, distance):
    """Recipe, floors, and how the runs ended."""
    (train_images, _), _ = datasets.fashion_mnist()
    mean_image = np.repeat(train_images.mean(axis=0, keepdims=True), 2, axis=0)
    floors = {
        name: round(metrics.frechet_distance(distance.real, distance.features(images)), 3)
        for name, images in {"training images": train_images[: distance.count], "the mean image": mean_image}.items()
    }
    ends = [row["frechet_averaged"] for row in rows if row["step"] == made["steps"]]
    bound = round(SHARE * floors["the mean image"], 3)
    summary = {"seeds": len(ends), "bound": bound, "below_the_bound": sum(end < bound for end in ends)}
    if ends:
        summary |= {"median": round(float(np.median(ends)), 3), "worst": max(ends)}
    last = {row["seed"]: row["cpu_seconds"] for row in rows}  # rows come by step, and the seconds add up
    minutes = round(sum(last.values()) / 60, 1)
    return {
        "recipe": made,
        "floors": floors,
        "summary": summary,
        "cpu_minutes": minutes,
        "command": "python tools/record_seeds.py",
    }


def read(path, made):
    """The rows that are there, none if they were made by another recipe."""
    _, rows = read_recording(path, made)
    return [{name: (int if name in COLUMNS[:2] else float)(value) for name, value in row.items()} for row in rows]


def write(path, rows, card):
    """Writes both files, rows by seed and step."""
    write_recording(path, COLUMNS, sorted(rows, key=lambda row: (row["seed"], row["step"])), card)


if __name__ == "__main__":
    main()
