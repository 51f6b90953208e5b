"""A learner trains a stylizer on a painting of their own: what they get, what stops it, what is in the way."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from gan_course import datasets
from gan_course.cli import main
from gan_course.images import save_image
from gan_course.networks import build_patch_discriminator, build_stylizer
from gan_course.paths import ROOT, data_path
from gan_course.pretrained import load_stylizer
from gan_course.stylize_command import pictures_in
from gan_course.training import own_style, style_recipe, style_transfer_gan
from gan_course.training.callbacks import SaveTraining

PAINTING = data_path("paintings/van_gogh/church_at_auvers.jpg")


@pytest.fixture
def small(monkeypatch):
    """Few photos, small crops, a save every second step; the networks and the losses are the real ones."""
    monkeypatch.setattr(style_recipe, "training_photos", lambda: [small_photo()])
    monkeypatch.setattr(style_recipe, "STEPS_PER_SAVE", 2)
    monkeypatch.setattr(style_recipe, "CROP", 64)
    monkeypatch.setattr(style_recipe, "CROPS", 1)


class Stop(Exception):
    """Ends a training where a test has seen enough."""


def small_photo():
    return datasets.picture(datasets.picture_files("photos")[0], 128)


def weights_of(path):
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files if name != "about"}


def train(path, *options):
    return main(["train-style", str(PAINTING), "-o", str(path), *options])


@pytest.mark.slow
def test_a_training_that_is_stopped_and_resumed_equals_one_that_never_stopped(small, tmp_path):
    whole, parts = tmp_path / "whole.npz", tmp_path / "parts.npz"
    assert own_style.train_own_style([PAINTING], whole, steps=6) == 6
    assert own_style.train_own_style([PAINTING], parts, steps=2) == 2
    halfway = weights_of(parts)
    assert own_style.train_own_style([PAINTING], parts, resume=True, steps=4) == 6
    for name, array in weights_of(whole).items():
        np.testing.assert_allclose(array, weights_of(parts)[name], rtol=2e-3, atol=1e-4, err_msg=name)
    assert any(np.abs(array - halfway[name]).max() > 1e-4 for name, array in weights_of(whole).items())


def test_a_training_that_goes_on_draws_for_steps_and_shares_what_one_without_a_break_would(small, tmp_path):
    def drawn(step):
        found = {}

        def fit(batches, callbacks, **options):
            found.update(steps=iter(batches), shares=callbacks[0].batches)

        gan = SimpleNamespace(step=step, fit=fit)
        style_recipe.train(gan, [small_photo()], [[small_photo()]], tmp_path, seed=5, last_step=10)
        return found

    whole, resumed = drawn(0), drawn(4)
    for name, before in (("steps", 4), ("shares", 2)):  # a batch for every step, one for the shares of every save
        expected = next(islice(whole[name], before, None))
        np.testing.assert_array_equal(expected["seed"], next(resumed[name])["seed"], err_msg=name)


def test_nothing_is_replaced_and_nothing_else_is_continued(small, tmp_path, capsys):
    def refused(words, *options):
        assert main(["train-style", *map(str, options)]) == 2
        said = capsys.readouterr().err
        assert words in said and "Traceback" not in said

    out = tmp_path / "mine.npz"
    out.write_bytes(b"precious")
    refused("exists", PAINTING, "-o", out)
    assert out.read_bytes() == b"precious"
    refused("Try -o mine.npz", PAINTING, "-o", tmp_path / "mine.h5")
    refused("must end in .npz, the format of weights. Try -o my_style.npz", PAINTING, "-o", ".")
    refused("PAINTING is empty", "", "-o", tmp_path / "new.npz")
    refused("does not exist", PAINTING, "-o", tmp_path / "nowhere" / "mine.npz")
    refused("no training to go on with", PAINTING, "-o", tmp_path / "new.npz", "--resume")
    refused("--minutes", PAINTING, "-o", tmp_path / "new.npz", "--minutes", "soon")
    refused("--minutes", PAINTING, "-o", tmp_path / "new.npz", "--minutes", "-1")
    refused("above 0 and at most 10,000", PAINTING, "-o", tmp_path / "new.npz", "--minutes", "20000")

    folder = tmp_path / "other.training"
    folder.mkdir()
    (folder / "about.json").write_text(json.dumps(own_style.describe([data_path("paintings/hokusai/poppies.jpg")])))
    refused("other paintings", PAINTING, "-o", tmp_path / "other.npz", "--resume")
    for content in ("{", "5"):
        (folder / "about.json").write_text(content)
        refused("damaged", PAINTING, "-o", tmp_path / "other.npz", "--resume")
    (folder / "about.json").write_text(json.dumps(own_style.describe([PAINTING])))
    (folder / "training.weights.h5").write_bytes(b"cut off")
    refused("is damaged", PAINTING, "-o", tmp_path / "other.npz", "--resume")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEIGHTS", {"content_weight": 0.8, "style_weight": 4.0, "adversarial_weight": 0.0}),
        ("PAINTING_SHORT_SIDE", 512),
        ("PAINTING_SCALES", (1.0,)),
        ("PHOTO_SHORT_SIDES", (256,)),
    ],
)
def test_a_training_is_not_gone_on_with_under_the_recipe_of_another_version(tmp_path, monkeypatch, name, value):
    weights, folder = tmp_path / "mine.npz", tmp_path / "mine.training"
    folder.mkdir()
    begun = own_style.describe([PAINTING])
    (folder / "about.json").write_text(json.dumps(begun))
    own_style.check_place(weights, folder, [PAINTING], resume=True)
    with monkeypatch.context() as patch:
        patch.setattr(style_recipe, name, value)
        with pytest.raises(ValueError, match="another version of the course.* Its weights can be used as they are"):
            own_style.check_place(weights, folder, [PAINTING], resume=True)
    before = {key: begun[key] for key in ("paintings", "start", "seed", "crops")}  # all that the first version wrote
    (folder / "about.json").write_text(json.dumps(before))
    with pytest.raises(ValueError, match="another version of the course"):
        own_style.check_place(weights, folder, [PAINTING], resume=True)


@pytest.mark.parametrize("in_the_way", ["mine.npz", "mine_samples.jpg", "mine.training/"])
def test_resume_is_offered_only_where_there_is_a_training_to_go_on_with(tmp_path, capsys, in_the_way):
    def said(*options):
        assert train(tmp_path / "mine.npz", *options) == 2
        return capsys.readouterr().err

    path = tmp_path / in_the_way
    if in_the_way.endswith("/"):
        path.mkdir()  # where a run was stopped before it wrote what it is about
    else:
        path.write_bytes(b"precious")
    assert f"{path} exists" in said() and "--resume" not in said() and f"Move {path.name} away" in said()
    assert "under another name, without --resume" in said("--resume")
    assert path.is_dir() or path.read_bytes() == b"precious"
    (tmp_path / "mine.training").mkdir(exist_ok=True)
    (tmp_path / "mine.training" / "about.json").write_text("{}")
    assert "Add --resume" in said()


def paintings_learned(monkeypatch, folder, weights, **options):
    """How many of the pictures in a folder a training would learn; it is stopped before its first step."""
    seen = []

    def look(photos, paintings, start):
        seen.append(len(paintings))
        raise Stop

    monkeypatch.setattr(style_recipe, "build_training", look)
    with pytest.raises(Stop):
        own_style.train_own_style(pictures_in([folder]), folder / weights, **options)
    (count,) = seen
    return count


def test_a_folder_of_paintings_can_hold_the_weights_and_be_gone_on_with(small, tmp_path, monkeypatch):
    """The samples are a picture, and in a folder of paintings they must not become one of them."""
    save_image(tmp_path / "mine.png", datasets.picture("paintings/hokusai/poppies.jpg", 256))
    save_image(tmp_path / "mine_samples.jpg", small_photo())
    folder = tmp_path / "mine.training"
    folder.mkdir()
    (folder / "about.json").write_text(json.dumps(own_style.describe([tmp_path / "mine.png"])))
    assert paintings_learned(monkeypatch, tmp_path, "mine.npz", resume=True, steps=1) == 1


def test_the_samples_of_other_trainings_in_the_folder_are_no_paintings_to_learn(small, tmp_path, monkeypatch):
    for name in ("mine.png", "holiday_samples.jpg", "finished_samples.jpg", "begun_samples.jpg"):
        save_image(tmp_path / name, datasets.picture("paintings/hokusai/poppies.jpg", 256))
    (tmp_path / "finished.npz").write_bytes(b"")
    (tmp_path / "begun.training").mkdir()
    found = paintings_learned(monkeypatch, tmp_path, "another.npz")
    assert found == 2, "mine.png, and a picture whose name only looks like samples"


def test_a_training_that_runs_away_says_so_and_what_is_left(small, tmp_path, monkeypatch, capsys):
    def run_away(gan, photos, paintings, folder, seed, last_step, callbacks):
        callbacks[0].set_model(gan)
        callbacks[0].on_epoch_end(0, {"style": float("nan")})

    monkeypatch.setattr(style_recipe, "build_training", lambda *arguments: SimpleNamespace(step=3))
    monkeypatch.setattr(style_recipe, "train", run_away)
    assert train(tmp_path / "mine.npz") == 2
    said = capsys.readouterr().err
    assert "run away" in said and "no save yet" in said and "another name" in said and "step 3" in said


@pytest.mark.parametrize("of_tensorflow", [False, True])
def test_too_little_memory_is_said_in_one_sentence(small, tmp_path, monkeypatch, capsys, of_tensorflow):
    from tensorflow.errors import ResourceExhaustedError

    def give_up(*arguments):
        raise ResourceExhaustedError(None, None, "OOM when allocating") if of_tensorflow else MemoryError

    monkeypatch.setattr(style_recipe, "build_training", give_up)
    assert train(tmp_path / "mine.npz") == 2
    said = capsys.readouterr().err
    assert "memory" in said and "smaller pictures" in said and "Traceback" not in said


def test_ctrl_c_before_the_first_step_is_not_forgotten(tmp_path):
    """Keras' `fit` sets `stop_training` back when it starts."""
    with own_style.StopGently() as stop:
        stop.set_model(SimpleNamespace(stop_training=False))
        signal.raise_signal(signal.SIGINT)
        assert not stop.model.stop_training
        stop.on_train_batch_end(0)
        assert stop.model.stop_training
        with pytest.raises(KeyboardInterrupt):  # the second does not wait
            signal.raise_signal(signal.SIGINT)


