"""What augmentation does on patches of van Gogh: the same training with and without it, measured at the same age.

    python tools/train_van_gogh_patches.py --steps 2000 --out runs/augmented
    python tools/train_van_gogh_patches.py --no-augmentation --steps 2000 --out runs/plain
    python tools/record_augmentation.py runs/augmented runs/plain

It writes data/experiments/05_augmentation.json: for both, how far the generated patches are from the training
paintings and from the one that is held out, how near to single training patches, and how the discriminator scores
patches of the training paintings, of the one that is held out, of photos, and generated ones.
05_augmentation_samples.npz holds ten images of each, from the same noise. The first training is the beginning of the
one that ships, step by step the same, so the card counts the minutes of the second alone.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
import train_van_gogh_patches as recipe  # noqa: E402
from gan_runs import read_log  # noqa: E402
from ship_van_gogh_patches import SHOWN, scores  # noqa: E402
from tables import record_checksum, write_card  # noqa: E402

from gan_course.images import to_uint8  # noqa: E402
from gan_course.paths import data_path  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs=2, help="folders that tools/train_van_gogh_patches.py wrote")
    parser.add_argument("--out", type=Path, help="folder to write to, and no checksum (default: data/experiments)")
    arguments = parser.parse_args()
    try:
        card = record(arguments.runs, arguments.out)
    except ValueError as error:
        parser.error(str(error))
    print(json.dumps(card, indent=2))


def record(runs, out=None, count=2000, stride=recipe.STRIDE):
    """Measures both trainings and writes the two files. Returns the card."""
    trainings = {augmented: (gan, run) for run in runs for gan, augmented in [recipe.saved_training(run)]}
    steps = {gan.step for gan, _ in trainings.values()}
    if len(trainings) != 2 or len(steps) != 1:
        raise ValueError(
            f"Two trainings of the same age were expected, one with augmentation and one without, received "
            f"{' and '.join(str(run) for run in runs)}. Train with and without --no-augmentation and the same --steps."
        )
    measures, card, samples = recipe.patch_measures(count, stride), {}, {}
    for augmented, name in ((True, "augmented"), (False, "plain")):
        gan, _ = trainings[augmented]
        generated = gan.samples(count, seed=recipe.SEED)
        samples[name] = to_uint8(generated[:SHOWN])
        card[name] = {**measures(generated), "scores": scores(gan.discriminator, generated, count)}
    step, (_, plain) = steps.pop(), trainings[False]
    seconds = sum(row["cpu_seconds"] for row in read_log(plain / "log.csv") if row["step"] <= step)
    train = f"python tools/train_van_gogh_patches.py --steps {step} --out runs/"
    card = {
        "steps": step,
        "cpu_minutes": round(seconds / 60),
        "command": f"{train}augmented && {train}plain --no-augmentation && "
        "python tools/record_augmentation.py runs/augmented runs/plain",
        **card,
    }
    folder = out or data_path("experiments")
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "05_augmentation_samples.npz", **samples)
    write_card(folder / "05_augmentation.json", card)
    if out is None:
        record_checksum("experiments/05_augmentation_samples.npz")
    return card


if __name__ == "__main__":
    main()
