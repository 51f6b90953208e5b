"""The tools that record what lesson 08 shows, on tiny pictures."""

import csv
import json
import sys

import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets, images
from gan_course.paths import data_path
from gan_course.training.neural_style_transfer import STYLE_LAYERS


@pytest.fixture(scope="module")
def tools():
    import record_optimizers
    import record_weight_grid

    return {"grid": record_weight_grid, "optimizers": record_optimizers}


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_setting_is_chosen_on_a_held_out_picture(tools):
    grid, optimizers = tools["grid"], tools["optimizers"]
    used = {grid.PHOTO, grid.PAINTING, optimizers.PAINTING, *optimizers.PHOTOS}
    assert used <= {*datasets.picture_files("photos"), *datasets.picture_files("paintings")}


def test_a_grid_that_was_interrupted_goes_on(tools, tmp_path):
    grid = tools["grid"]
    made = grid.recipe(48, (3,), {"one": STYLE_LAYERS[:1], "two": STYLE_LAYERS[:2]}, (1.0, 4.0))
    assert grid.record(tmp_path, made, only=3) == "3 of 4 pictures are there."
    first = (tmp_path / "08_weight_grid" / "one_1.jpg").stat().st_mtime_ns
    assert grid.record(tmp_path, made) == "4 of 4 pictures are there."
    assert (tmp_path / "08_weight_grid" / "one_1.jpg").stat().st_mtime_ns == first
    rows = table(tmp_path / "08_weight_grid.csv")
    assert [(row["layers"], float(row["style_weight"])) for row in rows] == [
        ("one", 1.0),
        ("one", 4.0),
        ("two", 1.0),
        ("two", 4.0),
    ]
    assert list(rows[0]) == list(grid.COLUMNS)
    for row in rows:
        assert images.read_image(tmp_path / row["picture"].removeprefix("experiments/")).shape == (48, 48, 3)
    one = rows[1]
    assert float(one["style"]) == pytest.approx(float(one["style_block1_conv2"]), rel=0.05)
    card = json.loads((tmp_path / "08_weight_grid.json").read_text(encoding="utf-8"))
    assert card["recipe"] == made
    assert card["cpu_minutes"] == round(sum(float(row["cpu_seconds"]) for row in rows) / 60, 1)
    another = grid.recipe(48, (2,), {"one": STYLE_LAYERS[:1]}, (1.0,))
    assert grid.record(tmp_path, another) == "1 of 1 pictures are there.", "another recipe begins anew"


def test_the_tutorials_objective_agrees_with_numpy(tools):
    optimizers = tools["optimizers"]
    rng = np.random.default_rng(0)
    photo, painting = (rng.uniform(-1, 1, (24, 24, 3)).astype("float32") for _ in range(2))
    unit = rng.uniform(0, 1, (1, 24, 24, 3)).astype("float32")
    objective = optimizers.TutorialObjective(photo, painting)
    features = {
        name: objective.network(image, training=False)
        for name, image in (("photo", photo[None]), ("painting", painting[None]), ("unit", 2 * unit - 1))
    }
    style = 0.0
    for layer in optimizers.STYLE_LAYERS:
        flat = [np.asarray(features[name][layer], "float64")[0] for name in ("unit", "painting")]
        grams = [np.einsum("ijc,ijd->cd", one, one) / one[..., 0].size for one in flat]
        style += 1e-2 * np.mean((grams[0] - grams[1]) ** 2) / 4
    content = np.mean((np.asarray(features["unit"]["block4_conv1"]) - features["photo"]["block4_conv1"]) ** 2)
    variation = sum(np.abs(np.diff(unit[0].astype("float64"), axis=axis)).sum() for axis in (0, 1))
    terms = objective.terms(tf.constant(unit))
    assert float(terms["style"]) == pytest.approx(style, rel=1e-3)
    assert float(terms["content"]) == pytest.approx(1e4 * content, rel=1e-3)
    assert float(terms["total_variation"]) == pytest.approx(30 * variation, rel=1e-3)


def test_the_times_are_read_from_the_histories_by_hand(tools):
    falls = lambda values, pace: [  # noqa: E731
        {"objective": value, "cpu_seconds": pace * (index + 1)} for index, value in enumerate(values)
    ]
    histories = {
        "scaled L-BFGS": falls([500.0, 118.0, 104.0, 99.0], 2.0),
        "Adam": falls([500.0, 300, 119, 104, 100], 10.0),
    }
    times = tools["optimizers"].times(histories)
    assert times["ratio"] == {"20 %": 0.133, "5 %": 0.15, "0 %": 0.16}  # 4 of 30, 6 of 40, 8 of 50 seconds
    assert times["Adam"]["5 %"] == {"cpu_seconds": 40.0, "evaluations": 4}
    never = tools["optimizers"].times(histories | {"scaled L-BFGS": falls([500.0, 118.0], 2.0)})
    assert never["ratio"]["20 %"] == 0.133 and never["ratio"]["0 %"] is None
    assert tools["optimizers"].medians({"one": times, "two": never, "three": times})["0 %"] == 0.16
    assert tools["optimizers"].medians({"one": never})["0 %"] is None


