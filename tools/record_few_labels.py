"""Lesson 11's first experiment: do generated clothes help a classifier that has few labels?

    python tools/record_few_labels.py            # goes on where it was stopped

Ten draws of 5, 20 and 100 labeled images a class, out of the 10,000 training images; the smaller sets are part of the
larger. A small classifier is trained for the same number of steps in every arm and tested on the 2,000 test images:

    real only                       the labeled images
    classical augmentation          the labeled images, shifted and mirrored at random
    + generated                     half of every batch comes from a class-conditional GAN that was trained **on these
                                    very labeled images alone**, with differentiable augmentation
    + generated, all labels seen    half of every batch comes from the shipped class-conditional GAN. **It saw 10,000
                                    labels**, so this is no learning from few labels; it says what generated images
                                    could be worth at best

Sizes, steps and rates were set beforehand or on training images. Two files are written as it goes:
data/experiments/11_few_labels.csv with the accuracies, and 11_few_labels.json with the recipe and the paired
differences between the arms.
"""

import argparse
import time
from functools import lru_cache
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import train_fashion_mnist as recipes  # noqa: E402
from keras import layers  # noqa: E402
from paired import paired_difference  # noqa: E402
from tables import read_recording, write_recording  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.augment import augment  # noqa: E402
from gan_course.batches import image_batches  # noqa: E402
from gan_course.generators import load_generator, shipped_generators  # noqa: E402
from gan_course.networks.conditional import (  # noqa: E402
    build_conditional_generator,
    build_projection_discriminator,
)
from gan_course.paths import data_path  # noqa: E402
from gan_course.training.conditional_gan import ConditionalGAN  # noqa: E402

COLUMNS = ("labels_per_class", "draw", "arm", "accuracy")
REAL, CLASSICAL, FEW, ALL = "real only", "classical augmentation", "+ generated", "+ generated, all labels seen"
ARMS = (REAL, CLASSICAL, FEW, ALL)
COMPARISONS = ((CLASSICAL, REAL), (FEW, REAL), (ALL, REAL), (FEW, CLASSICAL), (ALL, CLASSICAL))
CLASSES, DRAWS = 10, 10
fashion_mnist = lru_cache(maxsize=1)(datasets.fashion_mnist)
RECIPE = {
    "labels_per_class": [5, 20, 100],
    "classifier": {
        "filters": [16, 32],
        "dropout": 0.3,
        "steps": 250,
        "batch_size": 32,
        "learning_rate": 1e-3,
        "at_once": 25,
    },
    "largest_shift": 2,  # pixels
    "generated_share": 0.5,  # of a batch
    "generated_images": 2000,  # each generator's, of all classes alike
    "shipped_generator": "fashion_mnist_conditional",
    "few_label_generator": {
        "labels_per_class": [20],
        "generator_filters": [16, 8],
        "discriminator_filters": [16, 32],
        "steps": 1000,
        "batch_size": 32,
        "changes": ["translation", "cutout"],
        "learning_rates": [1e-3, 5e-4],
        "average_momentum": 0.99,
    },
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/11_few_labels.csv)")
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"draws 0 to N - 1 (default {DRAWS})")
    arguments = parser.parse_args()
    record(arguments.out or data_path("experiments") / "11_few_labels.csv", arguments.draws)


def record(path, draws, recipe=RECIPE):
    """Makes the rows that are missing, the quick arms first, and writes both files as it goes. Returns the card."""
    card, rows = read(path, with_steps(recipe))
    if rows and card["differences"] != differences(rows):  # an earlier call was stopped between its two files
        card["differences"] = differences(rows)
        write_recording(path, COLUMNS, rows, card)
    there = {(int(row["labels_per_class"]), int(row["draw"]), row["arm"]) for row in rows}
    counts, trained = recipe["labels_per_class"], recipe["few_label_generator"]["labels_per_class"]
    quick = [(count, draw, arm) for draw in range(draws) for count in counts for arm in (REAL, CLASSICAL, ALL)]
    slow = [(count, draw, FEW) for count in trained for draw in range(draws)]
    for count, draw, arm in quick + slow:
        if (count, draw, arm) in there:
            continue
        begun = time.process_time()
        accuracy = trial(count, draw, arm, recipe)
        card["cpu_seconds"] = round(card["cpu_seconds"] + time.process_time() - begun, 1)
        rows.append({"labels_per_class": count, "draw": draw, "arm": arm, "accuracy": round(accuracy, 4)})
        rows.sort(key=lambda row: (int(row["labels_per_class"]), int(row["draw"]), row["arm"]))
        card["differences"] = differences(rows)
        write_recording(path, COLUMNS, rows, card)
        print(f"{count} labels a class, draw {draw}, {arm}: {accuracy:.4f}", flush=True)
        if len(rows) % 10 == 0:
            keras.backend.clear_session()  # frees what the networks left; it takes a second
    return card


def with_steps(recipe):
    """The recipe, and how long the shipped generator was trained: with a better one all begins anew."""
    return recipe | {"shipped_generator_steps": shipped_generators().get(recipe["shipped_generator"], {}).get("steps")}


def labeled(draw, count):
    """The labeled images of a draw, `count` of each class; those of a smaller count are among them."""
    (images, labels), _ = fashion_mnist()
    rng = np.random.default_rng(draw)
    chosen = np.concatenate([rng.permutation(np.flatnonzero(labels == name))[:count] for name in range(CLASSES)])
    return images[chosen], labels[chosen]