def test_a_training_ends_when_its_minutes_are_over_and_shows_how_many_are_left(monkeypatch, capsys):
    now = [1000.0]
    monkeypatch.setattr(own_style, "time", SimpleNamespace(monotonic=lambda: now[0]))
    shown = own_style.ShowProgress(minutes=2)
    shown.set_model(SimpleNamespace(step=7, stop_training=False))
    shown.on_train_begin()
    stopped = []
    for later in (35.0, 84.9, 0.2):
        now[0] += later
        shown.on_train_batch_end(0, {"style": 0.123})
        stopped.append(shown.model.stop_training)
    assert stopped == [False, False, True]
    assert shown.bar.n == shown.bar.total == 120
    shown.on_train_end()
    assert "step 7, style 0.12, 1:25 left" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_named_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(own_style.os, "access", lambda folder, mode: not (folder == tmp_path and mode == os.W_OK))
    with pytest.raises(ValueError, match="cannot be written to"):
        own_style.check_place(tmp_path / "mine.npz", tmp_path / "mine.training", [PAINTING], resume=False)


def test_a_disk_without_space_is_named_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(own_style.shutil, "disk_usage", lambda folder: SimpleNamespace(free=20_000_000))
    with pytest.raises(ValueError, match="needs 100 MB, and the disk of .* has 20 MB left"):
        own_style.check_place(tmp_path / "mine.npz", tmp_path / "mine.training", [PAINTING], resume=False)


