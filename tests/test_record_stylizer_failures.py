"""The tool that records what lesson 09 shows, with two steps and small pictures."""

import csv
import json

import numpy as np
import pytest

from gan_course import datasets, images

TOOL = "record_stylizer_failures"


def small(tool, steps):
    """A recipe that takes seconds."""
    return tool.recipe(steps=steps, crop=64, decay=2, size=64, filters=(2, 4), blocks=1)


def test_what_is_painted_is_left_out_of_the_training_and_nothing_is_held_out(tool):
    assert {*tool.PHOTOS, tool.PAINTING} <= {*datasets.picture_files("photos"), *datasets.picture_files("paintings")}


def test_each_stylizer_differs_from_the_first_in_one_choice(tool):
    assert [len(changed) for changed in tool.VARIANTS.values()] == [0, 1, 1, 1]
    sizes = {name: tool.build_variant(**tool.BASE | changed).count_params() for name, changed in tool.VARIANTS.items()}
    assert sizes["as_it_should_be"] == sizes["transposed"] == sizes["zeros"]
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 32, 48, 3)).astype("float32")
    for changed in tool.VARIANTS.values():
        assert tool.build_variant(**tool.BASE | changed, filters=(2, 4), blocks=1)(photo).shape == photo.shape


@pytest.mark.slow
def test_a_training_that_was_interrupted_ends_as_one_that_was_not(tool, tmp_path):
    folders = {name: tmp_path / name for name in ("first", "second", "runs", "other_runs")}
    tool.record(folders["first"], folders["runs"], small(tool, 1), ["zeros"])
    said = tool.record(folders["first"], folders["runs"], small(tool, 2), ["zeros"])
    assert said == "1 of 4 stylizers are there."
    tool.record(folders["second"], folders["other_runs"], small(tool, 2), ["zeros"])
    name = "zeros_arles_amphitheater.png"
    first, second = (images.read_image(folders[folder] / name) for folder in ("first", "second"))
    np.testing.assert_allclose(first, second, atol=2 / 127)  # one level of 255, on either side of a rounding
    card = json.loads((folders["first"] / "card.json").read_text(encoding="utf-8"))
    assert card["recipe"] == small(tool, 2) and card["cpu_minutes"] >= 0
    assert card["variants"]["zeros"]["pictures"] == ["zeros_arles_amphitheater", "zeros_polar_bear"]
    with (folders["first"] / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == tool.COLUMNS and {row["variant"] for row in rows} == {"zeros"}
    with pytest.raises(SystemExit, match="more than 1 steps"):
        tool.record(tmp_path / "third", folders["runs"], small(tool, 1), ["zeros"])
