"""The sweep of lesson 05: runs side by side are the runs they would be alone, and an interrupted sweep goes on."""

import csv
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import toy
from gan_course.paths import ROOT


@pytest.fixture(scope="module")
def tools():
    """The two tools as modules."""
    import parallel_gans
    import sweep_ring

    return {"gans": parallel_gans, "sweep": sweep_ring}


def weights(network, run):
    return [array.numpy()[run] for array in network.trainable_variables]


# ---------------------------------------------------------------- networks side by side


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_networks_side_by_side_are_the_keras_networks_of_the_course(tools, slope):
    parallel = tools["gans"].ParallelNetwork((2, 16, 16, 3), [(0, 1), (5, 1)], slope)
    points = np.random.default_rng(0).normal(size=(2, 7, 2)).astype("float32")
    together = np.reshape(parallel(points.reshape(14, 2)), (2, 7, 3))
    for run in range(2):
        alone = keras.Sequential([keras.Input((2,))])
        for units in (16, 16):
            alone.add(keras.layers.Dense(units))
            alone.add(keras.layers.LeakyReLU(slope))
        alone.add(keras.layers.Dense(3))
        kernels = [kernel.numpy()[run] for kernel in parallel.kernels]
        alone.set_weights([part for kernel in kernels for part in (kernel, np.zeros(kernel.shape[1]))])
        np.testing.assert_allclose(together[run], alone(points[run]), rtol=1e-4, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 0.01


def test_spectral_normalization_brings_every_kernel_of_every_run_to_one(tools):
    network = tools["gans"].ParallelNetwork((2, 16, 1), [(0, 1), (5, 1)], 0.2, spectral_normalization=True)
    points, before = tf.ones((4, 2)), [direction.numpy() for direction in network.directions]
    network(points, training=False)
    np.testing.assert_array_equal(before[0], network.directions[0])
    for _ in range(50):
        network(points, training=True)
    for number in range(2):
        norms = np.linalg.norm(network._normalized(number, training=False), ord=2, axis=(1, 2))
        np.testing.assert_allclose(norms, 1.0, rtol=1e-3)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"loss": "relativistic", "penalties": [["R1", 0.5], ["R2", 0.5]], "generator_steps": 2},
        {"loss": "hinge", "spectral_normalization": True, "latent_dim": 1},
        {"loss": "minimax", "discriminator_steps": 2},
        {"loss": "Wasserstein", "penalties": [["WGAN-GP", 10.0]]},
    ],
)
def test_a_run_is_the_same_alone_and_in_company(tools, options):
    recipe = tools["gans"].Recipe(batch_size=32, **options)
    alone, company = tools["gans"].ParallelGANs(recipe, [3]), tools["gans"].ParallelGANs(recipe, [1, 3, 0])
    for gans in (alone, company):
        gans.train(5)
    for network in ("generator", "discriminator"):
        pairs = zip(weights(getattr(alone, network), 0), weights(getattr(company, network), 1), strict=True)
        for one, other in pairs:
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    others = weights(company.generator, 0)
    assert np.abs(others[0] - weights(alone.generator, 0)[0]).max() > 0.01


def test_a_plain_run_learns_the_ring(tools):
    gans = tools["gans"].ParallelGANs(tools["gans"].Recipe(), [0, 1])
    before = [toy.ring_coverage(points) for points in gans.samples()]
    gans.train(900)
    after = [toy.ring_coverage(points) for points in gans.samples()]
    for (_, poor), (modes, quality) in zip(before, after, strict=True):
        assert modes >= 6 and quality > 0.25 > poor


# ---------------------------------------------------------------- the sweep


def test_a_repair_that_changes_nothing_is_no_setting(tools):
    settings = tools["sweep"].all_settings()
    recipes = {setting: tools["sweep"].about(setting, 1, 1)["recipe"] for setting in settings}
    assert ("strong discriminator, minimax", "more discriminator moves") not in settings
    assert all(recipes[cause, repair] != recipes[cause, "none"] for cause, repair in settings if repair != "none")
    assert len(settings) == len(tools["sweep"].CAUSES) * len(tools["sweep"].REPAIRS) - 1


def test_every_setting_names_a_recipe_that_trains(tools):
    sweep, gans = tools["sweep"], tools["gans"]
    for cause in sweep.CAUSES:
        for repair in sweep.REPAIRS:
            recipe = gans.Recipe(**sweep.about((cause, repair), 1, 1)["recipe"])
            assert recipe.loss in gans.LOSSES
            assert all(name in gans.PENALTIES and weight > 0 for name, weight in recipe.penalties)
    rows, seconds = sweep.train(("none", "WGAN-GP"), [4], sweep.REPAIRS["WGAN-GP"] | {"batch_size": 8}, 2, 1)
    assert [(run[2], run[3]) for run in rows] == [(4, 0), (4, 1), (4, 2)] and seconds > 0


