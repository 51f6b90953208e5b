"""A classifier of Fashion-MNIST, whose last layer but one is the course's measuring instrument for gray clothes."""

import keras
import numpy as np
from keras import layers

from gan_course.paths import data_path, is_intact

FASHION_WEIGHTS = "features/fashion_mnist.npz"


def build_fashion_classifier(features=64, name="fashion_classifier"):
    """Classifier of Fashion-MNIST: two convolutions, a layer of features, ten logits.

    The features are taken after a LeakyReLU. After a ReLU many of them would be 0 for every image, and a distance
    does not see what dead features could have told.

    Args:
        features: length of the feature vector.
        name: name of the model.

    Returns:
        `keras.Model`, images `(batch, 28, 28, 1)` in [-1, 1] → logits `(batch, 10)`. Its layer `"features"` gives
        `(batch, features)`.
    """
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="conv1")(images)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    x = layers.Dense(features, name="dense")(x)
    x = layers.LeakyReLU(0.2, name="features")(x)
    logits = layers.Dense(10, name="logits")(layers.Dropout(0.3)(x))
    return keras.Model(images, logits, name=name)
