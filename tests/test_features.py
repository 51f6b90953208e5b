"""The feature network that measures Fashion-MNIST: good at its trade, all features alive, never another one."""

import json
import shutil
import sys

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gan_course import datasets, metrics
from gan_course.networks import (
    build_fashion_classifier,
    build_fashion_features,
    load_fashion_classifier,
    load_fashion_features,
)
from gan_course.paths import data_path


@pytest.fixture(scope="module")
def images():
    (train, _), (test, _) = datasets.fashion_mnist()
    return {"train": train, "test": test}


@pytest.fixture(scope="module")
def features(images):
    model = load_fashion_features()
    return {name: model.predict(part, batch_size=500, verbose=0) for name, part in images.items()}


TOOL = "train_features"


def test_it_tells_clothes_apart_as_its_card_says(images):
    _, (_, labels) = datasets.fashion_mnist()
    logits = load_fashion_classifier().predict(images["test"], batch_size=500, verbose=0)
    accuracy = (logits.argmax(axis=1) == labels).mean()
    card = json.loads(data_path("features/fashion_mnist.json").read_text(encoding="utf-8"))
    assert accuracy >= 0.88
    assert accuracy == pytest.approx(card["test_accuracy"], abs=0.002)
    assert card["dead_features"] == 0


def test_no_feature_is_dead_and_none_drowns_the_others(features):
    assert features["train"].shape == (10_000, 64)
    np.testing.assert_allclose(features["train"].std(axis=0), 1.0, atol=0.01)
    assert features["test"].std(axis=0).min() > 0.8
    for feature in features["test"].T:
        assert len(np.unique(feature)) > 1500, "a value of its own for most images"


def test_distances_come_in_the_order_that_the_eye_sees(features, images):
    model = load_fashion_features()
    compare = lambda pictures: metrics.frechet_distance(  # noqa: E731
        model.predict(pictures, batch_size=500, verbose=0), features["test"]
    )
    real = compare(images["train"][:2000])
    blurred = compare(gaussian_filter(images["train"][:2000], (0, 1.5, 1.5, 0)))
    mean = compare(np.repeat(images["train"].mean(axis=0)[None], 50, axis=0))
    noise = compare(np.random.default_rng(0).uniform(-1, 1, (500, 28, 28, 1)).astype("float32"))
    assert real < 0.5 < 5 * real < blurred < mean
    assert 64 < mean < 120 and noise > mean / 2


def test_features_do_not_know_the_training_images_by_heart(features):
    """Else a generator would look bad for not making those very images."""
    near = lambda first, second: metrics.frechet_distance(features[first][:2000], features[second][-2000:])  # noqa: E731
    assert near("test", "train") < 2 * near("train", "train")


def test_training_a_generator_leaves_the_measure_alone():
    assert load_fashion_features().trainable_variables == []


def test_weights_that_are_not_those_that_shipped_are_refused(tmp_path, monkeypatch):
    shutil.copy(data_path("SHA256SUMS"), tmp_path)
    (tmp_path / "features").mkdir()
    weights = data_path("features/fashion_mnist.npz").read_bytes()
    (tmp_path / "features" / "fashion_mnist.npz").write_bytes(weights[:-1])
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="not the file that shipped"):
        load_fashion_features()


def test_the_tool_scales_features_without_changing_a_logit(tool, images):
    classifier = build_fashion_classifier()
    some = images["train"][:300]
    before = classifier.predict(some, verbose=0)
    deviations = tool.standardize(classifier, some)
    assert deviations.std() > 0.01
    np.testing.assert_allclose(classifier.predict(some, verbose=0), before, atol=1e-4)
    scaled = build_fashion_features(classifier).predict(some, verbose=0)
    np.testing.assert_allclose(scaled.std(axis=0), 1.0, rtol=1e-3)


@pytest.mark.slow
def test_the_tool_writes_weights_of_the_shipped_kind(tool, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train_features.py", "--out", str(tmp_path), "--epochs", "1", "--images", "640"])
    tool.main()
    card = json.loads((tmp_path / "fashion_mnist.json").read_text(encoding="utf-8"))
    shipped = json.loads(data_path("features/fashion_mnist.json").read_text(encoding="utf-8"))
    assert card.keys() == shipped.keys() and card["seed"] == shipped["seed"]
    assert 0.2 < card["test_accuracy"] < shipped["test_accuracy"]
    with np.load(tmp_path / "fashion_mnist.npz") as made, np.load(data_path("features/fashion_mnist.npz")) as ours:
        assert {name: made[name].shape for name in made} == {name: ours[name].shape for name in ours}
        assert {array.dtype for array in made.values()} == {np.dtype("float16")}
