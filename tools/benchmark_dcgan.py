"""How much sooner than TensorFlow's DCGAN tutorial is the course's recipe as good? Both on the course's Fashion-MNIST.

    python tools/benchmark_dcgan.py             # about 33 minutes of CPU time

The tutorial's recipe trains for 30 CPU minutes; the goal is the smallest distance to the test images that it has in
this time. Then the course's two recipes, that of lesson 04 and that of the generator that ships, train with three seeds
each until they are as near. All get the same stream of training images, the course in smaller batches. All are measured
with the same features, on as many images. The clocks count CPU time of steps alone: not the measuring, and not the
first call, in which TensorFlow traces. The tutorial's generator is evaluated with batch statistics and with moving
ones, and the better of the two counts. Two files are written, the table as it goes:
data/experiments/dcgan_benchmark.csv and .json.

The tutorial: https://www.tensorflow.org/tutorials/generative/dcgan, Apache License 2.0; its networks and step are
rebuilt here. What differs: its data are 60,000 digits, here they are the course's 10,000 pieces of clothing.
"""

import argparse
import json
import time
from pathlib import Path

from tables import write_card, write_table

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import train_fashion_mnist as course  # noqa: E402
from keras import layers  # noqa: E402

from gan_course import datasets, metrics  # noqa: E402
from gan_course.batches import image_batches  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

SEED, TUTORIAL_BATCH, NOISE, RATE = 0, 256, 100, 1e-4
MINUTES, SHARE = 30.0, 0.2
COURSE_SEEDS, GIVE_UP = (0, 1, 2), 2 * SHARE  # a run that is not as good after this share of the minutes ends


def tutorial_generator():
    """The tutorial's generator; its LeakyReLU has the slope 0.3, Keras' default."""
    model = keras.Sequential([keras.Input((NOISE,)), layers.Dense(7 * 7 * 256, use_bias=False)])
    for layer in (layers.BatchNormalization(), layers.LeakyReLU(), layers.Reshape((7, 7, 256))):
        model.add(layer)
    for filters, strides in ((128, 1), (64, 2)):
        model.add(layers.Conv2DTranspose(filters, 5, strides=strides, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU())
    model.add(layers.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False, activation="tanh"))
    return model


