"""The shipped data: complete, credited, and split so that no shipped weights have seen a held-out picture."""

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from gan_course import datasets
from gan_course.paths import ROOT, checksums, data_path, is_intact

TOOL = "tables"


@pytest.mark.parametrize("name", checksums())
def test_every_file_is_the_one_that_shipped(name):
    assert is_intact(name)


def test_every_data_file_has_a_checksum():
    binary = (".jpg", ".npz", ".png", ".heic")
    shipped = {
        path.relative_to(data_path()).as_posix()
        for path in data_path().rglob("*")
        if path.suffix in binary and (path.parent.name != "weights" or path.suffix == ".npz")
    }
    assert shipped == set(checksums())


def test_two_recordings_that_end_together_both_leave_their_checksums(tool, tmp_path, monkeypatch):
    names = [f"experiments/{number}.png" for number in range(5)]
    (tmp_path / "experiments").mkdir()
    for name in names:
        (tmp_path / name).write_text(name)
    before = "0" * 64 + f"  {names[0]}\n" + "1" * 64 + "  photos/other.jpg\n"
    (tmp_path / "SHA256SUMS").write_text(before)
    monkeypatch.setenv("GAN_COURSE_DATA", str(tmp_path))
    write = tool.write_atomically
    monkeypatch.setattr(tool, "write_atomically", lambda *given: time.sleep(0.05) or write(*given))
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(tool.record_checksum, names))
    assert all(is_intact(name) for name in names)
    assert sorted(checksums()) == [*names, "photos/other.jpg"]
    assert (tmp_path / "SHA256SUMS").read_text().count("\n") == 6


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_checksums_are_recorded_without_tensorflow():
    code = "import sys, tables; assert tables.fcntl and 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-B", "-c", code], cwd=ROOT / "tools", check=True)


def test_every_picture_is_credited():
    rows = {row["file"]: row for row in datasets.attribution()}
    assert set(rows) == {name for name in checksums() if name.startswith(("photos/", "paintings/"))}
    for row in rows.values():
        assert row["title"] and row["author"] and row["source"], row["file"]
        assert row["license"].startswith(("Public domain", "CC0")), row["file"]
        assert row["split"] in ("train", "heldout"), row["file"]
        with Image.open(data_path(row["file"])) as picture:
            assert picture.size == (int(row["width"]), int(row["height"])), row["file"]


def test_the_split_is_the_fixed_one():
    heldout = [row for row in datasets.attribution() if row["split"] == "heldout"]
    kinds = [row["class"] for row in heldout]
    assert {kind: kinds.count(kind) for kind in kinds} == {"painting": 3, "monuments": 8, "animals": 6}
    assert {row["file"] for row in heldout if row["class"] == "painting"} == {
        "paintings/van_gogh/church_at_auvers.jpg",
        "paintings/hokusai/ryogoku_bridge.jpg",
        "paintings/hiroshige/horse_mackerel_and_prawn.jpg",
    }


def test_training_never_reads_a_held_out_file(monkeypatch):
    """The pictures of the training that made the shipped weights, with every read written down."""
    import train_styles

    from gan_course.training import style_recipe

    read = []
    small = np.zeros((400, 400, 3), "float32")
    monkeypatch.setattr(datasets, "read_image", lambda path: read.append(path) or small)
    monkeypatch.setattr(style_recipe, "build_training", lambda *arguments, **weights: None)
    for style in train_styles.STYLES:
        train_styles.build(style)
    style_recipe.training_photos()
    names = {path.relative_to(data_path()).as_posix() for path in read}
    heldout = {row["file"] for row in datasets.attribution() if row["split"] == "heldout"}
    assert len(names) == 56 + 8 + 3
    assert not names & heldout
    # and nothing else in the recipe opens a file
    for path in (ROOT / "tools" / "train_styles.py", ROOT / "gan_course" / "training" / "style_recipe.py"):
        assert not re.search(r"\"all\"|'all'|read_image|Image\.open|data_path", path.read_text(encoding="utf-8"))


def test_cards_name_only_training_pictures():
    for card in data_path("weights").glob("*.json"):
        used = json.loads(card.read_text(encoding="utf-8"))["paintings"]
        assert used
        assert not set(used) - set(datasets.picture_files("paintings", "train"))


