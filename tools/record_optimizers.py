"""Times scaled L-BFGS against the Adam of TensorFlow's style transfer tutorial, both on the tutorial's objective.

    export OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1
    python tools/record_optimizers.py                       # five photos at 256 px; an hour and a half of CPU time
    python tools/record_optimizers.py --size 128 --photos 1 # a trial

The objective has the tutorial's losses, weights and scale, with the layers that the course ships: VGG16 up to
block4_conv1 in place of VGG19 up to block5_conv2. Both begin with the photo. They run one after the other in one
process, and who begins changes with every photo. Two files are written after each photo: 08_optimizers.csv in
data/experiments has the lowest objective so far against evaluations and CPU seconds, 08_optimizers.json the recipe,
the time that each needed to come within 20 %, 5 % and 0 % of Adam's last value, and the medians. Photos that are
there are skipped, so the command can be interrupted and goes on; if the recipe has changed, all are done anew. With
one thread, as above, no CPU second is spent waiting.

Reference: TensorFlow tutorials, "Neural style transfer" (style 1e-2, content 1e4, total variation 30, Adam 0.02).
"""

import argparse
import json
from pathlib import Path

import numpy as np
from record_weight_grid import square
from tables import read_recording, write_recording

from gan_course import datasets
from gan_course.networks import build_vgg16_features
from gan_course.paths import data_path
from gan_course.training import minimize_with_adam, minimize_with_scaled_lbfgs

import tensorflow as tf  # isort: skip  after the package, which hides its log lines

PHOTOS = [
    "photos/monuments/arles_amphitheater.jpg",
    "photos/animals/red_panda.jpg",
    "photos/monuments/chateau_de_chenonceau.jpg",
    "photos/animals/lemur.jpg",
    "photos/monuments/statue_of_liberty.jpg",
]
PAINTING = "paintings/hokusai/great_wave.jpg"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1")
CONTENT_LAYER = "block4_conv1"
STYLE_WEIGHT, CONTENT_WEIGHT, VARIATION_WEIGHT = 1e-2, 1e4, 30.0
ADAM = {"learning_rate": 0.02, "beta_1": 0.99, "epsilon": 0.1}
SIZE, STEPS, ITERATIONS = 256, 1000, 420
WITHIN = {"20 %": 0.2, "5 %": 0.05, "0 %": 0.0}
METHODS = ("scaled L-BFGS", "Adam")
COLUMNS = ("photo", "method", "evaluation", "objective", "cpu_seconds")
EVERY = 5  # evaluations between two rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/08_optimizers.csv)")
    parser.add_argument("--photos", type=int, default=len(PHOTOS), help="the first so many (default all five)")
    parser.add_argument("--size", type=int, default=SIZE, help=f"side in pixels (default {SIZE})")
    arguments = parser.parse_args()
    path = arguments.out or data_path("experiments") / "08_optimizers.csv"
    print(json.dumps(record(path, recipe(arguments.size), PHOTOS[: arguments.photos])["medians"], indent=2))


def recipe(size=SIZE, steps=STEPS, iterations=ITERATIONS):
    """What determines the runs."""
    return {
        "painting": PAINTING,
        "size": size,
        "style_layers": list(STYLE_LAYERS),
        "content_layer": CONTENT_LAYER,
        "weights": {"style": STYLE_WEIGHT, "content": CONTENT_WEIGHT, "total_variation": VARIATION_WEIGHT},
        "start": "the photo",
        "Adam": {**ADAM, "steps": steps},
        "scaled L-BFGS": {"iterations": iterations, "memory": 100, "probes": 8},
    }


