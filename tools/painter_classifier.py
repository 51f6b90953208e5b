"""Tells photos, van Gogh, Hokusai and Kandinsky apart, for tools/measure_stylizers.py.

    python tools/painter_classifier.py      # the comparison by which the settings below were chosen

A picture is cut into patches; a patch is described by the mean and the standard deviation of VGG16's channels in
layers that no loss of the course uses; softmax regression gives each patch to a class; the picture goes to the class
with the largest mean probability. How well that works is measured on pictures left out of the fit: each painting
once, each half of the one Kandinsky, each eighth of the photos. The settings below gave the largest share of left-out
pictures to their class, 95%, and of those that did so the largest log probability. Held-out pictures play no part.
"""

import itertools

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
from scipy.optimize import minimize  # noqa: E402
from scipy.special import log_softmax, softmax  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.networks import build_vgg16_features  # noqa: E402

CLASSES = ("photo", "van_gogh", "hokusai", "kandinsky")
LAYERS = ("block3_conv1", "block3_conv2")
PATCH = 64
PENALTY = 0.1
FOLDS = 8

CANDIDATE_LAYERS = (
    ("block1_conv1",),
    ("block2_conv1",),
    ("block3_conv1",),
    ("block1_conv1", "block2_conv1", "block3_conv1"),
    ("block2_conv1", "block3_conv1"),
    ("block3_conv1", "block3_conv2"),
)
CANDIDATE_PATCHES = (64, 96, 128)
CANDIDATE_PENALTIES = (0.01, 0.1, 1.0)


def training_pictures():
    """Pictures of each class. Kandinsky, who has one painting, is there in two halves."""
    pictures = {"photo": [datasets.picture(name) for name in datasets.picture_files("photos")]}
    for painter in CLASSES[1:]:
        pictures[painter] = [datasets.picture(name) for name in datasets.picture_files(f"paintings/{painter}")]
    (painting,) = pictures["kandinsky"]
    middle = painting.shape[1] // 2
    pictures["kandinsky"] = [painting[:, :middle], painting[:, middle:]]
    return pictures


def patch_statistics(network, image, patch=PATCH):
    """Describes the patches of a picture: `{layer: (patches, 2 · channels)}`, means first, then deviations.

    The picture goes through VGG16 as a whole and the maps are cut, so no patch has a border of its own; 16 pixels at
    the border of the picture are left out.
    """
    margin, found = 16, {}
    rows, columns = ((side - 2 * margin) // patch for side in image.shape[:2])
    for layer, maps in network(image[None], training=False).items():
        stride = 2 ** (int(layer[5]) - 1)
        start, cells = margin // stride, patch // stride
        inner = np.asarray(maps)[0, start : start + rows * cells, start : start + columns * cells]
        inner = inner.reshape(rows, cells, columns, cells, -1)
        both = np.concatenate([inner.mean(axis=(1, 3)), inner.std(axis=(1, 3))], axis=-1)
        found[layer] = both.reshape(rows * columns, -1)
    return found


def describe(network, image, layers=LAYERS, patch=PATCH):
    """The patches of a picture as rows of numbers, `(patches, features)`."""
    found = patch_statistics(network, image, patch)
    return np.concatenate([found[layer] for layer in layers], axis=1)


def fit_softmax_regression(features, labels, penalty=PENALTY):
    """Softmax regression in which every class counts the same, however many patches it has.

    `mean over classes of mean -log softmax(W x + b)[label] + penalty / 2 · |W|²`, x standardized

    Args:
        features: array `(patches, features)`.
        labels: integers `(patches,)` from 0.
        penalty: weight of the squared weights.

    Returns:
        Function from features `(n, features)` to probabilities `(n, classes)`.
    """
    labels = np.asarray(labels)
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs, targets = ((features - mean) / deviation).astype("float64"), np.eye(labels.max() + 1)[labels]
    weights = (1.0 / targets.sum(axis=0) / targets.shape[1])[labels, None]
    shape = (inputs.shape[1] + 1, targets.shape[1])

    def loss_and_gradient(flat):
        matrix = flat.reshape(shape)
        logs = log_softmax(inputs @ matrix[:-1] + matrix[-1], axis=1)
        error = weights * (np.exp(logs) - targets)
        gradient = np.vstack([inputs.T @ error + penalty * matrix[:-1], error.sum(axis=0)])
        return -(weights * targets * logs).sum() + penalty / 2 * np.square(matrix[:-1]).sum(), gradient.ravel()

    start, enough = np.zeros(np.prod(shape)), {"ftol": 1e-5}  # the loss to four digits, in half the steps
    found = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options=enough).x.reshape(shape)
    return lambda features: softmax((features - mean) / deviation @ found[:-1] + found[-1], axis=1)


def fit(described, penalty=PENALTY):
    """Fits the classifier to `{class: [features of a picture, ...]}`, classes in the order of their labels."""
    parts = [(label, picture) for label, pictures in enumerate(described.values()) for picture in pictures]
    labels = np.concatenate([np.full(len(picture), label) for label, picture in parts])
    return fit_softmax_regression(np.concatenate([picture for _, picture in parts]), labels, penalty)


def leave_one_out(described, penalty=PENALTY):
    """How the classifier does on pictures it was not fitted to.

    Picture number j of a class is left out in round j modulo 8, together with those of the other classes.

    Returns:
        `{class: {"patches": share right, "pictures": share right, "log_probability": mean over patches}}`.
    """
    results = {name: {"patches": [], "pictures": [], "log_probability": []} for name in described}
    for fold in range(FOLDS):
        kept = {name: [x for j, x in enumerate(pictures) if j % FOLDS != fold] for name, pictures in described.items()}
        predict = fit(kept, penalty)
        for label, (name, pictures) in enumerate(described.items()):
            for left_out in pictures[fold::FOLDS]:
                probabilities = predict(left_out)
                results[name]["patches"].extend(probabilities.argmax(axis=1) == label)
                results[name]["pictures"].append(probabilities.mean(axis=0).argmax() == label)
                results[name]["log_probability"].extend(np.log(probabilities[:, label] + 1e-9))
    return {name: {key: float(np.mean(values)) for key, values in found.items()} for name, found in results.items()}


def main():
    names = sorted(set(itertools.chain(*CANDIDATE_LAYERS)))
    network = build_vgg16_features(names)
    pictures = training_pictures()
    print("Left-out pictures and patches given to their class, mean of the four classes; mean log probability.\n")
    print("| layers | patch | penalty | pictures | patches | log probability |\n| --- | --- | --- | --- | --- | --- |")
    for patch in CANDIDATE_PATCHES:
        found = {name: [patch_statistics(network, x, patch) for x in images] for name, images in pictures.items()}
        for layers in CANDIDATE_LAYERS:
            described = {
                name: [np.concatenate([x[layer] for layer in layers], axis=1) for x in images]
                for name, images in found.items()
            }
            for penalty in CANDIDATE_PENALTIES:
                scores = leave_one_out(described, penalty).values()
                means = [np.mean([score[key] for score in scores]) for key in ("pictures", "patches")]
                logarithm = np.mean([score["log_probability"] for score in scores])
                row = f"| {', '.join(layers)} | {patch} | {penalty:g} | {means[0]:.1%} | {means[1]:.1%} |"
                print(f"{row} {logarithm:.3f} |", flush=True)


if __name__ == "__main__":
    main()
