"""Generators in files: what is saved comes back, what ships is intact, what cannot be used is explained."""

import json

import numpy as np
import pytest

from gan_course.generators import load_generator, save_generator, shipped_generators
from gan_course.networks import build_generator
from gan_course.networks.conditional import build_conditional_generator

SMALL = {"latent_dim": 3, "filters": [4, 3], "start": 2, "channels": 1, "resize": True, "batch_normalization": True}
NOISE = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


@pytest.fixture
def saved(tmp_path):
    """Two small generators and the file that holds them."""
    averaged, raw = build_generator(**SMALL), build_generator(**SMALL)
    save_generator(tmp_path / "small.npz", averaged, raw, "generator", SMALL)
    return averaged, raw, tmp_path / "small.npz"


def rewrite(path, **changes):
    """The same file with some arrays exchanged; None takes one out."""
    with np.load(path) as file:
        arrays = dict(file)
    for name, value in changes.items():
        arrays[name] = value
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})


def test_both_generators_come_back(saved):
    averaged, raw, path = saved
    for model, kind in ((averaged, True), (raw, False)):
        loaded = load_generator(path, averaged=kind)
        np.testing.assert_allclose(loaded(NOISE, training=False), model(NOISE, training=False), atol=2e-3)
    assert np.abs(averaged(NOISE) - raw(NOISE)).max() > 0.01


def test_a_conditional_generator_comes_back(tmp_path):
    arguments = {**SMALL, "classes": 4}
    model = build_conditional_generator(**arguments)
    save_generator(tmp_path / "by_class.npz", model, model, "conditional_generator", arguments)
    inputs = [NOISE, np.array([0, 1, 2, 3, 0])]
    loaded = load_generator(tmp_path / "by_class.npz")
    np.testing.assert_allclose(loaded(inputs, training=False), model(inputs, training=False), atol=2e-3)


FASHION = ["fashion_mnist", "fashion_mnist_conditional"]


@pytest.mark.parametrize("name", FASHION)
@pytest.mark.parametrize("averaged", [True, False])
def test_every_shipped_generator_of_clothing_makes_images_that_vary(name, averaged):
    model = load_generator(name, averaged)
    noise = np.random.default_rng(1).normal(size=(20, 64)).astype("float32")
    images = model([noise, np.zeros(20, "int32")] if len(model.inputs) == 2 else noise, training=False).numpy()
    assert images.shape == (20, 28, 28, 1) and np.abs(images).max() <= 1
    assert images.std(axis=0).mean() > 0.1


@pytest.mark.parametrize("name", FASHION)
def test_cards_of_clothing_say_how_far_it_is_from_real_clothing(name):
    trained, raw, real, mean_image = shipped_generators()[name]["frechet_distance"].values()
    assert real < trained < mean_image / 10 and raw < mean_image / 10


def test_the_shipped_generator_of_patches_makes_colored_patches_that_vary():
    noise = np.random.default_rng(1).normal(size=(20, 100)).astype("float32")
    images = load_generator("van_gogh_patches")(noise, training=False).numpy()
    assert images.shape == (20, 64, 64, 3) and np.abs(images).max() <= 1
    assert images.std(axis=0).mean() > 0.1
    assert np.abs(images - images.mean(axis=3, keepdims=True)).mean() > 0.05  # colors


@pytest.mark.parametrize("name", shipped_generators())
def test_every_card_says_how_the_generator_was_made(name):
    card = shipped_generators()[name]
    assert card["steps"] >= 1000 and card["cpu_minutes"] > 0 and name in card["command"]


def test_a_file_without_raw_weights_says_so(tmp_path):
    model = build_generator(**SMALL)
    save_generator(tmp_path / "average.npz", model, None, "generator", SMALL)
    loaded = load_generator(tmp_path / "average.npz")
    np.testing.assert_allclose(loaded(NOISE, training=False), model(NOISE, training=False), atol=2e-3)
    with pytest.raises(ValueError, match="moving average alone.*averaged=True"):
        load_generator(tmp_path / "average.npz", averaged=False)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match="no generator named 'Fashion MNIST'.*Did you mean fashion_mnist"):
        load_generator("Fashion MNIST")
    with pytest.raises(ValueError, match="does not exist"):
        load_generator("nowhere.npz")


def test_a_file_that_changed_on_the_way_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "generators"
    folder.mkdir()
    (folder / "mine.json").write_text("{}", encoding="utf-8")
    (folder / "mine.npz").write_bytes(b"other bytes")
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  generators/mine.npz\n", encoding="utf-8")
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="checksum differs"):
        load_generator("mine")


def test_what_is_no_generator_is_explained(saved, tmp_path):
    (tmp_path / "text.npz").write_text("no archive", encoding="utf-8")
    with pytest.raises(ValueError, match="damaged or no generator"):
        load_generator(tmp_path / "text.npz")
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))
    with pytest.raises(ValueError, match="holds no generator"):
        load_generator(tmp_path / "other.npz")
    rewrite(saved[2], about=np.array(json.dumps({"format": 9, "architecture": "generator"})))
    with pytest.raises(ValueError, match="format 9"):
        load_generator(saved[2])


def test_objects_that_python_would_have_to_run_are_refused(saved):
    rewrite(saved[2], **{"averaged/00_dense/kernel": np.array([print], dtype=object)})
    with pytest.raises(ValueError, match="damaged or no generator"):
        load_generator(saved[2])


def test_an_architecture_that_is_no_name_is_refused(saved):
    rewrite(saved[2], about=np.array(json.dumps({"format": 1, "architecture": ["generator"], "arguments": SMALL})))
    with pytest.raises(ValueError, match="was expected"):
        load_generator(saved[2])


@pytest.mark.parametrize(
    "arguments",
    [
        {**SMALL, "filters": [100_000]},
        {**SMALL, "latent_dim": 10**9},
        {**SMALL, "secret": 1},
        {**SMALL, "filters": []},
        {**SMALL, "start": "large"},
        {**SMALL, "latent_dim": 512, "start": 512},
        {**SMALL, "latent_dim": float("inf")},
        {**SMALL, "start": 512, "filters": [512]},
        ["latent_dim"],
    ],
)
def test_a_network_that_nobody_would_build_is_refused(saved, arguments):
    about = {"format": 1, "architecture": "generator", "arguments": arguments}
    rewrite(saved[2], about=np.array(json.dumps(about)))
    with pytest.raises(ValueError, match="cannot be built"):
        load_generator(saved[2])


def test_weights_that_do_not_fit_or_are_no_numbers_are_refused(saved):
    with np.load(saved[2]) as file:
        kernel = file["averaged/00_dense/kernel"]
    rewrite(saved[2], **{"averaged/00_dense/kernel": kernel[:2]})
    with pytest.raises(ValueError, match="does not fit.*00_dense/kernel"):
        load_generator(saved[2])
    load_generator(saved[2], averaged=False)
    rewrite(saved[2], **{"averaged/00_dense/kernel": np.full_like(kernel, np.nan)})
    with pytest.raises(ValueError, match="NaN"):
        load_generator(saved[2])


def test_weights_beyond_float16_are_not_saved(saved, tmp_path):
    averaged, raw, _ = saved
    raw.layers[1].set_weights([np.full(weight.shape, 1e6) for weight in raw.layers[1].weights])
    with pytest.raises(ValueError, match="beyond 65,504"):
        save_generator(tmp_path / "large.npz", averaged, raw, "generator", SMALL)
    assert not (tmp_path / "large.npz").exists()
