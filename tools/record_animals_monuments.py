"""Lesson 11's second experiment: do stylized training photos help to tell animals from monuments?

    python tools/record_animals_monuments.py            # about ten CPU minutes; goes on where it was stopped

Ten draws. Each takes eight photos a class to learn from, out of the 56 of the split `train`; all others are its test,
the 14 held-out ones among them. Two painters paint for training and the other paints for the test, so no style of the
test was there in training: in even draws van Gogh and Kandinsky train and Hokusai's two prints test, in odd draws it
is the other way round. Nothing was chosen by a test: layer, sizes, steps and rates were set beforehand, and the
penalty of the linear head is that of tools/painter_classifier.py.

Each photo is painted once in each style; paintings are kept in a folder outside the course (`--cache`). Two files are
written after each draw: data/experiments/11_animals_monuments.csv with the balanced accuracies, and
11_animals_monuments.json with the recipe and the paired differences between the arms.
"""

import argparse
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from painter_classifier import PENALTY, fit_softmax_regression  # noqa: E402
from paired import paired_difference  # noqa: E402
from tables import read_recording, write_recording  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.images import read_image, resize, save_image  # noqa: E402
from gan_course.networks import build_vgg16_features, cut_border  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.pretrained import load_stylizer  # noqa: E402
from gan_course.stylize import paint  # noqa: E402

COLUMNS = ("draw", "classifier", "arm", "test", "balanced_accuracy")
CLASSES = ("animals", "monuments")
# styles that train together and test together: both of Hokusai's prints are on one side
SIDES = (("van_gogh", "kandinsky"), ("great_wave", "poppies"))
CLEAN = "clean photos"
# arm: whether there are stylized pictures, whether there are flips and crops
ARMS = {
    "clean only": (False, False),
    "flips and crops": (False, True),
    "+ stylized": (True, False),
    "+ stylized, flips and crops": (True, True),
}
COMPARISONS = (
    ("flips and crops", "clean only"),
    ("+ stylized", "clean only"),
    ("+ stylized", "flips and crops"),
    ("+ stylized, flips and crops", "flips and crops"),
)
DRAWS = 10
RECIPE = {
    "photos_a_class": 8,
    "painted_short_side": 192,
    "views": 4,  # of a picture with flips and crops; the first is the one without
    "smallest_crop": 0.7,  # of the shorter side
    "linear head on VGG": {"layer": "block4_conv1", "side": 128, "penalty": PENALTY},
    "small network": {"side": 64, "filters": [16, 32, 64], "steps": 300, "batch_size": 16, "learning_rate": 1e-3},
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/11_animals_monuments.csv)")
    parser.add_argument("--cache", type=Path, help="folder for the paintings (default: in the system's temporary one)")
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"draws 0 to N - 1 (default {DRAWS})")
    arguments = parser.parse_args()
    path = arguments.out or data_path("experiments") / "11_animals_monuments.csv"
    record(path, arguments.cache or Path(tempfile.gettempdir()) / "gan_course_paintings", arguments.draws)


def record(path, cache, draws, recipe=RECIPE):
    """Makes the draws that are missing and writes both files after each. Returns the card."""
    card, rows = read(path, recipe)
    if rows and card["differences"] != differences(rows):  # an earlier call was stopped between its two files
        card["differences"] = differences(rows)
        write_recording(path, COLUMNS, rows, card)
    done = {int(row["draw"]) for row in rows}
    pictures = Pictures(cache, recipe)
    for draw in range(draws):
        if draw in done:
            continue
        begun = time.process_time()
        rows += [{"draw": draw, **row} for row in trial(draw, pictures, recipe)]
        card["cpu_seconds"] += round(time.process_time() - begun)
        card["differences"] = differences(rows)
        write_recording(path, COLUMNS, rows, card)
        print(f"draw {draw}: {len(rows)} rows, {card['cpu_seconds']} CPU seconds", flush=True)
    return card


