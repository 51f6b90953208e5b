"""The tool that records lesson 11's large pictures, on small ones."""

import json
from pathlib import Path

import numpy as np
import pytest

from gan_course import datasets, images
from gan_course.paths import data_path

TOOL = "record_large_pictures"


@pytest.fixture
def recipe(tool, small_weights):
    small = {"width": 128, "height": 96, "statistics_from": [128, 32], "piece": 64, "shown": 32}
    return tool.RECIPE | {"style": str(small_weights)} | small


@pytest.mark.slow
def test_the_sheet_shows_what_smaller_statistics_change(tool, recipe, tmp_path):
    path = tmp_path / "large.json"
    card = tool.record(path, recipe)
    for name in ("enlarged", "wall"):
        found = card["pictures"][name]
        assert found["128"] == 0.0 and 0.0 < found["32"] < found["photo"]
        for kind in ("photo", 128, 32):
            assert images.read_image(tmp_path / "large" / f"{name}_{kind}.jpg").shape == (32, 32, 3)
    written = path.read_text(encoding="utf-8")
    (tmp_path / "large" / "wall_32.jpg").unlink()
    tool.record(path, recipe)
    assert path.read_text(encoding="utf-8") == written, "the same recipe is not painted again"
    assert not (tmp_path / "large" / "wall_32.jpg").exists()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read where Linux notes it")
def test_the_large_picture_is_painted_by_a_process_of_its_own(tool, recipe, tmp_path):
    path = tmp_path / "large.json"
    path.write_text(json.dumps({"recipe": recipe, "pictures": {}}), encoding="utf-8")
    large = tool.LARGE | {"style": recipe["style"], "width": 96, "height": 64}
    card = tool.record(path, recipe, large)
    assert card["large"]["megapixels"] == 0.0 and 0.1 < card["large"]["peak_gigabytes"] < 1.5
    assert card == json.loads(path.read_text(encoding="utf-8"))


def test_a_photo_keeps_its_proportions(tool):
    pixels = tool.enlarged("photos/monuments/qutub_minar.jpg", 80, 60)
    assert pixels.shape == (60, 80, 3) and pixels.dtype == np.uint8


def test_no_setting_is_chosen_on_a_held_out_picture(tool):
    assert tool.RECIPE["photo"] in datasets.picture_files("photos")


def test_what_ships_was_made_by_the_tool_as_it_is_and_keeps_its_promise(tool):
    card = json.loads(data_path("experiments/11_large.json").read_text(encoding="utf-8"))
    assert card["recipe"] == tool.RECIPE
    large = card["large"]
    assert {key: large[key] for key in tool.LARGE} == tool.LARGE
    assert large["megapixels"] >= 50 and large["peak_gigabytes"] <= 2.0
