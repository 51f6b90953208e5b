"""Weights in files: saved, loaded, and refused where something is wrong with them."""

import json
import os

import numpy as np
import pytest

from gan_course import pretrained, weight_files
from gan_course.networks import build_patch_discriminator
from gan_course.paths import data_path
from gan_course.pretrained import WeightsError, load_both_networks, load_stylizer, save_stylizer, shipped_styles

PHOTO = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")


def changed(path, tmp_path, about=None, drop=None, **arrays):
    """A copy of a weights file with some of its content replaced."""
    with np.load(path) as file:
        content = {name: file[name] for name in file.files}
    if about is not None:
        content["about"] = np.array(json.dumps({**json.loads(str(content["about"])), **about}))
    content.update(arrays)
    content.pop(drop, None)
    np.savez(tmp_path / "changed.npz", **content)
    return tmp_path / "changed.npz"


def refused(path, *parts):
    with pytest.raises(WeightsError) as caught:
        load_stylizer(path)
    for part in parts:
        assert part in str(caught.value)


def test_what_is_saved_paints_the_same_when_loaded(small_weights, tmp_path):
    stylizer = load_stylizer(small_weights)
    save_stylizer(tmp_path / "again.npz", stylizer, "small", {"filters": [4, 8], "blocks": 1, "detail": 4})
    again = load_stylizer(tmp_path / "again.npz")
    np.testing.assert_allclose(stylizer(PHOTO, training=False), again(PHOTO, training=False), atol=1e-6)


def test_a_file_that_was_trained_again_is_loaded_again(small_weights, tmp_path):
    path = tmp_path / "mine.npz"
    architecture = {"filters": [4, 8], "blocks": 1, "detail": 4}
    stylizer = load_stylizer(small_weights)
    save_stylizer(path, stylizer, "mine", architecture)
    before = load_stylizer(path)(PHOTO, training=False)
    stylizer.weights[0].assign(-stylizer.weights[0])
    save_stylizer(path, stylizer, "mine", architecture)
    assert np.abs(load_stylizer(path)(PHOTO, training=False) - before).max() > 0.01


@pytest.mark.parametrize("style", shipped_styles())
def test_every_shipped_style_loads_paints_and_is_small(style):
    painted = load_stylizer(style)(PHOTO, training=False).numpy()
    assert painted.shape == PHOTO.shape and np.abs(painted).max() <= 1.0
    assert data_path(f"weights/{style}.npz").stat().st_size <= 3_500_000
    with np.load(data_path(f"weights/{style}.npz")) as file:
        assert all(file[name].dtype == np.float16 for name in file.files if name != "about")


@pytest.mark.parametrize("style", shipped_styles())
def test_every_card_says_how_its_weights_were_made(style):
    card = shipped_styles()[style]
    for key in ("title", "paintings", "photos", "steps", "cpu_minutes", "before", "seed", "loss_weights", "command"):
        assert card[key], key
    assert card["heldout"]["content_distance"] and card["heldout"]["style_distance"]
    for shares in card["gradient_shares"].values():
        assert set(shares) == {"adversarial", "style", "content"}
        assert sum(shares.values()) == pytest.approx(1.0, abs=0.03)
    last = list(card["gradient_shares"].values())[-1]
    assert min(last.values()) >= 0.05, "a term below 5 % is idle"
    for name in (f"{style}.md", f"{style}_curves.png", f"{style}_heldout.jpg"):
        assert data_path(f"weights/{name}").exists()


def test_a_misspelled_style_gets_the_nearest_name():
    refused("van gogh", "no style named", "Did you mean van_gogh?")
    refused("van_gohg", "Did you mean van_gogh?")
    refused("xyz", "van_gogh")


def test_missing_weights_and_folders(tmp_path):
    refused(tmp_path / "no.npz", "does not exist", "gan-course styles")
    (tmp_path / "folder.npz").mkdir()
    refused(tmp_path / "folder.npz", "is a folder")