def tutorial_discriminator():
    """The tutorial's discriminator."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (64, 128):
        model.add(layers.Conv2D(filters, 5, strides=2, padding="same"))
        model.add(layers.LeakyReLU())
        model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    return model


class Tutorial:
    """The tutorial's training: both gradients from the same fakes, then both updates, Adam with 1e-4."""

    def __init__(self):
        keras.utils.set_random_seed(SEED)
        self.generator, self.discriminator = tutorial_generator(), tutorial_discriminator()
        self.optimizers = keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)
        for optimizer, model in zip(self.optimizers, (self.generator, self.discriminator), strict=True):
            optimizer.build(model.trainable_variables)

    @tf.function
    def step(self, images):
        cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        noise = tf.random.normal((TUTORIAL_BATCH, NOISE))
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake_images = self.generator(noise, training=True)
            real_logits = self.discriminator(images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            generator_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
            discriminator_loss = cross_entropy(tf.ones_like(real_logits), real_logits)
            discriminator_loss += cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        variables = self.generator.trainable_variables, self.discriminator.trainable_variables
        gradients = (
            generator_tape.gradient(generator_loss, variables[0]),
            discriminator_tape.gradient(discriminator_loss, variables[1]),
        )
        for optimizer, pairs in zip(self.optimizers, zip(gradients, variables, strict=True), strict=True):
            optimizer.apply(*pairs)

    def samples(self, count, training):
        """Images with batch statistics (`training=True`; the moving ones stay as they are) or with moving ones."""
        kept = self.generator.get_weights()
        noise = np.random.default_rng(SEED).normal(size=(count, NOISE)).astype("float32")
        parts = [self.generator(noise[start : start + 250], training=training) for start in range(0, count, 250)]
        self.generator.set_weights(kept)
        return np.concatenate(parts)


def tutorial_batches(images):
    """The stream of training images, 256 at a time."""
    for batch in image_batches(images, batch_size=TUTORIAL_BATCH, seed=SEED):
        yield batch["images"]


def course_batches(images, batch_size):
    """The same stream in smaller batches, each with a seed of its own."""
    for batch in image_batches(images, batch_size=TUTORIAL_BATCH, seed=SEED):
        for number, part in enumerate(tf.split(batch["images"], TUTORIAL_BATCH // batch_size)):
            yield {"images": part, "seed": tf.random.experimental.stateless_fold_in(batch["seed"], number)}


def course_recipes():
    """What the course trains with: batch size, and the arguments of the trainer."""
    live = {"average_momentum": course.LIVE_MOMENTUM, "rates": course.LIVE_RATES}
    return {"lesson 04": (course.LIVE_BATCH, live), "as it ships": (course.BATCH, {})}


def run(step, batches, measure, every, done):
    """Trains step by step until `done(seconds, distance)`; measures after every so many CPU seconds.

    Yields:
        Dictionaries `{step, cpu_seconds, distance}`.
    """
    step(next(batches))  # traces
    seconds, steps, next_measure = 0.0, 1, every
    while True:
        batch = next(batches)
        begun = time.process_time()
        step(batch)
        seconds, steps = seconds + time.process_time() - begun, steps + 1
        if seconds >= next_measure:
            distance, next_measure = measure(), seconds + every
            yield {"step": steps, "cpu_seconds": round(seconds, 1), "distance": round(distance, 3)}
            if done(seconds, distance):
                return


def benchmark(minutes, every, distance):
    """All runs. Yields their rows."""
    (images, _), _ = datasets.fashion_mnist()
    tutorial = Tutorial()

    def of_tutorial():
        sets = [tutorial.samples(distance.count, training) for training in (True, False)]
        return min(metrics.frechet_distance(distance.real, distance.features(images)) for images in sets)

    goal = np.inf
    batches = tutorial_batches(images)
    for row in run(tutorial.step, batches, of_tutorial, every, lambda seconds, _: seconds >= 60 * minutes):
        goal = min(goal, row["distance"])
        yield {"recipe": "tutorial", "seed": SEED, **row}
    for name, (batch_size, arguments) in course_recipes().items():
        for seed in COURSE_SEEDS:
            gan = course.build(seed=seed, **arguments)
            rows = run(
                tf.function(gan.train_step),
                course_batches(images, batch_size),
                lambda gan=gan: distance(gan),
                max(every / 10, 1.0),
                lambda seconds, value: value <= goal or seconds >= 60 * minutes * GIVE_UP,
            )
            for row in rows:
                yield {"recipe": name, "seed": seed, **row}


def summary(rows, minutes, every):
    """How soon each of the course's runs was as good as the tutorial's at its best."""
    tutorial = [row for row in rows if row["recipe"] == "tutorial"]
    best = min(tutorial, key=lambda row: row["distance"])
    end = tutorial[-1]["cpu_seconds"]
    result = {
        "minutes": "CPU minutes, without measuring and tracing",
        "tutorial": {
            "cpu_minutes": round(end / 60, 2),
            "steps": tutorial[-1]["step"],
            "distance_at_the_end": tutorial[-1]["distance"],
            "best_distance": best["distance"],
            "best_distance_after_minutes": round(best["cpu_seconds"] / 60, 2),
        },
    }
    for name in dict.fromkeys(row["recipe"] for row in rows if row["recipe"] != "tutorial"):
        runs = []
        for seed in sorted({row["seed"] for row in rows if row["recipe"] == name}):
            last = [row for row in rows if (row["recipe"], row["seed"]) == (name, seed)][-1]
            reached = last["distance"] <= best["distance"]
            runs.append(
                {
                    "seed": seed,
                    "cpu_minutes": round(last["cpu_seconds"] / 60, 2),
                    "steps": last["step"],
                    "distance": last["distance"],
                    "share_of_the_tutorial_s_minutes": round(last["cpu_seconds"] / end, 4) if reached else None,
                }
            )
        shares = [run["share_of_the_tutorial_s_minutes"] for run in runs]
        result[name] = {
            "runs": runs,
            f"at_most_{SHARE:g}": sum(share is not None and share <= SHARE for share in shares),
        }
    ends = {(row["recipe"], row["seed"]): row["cpu_seconds"] for row in rows}
    result["cpu_minutes"] = round(sum(ends.values()) / 60, 1)
    return {**result, "command": f"python tools/benchmark_dcgan.py --minutes {minutes:g} --every {every:g}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/dcgan_benchmark.csv)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"CPU minutes (default {MINUTES:g})")
    parser.add_argument("--every", type=float, default=120.0, help="CPU seconds between two measurements (default 120)")
    arguments = parser.parse_args()
    path = arguments.out or data_path() / "experiments" / "dcgan_benchmark.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    print(json.dumps(record(path, arguments.minutes, arguments.every, course.Distance()), indent=2))


def record(path, minutes, every, distance):
    """Runs the benchmark, writes its table as it goes and the summary in the end. Returns the summary."""
    path.with_suffix(".json").unlink(missing_ok=True)  # rows without a card are nobody's
    rows = []
    for row in benchmark(minutes, every, distance):
        rows.append(row)
        print(row, flush=True)
        write_table(path, row, rows)
    result = summary(rows, minutes, every)
    write_card(path.with_suffix(".json"), result)
    return result


if __name__ == "__main__":
    main()
