"""The trainings of Fashion-MNIST: resumed ones equal uninterrupted ones, what ships, the seeds, the benchmark."""

import csv
import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from gan_course import datasets
from gan_course.generators import load_generator
from gan_course.images import read_image, to_uint8
from gan_course.paths import ROOT


@pytest.fixture(scope="module")
def tools():
    """The tools as modules, with networks and batches so small that a step takes no time."""
    import benchmark_dcgan
    import record_seeds
    import ship_generator
    import train_fashion_mnist as recipe

    change = pytest.MonkeyPatch()
    change.setitem(recipe.GENERATOR, "filters", [4, 3])
    change.setitem(recipe.DISCRIMINATOR, "filters", (4, 4))
    change.setattr(recipe, "BATCH", 8)
    yield {
        "recipe": recipe,
        "ship": ship_generator,
        "seeds": record_seeds,
        "benchmark": benchmark_dcgan,
        "distance": recipe.Distance(count=100),
    }
    change.undo()


@pytest.fixture(scope="module", params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["plain", "by class"])
def run(request, tools, tmp_path_factory):
    """A training of four steps that was interrupted once, whether it is conditional, and one in a single go."""
    folder, conditional = tmp_path_factory.mktemp("runs"), request.param
    arguments = {"conditional": conditional, "steps_per_epoch": 2, "distance": tools["distance"]}
    for name, stops in {"interrupted": (2, 4), "whole": (4,)}.items():
        for steps in stops:
            tools["recipe"].train(folder / name, steps, **arguments)
    return folder / "interrupted", conditional, folder / "whole"


def test_a_training_that_was_interrupted_ends_with_the_very_same_weights(run):
    interrupted, _, whole = run
    with np.load(interrupted / "generator.npz") as one, np.load(whole / "generator.npz") as other:
        assert set(one.files) == set(other.files) and len(one.files) > 10
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