def test_a_folder_called_like_a_style_does_not_hide_the_style(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("van_gogh", "holiday"):
        (tmp_path / name).mkdir()
    assert load_stylizer("van_gogh").count_params() > 100_000
    refused("holiday", "holiday is a folder", ".npz")


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 broken"])
def test_files_that_are_no_archives(tmp_path, content):
    (tmp_path / "odd.npz").write_bytes(content)
    refused(tmp_path / "odd.npz", "damaged or no stylizer", "copy it again")


def test_a_file_that_may_not_be_read_is_not_called_damaged(small_weights, monkeypatch):
    def forbid(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("numpy.load", forbid)  # root may read anything
    refused(small_weights, "small.npz may not be read", "permissions")


def test_too_little_memory_is_not_called_a_damaged_file(small_weights, monkeypatch):
    def full(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr("numpy.load", full)
    with pytest.raises(MemoryError):
        load_stylizer(small_weights)


def test_a_truncated_file(small_weights, tmp_path):
    whole = small_weights.read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "half.npz", "damaged")


def test_a_flipped_byte(small_weights, tmp_path):
    content = bytearray(small_weights.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "flipped.npz").write_bytes(content)
    refused(tmp_path / "flipped.npz", "damaged")


def test_foreign_weights(tmp_path):
    np.savez(tmp_path / "foreign.npz", kernel=np.zeros((3, 3)))
    refused(tmp_path / "foreign.npz", "holds no stylizer of this course")
    refused(data_path("vgg16_block1_to_block4_conv1_float16.npz"), "holds no stylizer of this course")


def test_pickled_objects_are_never_unpacked(small_weights, tmp_path):
    kernel = np.array([Planted(tmp_path / "ran")], dtype=object)
    refused(changed(small_weights, tmp_path, **{"00_conv2d/kernel": kernel}), "damaged")
    assert not (tmp_path / "ran").exists()


class Planted:
    """Unpacked by pickle it makes a folder: code of whoever sent the file has run."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_an_unknown_version(small_weights, tmp_path):
    refused(changed(small_weights, tmp_path, about={"format": 2}), "format 2", "Update the course")


def test_another_architecture(small_weights, tmp_path):
    refused(changed(small_weights, tmp_path, about={"architecture": "generator"}), "'generator'")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"filters": [4], "blocks": 1, "detail": 4},
        {"filters": [10**6, 8], "blocks": 1, "detail": 4},
        {"filters": [4, 8], "blocks": float("inf"), "detail": 4},
        {"filters": [256, 256], "blocks": 256, "detail": 256},
    ],
)
def test_arguments_that_build_no_network(small_weights, tmp_path, arguments):
    refused(changed(small_weights, tmp_path, about={"arguments": arguments}), "cannot be built")


def test_wrong_names_and_shapes(small_weights, tmp_path):
    refused(changed(small_weights, tmp_path, drop="00_conv2d/bias"), "00_conv2d/bias", "None")
    refused(changed(small_weights, tmp_path, **{"00_conv2d/bias": np.zeros(5, "float16")}), "(4,)", "(5,)")
    refused(changed(small_weights, tmp_path, **{"more": np.zeros(5, "float16")}), "more")


def test_nan_and_text_instead_of_numbers(small_weights, tmp_path):
    refused(changed(small_weights, tmp_path, **{"00_conv2d/bias": np.full(4, np.nan, "float16")}), "NaN")
    refused(changed(small_weights, tmp_path, **{"00_conv2d/bias": np.array(list("abcd"))}), "no numbers")


def test_a_training_gone_wrong_is_not_saved_over_a_good_file(small_weights, tmp_path):
    path = tmp_path / "good.npz"
    path.write_text("precious")
    stylizer = pretrained.load_stylizer(small_weights)
    weight = stylizer.weights[0]
    for value in (np.nan, 1e6):
        weight.assign(np.full(weight.shape, value))
        with pytest.raises(WeightsError, match="float16"):
            save_stylizer(path, stylizer, "wrong")
    assert path.read_text() == "precious"


def test_shipped_weights_that_were_altered_are_refused(tmp_path, monkeypatch):
    name = next(iter(shipped_styles()))
    monkeypatch.setattr(weight_files, "is_intact", lambda file: False)
    refused(name, "checksum", "git checkout")
    with pytest.raises(WeightsError, match="checksum"):
        load_both_networks("van_gogh")


def test_weights_without_a_recorded_checksum_and_missing_ones_are_refused(tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    (tmp_path / "SHA256SUMS").write_text("", encoding="utf-8")
    for name in ("van_gogh.json", "van_gogh_discriminator.npz"):
        (tmp_path / "weights" / name).write_bytes(data_path(f"weights/{name}").read_bytes())
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    refused("van_gogh", "van_gogh.npz", "not there", "Clone the course again")
    (tmp_path / "weights" / "van_gogh.npz").write_bytes(b"")
    refused("van_gogh", "not the file that shipped", "git checkout")
    with pytest.raises(WeightsError, match="no stylizer with a discriminator named 'kandinsky'; the course has van_g"):
        load_both_networks("kandinsky")


def test_both_networks_come_ready_to_be_trained_on():
    stylizer, discriminator = load_both_networks("van_gogh")
    fresh = build_patch_discriminator()
    assert stylizer.trainable_variables
    assert [v.shape for v in discriminator.trainable_variables] == [v.shape for v in fresh.trainable_variables]
    with np.load(data_path("weights/van_gogh_discriminator.npz")) as file:
        np.testing.assert_array_equal(discriminator.trainable_variables[0], file["00_spectralnormalization/kernel"])
