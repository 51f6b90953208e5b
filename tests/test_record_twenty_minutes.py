"""The tool that records twenty minutes of training for lesson 10, with a folder in place of a training."""

import csv
import json

import numpy as np
import pytest

from gan_course import datasets, images
from gan_course.paths import data_path
from gan_course.training.own_style import checksum

TOOL = "record_twenty_minutes"


@pytest.fixture
def weights(tool, tmp_path):
    """A training of two saves, as `train_own_style` leaves it; Keras adds an epoch and columns of a validation."""
    folder = tmp_path / "mine.training"
    folder.mkdir()
    names = [*tool.COLUMNS, *tool.SHARES, "cpu_seconds", "wall_seconds"]
    with (folder / "log.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *names, "val_style"])
        for epoch, step in enumerate((25, 40)):
            terms = [0.123456] * (len(names) - 3)
            writer.writerow([epoch, step, *terms, 90.0, 60.0, "NA"])
    about = {"paintings": [checksum(data_path(tool.PAINTING))], "start": "van_gogh", "crops": [2, 224], "seed": 21}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    images.save_image(tmp_path / "mine_samples.jpg", np.zeros((32, 64, 3), "float32"))
    return tmp_path / "mine.npz"


def test_the_card_says_how_long_it_took_and_how_far_it_came(tool, weights, tmp_path):
    card = tool.record(weights, tmp_path / "out")
    assert (card["steps"], card["minutes"], card["cpu_minutes"]) == (40, 2.0, 3.0)
    assert card == json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    with (tmp_path / "out" / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["25", "40"] and {row["style"] for row in rows} == {"0.1235"}
    assert images.read_image(tmp_path / "out" / "samples.jpg").shape == (32, 64, 3)


def test_a_training_on_another_painting_is_not_taken_for_this_one(tool, weights, tmp_path):
    about = weights.with_name("mine.training") / "about.json"
    about.write_text(about.read_text(encoding="utf-8").replace('"paintings": ["', '"paintings": ["0'), encoding="utf-8")
    with pytest.raises(SystemExit, match="trained on something else"):
        tool.record(weights, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_ships_is_a_training_of_twenty_minutes_on_a_held_out_print(tool):
    folder = data_path("experiments/10_twenty_minutes")
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["recipe"]["painting"] == tool.PAINTING
    assert tool.PAINTING not in datasets.picture_files("paintings"), "no shipped network has seen it"
    assert 18 < card["minutes"] < 21
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert int(rows[-1]["step"]) == card["steps"]
    assert float(rows[-1]["style"]) < float(rows[0]["style"])
    for row in rows:
        assert sum(float(row[name]) for name in tool.SHARES) == pytest.approx(1, abs=2e-4)