def test_only_what_is_missing_or_was_made_differently_is_trained(tools):
    sweep = tools["sweep"]
    setting = ("none", "R1")
    plan = {setting: sweep.about(setting, 100, 50)}
    table, card = {}, {"settings": {}}
    assert sweep.missing_runs(table, card, plan, range(3)) == [(setting, [0, 1, 2])]
    rows = {(*setting, seed, step): (8, 0.5) for seed in (0, 2) for step in (0, 50, 100)}
    sweep.add(table, card, setting, plan[setting], rows, seconds=120)
    assert sweep.missing_runs(table, card, plan, range(3)) == [(setting, [1])]
    sweep.add(table, card, setting, plan[setting], {(*setting, 1, 100): (7, 0.4)}, seconds=60)
    assert sweep.missing_runs(table, card, plan, range(3)) == [] and card["cpu_minutes"] == 3
    assert sweep.missing_runs(table, card, plan, range(4)) == [(setting, [3])]
    changed = {setting: plan[setting] | {"every": 25}}
    assert sweep.missing_runs(table, card, changed, range(2)) == [(setting, [0, 1])]
    sweep.add(table, card, setting, changed[setting], {(*setting, 0, 100): (8, 0.9)}, seconds=30)
    assert table == {(*setting, 0, 100): (8, 0.9)} and card["settings"]["none | R1"]["cpu_seconds"] == 30


@pytest.mark.parametrize("stopped_at", ["write_table", "write_card"])
def test_a_sweep_stopped_between_its_files_takes_no_rows_of_another_recipe(tools, tmp_path, monkeypatch, stopped_at):
    sweep, path, setting = tools["sweep"], tmp_path / "sweep.csv", ("none", "R1")
    old = {one: sweep.about(one, 100, 50) for one in (setting, ("none", "none"))}
    new = old | {setting: sweep.about(setting, 100, 25)}

    def record(plan, quality):
        table, card = sweep.read(path)
        for one, seeds in sweep.missing_runs(table, card, plan, range(2)):
            sweep.add(table, card, one, plan[one], {(*one, seed, 100): (8, quality) for seed in seeds}, seconds=9)
            sweep.write(path, table, card)
        return {run[:2]: quality for run, (_, quality) in sweep.read(path)[0].items()}

    written = []

    def stop(path, *rest):
        written.append(path)
        if stopped_at == "write_table" or len(written) == 2:  # the first card is the one without the setting
            raise KeyboardInterrupt
        tables.write_card(path, *rest)

    record(old, 0.1)
    tables = sys.modules["tables"]
    with monkeypatch.context() as change, pytest.raises(KeyboardInterrupt):
        change.setattr(sweep, stopped_at, stop)
        record(new, 0.9)
    assert setting not in {run[:2] for run in sweep.read(path)[0]}
    assert record(old, 0.1) == {setting: 0.1, ("none", "none"): 0.1}
    assert record(new, 0.9) == {setting: 0.9, ("none", "none"): 0.1}


@pytest.mark.slow
def test_a_sweep_that_was_interrupted_goes_on(tmp_path):
    """Small runs through the command itself, in processes of their own."""
    path = tmp_path / "sweep.csv"
    command = [sys.executable, str(ROOT / "tools" / "sweep_ring.py"), "--out", str(path), "--steps", "4"]
    command += ["--every", "2", "--causes", "none", "momentum", "--repairs", "R1"]

    def run(*more):
        done = subprocess.run(
            command + list(more), capture_output=True, encoding="utf-8", env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "none | R1: 2 seeds" in run("--seeds", "2", "--processes", "1")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["cause"], row["seed"], row["step"]) for row in rows] == [
        (cause, seed, step) for cause in ("none", "momentum") for seed in "01" for step in "024"
    ]
    assert all(0 <= int(row["modes"]) <= 8 and 0 <= float(row["quality"]) <= 1 for row in rows)
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["settings"]["momentum | R1"]["recipe"]["beta_1"] == 0.9
    # one setting is lost, as after an interruption
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("momentum")), encoding="utf-8")
    printed = run("--seeds", "2", "--processes", "1")
    assert "1 of 2 settings" in printed and "momentum | R1: 2 seeds" in printed and "none | R1: 2" not in printed
    assert path.read_text(encoding="utf-8").splitlines(keepends=True) == lines
    assert "of 2 |" in run("--seeds", "2", "--processes", "0")