def test_pictures_and_fashion_mnist_have_the_range_and_shape_that_is_promised():
    photo = datasets.picture("photos/animals/owl.jpg", short_side=64)
    assert photo.dtype == np.float32 and photo.ndim == 3 and min(photo.shape[:2]) == 64
    assert -1.0 <= photo.min() < -0.5 < 0.3 < photo.max() <= 1.0
    (train, labels), (test, _) = datasets.fashion_mnist()
    assert train.shape == (10_000, 28, 28, 1) and test.shape == (2_000, 28, 28, 1)
    assert (train.min(), train.max()) == (-1.0, 1.0)
    assert sorted(set(labels.tolist())) == list(range(10))


def test_unknown_folders_and_splits_are_explained():
    with pytest.raises(ValueError, match="paintings/van_gogh"):
        datasets.picture_files("paintings/vermeer")
    with pytest.raises(ValueError, match="heldout"):
        datasets.picture_files("photos", split="test")


def test_vgg16_holds_the_published_values():
    with np.load(data_path("vgg16_block1_to_block4_conv1_float16.npz")) as weights:
        assert weights["block1_conv1/kernel"][0, 0, 0, 0] == pytest.approx(0.42947057, rel=1e-3)
        assert weights["block1_conv1/bias"][25] == pytest.approx(0.7446502, rel=1e-3)
        assert weights["block1_conv2/kernel"][2, 2, 63, 63] == pytest.approx(0.016082443, rel=1e-3)
        assert weights["block2_conv1/bias"][1] == pytest.approx(0.06440781, rel=1e-3)


class TestCropSampler:
    def test_a_crop_is_a_piece_of_a_picture(self):
        # every pixel says where it is: red the row, green the column, blue the picture
        pictures = []
        for number, (height, width) in enumerate([(20, 30), (25, 18)]):
            rows, columns = np.mgrid[:height, :width]
            pixels = np.stack([rows, columns, np.full_like(rows, number)], axis=-1)
            pictures.append((pixels / 127.5 - 1.0).astype("float32"))
        crops = np.round((datasets.CropSampler(pictures)(64, 9, [0, 0]).numpy() + 1) * 127.5).astype(int)
        assert set(crops[..., 2].ravel()) == {0, 1}
        mirrored = 0
        for crop in crops:
            assert len(set(crop[..., 2].ravel())) == 1
            assert (np.diff(crop[..., 0], axis=0) == 1).all() and (np.diff(crop[..., 0], axis=1) == 0).all()
            steps = set(np.diff(crop[..., 1], axis=1).ravel())
            assert steps in ({1}, {-1})
            mirrored += steps == {-1}
            height, width = [(20, 30), (25, 18)][crop[0, 0, 2]]
            assert crop[..., 0].max() < height and crop[..., 1].max() < width
        assert 16 < mirrored < 48

    def test_the_seed_decides(self):
        pictures = [np.random.default_rng(0).uniform(-1, 1, (40, 50, 3)).astype("float32")]
        sampler = datasets.CropSampler(pictures)
        np.testing.assert_array_equal(sampler(4, 8, [1, 2]), sampler(4, 8, [1, 2]))
        assert np.abs(sampler(4, 8, [1, 2]) - sampler(4, 8, [1, 3])).max() > 0.1

    def test_a_crop_larger_than_a_picture_is_explained(self):
        with pytest.raises(ValueError, match="at most the shortest side"):
            datasets.CropSampler([np.zeros((20, 30, 3), "float32")])(1, 21, [0, 0])

    def test_batches_from_a_later_step_equal_those_of_a_training_that_got_there(self):
        pictures = [np.random.default_rng(0).uniform(-1, 1, (40, 50, 3)).astype("float32")]
        sampler = datasets.CropSampler(pictures)
        make = lambda first: datasets.style_transfer_batches(sampler, sampler, 2, 8, seed=5, first_step=first)  # noqa: E731
        third = list(make(0).take(4))[3]
        resumed = next(iter(make(3)))
        for name in ("photos", "paintings", "seed"):
            np.testing.assert_array_equal(third[name], resumed[name])
        assert np.abs(third["photos"] - third["paintings"]).max() > 0.1
