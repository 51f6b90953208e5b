"""Turns a finished (or interrupted) training of tools/train_fashion_mnist.py into what ships.

    python tools/ship_generator.py runs/fashion_mnist
    python tools/ship_generator.py --conditional runs/fashion_mnist_conditional

It writes data/generators/NAME.npz (both generators in float16), NAME.json (the card: how it was made, and how far its
images are from real ones), NAME_log.csv and NAME_samples.npz (the same noise at several ages), and the checksums. NAME
is the name of the folder.
"""

import argparse
import csv
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
import train_fashion_mnist as recipe  # noqa: E402
from gan_runs import minutes  # noqa: E402
from tables import record_checksum  # noqa: E402

from gan_course import datasets, metrics  # noqa: E402
from gan_course.generators import load_generator, save_generator  # noqa: E402
from gan_course.images import read_image, to_uint8  # noqa: E402
from gan_course.networks import load_fashion_classifier  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

TITLES = {
    "generator": "Fashion-MNIST, all classes together",
    "conditional_generator": "Fashion-MNIST, the class asked for",
}
AGES = (250, 500, 1000, 2000, 4000, 6000)
SIZE, COLUMNS = 28, 10  # of an image, and of the grids that SampleGrid writes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder that tools/train_fashion_mnist.py wrote")
    parser.add_argument("--conditional", action="store_true", help="if the training was asked for that")
    parser.add_argument("--out", type=Path, help="write there, and no checksum (default: data/generators)")
    arguments = parser.parse_args()
    ship(arguments.run, arguments.conditional, arguments.out)


def ship(run, conditional=False, out=None, ages=AGES, distance=None):
    """Writes the four files. Returns the card."""
    name, folder = run.resolve().name, out or data_path() / "generators"
    folder.mkdir(parents=True, exist_ok=True)
    gan = recipe.build(conditional)
    gan.load_weights(run / "training.weights.h5")
    architecture = "conditional_generator" if conditional else "generator"
    arguments = {**recipe.GENERATOR, **({"classes": recipe.CLASSES} if conditional else {})}
    path = folder / f"{name}.npz"
    save_generator(path, gan.averaged_generator, gan.generator, architecture, arguments)
    for kind, generator in {True: gan.averaged_generator, False: gan.generator}.items():
        generator.set_weights(load_generator(path, averaged=kind).get_weights())  # what is measured is what ships
    steps = f" --steps {gan.step}" if gan.step != recipe.STEPS else ""
    log = [row for row in recipe.read_log(run / "log.csv") if row["step"] <= gan.step]
    card = {
        "title": TITLES[architecture],
        "network": f"build_{architecture}(), {gan.generator.count_params():,} weights; the file of "
        f"{path.stat().st_size / 1e6:.2f} MB holds them twice, averaged and raw",
        "trained_on": "the 10,000 training images of fashion_mnist_12k.npz",
        "steps": gan.step,
        "batch_size": recipe.BATCH,
        "seed": recipe.SEED,
        "losses": "non-saturating",
        "learning_rates": {"generator": recipe.GENERATOR_RATE, "discriminator": recipe.DISCRIMINATOR_RATE},
        "average_momentum": recipe.MOMENTUM,
        "cpu_minutes": round(minutes(log)[0], 1),
        "wall_minutes": round(minutes(log)[1], 1),
        **measure(gan, conditional, distance or recipe.Distance()),
        "command": f"python tools/train_fashion_mnist.py{' --conditional' * conditional}{steps} --out runs/{name} && "
        f"python tools/ship_generator.py{' --conditional' * conditional} runs/{name}",
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8", newline="\n")
    write_log(log, folder / f"{name}_log.csv")
    write_samples(run / "samples", [age for age in ages if age <= gan.step], folder / f"{name}_samples.npz")
    if out is None:
        for file in (path, folder / f"{name}_samples.npz"):
            record_checksum(f"generators/{file.name}")
    print(json.dumps(card, indent=2))
    return card


def measure(gan, conditional, distance):
    """Distances to images that training did not use, and those that give them a meaning."""
    (train, _), (test, labels) = datasets.fashion_mnist()
    count = distance.count
    frechet = lambda features: round(metrics.frechet_distance(distance.real, features), 2)  # noqa: E731
    mean_image = np.repeat(train.mean(axis=0, keepdims=True), 2, axis=0)
    what = labels[:count] if conditional else count
    images = gan.samples(what, seed=recipe.SEED)
    nearest = lambda queries: round(float(np.median(metrics.nearest_neighbors(queries, train)[0])), 2)  # noqa: E731
    card = {
        "frechet_distance": {
            f"moving average, {count:,} images, against {count:,} test images": round(distance(gan), 2),
            "raw, after the last step": round(distance(gan, averaged=False), 2),
            f"{count:,} training images": frechet(distance.features(train[:count])),
            "the mean image": frechet(distance.features(mean_image)),
        },
        "median_distance_to_the_nearest_training_image": {
            "500 generated images": nearest(images[:500]),
            "500 test images": nearest(test[:500]),
        },
    }
    if conditional:
        card["share_that_the_classifier_recognizes"] = {
            "generated images, of the class asked for": recognized(images, labels[:count]),
            "test images": recognized(test[:count], labels[:count]),
        }
        # A generator that makes one image of each class, the same whatever the noise, is recognized as well.
        card["variance_within_a_class_over_that_of_test_images"] = spread(images, test[:count], labels[:count])
    return card


def recognized(images, labels):
    """The share of images in which the course's classifier sees the class of the label: of all, and by class."""
    logits = load_fashion_classifier().predict(images, batch_size=500, verbose=0)
    return by_class(logits.argmax(axis=1) == labels, labels)


def spread(images, references, labels):
    """How much the images of a class differ, in pixels: as a share of how much the references of that class do."""
    variance = lambda images, label: images[labels == label].var(axis=0).sum()  # noqa: E731
    shares = np.array([variance(images, label) / variance(references, label) for label in range(recipe.CLASSES)])
    return by_class(shares[labels], labels)


def by_class(values, labels):
    """The mean of all values, and of those of each class."""
    means = {"all": values.mean(), **{str(label): values[labels == label].mean() for label in range(recipe.CLASSES)}}
    return {name: round(float(mean), 3) for name, mean in means.items()}


def write_log(log, path):
    """The log with rounded numbers; a cell stays empty where an earlier row lacks a term of the last."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, log[-1], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: f"{value:.5g}" for name, value in row.items()} for row in log)


def write_samples(folder, ages, path, size=SIZE, shown=None, channels=1):
    """The grids of several ages, taken apart into images.

    The file holds `steps` (n,) and `images` (n, shown, size, size) or, in color, (n, shown, size, size, 3), uint8.
    """
    grids = [to_uint8(read_image(folder / f"step_{age:06d}.png")) for age in ages]
    rows = (grids[0].shape[0] + 1) // (size + 1)
    corners = [(row * (size + 1), column * (size + 1)) for row in range(rows) for column in range(COLUMNS)][:shown]
    images = np.array([[grid[top : top + size, left : left + size] for top, left in corners] for grid in grids])
    np.savez_compressed(path, steps=np.array(ages), images=images[..., 0] if channels == 1 else images)


if __name__ == "__main__":
    main()