def photos_of(draw, count):
    """The photos of a draw: `{class: names}` to learn from, and those of the test. Held-out photos never train."""
    rng = np.random.default_rng(draw)
    learn = {
        name: [str(photo) for photo in rng.choice(datasets.picture_files(f"photos/{name}"), count, replace=False)]
        for name in CLASSES
    }
    everything = {name: datasets.picture_files(f"photos/{name}", "all") for name in CLASSES}
    test = {name: [photo for photo in photos if photo not in learn[name]] for name, photos in everything.items()}
    return learn, test


class Pictures:
    """Photos and their paintings as squares of any size; paintings are kept in a folder.

    Args:
        cache: folder.
        recipe: as `RECIPE`.
    """

    def __init__(self, cache, recipe):
        self.cache, self.recipe = cache, recipe
        self.views = lru_cache(maxsize=None)(self._views)
        self.features = lru_cache(maxsize=None)(self._features)
        self.stylizer = lru_cache(maxsize=None)(load_stylizer)
        settings = recipe["linear head on VGG"]
        self.layer, self.side = settings["layer"], settings["side"]
        self.network = build_vgg16_features([self.layer])

    def painting(self, name, style):
        """A photo painted in a style; the photo itself without one."""
        side = self.recipe["painted_short_side"]
        if style is None:
            return datasets.picture(name, side)
        path = self.cache / f"{Path(name).stem}_{style}_{side}.png"
        if not path.exists():
            save_image(path, paint(self.stylizer(style), datasets.picture(name, side)))
        return read_image(path)

    def _views(self, name, style, side):
        """The largest square in the middle, then flips and crops drawn by the photo's name: `(views, side, side, 3)`.

        A photo and its paintings are cut in the same way.
        """
        rng, picture = np.random.default_rng(list(name.encode())), self.painting(name, style)
        sides, shorter = picture.shape[:2], min(picture.shape[:2])
        cut = [(shorter, [(long - shorter) // 2 for long in sides], False)]
        for _ in range(self.recipe["views"] - 1):
            size = round(shorter * rng.uniform(self.recipe["smallest_crop"], 1))
            cut.append((size, [int(rng.integers(long - size + 1)) for long in sides], rng.random() < 0.5))
        squares = [resize(picture[y : y + size, x : x + size], (side, side)) for size, (y, x), _ in cut]
        mirrored = [flip for _, _, flip in cut]
        return np.stack([square[:, ::-1] if flip else square for square, flip in zip(squares, mirrored, strict=True)])

    def _features(self, name, style, flips_and_crops):
        """VGG16's channels, each averaged over the square: `(views, channels)`."""
        squares = self.views(name, style, self.side)
        squares = squares if flips_and_crops else squares[:1]
        return np.asarray(cut_border(self.network(squares, training=False)[self.layer], self.layer)).mean(axis=(1, 2))


def trial(draw, pictures, recipe):
    """One draw: every classifier learns every arm and is tested. Yields the rows, without their draw."""
    learn, test = photos_of(draw, recipe["photos_a_class"])
    training, unseen = SIDES[draw % 2], SIDES[1 - draw % 2]
    for classifier, (describe, fit) in CLASSIFIERS.items():
        tests = {style: described(test, [style], describe(pictures, False)) for style in (None, *unseen)}
        for arm, (stylized, flips_and_crops) in ARMS.items():
            styles = [None, *training] if stylized else [None]
            predict = fit(*described(learn, styles, describe(pictures, flips_and_crops)), draw, recipe)
            scores = {style: balanced_accuracy(predict(x), y) for style, (x, y) in tests.items()}
            for name, score in {CLEAN: scores[None], "unseen styles": np.mean([scores[s] for s in unseen])}.items():
                yield {"classifier": classifier, "arm": arm, "test": name, "balanced_accuracy": round(float(score), 4)}


def described(names, styles, describe):
    """Photos by class in several styles as arrays: what a classifier gets, and the number of the class."""
    parts = [
        (describe(name, style), label)
        for label, photos in enumerate(names.values())
        for name in photos
        for style in styles
    ]
    return np.concatenate([x for x, _ in parts]), np.concatenate([np.full(len(x), label) for x, label in parts])


def balanced_accuracy(predicted, labels):
    """The share that is right, in each class, averaged: ½ for whoever always says the same."""
    return np.mean([(predicted[labels == label] == label).mean() for label in np.unique(labels)])


def vgg_features(pictures, flips_and_crops):
    """How the linear head sees a picture."""
    return lambda name, style: pictures.features(name, style, flips_and_crops)


def fit_linear_head(inputs, labels, seed, recipe):
    """Logistic regression with a penalty, by SciPy's L-BFGS: the minimum, so nothing is drawn."""
    probabilities = fit_softmax_regression(inputs, labels, recipe["linear head on VGG"]["penalty"])
    return lambda inputs: probabilities(inputs).argmax(axis=1)


def small_squares(pictures, flips_and_crops):
    """How the small network sees a picture."""
    side, views = pictures.recipe["small network"]["side"], None if flips_and_crops else 1
    return lambda name, style: pictures.views(name, style, side)[:views]


def fit_small_network(inputs, labels, seed, recipe):
    """A small network from scratch: the same first weights and the same number of steps for every arm of a draw."""
    settings = recipe["small network"]
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input(inputs.shape[1:])])
    for count in settings["filters"]:
        network.add(layers.Conv2D(count, 3, strides=2, padding="same", activation="relu"))
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(len(CLASSES)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(settings["learning_rate"]), loss)
    chosen = np.random.default_rng(seed).integers(len(inputs), size=(settings["steps"], settings["batch_size"]))
    network.fit(inputs[chosen.ravel()], labels[chosen.ravel()], settings["batch_size"], shuffle=False, verbose=0)
    return lambda inputs: np.asarray(network(inputs, training=False)).argmax(axis=1)


CLASSIFIERS = {
    "linear head on VGG": (vgg_features, fit_linear_head),
    "small network": (small_squares, fit_small_network),
}


def differences(rows):
    """What one arm has more than another, on the same draws: a dictionary for each classifier, test and comparison."""
    found = {}
    for row in rows:
        key = row["classifier"], row["test"]
        found.setdefault(key, {}).setdefault(row["arm"], []).append(float(row["balanced_accuracy"]))
    return [
        {"comparison": f"{arm} - {other}", "classifier": classifier, "test": test}
        | paired_difference(scores[arm], scores[other])
        for (classifier, test), scores in found.items()
        for arm, other in COMPARISONS
    ]


def read(path, recipe):
    """Card and rows that are there; without rows if another recipe made them."""
    card, rows = read_recording(path, recipe)
    return (card, rows) if card else (about(recipe), [])


def about(recipe):
    """The card before the first draw."""
    count = recipe["photos_a_class"]
    _, test = photos_of(0, count)
    held_out = {name: len(datasets.picture_files(f"photos/{name}", "heldout")) for name in CLASSES}
    sizes = {name: len(photos) for name, photos in test.items()}
    seen = sum(sizes.values()) - sum(held_out.values())
    return {
        "command": "python tools/record_animals_monuments.py",
        "recipe": recipe,
        "training_photos": f"{count} a class and draw, from the split train",
        "test_photos": sizes,
        "test_photos_that_the_stylizers_saw_unlabeled": f"{seen} of {sum(sizes.values())}, those of the split train; "
        f"the {sum(held_out.values())} held-out ones no stylizer has seen",
        "styles": {"even draws": {"training": SIDES[0], "test": SIDES[1]}, "odd draws": "the other way round"},
        "linear head on VGG": "logistic regression on the mean of each channel, by SciPy's L-BFGS; VGG16 learned from "
        "ImageNet, animals and buildings among it",
        "small network": "three convolutions with stride 2, mean over the map, from scratch",
        "unseen styles": "mean of the balanced accuracies in the two styles that were not in training",
        "interval": "paired bootstrap over the draws, 95 %; the draws share their photos, so it says little about "
        "other photos",
        "cpu_seconds": 0,
        "differences": [],
    }


if __name__ == "__main__":
    main()
