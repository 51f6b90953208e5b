"""A classifier of Fashion-MNIST, whose last layer but one is the course's measuring instrument for gray clothes."""

import keras
import numpy as np
from keras import layers

from gan_course.paths import data_path, is_intact

FASHION_WEIGHTS = "features/fashion_mnist.npz"


def build_fashion_classifier(features=64, name="fashion_classifier"):
    """Classifier of Fashion-MNIST: two convolutions, a layer of features, ten logits.

    The features come out of a LeakyReLU. Behind a ReLU many of them would be 0 for every image: dead, and blind to
    whatever a distance should see.

    Args:
        features: length of the feature vector.
        name: name of the model.

    Returns:
        `keras.Model`, images `(batch, 28, 28, 1)` in [-1, 1] → logits `(batch, 10)`. Its layer `"features"` puts out
        `(batch, features)`.
    """
    images = x = keras.Input((28, 28, 1), name="images")
    for number, filters in enumerate((32, 64), start=1):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{number}")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    x = layers.Dense(features, name="dense")(x)
    x = layers.LeakyReLU(0.2, name="features")(x)
    return keras.Model(images, layers.Dense(10, name="logits")(x), name=name)


def build_fashion_features(classifier):
    """The part of a classifier that measures: images to features.

    Args:
        classifier: model with a layer `"features"`, as `build_fashion_classifier` makes it.

    Returns:
        `keras.Model`, images `(batch, 28, 28, 1)` in [-1, 1] → features `(batch, 64)`. It shares the weights.
    """
    return keras.Model(classifier.input, classifier.get_layer("features").output, name="fashion_features")


def load_fashion_classifier():
    """The shipped classifier of Fashion-MNIST, trained on the 10,000 training images of the course.

    Returns:
        `keras.Model`, images `(batch, 28, 28, 1)` in [-1, 1] → logits `(batch, 10)`. Its weights are not trainable.

    Raises:
        ValueError: if the weights are not those that shipped.
        FileNotFoundError: if they are not there.
    """
    if not is_intact(FASHION_WEIGHTS):
        raise ValueError(
            f"{data_path(FASHION_WEIGHTS)} is not the file that shipped: its checksum differs, and distances measured "
            f"with it would mean something else. Restore it: git checkout data"
        )
    model = build_fashion_classifier()
    with np.load(data_path(FASHION_WEIGHTS), allow_pickle=False) as weights:
        for layer in model.layers:
            if layer.weights:
                layer.set_weights([weights[f"{layer.name}/{part}"].astype("float32") for part in ("kernel", "bias")])
    model.trainable = False
    return model


def load_fashion_features():
    """The features in which the course measures generated Fashion-MNIST: its Fréchet distance, KID and the rest.

    Each feature has a standard deviation of 1 over the training images, so every one counts the same and the distance
    of the mean features to real ones is about 64.

    Returns:
        `keras.Model`, images `(batch, 28, 28, 1)` in [-1, 1] → features `(batch, 64)`. Its weights are not trainable.

    Raises:
        ValueError: if the weights are not those that shipped.
        FileNotFoundError: if they are not there.
    """
    model = build_fashion_features(load_fashion_classifier())
    model.trainable = False
    return model