class TutorialObjective:
    """The tutorial's objective on pixels in [0, 1]: three sums and means in the units that its code gives them.

    `L = 1e-2 · mean over layers of mean (Gram - target)² + 1e4 · mean (features - photo's)² + 30 · Σ |differences|`

    with Gram matrices divided by the number of positions, not by that of channels.
    """

    def __init__(self, photo, painting):
        self.network = build_vgg16_features([*STYLE_LAYERS])
        self.photo_features = self.network(photo[None], training=False)[CONTENT_LAYER]
        features = self.network(painting[None], training=False)
        self.target_grams = {name: self.gram(features[name]) for name in STYLE_LAYERS}
        self.value_and_gradient = tf.function(self._value_and_gradient)

    @staticmethod
    def gram(features):
        """Gram matrix over the number of positions."""
        positions = tf.cast(tf.shape(features)[1] * tf.shape(features)[2], tf.float32)
        return tf.einsum("bijc,bijd->bcd", features, features) / positions

    def terms(self, unit_picture):
        """The three weighted terms of a picture `(1, height, width, 3)` in [0, 1]."""
        features = self.network(2.0 * unit_picture - 1.0, training=False)
        style = [tf.reduce_mean((self.gram(features[name]) - gram) ** 2) for name, gram in self.target_grams.items()]
        return {
            "style": STYLE_WEIGHT * tf.add_n(style) / len(style),
            "content": CONTENT_WEIGHT * tf.reduce_mean((features[CONTENT_LAYER] - self.photo_features) ** 2),
            "total_variation": VARIATION_WEIGHT * tf.image.total_variation(unit_picture)[0],
        }

    def _value_and_gradient(self, unit_picture):
        unit_picture = tf.cast(unit_picture, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(unit_picture)
            terms = self.terms(unit_picture)
            value = tf.add_n(list(terms.values()))
        return value, tape.gradient(value, unit_picture), terms


def record(path, made, photos):
    """Runs the missing photos and writes both files after each. Returns the card."""
    path.parent.mkdir(parents=True, exist_ok=True)
    card, rows = read(path, made)
    for number, name in enumerate(photos):
        if name not in card["photos"]:
            histories = compare(name, made, METHODS[:: 1 if number % 2 == 0 else -1])
            card["photos"][name] = times(histories)
            rows += thin(name, histories)
            card["medians"] = medians(card["photos"])
            card["cpu_minutes"] = cpu_minutes(rows)
            write_recording(path, COLUMNS, rows, card)
            print(name, json.dumps(card["photos"][name]["ratio"]), flush=True)
    return card


def compare(name, made, order):
    """Runs both on one photo. Returns the history of each."""
    photo = square(name, made["size"])
    objective = TutorialObjective(photo, datasets.picture(made["painting"], short_side=made["size"]))
    objective.value_and_gradient(tf.constant(photo[None] / 2 + 0.5))  # traced before either is timed
    adam = {key: value for key, value in made["Adam"].items() if key != "steps"}
    runs = {
        "scaled L-BFGS": lambda start: minimize_with_scaled_lbfgs(
            objective, start, bounds=(0.0, 1.0), **made["scaled L-BFGS"]
        ),
        "Adam": lambda start: minimize_with_adam(objective, start, made["Adam"]["steps"], bounds=(0.0, 1.0), **adam),
    }
    return {method: runs[method](photo / 2 + 0.5)[1] for method in order}


def times(histories):
    """CPU seconds and evaluations until each came within so much of Adam's last value, and ours over its."""
    final = histories["Adam"][-1]["objective"]
    result = {"first_value": histories["Adam"][0]["objective"], "final_value": final, "ratio": {}}
    for label, share in WITHIN.items():
        for method in METHODS:
            reached = [index for index, row in enumerate(histories[method]) if row["objective"] <= final * (1 + share)]
            seconds = round(histories[method][reached[0]]["cpu_seconds"], 2) if reached else None
            result.setdefault(method, {})[label] = {
                "cpu_seconds": seconds,
                "evaluations": reached[0] + 1 if reached else None,
            }
        ours, its = (result[method][label]["cpu_seconds"] for method in METHODS)
        result["ratio"][label] = None if ours is None else round(ours / max(its, 1e-9), 3)
    return result


def thin(name, histories):
    """Rows of the table: the lowest objective so far, at every fifth evaluation and the last."""
    rows = []
    for method, history in histories.items():
        lowest = np.minimum.accumulate([row["objective"] for row in history])
        for index in sorted({*range(0, len(history), EVERY), len(history) - 1}):
            numbers = (index + 1, float(f"{lowest[index]:.6g}"), round(history[index]["cpu_seconds"], 2))
            rows.append(dict(zip(COLUMNS, (name, method, *numbers), strict=True)))
    return rows


def cpu_minutes(rows):
    """CPU minutes of all runs: the last time of each, as the rows of a run are in order."""
    ends = {(row["photo"], row["method"]): float(row["cpu_seconds"]) for row in rows}
    return round(sum(ends.values()) / 60, 1)


def medians(photos):
    """Medians of the ratios over the photos; None counts as never."""
    ratios = {label: [one["ratio"][label] for one in photos.values()] for label in WITHIN}
    middle = {label: float(np.median([np.inf if r is None else r for r in some])) for label, some in ratios.items()}
    return {label: None if np.isinf(value) else round(value, 3) for label, value in middle.items()}


def read(path, made):
    """Card and rows that are there, empty ones if another recipe made them.

    Rows of a photo that the card does not know go: their times were lost, and the photo will be done again.
    """
    card, rows = read_recording(path, made)
    card = card or {"command": command(made), "recipe": made, "photos": {}, "medians": {}}
    return card, [row for row in rows if row["photo"] in card["photos"]]


def command(made):
    """The command line that makes such a recording."""
    return "python tools/record_optimizers.py" + (f" --size {made['size']}" if made["size"] != SIZE else "")


if __name__ == "__main__":
    main()
