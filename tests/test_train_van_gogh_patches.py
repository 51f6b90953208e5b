"""The training on patches of van Gogh: resumed runs equal uninterrupted ones, and what its measures can tell."""

import json
import sys

import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.discriminators import load_discriminator
from gan_course.generators import load_generator
from gan_course.images import read_image
from gan_course.paths import ROOT


@pytest.fixture(scope="module")
def tools():
    """The tools as modules, with networks and batches so small that a step takes no time."""
    sys.path.insert(0, str(ROOT / "tools"))
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        import gan_runs
        import patch_measures
        import train_van_gogh_patches as recipe
    finally:
        sys.path.remove(str(ROOT / "tools"))
        sys.dont_write_bytecode = before
    change = pytest.MonkeyPatch()
    change.setitem(recipe.GENERATOR, "filters", [4, 3, 3])
    change.setitem(recipe.DISCRIMINATOR, "filters", (4, 4, 4))
    change.setattr(recipe, "BATCH", 4)
    yield {"recipe": recipe, "runs": gan_runs, "measures": patch_measures.PatchMeasures}
    change.undo()


@pytest.fixture(scope="module", params=[True, pytest.param(False, marks=pytest.mark.slow)], ids=["augmented", "plain"])
def run(request, tools, tmp_path_factory):
    """A training of four steps that was interrupted once, whether it augments, and one in a single go."""
    folder = tmp_path_factory.mktemp("runs")
    for name, stops in {"interrupted": (2, 4), "whole": (4,)}.items():
        for steps in stops:
            tools["recipe"].train(folder / name, steps, augmentation=request.param, steps_per_epoch=2)
    return folder / "interrupted", request.param, folder / "whole"


def test_a_training_that_was_interrupted_ends_with_the_very_same_weights(run):
    interrupted, _, whole = run
    with np.load(interrupted / "generator.npz") as one, np.load(whole / "generator.npz") as other:
        assert set(one.files) == set(other.files) and len(one.files) > 10
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def test_a_run_leaves_a_log_sample_sheets_and_a_generator_of_the_article_s_shape(run, tools):
    rows = tools["runs"].read_log(run[0] / "log.csv")
    assert [row["step"] for row in rows] == [2, 4]
    for row in rows:
        assert {"discriminator", "penalty", "generator", "cpu_seconds"} < set(row)
        assert np.isfinite(list(row.values())).all()
    assert read_image(run[0] / "samples" / "step_000004.png").shape == (6 * 65 - 1, 10 * 65 - 1, 3)
    images = load_generator(run[0] / "generator.npz")(tf.zeros((2, 100)), training=False)
    assert images.shape == (2, 64, 64, 3)


def test_the_networks_are_those_of_the_article(tools, monkeypatch):
    monkeypatch.setitem(tools["recipe"].GENERATOR, "filters", [128, 128, 128])
    monkeypatch.delitem(tools["recipe"].DISCRIMINATOR, "filters")
    gan = tools["recipe"].build()
    assert (gan.generator.count_params(), gan.discriminator.count_params()) == (1_617_667, 539_009)


def test_without_augmentation_the_discriminator_sees_the_images_as_they_are(tools):
    images, seed = tf.zeros((2, 64, 64, 3)), tf.constant([1, 2])
    as_they_are = tools["recipe"].build(augmentation=False)._augmented(images, seed)
    np.testing.assert_array_equal(as_they_are, images)
    assert np.abs(tools["recipe"].build()._augmented(images, seed)).max() > 0.01


def test_training_draws_from_the_eight_training_paintings_alone_at_every_scale(tools, monkeypatch):
    recipe, used = tools["recipe"], []
    picture = datasets.picture
    monkeypatch.setattr(recipe.datasets, "picture", lambda name: used.append(name) or picture(name))
    sampler = recipe.painting_sampler(datasets.picture_files("paintings/van_gogh"))
    assert len(used) == 8 and not set(used) & set(datasets.picture_files("paintings/van_gogh", "heldout"))
    assert len(sampler.sizes) == 8 * len(recipe.SCALES)


def test_measuring_a_run_writes_what_it_returns(run, tools):
    folder, augmentation, _ = run
    result = tools["recipe"].measure(folder, count=80, stride=128)
    assert result["augmentation"] == augmentation and result["as_near_as_real_paintings"] is False
    assert result == json.loads((folder / "measures.json").read_text(encoding="utf-8"))
    assert result["steps"] == 4 and result["layer"] == "block3_conv1"
    distance = result["kernel_distance"]
    assert distance["generated to the held-out painting"] > distance["held-out painting to the training paintings"]


def test_another_training_does_not_go_on_in_the_same_folder(run, tools):
    folder, augmentation, _ = run
    before = (folder / "generator.npz").read_bytes()
    with pytest.raises(ValueError, match="another training.*--out"):
        tools["recipe"].train(folder, 6, augmentation=not augmentation, steps_per_epoch=2)
    assert (folder / "generator.npz").read_bytes() == before


def test_the_discriminator_is_kept_with_its_generator(run):
    assert load_discriminator(run[0] / "discriminator.npz")(tf.zeros((2, 64, 64, 3)), training=False).shape == (2, 1)


def test_real_patches_measure_well_and_copies_shifted_or_never_drawn_before_are_found(tools):
    recipe = tools["recipe"]
    names = datasets.picture_files("paintings/van_gogh", "all")[:4]
    samplers = {name: recipe.painting_sampler([name]) for name in names}
    rasters = {name: lambda name=name: recipe.raster(name, 32) for name in names[1:]}
    measures = tools["measures"](samplers, rasters, 120, 64)
    fresh = np.concatenate([samplers[name](40, 64, tf.constant([9, 9])) for name in names[1:]])
    copies = measures(fresh)
    distance = copies["kernel_distance"]
    assert (
        distance["generated to the training paintings"] < 0.2 * distance["one training painting to the others, largest"]
    )
    assert copies["as_far_from_the_training_patches_as_other_paintings"] is False
    nearest = copies["median_distance_to_the_nearest_patch"]
    assert (
        nearest["generated, among all training patches"]
        < 0.8 * nearest["drawn from one training painting, among those of the others"]
    )
    shifted = np.concatenate([np.roll(rasters[name](), 2, axis=2) for name in names[1:]])[::5]
    copies = measures(shifted)["median_distance_to_the_nearest_patch"]
    assert (
        copies["generated, among all training patches"]
        < 0.5 * copies["drawn from one training painting, among those of the others"]
    )
    other = measures(samplers[names[0]](120, 64, tf.constant([9, 9])))  # of a painting that is held out
    assert (
        other["median_distance_to_the_nearest_patch"]["generated, among all training patches"]
        > 1.1 * nearest["generated, among all training patches"]
    )
