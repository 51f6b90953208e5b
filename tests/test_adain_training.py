"""The training of AdaIN's decoder: what it learns from, what it asks for, and that it can be interrupted."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.any_style import load_decoder, save_decoder
from gan_course.networks import build_adain_decoder
from gan_course.paths import data_path
from gan_course.training import adain
from gan_course.training.adain import LARGEST_GAIN, AdaINTrainer, mixed, recolored, statistics_loss

SMALL = {"filters": (4, 4, 4)}
CROP = 48


def some(shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def data(first_step):
    """Batches of crops of two small pictures."""
    photos, paintings = (datasets.CropSampler([some((60, 60, 3), seed)]) for seed in (1, 2))
    return datasets.style_transfer_batches(photos, paintings, 2, CROP, 0, first_step)


@pytest.fixture
def tools():
    """The two tools, `train_adain` and `ship_adain`."""
    import ship_adain
    import train_adain

    return train_adain, ship_adain


class TestStatisticsLoss:
    def test_by_hand(self):
        # means 1 and 0, deviations 1 and 0, against zeros: (1 + 1) / 2; against twice as much: (1 + 1) / (4 + 4)
        one = np.array([0.0, 2.0], "float32").reshape(1, 1, 2, 1)
        assert float(statistics_loss(one, 0 * one)) == pytest.approx(1.0, abs=0.01)
        assert float(statistics_loss(2 * one, one)) == pytest.approx(0.25, abs=0.01)

    def test_where_things_are_does_not_count(self):
        features = some((2, 6, 5, 3))
        assert float(statistics_loss(features, features[:, ::-1])) == pytest.approx(0.0, abs=1e-6)


class TestPicturesToLearnFrom:
    def test_recoloring_keeps_range_places_and_nothing_else(self):
        pictures, others = 0.5 * some((64, 8, 8, 3)), some((64, 8, 8, 3), 1)
        found = recolored(pictures, others, [1, 2]).numpy()
        assert found.shape == pictures.shape and np.abs(found).max() <= 1.0
        permuted = 0
        for before, after in zip(pictures, found, strict=True):
            near = np.corrcoef(before.reshape(-1, 3).T, after.reshape(-1, 3).T)[:3, 3:]
            assert (near.max(axis=0) > 0.9).all()  # each new channel is one of the old ones
            permuted += list(near.argmax(axis=0)) != [0, 1, 2]
        assert 16 < permuted < 48

    def test_a_flat_picture_is_not_blown_up_to_noise(self):
        flat = np.full((8, 8, 8, 3), 0.1, "float32") + 1e-3 * some((8, 8, 8, 3))
        found = recolored(flat, some((8, 8, 8, 3), 1), [1, 2]).numpy()
        assert found.std(axis=(1, 2)).max() <= LARGEST_GAIN * flat.std(axis=(1, 2)).max() * 1.01

    def test_half_are_mixed(self):
        pictures, others = some((64, 4, 4, 3)), some((64, 4, 4, 3), 1)
        found = mixed(pictures, others, [1, 2]).numpy()
        assert 16 < (np.abs(found - pictures).max(axis=(1, 2, 3)) > 1e-6).sum() < 48
        assert np.abs(found).max() <= 1.0

    def test_the_seed_decides(self):
        pictures, others = some((4, 4, 4, 3)), some((4, 4, 4, 3), 1)
        for change in (recolored, mixed):
            np.testing.assert_array_equal(change(pictures, others, [1, 2]), change(pictures, others, [1, 2]))
            assert np.abs(change(pictures, others, [1, 2]) - change(pictures, others, [1, 3])).max() > 1e-3


def test_without_style_weight_no_loss_speaks_of_style(tools):
    recipe, _ = tools
    batch = next(iter(data(0)))
    assert list(recipe.build(**SMALL).train_step(batch)) == ["pixels", "features"]
    found = recipe.build(1.0, **SMALL).train_step(batch)
    assert list(found) == ["pixels", "features", "content", "style"]
    assert np.isfinite([float(value) for value in found.values()]).all()


def test_a_decoder_that_brings_the_picture_back_has_no_loss(monkeypatch):
    """What is wanted and what the decoder sees are the same part of the picture, without its border."""
    for name in ("recolored", "mixed"):
        monkeypatch.setattr(adain, name, lambda pictures, others, seed: pictures)
    trainer = AdaINTrainer(build_adain_decoder(**SMALL))
    batch = next(iter(data(0)))
    pictures = tf.concat([batch["photos"], batch["paintings"]], axis=0)
    wanted = tf.concat([pictures[0::2], pictures[1::2]], axis=0)[:, 8:-8, 8:-8]
    seen = []
    trainer.decoder = lambda features, training: seen.append(features) or wanted
    terms = trainer.reconstruction_terms(batch)
    assert seen[0].shape == (4, (CROP - 16) // 4, (CROP - 16) // 4, 256)
    assert float(terms["pixels"]) == 0.0
    assert float(terms["features"]) < 0.01
    trainer.decoder = lambda features, training: tf.roll(wanted, 4, axis=1)
    assert float(trainer.reconstruction_terms(batch)["features"]) > 0.1


def test_training_lowers_what_it_reports():
    trainer = AdaINTrainer(build_adain_decoder(**SMALL))
    trainer.compile(keras.optimizers.Adam(3e-3))
    light = {name: 0.7 + 0.2 * some((2, CROP, CROP, 3), seed) for seed, name in enumerate(("photos", "paintings"))}
    step = tf.function(trainer.train_step)
    first = float(step({**light, "seed": [1, 2]})["pixels"])
    for _ in range(30):
        trainer.reset_metrics()
        last = step({**light, "seed": [1, 2]})["pixels"]
    assert float(last) < 0.8 * first


@pytest.mark.parametrize("style_from", [None, pytest.param(1, marks=pytest.mark.slow)])
def test_a_training_that_was_interrupted_ends_with_the_very_same_weights(tools, tmp_path, style_from):
    recipe, _ = tools
    ends = []
    for folder, stops in {"interrupted": (1, 2), "whole": (2,)}.items():
        for steps in stops:
            trainer = recipe.train(tmp_path / folder, steps, style_from, data, steps_per_epoch=1, **SMALL)
        assert trainer.step == 2
        ends.append(trainer.decoder.get_weights() + trainer.averaged_decoder.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (tmp_path / "whole" / "log_style.csv").exists() == (style_from is not None)


def test_training_never_reads_a_held_out_file_nor_kandinsky(tools, monkeypatch):
    recipe, _ = tools
    read, small = [], np.zeros((400, 400, 3), "float32")
    monkeypatch.setattr(datasets, "read_image", lambda path: read.append(path) or small)
    recipe.batches(0)
    names = {path.relative_to(data_path()).as_posix() for path in read}
    assert len(names) == 56 + 13
    assert not names & {row["file"] for row in datasets.attribution() if row["split"] == "heldout"}
    assert recipe.LEFT_OUT not in names and not [name for name in names if "kandinsky" in name]


def test_what_ships_says_what_it_was_trained_on(tools, tmp_path, monkeypatch):
    recipe, shipping = tools
    for name in ("PHOTOS", "PAINTINGS"):
        monkeypatch.setattr(shipping, name, getattr(shipping, name)[:1])
    run = tmp_path / "adain"
    recipe.train(run, 2, None, data, steps_per_epoch=1, **SMALL)
    card = shipping.ship(run, tmp_path / "shipped", size=(40, 44), **SMALL)
    assert card["steps"] == 2 and len(card["paintings"]) == 13
    assert {path.name for path in (tmp_path / "shipped").iterdir()} == {
        "adain.npz",
        "adain.json",
        "adain_log.csv",
        "adain_heldout.jpg",
    }
    assert load_decoder(tmp_path / "shipped" / "adain.npz").count_params() < 20_000
    assert not set(card["paintings"]) & set(card["never_trained_on"])
    monkeypatch.setattr(datasets, "picture_files", lambda folder: list(shipping.PHOTOS))
    found = shipping.judge(run, size=(40, 44), **SMALL)
    assert list(found["distance_of_statistics_to_the_painting"]) == [recipe.LEFT_OUT]
    assert (run / "judged.jpg").exists()


def test_the_card_names_the_paintings_that_it_comes_no_nearer_to(tools):
    _, shipping = tools
    near, far = {"photos": 0.2, "painted": 0.1}, {"photos": 0.2, "painted": 0.3}
    assert shipping.limits({"one.jpg": near, "two.jpg": far}).endswith("than the plain photos: two.jpg.")
    assert "nearer to its statistics than the photos are" in shipping.limits({"one.jpg": near})


def test_a_log_whose_later_steps_have_more_terms_is_written_whole(tools, tmp_path):
    _, shipping = tools
    shipping.write_log([{"step": 1.0}, {"step": 2.0, "style": 0.123456}], tmp_path / "log.csv")
    assert (tmp_path / "log.csv").read_text(encoding="utf-8") == "step,style\n1,\n2,0.12346\n"


def test_the_decoder_is_what_is_averaged(tools, tmp_path):
    recipe, _ = tools
    trainer = recipe.build(**SMALL)
    trainer.average_momentum = 0.0  # the average is then the decoder itself
    trainer.decoder.set_weights([np.ones(weight.shape) for weight in trainer.decoder.get_weights()])
    trainer.update_average()
    assert all((weight == 1.0).all() for weight in trainer.averaged_decoder.get_weights())
    save_decoder(tmp_path / "decoder.npz", trainer.averaged_decoder, SMALL)
