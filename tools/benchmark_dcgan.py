"""How much sooner than TensorFlow's DCGAN tutorial is the course's recipe as good? Both on the course's Fashion-MNIST.

    python tools/benchmark_dcgan.py             # about 40 minutes of CPU time

The tutorial's recipe trains for 30 CPU minutes, the course's until it is as near to the test images. Both get the same
stream of training images: the course takes in 4 steps what the tutorial takes in one. Both are measured with the same
features, on as many images. The clocks count CPU time of steps alone: not the measuring, and not the first call, in
which TensorFlow traces. The tutorial's generator is evaluated with batch statistics and with moving ones, and the
better of the two counts. Two files are written: data/experiments/dcgan_benchmark.csv and .json.

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


def course_batches(images):
    """The same stream, 64 at a time, each with a seed of its own."""
    for batch in image_batches(images, batch_size=TUTORIAL_BATCH, seed=SEED):
        for number, part in enumerate(tf.split(batch["images"], TUTORIAL_BATCH // course.BATCH)):
            yield {"images": part, "seed": tf.random.experimental.stateless_fold_in(batch["seed"], number)}


def run(name, step, batches, measure, every, done):
    """Trains step by step until `done(seconds, distance)`; measures after every so many CPU seconds.

    Returns:
        Rows `{recipe, step, cpu_seconds, distance}`.
    """
    step(next(batches))  # traces
    rows, seconds, steps, next_measure = [], 0.0, 1, every
    while not rows or not done(rows[-1]["cpu_seconds"], rows[-1]["distance"]):
        batch = next(batches)
        begun = time.process_time()
        step(batch)
        seconds, steps = seconds + time.process_time() - begun, steps + 1
        if seconds >= next_measure:
            row = {"recipe": name, "step": steps, "cpu_seconds": round(seconds, 1), "distance": round(measure(), 3)}
            rows, next_measure = [*rows, row], seconds + every
            print(row, flush=True)
    return rows


def benchmark(minutes, every, distance):
    """Both runs. Returns the rows of both."""
    (images, _), _ = datasets.fashion_mnist()
    tutorial = Tutorial()

    def of_tutorial():
        sets = [tutorial.samples(distance.count, training) for training in (True, False)]
        return min(metrics.frechet_distance(distance.real, distance.features(images)) for images in sets)

    rows = run("tutorial", tutorial.step, tutorial_batches(images), of_tutorial, every, lambda s, _: s >= 60 * minutes)
    goal = rows[-1]["distance"]
    gan = course.build(seed=SEED, average_momentum=course.LIVE_MOMENTUM)
    step = tf.function(gan.train_step)
    return rows + run(
        "course",
        step,
        course_batches(images),
        lambda: distance(gan),
        max(every / 10, 1.0),
        lambda seconds, value: value <= goal or seconds >= 60 * minutes,
    )


def summary(rows):
    """When the course's recipe was as good as the tutorial's at its end."""
    end = [row for row in rows if row["recipe"] == "tutorial"][-1]
    last = [row for row in rows if row["recipe"] == "course"][-1]
    reached = last["distance"] <= end["distance"]
    share = round(last["cpu_seconds"] / end["cpu_seconds"], 4)
    return {
        "tutorial": {
            "cpu_minutes": round(end["cpu_seconds"] / 60, 2),
            "steps": end["step"],
            "distance": end["distance"],
        },
        "course": {
            "cpu_minutes": round(last["cpu_seconds"] / 60, 2),
            "steps": last["step"],
            "distance": last["distance"],
        },
        "as_good": reached,
        "share_of_the_cpu_time": share if reached else None,
        f"at_most_{SHARE:g}": reached and share <= SHARE,
        "command": "python tools/benchmark_dcgan.py",
    }


def write(path, rows):
    """Writes the table and the summary. Returns the summary."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, rows[0], rows)
    result = summary(rows)
    write_card(path.with_suffix(".json"), result)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/dcgan_benchmark.csv)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"CPU minutes (default {MINUTES:g})")
    parser.add_argument("--every", type=float, default=120.0, help="CPU seconds between two measurements (default 120)")
    arguments = parser.parse_args()
    path = arguments.out or data_path() / "experiments" / "dcgan_benchmark.csv"
    rows = benchmark(arguments.minutes, arguments.every, course.Distance())
    print(json.dumps(write(path, rows), indent=2))


if __name__ == "__main__":
    main()
