"""What the discriminators of the article's kind readings (ii) and (iii) have learned to measure, for lesson 10.

    python tools/record_readings.py                # three seeds of each; goes on where it was stopped
    python tools/record_readings.py --seeds 1 --steps 60 --out runs/readings.csv    # a small one, to see it work

The runs are those of tools/ablation.py, with the same start, pictures and weights; there the discriminators are not
kept. Each is asked after its training, beside one that is untrained, about pictures that it has not seen:

- a relativistic one for `E[D(x, y)] = E[σ(C(x) - C(y))]`, x neighborhoods of the van Gogh that was left out, y those
  of other pictures: the article's style loss;
- one with a learned distance for `E[f(x, y)²]`, relative to `E[h(x)²]`, x the held-out photos, y other pictures: the
  article's content loss.

Written after each run: data/experiments/10_readings.csv, and 10_readings.json with the recipe.
"""

import argparse
import os
import time
from pathlib import Path
from types import SimpleNamespace

import ablation
from tables import read_recording, write_recording

from gan_course import datasets
from gan_course.paths import data_path

COLUMNS = ("reading", "seed", "discriminator", "picture", "value")
SEEDS = 3
SHOWN = 400  # neighborhoods of each picture that are compared, evenly spread


def main():
    for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/10_readings.csv)")
    parser.add_argument("--seeds", type=int, default=SEEDS, choices=range(1, len(ablation.HELDOUT) + 1))
    steps = ablation.RECIPE["steps"]
    parser.add_argument("--steps", type=int, default=steps, help=f"of a run (default {steps})")
    arguments = parser.parse_args()
    path = arguments.out or data_path("experiments") / "10_readings.csv"
    record(path, ablation.RECIPE | {"steps": arguments.steps}, range(arguments.seeds))


def record(path, recipe, seeds):
    """Makes the rows that are missing and writes both files after each run."""
    import ablation_runs

    card, rows = read_recording(path, recipe)
    card = card or {"command": "python tools/record_readings.py", "recipe": recipe, "cpu_minutes": 0.0}
    there = {(row["reading"], int(row["seed"])) for row in rows}
    for seed in seeds:
        missing = [reading for reading in ablation.ONE_STRENGTH if (reading, seed) not in there]
        begun = time.process_time()
        start = ablation_runs.Start(seed, ablation.HELDOUT[seed], recipe) if missing else None
        for reading in missing:
            gan, _ = ablation_runs.train(start, reading, 1.0, 1)
            _, untrained = ablation_runs.build_networks(seed, recipe)
            for name, discriminator in (("trained", gan.discriminator), ("untrained", untrained)):
                answers = ask(reading, discriminator, gan.averaged_stylizer, seed, recipe)
                rows += [
                    dict(zip(COLUMNS, (reading, seed, name, picture, round(value, 4)), strict=True))
                    for picture, value in answers.items()
                ]
            card["cpu_minutes"] = round(card["cpu_minutes"] + (time.process_time() - begun) / 60, 2)
            begun = time.process_time()
            write_recording(path, COLUMNS, rows, card)
            print(*(row for row in rows if (row["reading"], int(row["seed"])) == (reading, seed)), sep="\n", flush=True)


def ask(reading, discriminator, stylizer, seed, recipe):
    """`{kind of picture: value}`, means over pictures."""
    return (style_values if reading == "relativistic" else content_values)(discriminator, stylizer, seed, recipe)


def held_out_photos(recipe):
    """The held-out photos, as large as those of the training."""
    return [datasets.picture(name, recipe["photo_side"]) for name in datasets.picture_files("photos", "heldout")]


def style_values(critic, stylizer, seed, recipe):
    """`E[σ(C(x) - C(y))]`: ½ where y passes for the van Gogh that was left out, more where it does not."""
    import numpy as np
    from scipy.special import expit

    from gan_course.stylize import paint

    def scores(picture):
        found = np.asarray(critic(picture[None], training=False)).ravel()
        return found[:: max(len(found) // SHOWN, 1)]

    def paintings(folder):
        return [datasets.picture(name, recipe["painting_side"]) for name in datasets.picture_files(folder)]

    photos = held_out_photos(recipe)
    left_out = datasets.picture(ablation.HELDOUT[seed], recipe["painting_side"])
    kinds = {
        "the painting itself": [left_out],
        "van Goghs of the training": [one for one in paintings("paintings/van_gogh") if not same(one, left_out)],
        "Hokusai": paintings("paintings/hokusai"),
        "painted photos": [paint(stylizer, photo) for photo in photos],
        "photos": photos,
    }
    real = scores(left_out)[:, None]
    return {
        kind: float(np.mean([expit(real - scores(picture)[None]).mean() for picture in pictures]))
        for kind, pictures in kinds.items()
    }


def same(one, other):
    """Are two pictures the same?"""
    return one.shape == other.shape and bool((one == other).all())


def content_values(discriminator, stylizer, seed, recipe):
    """`E[f²]` relative to the photo's own features: 0 for the photo itself."""
    import numpy as np
    from ablation_measures import stand_ins

    from gan_course.stylize import paint
    from gan_course.training.readings import build_hidden_features, learned_distance

    hidden = build_hidden_features(discriminator)
    photos = dict(enumerate(held_out_photos(recipe)))
    painted = {number: paint(stylizer, photo) for number, photo in photos.items()}
    others = stand_ins({number: SimpleNamespace(picture=photo) for number, photo in photos.items()})

    def distance(number, picture):
        return float(learned_distance(hidden, photos[number][None], picture[None].astype("float32")))

    return {
        kind: float(np.mean([distance(number, picture) for number, picture in pictures.items()]))
        for kind, pictures in {"its painting": painted, **others}.items()
    }


if __name__ == "__main__":
    main()