def test_a_disk_that_fills_up_stops_the_training_before_hdf5_meets_it(tmp_path, monkeypatch):
    saved = []
    keeper = SaveTraining(tmp_path / "training.weights.h5")
    keeper.set_model(SimpleNamespace(save_weights=lambda path: saved.append(path.write_bytes(b"a save"))))
    keeper.on_epoch_end(0)
    monkeypatch.setattr("gan_course.training.callbacks.shutil.disk_usage", lambda folder: SimpleNamespace(free=5))
    with pytest.raises(OSError, match="No space left"):
        keeper.on_epoch_end(1)
    assert len(saved) == 1 and [path.name for path in tmp_path.iterdir()] == ["training.weights.h5"]


def test_a_second_process_is_kept_away_from_a_training(tmp_path, capsys):
    folder = tmp_path / "mine.training"
    folder.mkdir()
    (folder / "about.json").write_text(json.dumps(own_style.describe([PAINTING])))
    with own_style.claimed(folder):
        assert train(tmp_path / "mine.npz", "--resume") == 2
    assert "Another process is at work on the training in" in capsys.readouterr().err
    with own_style.claimed(folder):
        pass


def test_a_training_runs_where_the_file_system_has_no_locks(tmp_path, monkeypatch):
    def no_locks(file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(own_style, "take_lock", no_locks)
    with own_style.claimed(tmp_path):
        pass


def test_the_style_of_a_scroll_is_that_of_its_pieces(monkeypatch):
    """A long painting does not fit into memory with its features; in pieces it has nearly the same Gram matrices."""
    painting = datasets.picture("paintings/hokusai/great_wave.jpg", 256)
    painting = np.concatenate([painting, painting[:, ::-1]], axis=1)
    gan = style_transfer_gan.StyleTransferGAN(build_stylizer((4, 8), 1, 4), build_patch_discriminator(), [[painting]])
    whole = {name: np.asarray(gram) for name, gram in gan.target_grams.items()}
    monkeypatch.setattr(style_transfer_gan, "LONGEST_PIECE", 200)
    for name, gram in gan.gram_targets([[painting]]).items():
        assert gram.shape == whole[name].shape
        assert np.square(gram - whole[name]).sum() < 0.02 * np.square(whole[name]).sum()
        assert not np.array_equal(gram, whole[name])


def test_paintings_named_in_another_order_are_the_same_training(tmp_path, monkeypatch):
    files = [data_path(f"paintings/hokusai/{name}.jpg") for name in ("poppies", "great_wave")]
    seen = []

    def look(photos, paintings, start):
        seen.append([scales[0].mean() for scales in paintings])
        raise Stop

    monkeypatch.setattr(style_recipe, "training_photos", list)
    monkeypatch.setattr(style_recipe, "build_training", look)
    for some in (files, files[::-1]):
        with pytest.raises(Stop):
            own_style.train_own_style(some, tmp_path / "mine.npz")
    assert seen[0] == seen[1] and seen[0][0] != seen[0][1]


@pytest.mark.parametrize("width, height", [(6000, 400), (6000, 160), (2600, 2000), (300, 300)])
def test_a_long_painting_is_judged_by_its_own_shorter_side(tmp_path, width, height):
    save_image(tmp_path / "scroll.png", np.zeros((height, width, 3), "float32"))
    read = own_style.read_painting(tmp_path / "scroll.png")
    for scale, picture in zip(style_recipe.PAINTING_SCALES, read, strict=True):
        short = max(scale * min(height, style_recipe.PAINTING_SHORT_SIDE), style_recipe.CROP)
        assert min(picture.shape[:2]) == round(short)
        assert max(picture.shape[:2]) / min(picture.shape[:2]) == pytest.approx(width / height, rel=0.01)


def test_pictures_that_are_no_paintings_to_learn_from(tmp_path, capsys):
    tiny, text, empty = tmp_path / "tiny.png", tmp_path / "text.jpg", tmp_path / "empty"
    save_image(tiny, np.zeros((300, 90, 3), "float32"))
    text.write_text("Dear Theo")
    empty.mkdir()
    for picture, words in ((tiny, "90 × 300 pixels"), (text, "text.jpg"), (empty, "no pictures")):
        assert main(["train-style", str(picture), "-o", str(tmp_path / "w.npz")]) == 2
        said = capsys.readouterr().err
        assert words in said and "Traceback" not in said
    assert not (tmp_path / "w.npz").exists() and not (tmp_path / "w.training").exists()


def test_a_training_that_has_diverged_leaves_the_last_good_files(tmp_path):
    kept = own_style.KeepUsable(tmp_path / "mine.npz")
    kept.samples.write_bytes(b"good")
    kept.on_epoch_end(0, {"style": float("nan")})
    kept.on_train_end()
    assert kept.samples.read_bytes() == b"good" and not kept.weights.exists()


@pytest.mark.slow
def test_twenty_paintings_of_any_size_are_one_style(small, tmp_path):
    generator = np.random.default_rng(0)
    for number in range(20):
        size = generator.integers(160, 700, 2)
        save_image(tmp_path / f"{number}.png", generator.uniform(-1, 1, (*size, 3)).astype("float32"))
    files = sorted(tmp_path.glob("*.png"))
    assert own_style.train_own_style(files, tmp_path / "many.npz", steps=2) == 2
    load_stylizer(tmp_path / "many.npz")


SMALL = """
import sys
from gan_course import cli, datasets
from gan_course.training import style_recipe
style_recipe.training_photos = lambda: [datasets.picture(datasets.picture_files("photos")[0], 128)]
style_recipe.STEPS_PER_SAVE, style_recipe.CROP, style_recipe.CROPS = 2, 64, 1
sys.exit(cli.main(["train-style", *sys.argv[1:]]))
"""


LAST = 20  # steps of the training that is killed on the way


def end_in_the_middle(out, number):
    """Starts a training as a learner does and sends it a signal after its first save.

    Returns:
        Exit code, and what it had printed as result and as progress.
    """
    command = [sys.executable, "-c", SMALL, str(PAINTING), "-o", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 240
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    process.send_signal(number)
    said, progress = process.communicate(timeout=120)
    photo = small_photo()[:64, :64]
    assert load_stylizer(out)(photo[None], training=False).shape == (1, 64, 64, 3)
    return process.returncode, said, progress


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_training_that_is_stopped_with_ctrl_c_ends_well_and_can_be_gone_on_with(small, tmp_path):
    out = tmp_path / "church.npz"
    code, said, progress = end_in_the_middle(out, signal.SIGINT)
    assert code == 0 and f"--style {out}" in said
    assert "style" in progress and "content" in progress and "left" in progress
    assert "share_style" in (tmp_path / "church.training" / "log.csv").read_text()
    assert (tmp_path / "church_samples.jpg").stat().st_size > 10_000
    own_style.check_place(out, tmp_path / "church.training", [PAINTING], resume=True)  # would accept --resume


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_training_that_is_killed_and_resumed_equals_one_that_never_stopped(small, saved_arrays, tmp_path):
    out = tmp_path / "church.npz"
    end_in_the_middle(out, signal.SIGKILL)
    step = own_style.train_own_style([PAINTING], out, resume=True, steps=2)  # from its last save, wherever that was
    assert 2 < step < LAST
    assert own_style.train_own_style([PAINTING], out, resume=True, steps=LAST - step) == LAST
    own_style.train_own_style([PAINTING], tmp_path / "whole.npz", steps=LAST)
    whole, resumed = (saved_arrays(tmp_path / f"{run}.training") for run in ("whole", "church"))
    assert set(whole) == set(resumed) and len(whole) > 100
    for path, array in whole.items():
        np.testing.assert_array_equal(array, resumed[path], err_msg=path)
    with (tmp_path / "church.training" / "log.csv").open(newline="") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == sorted(steps)  # a step is logged twice if the kill came between the log and the save
    assert set(steps) == set(range(2, LAST + 1, 2))
