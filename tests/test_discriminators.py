"""Discriminators in files, and the tool that trains the shipped one: what is saved comes back, and nothing held out is
learned from."""

import json

import numpy as np
import pytest

from gan_course import datasets
from gan_course.discriminators import load_discriminator, save_discriminator, shipped_discriminators
from gan_course.generators import load_generator
from gan_course.networks import build_discriminator, build_patch_discriminator
from gan_course.paths import data_path

SMALL = {"filters": [4, 3]}
PICTURES = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")


@pytest.fixture
def saved(tmp_path):
    """A small discriminator and the file that holds it."""
    network = build_patch_discriminator(**SMALL)
    network(PICTURES, training=True)  # spectral normalization writes the kernels at this call
    save_discriminator(tmp_path / "small.npz", network, "patch_discriminator", SMALL)
    return network, tmp_path / "small.npz"


TOOL = "train_critic"


def test_it_comes_back_and_is_frozen(saved):
    network, path = saved
    loaded = load_discriminator(path)
    np.testing.assert_allclose(loaded(PICTURES, training=False), network(PICTURES, training=False), atol=5e-3)
    assert loaded.trainable_variables == []


def test_a_discriminator_of_whole_images_comes_back(tmp_path):
    arguments = {"image_shape": [32, 32, 3], "filters": [4, 4], "spectral_normalization": True}
    network = build_discriminator(**arguments)
    save_discriminator(tmp_path / "whole.npz", network, "discriminator", arguments)
    loaded = load_discriminator(tmp_path / "whole.npz")
    np.testing.assert_allclose(loaded(PICTURES, training=False), network(PICTURES, training=False), atol=5e-3)


def test_the_discriminator_of_a_stylizer_is_read_as_any_other():
    loaded = load_discriminator(data_path("weights/van_gogh_discriminator.npz"))
    assert loaded.trainable_variables == [] and loaded(PICTURES, training=False).shape == (2, 4, 4, 1)


def test_what_is_no_discriminator_is_explained(saved, tmp_path):
    with pytest.raises(ValueError, match="no discriminator named 'van_gogh'.*Did you mean"):
        load_discriminator("van_gogh")
    (tmp_path / "text.npz").write_text("no archive", encoding="utf-8")
    with pytest.raises(ValueError, match="damaged or no discriminator"):
        load_discriminator(tmp_path / "text.npz")
    with np.load(saved[1]) as file:
        arrays = dict(file)
    for change, message in [
        ({"about": np.array(json.dumps({"format": 9}))}, "format 9"),
        (
            {"about": np.array(json.dumps({"format": 1, "architecture": "discriminator", "arguments": {"a": 1}}))},
            "cannot be built",
        ),
        ({"00_spectralnormalization/kernel": np.zeros((1, 2), "float16")}, "does not fit"),
        ({"00_spectralnormalization/bias": np.array([np.nan] * 4, "float16")}, "NaN"),
        ({"00_spectralnormalization/bias": np.array([print] * 4, object)}, "damaged or no discriminator"),
    ]:
        np.savez(tmp_path / "other.npz", **(arrays | change))
        with pytest.raises(ValueError, match=message):
            load_discriminator(tmp_path / "other.npz")


@pytest.mark.parametrize(
    "arguments", [{"filters": []}, {"filters": [100_000]}, {"filters": [4], "secret": 1}, ["filters"]]
)
def test_a_network_that_nobody_would_build_is_not_saved(saved, tmp_path, arguments):
    with pytest.raises(ValueError):
        save_discriminator(tmp_path / "odd.npz", saved[0], "patch_discriminator", arguments)
    assert not (tmp_path / "odd.npz").exists()


@pytest.mark.parametrize("name", shipped_discriminators())
def test_no_shipped_discriminator_was_trained_on_a_held_out_picture(name):
    heldout = {row["file"] for row in datasets.attribution() if row["split"] == "heldout"}
    assert not set(shipped_discriminators()[name]["real"]) & heldout


def test_the_discriminator_of_photos_tells_van_goghs_from_photos():
    name = "photos_against_van_gogh"
    card, network = shipped_discriminators()[name], load_discriminator(name)
    sides = {
        "van Gogh": datasets.picture("paintings/van_gogh/church_at_auvers.jpg", 256),
        "photo": datasets.picture("photos/monuments/neuschwanstein_castle.jpg", 256),
    }
    scores = {kind: float(np.mean(network(picture[None], training=False))) for kind, picture in sides.items()}
    assert scores["van Gogh"] > scores["photo"] + 0.2
    for kind in ("held-out photos", "held-out van Gogh"):
        assert card["measured"][kind]["crops judged right"] > 0.6


def test_the_discriminator_of_patches_tells_van_goghs_from_what_its_generator_makes():
    network, noise = load_discriminator("van_gogh_patches"), np.random.default_rng(0).normal(size=(100, 100))
    paintings = [datasets.picture(name) for name in datasets.picture_files("paintings/van_gogh")]
    patches = {
        "training van Goghs": datasets.CropSampler(paintings)(100, 64, [1, 2]),
        "generated": load_generator("van_gogh_patches")(noise.astype("float32"), training=False),
    }
    scores = {kind: float(np.mean(network(some, training=False))) for kind, some in patches.items()}
    assert scores["training van Goghs"] > scores["generated"] + 0.5
    measured = shipped_discriminators()["van_gogh_patches"]["measured"]
    assert scores["generated"] == pytest.approx(measured["generated"]["mean logit"], abs=0.2)


def test_training_never_reads_a_held_out_file(tool, monkeypatch):
    read, small = [], np.zeros((400, 400, 3), "float32")
    monkeypatch.setattr(datasets, "read_image", lambda path: read.append(path) or small)
    tool.training_pictures()
    names = {path.relative_to(data_path()).as_posix() for path in read}
    assert len(names) == 56 + 8
    assert not names & {row["file"] for row in datasets.attribution() if row["split"] == "heldout"}


def test_a_training_that_was_interrupted_ends_with_the_very_same_weights(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "BATCH", 2)
    pictures = [np.random.default_rng(number).uniform(-1, 1, (90, 90, 3)).astype("float32") for number in (0, 1)]
    photos, paintings = tool.sampler(pictures[:1]), tool.sampler(pictures[1:])
    monkeypatch.setattr(tool, "measure", lambda network, count: {})
    ends = []
    for folder, stops in {"interrupted": (2, 4), "whole": (4,)}.items():
        for steps in stops:
            training = tool.Training(tmp_path / folder, filters=(4, 4))
            training.load()
            batches = datasets.style_transfer_batches(photos, paintings, 2, 32, 0, training.step)
            training.run(batches, steps, every=2)
        card = tool.ship(training, tmp_path / folder)
        assert card["steps"] == 4 and [row["step"] for row in card["curve"]] == [2, 4]
        ends.append(training.network.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)
