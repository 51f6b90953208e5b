"""The training on patches of van Gogh: resumed runs equal uninterrupted ones, and what its measures can tell."""

import json

import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.discriminators import load_discriminator
from gan_course.generators import load_generator
from gan_course.images import read_image, to_uint8


@pytest.fixture(scope="module")
def tools():
    """The tools as modules, with networks and batches so small that a step takes no time."""
    import gan_runs
    import patch_measures
    import record_augmentation
    import ship_van_gogh_patches
    import train_van_gogh_patches as recipe

    change = pytest.MonkeyPatch()
    change.setitem(recipe.GENERATOR, "filters", [4, 3, 3])
    change.setitem(recipe.DISCRIMINATOR, "filters", [4, 4, 4])
    change.setattr(recipe, "BATCH", 4)
    yield {
        "recipe": recipe,
        "runs": gan_runs,
        "measures": patch_measures.PatchMeasures,
        "ship": ship_van_gogh_patches,
        "record": record_augmentation.record,
    }
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


def test_the_discriminator_is_the_article_s_and_the_generator_doubles_by_resizing(tools, monkeypatch):
    monkeypatch.setitem(tools["recipe"].GENERATOR, "filters", [128, 128, 128])
    monkeypatch.delitem(tools["recipe"].DISCRIMINATOR, "filters")
    gan = tools["recipe"].build()
    assert (gan.generator.count_params(), gan.discriminator.count_params()) == (1_275_651, 539_009)
    assert not any("Transpose" in type(layer).__name__ for layer in gan.generator.layers)


def test_without_augmentation_the_discriminator_sees_the_images_as_they_are(tools):
    images, seed = tf.zeros((2, 64, 64, 3)), tf.constant([1, 2])
    as_they_are = tools["recipe"].build(augmentation=False)._augmented(images, seed)
    np.testing.assert_array_equal(as_they_are, images)
    assert np.abs(tools["recipe"].build()._augmented(images, seed)).max() > 0.01


def test_training_draws_from_the_eight_training_paintings_alone_at_every_scale(tools, monkeypatch):
    recipe, used = tools["recipe"], []
    picture = datasets.picture
    monkeypatch.setattr(recipe.datasets, "picture", lambda name: used.append(name) or picture(name))
    sampler = recipe.patch_sampler(datasets.picture_files("paintings/van_gogh"))
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


def test_what_ships_is_both_networks_their_cards_the_log_the_ages_and_a_sheet(run, tools, tmp_path):
    folder, augmentation, _ = run
    card = tools["ship"].ship(folder, tmp_path, ages=(2, 4, 6), count=80, stride=128)
    generators, discriminators = (tmp_path / kind for kind in ("generators", "discriminators"))
    assert card == json.loads((generators / "van_gogh_patches.json").read_text(encoding="utf-8"))
    assert card["steps"] == 4 and card["augmentation"] == augmentation
    assert ("--no-augmentation" in card["command"]) != augmentation and "--steps 4" in card["command"]
    assert card["measured"]["as_near_as_real_paintings"] is False
    assert not set(card["trained_on"]) & set(datasets.picture_files("paintings", "heldout"))
    images = load_generator(generators / "van_gogh_patches.npz")(tf.zeros((2, 100)), training=False)
    logits = load_discriminator(discriminators / "van_gogh_patches.npz")(images, training=False)
    assert images.shape == (2, 64, 64, 3) and logits.shape == (2, 1)
    critic = json.loads((discriminators / "van_gogh_patches.json").read_text(encoding="utf-8"))
    assert critic["real"] == card["trained_on"] and critic["command"] == card["command"]
    assert len(critic["measured"]) == 4 and "cpu_minutes" in card and "cpu_minutes" not in critic  # counted once
    assert len((generators / "van_gogh_patches_log.csv").read_text(encoding="utf-8").splitlines()) == 3
    with np.load(generators / "van_gogh_patches_samples.npz") as file:
        assert list(file["steps"]) == [2, 4] and file["images"].shape == (2, 10, 64, 64, 3)
        first = read_image(folder / "samples" / "step_000002.png")[:64, 65:129]
        np.testing.assert_allclose(file["images"][0, 1] / 127.5 - 1, first, atol=1e-6)
    with np.load(generators / "van_gogh_patches_nearest.npz") as file:
        assert file["generated"].shape == file["training"].shape == (10, 64, 64, 3)
    assert read_image(generators / "van_gogh_patches_sheet.jpg").shape == (8 * 65 - 1, 2 * (6 * 65 - 1) + 12, 3)


def test_scores_are_means_and_shares_of_what_the_discriminator_says(tools):
    brightness = tf.keras.Sequential([tf.keras.Input((64, 64, 3)), tf.keras.layers.GlobalAveragePooling2D()])
    logits = tf.keras.Sequential([brightness, tf.keras.layers.Lambda(lambda x: tf.reduce_mean(x, 1, keepdims=True))])
    white_and_black = np.repeat([1.0, 1.0, 1.0, -1.0], 64 * 64 * 3).reshape(4, 64, 64, 3).astype("float32")
    found = tools["ship"].scores(logits, white_and_black, 20)
    assert found["generated"] == {"mean logit": 0.5, "taken for real": 0.75}
    assert set(found) == {"training van Goghs", "held-out van Gogh", "held-out photos", "generated"}


def test_a_folder_that_was_made_with_other_settings_is_not_measured_with_these(run, tools, tmp_path, monkeypatch):
    monkeypatch.setattr(tools["recipe"], "GENERATOR_RATE", 0.123)
    with pytest.raises(ValueError, match="other settings.*Train again"):
        tools["ship"].ship(run[0], tmp_path)
    with pytest.raises(ValueError, match="holds no training.*train_van_gogh_patches"):
        tools["recipe"].measure(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_comparison_measures_both_trainings_and_refuses_two_that_cannot_be_compared(tools, tmp_path):
    runs = [tmp_path / name for name in ("plain", "augmented", "older")]
    for run, augmented, steps in zip(runs, (False, True, True), (2, 2, 4), strict=True):
        tools["recipe"].train(run, steps, augmented, steps_per_epoch=2)
    card = tools["record"](runs[:2], tmp_path, count=80, stride=128)
    assert card == json.loads((tmp_path / "05_augmentation.json").read_text(encoding="utf-8"))
    assert card["steps"] == 2
    with np.load(tmp_path / "05_augmentation_samples.npz") as file:
        for name, run in (("plain", runs[0]), ("augmented", runs[1])):
            gan, _ = tools["recipe"].saved_training(run)
            images = gan.samples(80, seed=tools["recipe"].SEED)
            np.testing.assert_array_equal(file[name], to_uint8(images[:10]))
            assert card[name]["scores"] == tools["ship"].scores(gan.discriminator, images, 80)
    for pair in (runs[::2], [runs[1], runs[1]]):
        with pytest.raises(ValueError, match="same age.*same --steps"):
            tools["record"](pair, tmp_path)


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
    samplers = {name: recipe.patch_sampler([name]) for name in names}
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
    patches = rasters[names[2]]()[[5, 20]]
    images, found = measures.most_similar(np.concatenate([fresh[:9], patches]), 2)
    np.testing.assert_array_equal(images, found)  # patches themselves are nearest to themselves
    assert {float(image.sum()) for image in found} == {float(image.sum()) for image in patches}
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