def trial(count, draw, arm, recipe):
    """Trains one classifier. Returns its accuracy on the test images."""
    settings = recipe["classifier"]
    images, labels = labeled(draw, count)
    rng = np.random.default_rng(draw)
    shape = settings["steps"], settings["batch_size"]
    chosen = rng.integers(len(images), size=shape)
    images, labels = images[chosen], labels[chosen]  # all batches: (steps, batch, 28, 28, 1)
    if arm == CLASSICAL:
        images = shifted_and_mirrored(images, recipe["largest_shift"], rng)
    if arm in (FEW, ALL):
        made, wanted = generated(arm, count, draw, recipe)
        part = round(recipe["generated_share"] * shape[1])
        chosen = rng.integers(len(made), size=(shape[0], part))
        images[:, :part], labels[:, :part] = made[chosen], wanted[chosen]
    network = build_classifier(settings, draw)
    network.fit(images.reshape(-1, 28, 28, 1), labels.ravel(), shape[1], shuffle=False, verbose=0)
    _, (test_images, test_labels) = fashion_mnist()
    found = np.asarray(network(test_images, training=False)).argmax(axis=1)
    return float((found == test_labels).mean())


def build_classifier(settings, seed):
    """Two convolutions with stride 2 and a layer of logits; the same first weights for every arm of a draw."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in settings["filters"]:
        network.add(layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu"))
    for layer in (layers.Flatten(), layers.Dropout(settings["dropout"]), layers.Dense(CLASSES)):
        network.add(layer)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # several steps at a time, because such small ones cost less than going from one to the next
    network.compile(keras.optimizers.Adam(settings["learning_rate"]), loss, steps_per_execution=settings["at_once"])
    return network


def shifted_and_mirrored(images, most, rng):
    """Every image shifted by up to `most` pixels each way, black coming in, and mirrored half of the time."""
    padded = np.pad(images, ((0, 0), (0, 0), (most, most), (most, most), (0, 0)), constant_values=-1.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), axis=(2, 3))[:, :, :, :, 0]
    steps, batch = np.indices(images.shape[:2])
    y, x = rng.integers(2 * most + 1, size=(2, *images.shape[:2]))
    moved = windows[steps, batch, y, x]
    mirrored = rng.random(images.shape[:2]) < 0.5
    return np.where(mirrored[..., None, None], moved[..., ::-1], moved)[..., None]


def generated(arm, count, draw, recipe):
    """Images of all classes alike and the classes they were asked for, by the generator of an arm."""
    wanted = np.arange(recipe["generated_images"]) % CLASSES
    if arm == ALL:
        return shipped_images(recipe["shipped_generator"], len(wanted), draw), wanted
    return few_label_gan(*labeled(draw, count), draw, recipe["few_label_generator"]).samples(wanted, draw), wanted


@lru_cache(maxsize=1)
def shipped_images(name, count, seed):
    """Images by a generator in a file, class after class; the same ones for every number of labels of a draw."""
    generator = load_generator(name)
    noise = np.random.default_rng(seed).normal(size=(count, generator.inputs[0].shape[-1])).astype("float32")
    return generator.predict([noise, np.arange(count) % CLASSES], batch_size=250, verbose=0)


def few_label_gan(images, labels, seed, settings):
    """A class-conditional GAN trained on a few labeled images, which its discriminator sees changed every time."""
    keras.utils.set_random_seed(seed)
    shape = {**recipes.GENERATOR, "filters": settings["generator_filters"]}
    gan = ConditionalGAN(
        build_conditional_generator(CLASSES, **shape),
        build_projection_discriminator(CLASSES, filters=settings["discriminator_filters"]),
        losses=recipes.LOSSES,
        augment=lambda images, seed: augment(images, seed, settings["changes"]),
        average_momentum=settings["average_momentum"],
    )
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=recipes.BETA_1) for rate in settings["learning_rates"]))
    batches = image_batches(images, labels, settings["batch_size"], seed)
    gan.fit(batches, steps_per_epoch=settings["steps"], shuffle=False, verbose=0)
    return gan


def differences(rows):
    """What one arm has more than another, on the same draws: a dictionary for each comparison and number of labels."""
    found = {}
    for row in rows:
        scores = found.setdefault(int(row["labels_per_class"]), {}).setdefault(row["arm"], {})
        scores[int(row["draw"])] = float(row["accuracy"])
    result = []
    for count, arms in found.items():
        for arm, other in COMPARISONS:
            common = sorted(set(arms.get(arm, ())) & set(arms.get(other, ())))
            if common:
                pair = [[arms[name][draw] for draw in common] for name in (arm, other)]
                entry = {"comparison": f"{arm} - {other}", "labels_per_class": count}
                result.append(entry | paired_difference(*pair))
    return result


def read(path, recipe):
    """Card and rows that are there; without rows if another recipe made them."""
    card, rows = read_recording(path, recipe)
    if card:
        return card, rows
    card = {
        "command": "python tools/record_few_labels.py",
        "recipe": recipe,
        "labels_that_each_arm_saw": {
            REAL: "those of the draw",
            CLASSICAL: "those of the draw",
            FEW: "those of the draw; so did its generator",
            ALL: "those of the draw; its generator saw 10,000",
        },
        "interval": "paired bootstrap over the draws, 95 %",
        "cpu_seconds": 0,
        "differences": [],
    }
    return card, []


if __name__ == "__main__":
    main()
