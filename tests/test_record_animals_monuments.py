"""The tool that records lesson 11's animals and monuments, on tiny pictures."""

import csv
import json
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.paths import data_path
from gan_course.pretrained import shipped_styles

TOOL = "record_animals_monuments"


@pytest.fixture
def small(tool, monkeypatch):
    """Two test photos a class, two arms, and stylizers that make negatives; returns the styles loaded."""
    photos_of, loaded = tool.photos_of, []

    def few(draw, count):
        learn, test = photos_of(draw, count)
        return learn, {name: photos[:2] for name, photos in test.items()}

    def negative(style):
        loaded.append(style)
        photo = keras.Input((None, None, 3))
        return keras.Model(photo, -photo)

    monkeypatch.setattr(tool, "photos_of", few)
    monkeypatch.setattr(tool, "ARMS", {"clean only": (False, False), "+ stylized": (True, True)})
    monkeypatch.setattr(tool, "COMPARISONS", [("+ stylized", "clean only")])
    monkeypatch.setattr(tool, "load_stylizer", negative)
    tf.config.run_functions_eagerly(True)  # networks that take two steps are quicker without a graph
    yield loaded
    tf.config.run_functions_eagerly(False)


def tiny(tool):
    return tool.RECIPE | {
        "photos_a_class": 2,
        "painted_short_side": 44,
        "views": 3,
        "linear head on VGG": tool.RECIPE["linear head on VGG"] | {"side": 40},
        "small network": tool.RECIPE["small network"] | {"side": 16, "filters": [4], "steps": 2},
    }


def test_photos_of_the_test_and_held_out_photos_never_train(tool):
    heldout, everything = set(datasets.picture_files("photos", "heldout")), datasets.picture_files("photos", "all")
    for draw in range(tool.DRAWS):
        learn, test = ({p for photos in part.values() for p in photos} for part in tool.photos_of(draw, 8))
        assert len(learn) == 16 and not learn & test and not learn & heldout
        assert learn | test == set(everything) and heldout < test
    assert tool.photos_of(0, 8) == tool.photos_of(0, 8) != tool.photos_of(1, 8)


def test_a_painter_who_paints_for_training_does_not_paint_for_the_test(tool):
    cards = shipped_styles()
    sides = [{file.split("/")[1] for style in side for file in cards[style]["paintings"]} for side in tool.SIDES]
    assert sides[0] and sides[1] and not sides[0] & sides[1]


def test_a_photo_is_painted_once_and_cut_like_its_painting(tool, small, tmp_path):
    name = datasets.picture_files("photos/animals")[0]
    for _ in range(2):  # the second finds the painting in the folder
        pictures = tool.Pictures(tmp_path, tiny(tool))
        photo, painting = pictures.views(name, None, 16), pictures.views(name, "poppies", 16)
        assert photo.shape == (3, 16, 16, 3)
        np.testing.assert_allclose(painting, -photo, atol=3 / 255)
        assert np.abs(photo[0] - photo[1]).mean() > 0.05, "the second view is another cut"
    assert small == ["poppies"]


def test_whoever_always_says_the_same_is_half_right(tool):
    labels = np.array([0, 0, 0, 1])
    assert tool.balanced_accuracy(np.zeros(4), labels) == 0.5
    assert tool.balanced_accuracy(np.array([0, 0, 1, 1]), labels) == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.filterwarnings("ignore:Even though the `tf.config")
def test_a_recording_that_was_interrupted_goes_on(tool, small, tmp_path):
    path, recipe = tmp_path / "result.csv", tiny(tool)
    tool.record(path, tmp_path, 1, recipe)
    before = path.read_text(encoding="utf-8")
    card = tool.record(path, tmp_path, 2, recipe)
    assert path.read_text(encoding="utf-8").startswith(before)
    assert len(small) == len(set(small)) + len(tool.SIDES[0]) + len(tool.SIDES[1]), "each style once a call"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == tool.COLUMNS
    kinds = {(row["draw"], row["classifier"], row["arm"], row["test"]) for row in rows}
    assert len(rows) == len(kinds) == 2 * 2 * len(tool.ARMS) * 2
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["differences"] == card["differences"]
    (first,) = [
        entry
        for entry in card["differences"]
        if (entry["comparison"], entry["classifier"], entry["test"])
        == ("+ stylized - clean only", "linear head on VGG", tool.CLEAN)
    ]
    score = lambda arm: [  # noqa: E731
        float(row["balanced_accuracy"])
        for row in rows
        if (row["classifier"], row["arm"], row["test"]) == ("linear head on VGG", arm, tool.CLEAN)
    ]
    assert first["mean"] == pytest.approx(np.mean(score("+ stylized")) - np.mean(score("clean only")), abs=1e-4)
    assert first["draws"] == 2 and first["low"] <= first["mean"] <= first["high"]
    tool.record(path, tmp_path, 1, recipe | {"views": 2})
    assert path.read_text(encoding="utf-8").count("\n") == 1 + len(rows) // 2, "another recipe begins anew"


def test_the_intervals_end_where_they_should_by_hand(tool):
    difference = tool.paired_difference
    assert difference([0.5, 0.7], [0.4, 0.6]) == {"draws": 2, "mean": 0.1, "low": 0.1, "high": 0.1}
    assert difference([0.5], [0.4]) == {"draws": 1, "mean": 0.1}
    rng = np.random.default_rng(0)
    values = rng.normal(0.2, 1.0, 400)
    found = difference(values, np.zeros(400))
    half = 1.96 * values.std() / 20  # of a normal distribution with as many values
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.1)


def test_what_ships_was_made_by_the_tool_as_it_is(tool):
    path = data_path("experiments/11_animals_monuments.csv")
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    made, _ = tool.read(types.SimpleNamespace(exists=lambda: False), tool.RECIPE)
    changed = {name for name in card if card[name] != json.loads(json.dumps(made)).get(name)}
    assert changed == {"cpu_seconds", "differences"}
    _, rows = tool.read(path, tool.RECIPE)
    draws = {row["draw"] for row in rows}
    assert len(draws) >= 5 and len(rows) == len(draws) * 2 * len(tool.ARMS) * 2, "every draw is whole"
    assert card["differences"] == tool.differences(rows)