def test_a_comparison_that_was_interrupted_goes_on(tools, tmp_path):
    optimizers, path = tools["optimizers"], tmp_path / "some" / "optimizers.csv"
    made, photos = optimizers.recipe(size=32, steps=12, iterations=8), optimizers.PHOTOS[:2]
    optimizers.record(path, made, photos[:1])
    before = table(path)
    card = optimizers.record(path, made, photos)
    rows = table(path)
    assert rows[: len(before)] == before
    assert {(row["photo"], row["method"]) for row in rows} == {(p, m) for p in photos for m in optimizers.METHODS}
    assert set(card["medians"]) == {"20 %", "5 %", "0 %"} and set(card["photos"]) == set(photos)
    ends = {(row["photo"], row["method"]): float(row["cpu_seconds"]) for row in rows}
    assert len(ends) == 4 and card["cpu_minutes"] == round(sum(ends.values()) / 60, 1)
    for photo in photos:
        first = [float(row["objective"]) for row in rows if row["photo"] == photo and row["evaluation"] == "1"]
        assert first[0] == pytest.approx(first[1], rel=1e-4), "both begin with the same picture"
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) == card


def stop(*_):
    raise KeyboardInterrupt


def test_a_photo_that_reached_the_table_and_not_the_card_is_done_again_and_is_there_once(tools, tmp_path, monkeypatch):
    optimizers, path = tools["optimizers"], tmp_path / "optimizers.csv"
    made, photos = optimizers.recipe(size=32, steps=2, iterations=2), optimizers.PHOTOS[:2]
    falls = [{"objective": value, "cpu_seconds": 1.0} for value in (5.0, 4.0)]
    monkeypatch.setattr(optimizers, "compare", lambda *_: dict.fromkeys(optimizers.METHODS, falls))
    optimizers.record(path, made, photos[:1])
    with monkeypatch.context() as change, pytest.raises(KeyboardInterrupt):
        change.setattr(sys.modules["tables"], "write_card", stop)
        optimizers.record(path, made, photos)
    assert len(table(path)) == 8 and set(optimizers.record(path, made, photos)["photos"]) == set(photos)
    assert [row["photo"] for row in table(path)] == [photos[0]] * 4 + [photos[1]] * 4


def test_a_grid_that_was_stopped_takes_no_row_or_picture_of_another_recipe(tools, tmp_path, monkeypatch):
    grid = tools["grid"]
    old, new = (grid.recipe(48, (steps,), {"one": STYLE_LAYERS[:1]}, (1.0,)) for steps in (3, 4))

    def paint(photo, painting, judge, made, name, weight):
        row = dict.fromkeys(grid.COLUMNS, 0.0) | {"layers": name, "style_weight": weight, "picture": ""}
        return row | {"content": made["iterations"][0]}, photo

    monkeypatch.setattr(grid, "paint", paint)
    grid.record(tmp_path, old)
    with monkeypatch.context() as change, pytest.raises(KeyboardInterrupt):
        change.setattr(grid, "write_recording", stop)  # the picture is there, its row is not
        grid.record(tmp_path, new)
    assert grid.read(tmp_path, old) == [] == grid.read(tmp_path, new)
    grid.record(tmp_path, new)
    assert [row["content"] for row in grid.read(tmp_path, new)] == [4.0]


def test_what_ships_was_made_by_the_tools_as_they_are(tools):
    card = json.loads(data_path("experiments/08_weight_grid.json").read_text(encoding="utf-8"))
    made = card["recipe"]
    assert made == tools["grid"].recipe(made["size"], made["iterations"])
    assert card["command"] == tools["grid"].command(made)
    rows = table(data_path("experiments/08_weight_grid.csv"))
    assert len(rows) == 25
    for row in rows:
        assert data_path(row["picture"]).stat().st_size < 20_000
    card = json.loads(data_path("experiments/08_optimizers.json").read_text(encoding="utf-8"))
    made = card["recipe"]
    assert made == tools["optimizers"].recipe(made["size"])
    assert card["command"] == tools["optimizers"].command(made)
    assert set(card["photos"]) <= set(tools["optimizers"].PHOTOS)
