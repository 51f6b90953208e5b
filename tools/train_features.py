"""Trains the network whose features measure generated Fashion-MNIST, and writes what ships: weights and card.

    python tools/train_features.py

It takes a minute or two and writes data/features/fashion_mnist.npz and .json and the checksum. Whether the settings
below are good was judged on the last 1,500 of the 10,000 training images; the 2,000 test images are a report.
"""

import argparse
import json
import time
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tables import record_checksum  # noqa: E402

from gan_course import datasets, metrics  # noqa: E402
from gan_course.networks import build_fashion_classifier, build_fashion_features  # noqa: E402
from gan_course.networks.classifier import FASHION_WEIGHTS  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

SEED, EPOCHS, BATCH, RATE = 0, 12, 64, 2e-3
DEAD = 0.01  # a feature is dead if it varies less than this share of what the median feature does


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="write there, and no checksum (default: data/features)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"passes over the images (default {EPOCHS})")
    parser.add_argument("--images", type=int, default=10_000, help="train on so many of them (default: all)")
    arguments = parser.parse_args()
    (images, labels), test = datasets.fashion_mnist()
    keras.utils.set_random_seed(SEED)
    classifier = build_fashion_classifier()
    begun = time.process_time()
    train(classifier, images[: arguments.images], labels[: arguments.images], arguments.epochs)
    minutes = (time.process_time() - begun) / 60
    deviations = standardize(classifier, images)
    round_to_float16(classifier)  # what is measured is what ships

    path = (arguments.out or data_path() / "features") / Path(FASHION_WEIGHTS).name
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {
        f"{layer.name}/{part}": array.astype("float16")
        for layer in classifier.layers
        if layer.weights
        for part, array in zip(("kernel", "bias"), layer.get_weights(), strict=True)
    }
    np.savez(path, **named)
    card = {
        "title": "Features of Fashion-MNIST",
        "network": f"build_fashion_classifier(), {classifier.count_params():,} weights, "
        f"{path.stat().st_size / 1e6:.2f} MB",
        "trained_on": f"{min(arguments.images, len(images)):,} training images of fashion_mnist_12k.npz, mirrored at "
        f"random",
        "epochs": arguments.epochs,
        "batch_size": BATCH,
        "learning_rate": f"Adam, {RATE} falling to 0 along a cosine",
        "seed": SEED,
        "cpu_minutes": round(minutes, 1),
        **measure(classifier, (images, labels), test),
        "dead_features": int((deviations < DEAD * np.median(deviations)).sum()),
        "smallest_deviation_over_median_before_scaling": round(float(deviations.min() / np.median(deviations)), 3),
        "command": "python tools/train_features.py",
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8", newline="\n")
    if not arguments.out:
        record_checksum(FASHION_WEIGHTS)
    print(json.dumps(card, indent=2))


def train(classifier, images, labels, epochs):
    """Cross-entropy, with every image mirrored half of the time."""

    def mirror_some(images, labels):
        chosen = tf.random.uniform((tf.shape(images)[0], 1, 1, 1)) < 0.5
        return tf.where(chosen, images[:, :, ::-1], images), labels

    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=SEED)
    batches = batches.batch(BATCH, drop_remainder=True).map(mirror_some)
    schedule = keras.optimizers.schedules.CosineDecay(RATE, epochs * len(batches))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    classifier.compile(keras.optimizers.Adam(schedule), loss)
    classifier.fit(batches, epochs=epochs, verbose=0, shuffle=False)


def standardize(classifier, images):
    """Scales each feature to a standard deviation of 1 over the images, without a change to any logit.

    A LeakyReLU lets a positive factor through, so the factor can go into the layer before it and its inverse into the
    layer behind it.

    Returns:
        The standard deviations before, `(features,)`.
    """
    deviations = features_of(classifier, images).std(axis=0)
    scale = 1.0 / np.maximum(deviations, 1e-6)
    dense, logits = classifier.get_layer("dense"), classifier.get_layer("logits")
    kernel, bias = dense.get_weights()
    dense.set_weights([kernel * scale, bias * scale])
    kernel, bias = logits.get_weights()
    logits.set_weights([kernel / scale[:, None], bias])
    return deviations


def round_to_float16(classifier):
    """Rounds the weights to what the file will hold."""
    classifier.set_weights([array.astype("float16").astype("float32") for array in classifier.get_weights()])


def features_of(classifier, images):
    return build_fashion_features(classifier).predict(images, batch_size=500, verbose=0)


def measure(classifier, train, test):
    """Accuracies, and the distances that give others their meaning."""
    accuracy = lambda images, labels: round(  # noqa: E731
        float((classifier.predict(images, batch_size=500, verbose=0).argmax(axis=1) == labels).mean()), 4
    )
    train_features, test_features = features_of(classifier, train[0]), features_of(classifier, test[0])
    mean_image = features_of(classifier, np.repeat(train[0].mean(axis=0)[None], 2, axis=0))
    distance = lambda first, second: round(metrics.frechet_distance(first, second), 3)  # noqa: E731
    count = len(test_features)
    return {
        "train_accuracy": accuracy(*train),
        "test_accuracy": accuracy(*test),
        "frechet_distance": {
            f"{count:,} test images against {count:,} training images": distance(test_features, train_features[:count]),
            f"{count:,} training images against {count:,} others": distance(
                train_features[:count], train_features[count : 2 * count]
            ),
            f"{count:,} test images against all training images": distance(test_features, train_features),
            "the mean image against the test images": distance(mean_image, test_features),
        },
    }


if __name__ == "__main__":
    main()
