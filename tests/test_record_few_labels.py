"""The tool that records lesson 11's few labels, with tiny networks."""

import csv
import json

import numpy as np
import pytest
import tensorflow as tf

from gan_course.generators import save_generator
from gan_course.networks.conditional import build_conditional_generator
from gan_course.paths import data_path

TOOL = "record_few_labels"


@pytest.fixture
def without_graphs():
    """Networks that take a step or two are quicker without a graph."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def tiny(tool, tmp_path_factory):
    """A recipe of a few steps, and a generator in a file."""
    arguments = {"latent_dim": 3, "filters": [3, 2], "start": 7, "channels": 1, "resize": True}
    path = tmp_path_factory.mktemp("generator") / "made.npz"
    network = build_conditional_generator(10, **arguments)
    save_generator(path, network, network, "conditional_generator", {**arguments, "classes": 10})
    few = {"labels_per_class": [2], "generator_filters": [3, 2], "discriminator_filters": [3, 2]}
    return tool.RECIPE | {
        "labels_per_class": [1, 2],
        "classifier": tool.RECIPE["classifier"] | {"filters": [3], "steps": 3, "batch_size": 4, "at_once": 1},
        "generated_images": 40,
        "shipped_generator": str(path),
        "few_label_generator": tool.RECIPE["few_label_generator"] | few | {"steps": 2, "batch_size": 4},
    }


def test_every_class_has_its_labels_and_more_labels_keep_the_first(tool):
    few, labels = tool.labeled(3, 5)
    many, _ = tool.labeled(3, 20)
    assert np.bincount(labels).tolist() == [5] * 10
    there = {image.tobytes() for image in many}
    assert all(image.tobytes() in there for image in few)
    assert not np.array_equal(few, tool.labeled(4, 5)[0])


def test_classical_augmentation_shifts_and_mirrors_and_does_nothing_else(tool):
    image = np.full((28, 28), -1.0, "float32")
    image[10, 8:12] = [0.1, 0.2, 0.3, 0.4]  # looks different in a mirror
    changed = tool.shifted_and_mirrored(np.tile(image[..., None], (40, 30, 1, 1, 1)), 2, np.random.default_rng(0))
    assert changed.shape == (40, 30, 28, 28, 1)
    possible = set()
    for start in (image, image[:, ::-1]):
        for down in range(-2, 3):
            for right in range(-2, 3):
                possible.add(np.roll(start, (down, right), (0, 1)).tobytes())
    assert {one.tobytes() for one in changed.reshape(-1, 28, 28)} == possible


@pytest.mark.filterwarnings("ignore:Even though the `tf.config")
def test_the_few_label_generator_sees_the_labeled_images_alone(tool, tiny, monkeypatch, without_graphs):
    seen, batches = [], tool.image_batches
    monkeypatch.setattr(tool, "image_batches", lambda *given: seen.append(given) or batches(*given))
    made, wanted = tool.generated(tool.FEW, 2, 7, tiny)
    images, labels = tool.labeled(7, 2)
    ((given, given_labels, *_),) = seen
    np.testing.assert_array_equal(given, images)
    np.testing.assert_array_equal(given_labels, labels)
    assert made.shape == (40, 28, 28, 1) and np.bincount(wanted).tolist() == [4] * 10


def test_half_of_every_batch_is_generated_and_the_rest_is_as_without(tool, tiny, monkeypatch):
    given = {}

    class Watched:
        def __init__(self, arm):
            self.arm = arm

        def fit(self, images, labels, *_, **__):
            given[self.arm] = images, labels

        def __call__(self, images, **_):
            return np.zeros((len(images), 10))

    for arm in (tool.REAL, tool.ALL):
        monkeypatch.setattr(tool, "build_classifier", lambda *_, arm=arm: Watched(arm))
        assert tool.trial(2, 0, arm, tiny) == pytest.approx(0.1, abs=0.02), "always the first class"
    same = (given[tool.REAL][0] == given[tool.ALL][0]).all(axis=(1, 2, 3)).reshape(3, 4)
    assert same.tolist() == [[False, False, True, True]] * 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Even though the `tf.config")
def test_a_recording_that_was_interrupted_goes_on(tool, tiny, tmp_path, without_graphs):
    path = tmp_path / "result.csv"
    tool.record(path, 1, tiny)
    _, before = tool.read(path, tool.with_steps(tiny))
    card = tool.record(path, 2, tiny)
    _, rows = tool.read(path, tool.with_steps(tiny))
    assert tuple(rows[0]) == tool.COLUMNS and all(row in rows for row in before)
    found = [(row["labels_per_class"], row["draw"], row["arm"]) for row in rows]
    quick = [(count, draw, arm) for count in "12" for draw in "01" for arm in (tool.REAL, tool.CLASSICAL, tool.ALL)]
    assert sorted(found) == sorted(quick + [("2", "0", tool.FEW), ("2", "1", tool.FEW)])
    kinds = {(entry["comparison"], entry["labels_per_class"]) for entry in card["differences"]}
    assert len(kinds) == len(card["differences"]) == 3 + 5, "the few-label generator was trained for one count"
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["differences"] == card["differences"]
    tool.record(path, 1, tiny | {"generated_images": 20})
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(before), "another recipe begins anew"


def test_a_recording_stopped_before_its_last_card_gets_it_and_trains_nothing(tool, tiny, tmp_path, monkeypatch):
    path, asked = tmp_path / "result.csv", []
    monkeypatch.setattr(tool, "trial", lambda count, draw, arm, recipe: asked.append(arm) or len(arm) / 100)
    card, count = tool.record(path, 2, tiny), len(asked)
    whole = path.with_suffix(".json").read_text(encoding="utf-8")
    old = card | {"differences": card["differences"][:1]}
    path.with_suffix(".json").write_text(json.dumps(old), encoding="utf-8")
    assert tool.record(path, 2, tiny) == card and len(asked) == count
    assert path.with_suffix(".json").read_text(encoding="utf-8") == whole


def test_what_ships_was_made_by_the_tool_as_it_is(tool):
    path = data_path("experiments/11_few_labels.csv")
    card, rows = tool.read(path, tool.with_steps(tool.RECIPE))
    assert card["cpu_seconds"] > 0 and card["differences"] == tool.differences(rows)
    draws = {name: {(row["labels_per_class"], row["draw"]) for row in rows if row["arm"] == name} for name in tool.ARMS}
    assert len(draws[tool.REAL]) >= 15 and draws[tool.ALL] <= draws[tool.CLASSICAL] <= draws[tool.REAL]
    assert draws[tool.FEW] <= draws[tool.REAL], "each is compared with the other arms of its draw"
    assert "10,000" in card["labels_that_each_arm_saw"][tool.ALL]