TINY = """
import sys
from pathlib import Path
sys.path.insert(0, "tools")
import train_fashion_mnist as recipe
recipe.GENERATOR["filters"], recipe.DISCRIMINATOR["filters"], recipe.BATCH = [4, 3], (4, 4), 8
recipe.train(Path(sys.argv[1]), 200, conditional=False, steps_per_epoch=10, distance=recipe.Distance(count=100))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_training_that_was_killed_ends_with_the_very_same_weights(saved_arrays, tmp_path):
    """Bit for bit, optimizers and moving average included, though it was killed in the middle of its work."""

    def command(name):
        return [sys.executable, "-B", "-c", TINY, str(tmp_path / name)]

    subprocess.run(command("whole"), cwd=ROOT, check=True, capture_output=True, timeout=240)
    process = subprocess.Popen(command("killed"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    log, deadline = tmp_path / "killed" / "log.csv", time.monotonic() + 240
    while (not log.exists() or log.read_text().count("\n") < 4) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None  # it is in the middle of its work
    process.kill()
    process.communicate()
    whole, killed = (saved_arrays(tmp_path / name) for name in ("whole", "killed"))
    assert any(not np.array_equal(whole[path], killed[path]) for path in whole)
    subprocess.run(command("killed"), cwd=ROOT, check=True, capture_output=True, timeout=240)
    resumed = saved_arrays(tmp_path / "killed")
    assert set(whole) == set(resumed) and len(whole) > 30
    for path, array in whole.items():
        np.testing.assert_array_equal(array, resumed[path], err_msg=path)


def test_average_and_raw_weights_are_kept_and_differ(run):
    path = run[0] / "generator.npz"
    averaged, raw = load_generator(path), load_generator(path, averaged=False)
    assert any(np.abs(a - b).max() > 1e-4 for a, b in zip(averaged.get_weights(), raw.get_weights(), strict=True))


def test_the_log_has_a_row_of_numbers_for_every_epoch(run, tools):
    rows = tools["recipe"].read_log(run[0] / "log.csv")
    assert [row["step"] for row in rows] == [2, 4]
    for row in rows:
        assert {"discriminator", "generator", "frechet_averaged", "frechet_raw", "cpu_seconds"} < set(row)
        assert np.isfinite(list(row.values())).all()
    whole = tools["recipe"].read_log(run[2] / "log.csv")
    assert rows[1]["generator"] == pytest.approx(whole[1]["generator"], rel=1e-5)
    assert rows[1]["frechet_raw"] == pytest.approx(whole[1]["frechet_raw"], rel=1e-4)


def test_a_step_that_was_logged_twice_counts_once(tools, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,generator,step,val_step\n0,1.0,2,NA\n1,5.0,4,NA\n1,2.0,4,NA\n", encoding="utf-8")
    assert tools["recipe"].read_log(path) == [{"generator": 1.0, "step": 2.0}, {"generator": 2.0, "step": 4.0}]


def test_columns_of_the_conditional_grid_ask_for_one_class_each(tools):
    noise, labels = tools["recipe"].fixed_inputs(tools["recipe"].build(True), True)
    assert noise.shape == (100, 64)
    assert (labels.reshape(10, 10) == np.arange(10)).all()


def test_what_ships_is_the_generator_its_card_its_log_and_its_ages(run, tools, tmp_path):
    folder, conditional, _ = run
    card = tools["ship"].ship(folder, conditional, tmp_path, ages=(2, 4, 6), distance=tools["distance"])
    assert card == json.loads((tmp_path / "interrupted.json").read_text(encoding="utf-8"))
    assert card["steps"] == 4 and ("--conditional" in card["command"]) is conditional
    assert "--steps 4 --out" in card["command"], "a training of other length than usual says so"
    distances = list(card["frechet_distance"].values())
    assert distances[2] < 20 < distances[3], "real images are nearest, the mean image is far"
    assert ("share_that_the_classifier_recognizes" in card) is conditional
    if conditional:
        shares = card["share_that_the_classifier_recognizes"]["test images"]
        assert shares["all"] > 0.8 and set(shares) == {"all", *map(str, range(10))}
    generator = load_generator(tmp_path / "interrupted.npz")
    assert len(generator.inputs) == 1 + conditional
    with np.load(tmp_path / "interrupted_samples.npz") as file:
        assert file["steps"].tolist() == [2, 4] and file["images"].shape == (2, 100, 28, 28)
        grid = to_uint8(read_image(folder / "samples" / "step_000004.png"))[..., 0]
        np.testing.assert_array_equal(file["images"][1, 12], grid[29:57, 58:86])
    with (tmp_path / "interrupted_log.csv").open(encoding="utf-8", newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["2", "4"]


def test_a_generator_that_makes_one_image_of_each_class_is_caught_by_the_card(tools):
    _, (images, labels) = datasets.fashion_mnist()
    images, labels = images[:200], labels[:200]
    one_of_each = np.stack([images[labels == label][0] for label in labels])
    assert set(tools["ship"].spread(one_of_each, images, labels).values()) == {0.0}
    half = 0.5 * images
    assert set(tools["ship"].spread(half, images, labels).values()) == {0.25}
    assert set(tools["ship"].spread(images, images, labels).values()) == {1.0}


# ---------------------------------------------------------------- seeds


@pytest.mark.slow
def test_seeds_that_are_there_are_not_trained_again(tools, tmp_path, monkeypatch):
    seeds, path = tools["seeds"], tmp_path / "experiments" / "seeds.csv"
    monkeypatch.setattr(tools["recipe"], "Distance", lambda count: tools["distance"])
    trained, train = [], seeds.train
    monkeypatch.setattr(seeds, "train", lambda seed, *rest: trained.append(seed) or train(seed, *rest))
    record = lambda count, every=1: seeds.record(path, count, steps=2, every=every, count=100)  # noqa: E731
    assert record(1)["summary"]["seeds"] == 1
    card = record(2)
    assert trained == [0, 1]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["seed"], row["step"]) for row in rows] == [("0", "1"), ("0", "2"), ("1", "1"), ("1", "2")]
    ends = [float(row["frechet_averaged"]) for row in rows if row["step"] == "2"]
    assert ends[0] != ends[1]
    assert card["summary"]["worst"] == max(ends)
    assert card["summary"]["bound"] == pytest.approx(card["floors"]["the mean image"] / 3, abs=0.01)
    assert card["summary"]["below_the_bound"] == sum(end < card["summary"]["bound"] for end in ends)
    whole = path.with_suffix(".json").read_text(encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps(json.loads(whole) | {"summary": {}}), encoding="utf-8")
    record(2)  # after a call that was stopped between table and card
    assert path.with_suffix(".json").read_text(encoding="utf-8") == whole and trained == [0, 1]
    record(1, every=2)  # another recipe: what is there does not count
    assert trained == [0, 1, 0]


# ---------------------------------------------------------------- benchmark


def test_the_tutorial_s_networks_have_its_numbers_of_weights(tools):
    assert tools["benchmark"].tutorial_generator().count_params() == 2_330_944
    assert tools["benchmark"].tutorial_discriminator().count_params() == 212_865


def test_both_recipes_see_the_same_images_in_the_same_order(tools, monkeypatch):
    benchmark = tools["benchmark"]
    monkeypatch.setattr(benchmark, "TUTORIAL_BATCH", 16)
    images = datasets.fashion_mnist()[0][0][:50]
    whole, parts = benchmark.tutorial_batches(images), benchmark.course_batches(images, 8)
    for _ in range(2):
        pair = [next(parts), next(parts)]
        np.testing.assert_array_equal(next(whole), np.concatenate([part["images"] for part in pair]))
        assert not np.array_equal(pair[0]["seed"], pair[1]["seed"])


@pytest.mark.slow
def test_a_small_benchmark_from_end_to_end(tools, monkeypatch, tmp_path):
    benchmark = tools["benchmark"]
    monkeypatch.setattr(benchmark, "TUTORIAL_BATCH", 8)
    monkeypatch.setattr(benchmark, "COURSE_SEEDS", (0, 1))
    monkeypatch.setattr(tools["recipe"], "LIVE_BATCH", 4)
    result = benchmark.record(tmp_path / "benchmark.csv", minutes=0.01, every=0.3, distance=tools["distance"])
    with (tmp_path / "benchmark.csv").open(newline="") as file:
        assert {row["recipe"] for row in csv.DictReader(file)} == {"tutorial", "lesson 04", "as it ships"}
    assert [run["seed"] for run in result["lesson 04"]["runs"]] == [0, 1]
    assert result == json.loads((tmp_path / "benchmark.json").read_text(encoding="utf-8"))
    assert 0.01 <= result["tutorial"]["cpu_minutes"] < 1


def test_the_summary_counts_the_seeds_for_which_a_fifth_of_the_time_was_enough(tools):
    rows = [
        {"recipe": "tutorial", "seed": 0, "step": step, "cpu_seconds": seconds, "distance": distance}
        for step, seconds, distance in ((5, 50.0, 20.0), (9, 100.0, 22.0))
    ]
    for seed, (seconds, distance) in enumerate(((10.0, 19.0), (30.0, 19.0), (10.0, 21.0))):
        rows.append({"recipe": "lesson 04", "seed": seed, "step": 5, "cpu_seconds": seconds, "distance": distance})
    summary = tools["benchmark"].summary(rows, 1.5, 3)
    assert summary["tutorial"]["best_distance"] == 20.0  # not the last: the goal is the best the tutorial had
    shares = [run["share_of_the_tutorial_s_minutes"] for run in summary["lesson 04"]["runs"]]
    assert shares == [0.1, 0.3, None] and summary["lesson 04"]["at_most_0.2"] == 1
    assert summary["command"].endswith("--minutes 1.5 --every 3")
