"""What the discriminator adds to `van_gogh`: the shipped stylizer beside one whose last training was without.

    python tools/train_styles.py van_gogh --without-discriminator --out runs/without_discriminator
    python tools/record_without_discriminator.py runs/without_discriminator

Both began as `first_van_gogh` and made the same steps, with the same photos, crops and paintings; the weight of the
adversarial term is all that differs. Measured on the held-out photos, against Church at Auvers, which neither has
seen. Each distance is taken twice: of the pictures as they are, and after all have been given the painting's mean and
deviation in each color, because lesson 10's ablation found that these measures hear contrast before they hear paint.
Beside them stand photos, the other van Goghs and Hokusai. Both trainings had a discriminator that learned all the
time; without the term the stylizer did not listen to it. Its loss says in both what it found. With the term a stylizer
dodges just this one, so a fresh discriminator is asked, too: it learns on the paintings and photos of the training and
is tried on those held out.

Written to data/experiments/10_without_discriminator: card.json, and pieces of two held-out photos.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import ablation_measures as measures  # noqa: E402
import numpy as np  # noqa: E402
import train_styles as recipe  # noqa: E402
from ablation import save_small  # noqa: E402
from ship_stylizer import read_log  # noqa: E402
from tables import record_checksum, write_card  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.picture_faults import grid_energy  # noqa: E402
from gan_course.pretrained import load_stylizer, shipped_styles  # noqa: E402
from gan_course.stylize import stylize  # noqa: E402
from gan_course.training import disjoint_patches, tell_apart  # noqa: E402

PAINTING = "paintings/van_gogh/church_at_auvers.jpg"
SHOWN = ("owl", "mont_saint_michel")
PERIODS = (2, 4, 8)
FRESH = {"square": 64, "steps": 600, "seeds": 3}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder that tools/train_styles.py wrote")
    parser.add_argument("--out", type=Path, help="folder (default data/experiments/10_without_discriminator)")
    options = parser.parse_args()
    gan, _, _ = recipe.build("van_gogh", adversarial_weight=0.0)
    gan.load_weights(options.run / "training.weights.h5")
    shipped = shipped_styles()["van_gogh"]
    if gan.step != shipped["steps"]:
        parser.error(
            f"The shipped van_gogh made {shipped['steps']} steps, this training {gan.step}. Train it to the same."
        )
    log = read_log(options.run / "log.csv", gan.step)
    card = {
        "command": "python tools/train_styles.py van_gogh --without-discriminator --out runs/without_discriminator && "
        "python tools/record_without_discriminator.py runs/without_discriminator",
        "start": recipe.START,
        "steps": gan.step,
        "cpu_minutes": round(sum(log["cpu_seconds"]) / 60),
        "losses": {"with": last_third(shipped_log()), "without": last_third(log)},
    }
    photos = {name: datasets.picture(name) for name in datasets.picture_files("photos", "heldout")}
    stylizers = {"with": load_stylizer("van_gogh"), "without": gan.averaged_stylizer}
    painted = {
        kind: {name: stylize(stylizer, photo) for name, photo in photos.items()} for kind, stylizer in stylizers.items()
    }
    card |= compare(painted, photos) | {"fresh_discriminator": FRESH | told_apart(stylizers, painted)}
    folder = options.out or data_path("experiments") / "10_without_discriminator"
    folder.mkdir(parents=True, exist_ok=True)
    for name in photos:
        short = name.split("/")[-1].removesuffix(".jpg")
        if short in SHOWN:
            for kind, pictures in ({"photo": photos} | painted).items():
                save_small(folder / f"{short}_{kind}.jpg", pictures[name], size=288, limit=60_000)
                if options.out is None:
                    record_checksum(f"experiments/10_without_discriminator/{short}_{kind}.jpg")
    write_card(folder / "card.json", card)
    print(json.dumps(card, indent=2))


def shipped_log():
    return read_log(data_path("weights/van_gogh_log.csv"), shipped_styles()["van_gogh"]["steps"])


def last_third(log):
    """Mean losses in the last third of a training, without their weights. A discriminator that answers 0 has 2."""
    begin = len(log["step"]) * 2 // 3
    return {name: round(float(np.mean(log[name][begin:])), 3) for name in ("discriminator", "style", "content")}


def compare(painted, photos):
    """Measures of both, and of what gives them their meaning."""
    painting = datasets.picture(PAINTING)
    others = [datasets.picture(name) for name in datasets.picture_files("paintings/van_gogh")]
    hokusai = [datasets.picture(name) for name in datasets.picture_files("paintings/hokusai")]
    groups = {kind: list(pictures.values()) for kind, pictures in painted.items()}
    groups |= {"photos": list(photos.values()), "other van Goghs": others, "Hokusai": hokusai}
    scales = measures.units(min(min(photo.shape[:2]) for photo in photos.values()))
    originals = {name: measures.Described(photo) for name, photo in photos.items()}
    kept = {
        kind: measures.mean(
            [measures.against_photo(measures.Described(picture), originals[name]) for name, picture in pictures.items()]
        )
        for kind, pictures in painted.items()
    }
    target = measures.Described(painting)
    distances = {
        "as they are": {kind: to_painting(pictures, target, scales) for kind, pictures in groups.items()},
        "in the painting's colors": {
            kind: to_painting([in_colors_of(painting, picture) for picture in pictures], target, scales)
            for kind, pictures in groups.items()
        },
    }
    patterns = {
        kind: {
            "total_variation": round(float(np.mean([measures.of_picture(p)["total_variation"] for p in pictures])), 4),
            **{f"grid_{n}": round(float(np.mean([grid_energy(p, n) for p in pictures])), 3) for n in PERIODS},
        }
        for kind, pictures in groups.items()
    }
    return {"photos": len(photos), "painting": PAINTING, "kept": kept, "distances": distances, "patterns": patterns}


def told_apart(stylizers, painted):
    """How often a fresh discriminator scores a patch of the held-out painting above one of a painted held-out photo."""
    square = FRESH["square"]

    def patches(pictures, seed):
        return disjoint_patches(list(pictures), square, seed, (1,))[0]

    paintings = [datasets.picture(name) for name in datasets.picture_files("paintings/van_gogh")]
    training = [datasets.picture(name) for name in datasets.picture_files("photos")]
    found = {}
    for kind, stylizer in stylizers.items():
        fakes, right = [stylize(stylizer, photo) for photo in training], []
        for seed in range(FRESH["seeds"]):
            new_real = patches([datasets.picture(PAINTING)], seed)
            new_fake = patches(painted[kind].values(), seed)[: len(new_real)]
            sets = patches(paintings, seed), patches(fakes, seed), new_real, new_fake
            right.append(round(tell_apart(*sets, steps=FRESH["steps"], seed=seed)[0], 3))
        found[kind] = right
    return {"pairs": len(new_real), "right": found}


def to_painting(pictures, target, scales):
    """Mean over pictures of the distances to the painting, each picture by itself."""
    return measures.mean([measures.against_painting([measures.Described(p)], target, scales) for p in pictures])


def in_colors_of(painting, picture):
    """The picture with the painting's mean and deviation in red, green and blue."""
    own, wanted = ((some.mean(axis=(0, 1)), some.std(axis=(0, 1))) for some in (picture, painting))
    return np.clip((picture - own[0]) / own[1] * wanted[1] + wanted[0], -1, 1).astype("float32")


if __name__ == "__main__":
    main()
