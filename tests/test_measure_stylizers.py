"""The quality table: its classifier and its verdicts, on numbers whose answer is known."""

import json

import keras
import numpy as np
import pytest

from gan_course import datasets

TOOL = "measure_stylizers"


@pytest.fixture
def painters(tool):
    """The classifier of patches, which the tool uses."""
    return tool.painters


def clouds(distance, pictures=8, patches=12, seed=0):
    """Four classes of pictures made of patches, each class around a point of its own."""
    random = np.random.default_rng(seed)
    return {
        name: [random.normal(distance * np.eye(6)[label], 1.0, (patches, 6)) for _ in range(pictures)]
        for label, name in enumerate(("photo", "van_gogh", "hokusai", "kandinsky"))
    }


def test_classes_that_differ_are_told_apart_and_pictures_better_than_patches(painters):
    for found in painters.leave_one_out(clouds(3.0)).values():
        assert found["pictures"] == 1.0
        assert 0.7 < found["patches"] < 1.0


def test_classes_that_do_not_differ_are_told_apart_by_chance_alone(painters):
    # fitted to its own patches it would be far above chance: left out means left out
    scores = [painters.leave_one_out(clouds(0.0, pictures=16, seed=seed)) for seed in range(3)]
    assert np.mean([found["patches"] for score in scores for found in score.values()]) == pytest.approx(0.25, abs=0.05)


def test_a_class_with_few_patches_counts_as_much_as_one_with_many(painters):
    # one number, two classes that overlap: with equal weights the border is in the middle
    random = np.random.default_rng(1)
    many, few = random.normal(0.0, 1.0, (20_000, 1)), random.normal(2.0, 1.0, (2_000, 1))
    labels = np.repeat([0, 1], [len(many), len(few)])
    predict = painters.fit_softmax_regression(np.concatenate([many, few]), labels, penalty=1e-6)
    assert predict(np.array([[1.0]]))[0] == pytest.approx([0.5, 0.5], abs=0.03)
    assert predict(np.array([[2.0]]))[0, 1] == pytest.approx(1 / (1 + np.exp(-2)), abs=0.03)


def test_patches_are_described_by_mean_and_deviation_of_their_own_cells(painters):
    maps = np.zeros((1, 40, 56, 2), "float32")  # block3: a quarter of 160 × 224 pixels, two channels
    maps[0, 4:20, 4:20] = [3.0, 1.0]  # the first patch of 64 pixels, behind a margin of 16
    maps[0, 4:20, 20:36:2, 0] = 2.0  # every second column of the next
    network = lambda image, training: {"block3_conv1": maps}  # noqa: E731
    found = painters.patch_statistics(network, np.zeros((160, 224, 3), "float32"))["block3_conv1"]
    assert found.shape == (2 * 3, 4)
    assert found[0].tolist() == [3.0, 1.0, 0.0, 0.0]
    assert found[1].tolist() == [1.0, 0.0, 1.0, 0.0]


def test_the_classifier_is_fitted_without_held_out_pictures(painters, monkeypatch):
    seen = []
    monkeypatch.setattr(datasets, "picture", lambda name: seen.append(name) or np.zeros((8, 8, 3), "float32"))
    pictures = painters.training_pictures()
    assert {name: len(found) for name, found in pictures.items()} == {
        "photo": 56,
        "van_gogh": 8,
        "hokusai": 5,
        "kandinsky": 2,
    }
    assert not set(seen) & {row["file"] for row in datasets.attribution() if row["split"] == "heldout"}


def test_each_row_says_pass_or_fail(tool):
    assert tool.row("frame", 2.0, "frame")["verdict"] == "pass"
    assert tool.row("frame", 2.01, "frame")["verdict"] == "FAIL"
    assert tool.row("recognized", 0.79, "recognized")["verdict"] == "FAIL"
    assert tool.row("recognized", 0.80, "recognized")["verdict"] == "pass"
    assert tool.row("blocks", 7.0)["verdict"] == "not judged"


def test_paintings_without_any_black_and_white_are_no_excuse_to_divide_by_zero(tool):
    gray, burnt = np.zeros((10, 10, 3)), np.zeros((10, 10, 3))
    burnt[0, 0, 0] = 1.0  # a 300th of the values, over a floor of a thousandth
    row = tool.burnt_row([burnt], [gray])
    assert row["value"] == pytest.approx(10 / 3)
    assert row["verdict"] == "FAIL" and "counted as 0.1%" in row["text"]


def test_a_photo_takes_on_the_colors_of_a_painting(tool):
    random = np.random.default_rng(0)
    photo = random.uniform(-0.5, 0.5, (20, 20, 3)).astype("float32")
    painting = random.uniform(-0.9, 0.1, (30, 40, 3)).astype("float32")
    found = tool.with_palette(photo, painting)
    assert found.mean(axis=(0, 1)) == pytest.approx(painting.mean(axis=(0, 1)), abs=0.01)
    assert found.std(axis=(0, 1)) == pytest.approx(painting.std(axis=(0, 1)), abs=0.01)


def test_a_term_that_is_idle_fails_and_a_card_beside_the_weights_is_read(tool, tmp_path):
    shares = {"gradient_shares": {"last third": {"style": 0.96, "content": 0.04}}}
    (tmp_path / "try.json").write_text(json.dumps(shares), encoding="utf-8")
    rows = tool.active_rows(str(tmp_path / "try.npz"))
    assert [row["verdict"] for row in rows] == ["pass", "FAIL"]
    assert tool.active_rows(str(tmp_path / "other.npz"))[0]["verdict"] == "not judged"


def test_a_file_of_an_unknown_style_is_refused_before_any_work(tool, small_weights):
    with pytest.raises(SystemExit, match="--like van_gogh"):
        tool.style_name(str(small_weights))
    assert tool.style_name(str(small_weights), like="poppies") == "poppies"
    assert tool.style_name("kandinsky") == "kandinsky"


def test_a_larger_photo_is_painted_on_the_same_canvas(tool):
    """With what is fixed to the file in the same place, a painter that sees one pixel at a time leaves no frame."""
    from gan_course.networks.stylizer import CanvasGrain

    photos = keras.Input((None, None, 3))
    painter = keras.Model(photos, keras.ops.tanh(CanvasGrain()(photos)))
    photo = datasets.picture(datasets.picture_files("photos")[0])[:96, :128]
    larger = np.pad(photo, ((64, 64), (64, 64), (0, 0)), mode="reflect")
    painting = painter(photo[None]).numpy()[0]
    elsewhere, same = (network(larger[None]).numpy()[0] for network in (painter, tool.move_canvas(painter, 64)))
    np.testing.assert_allclose(same[64:-64, 64:-64], painting, atol=1e-6)
    assert np.abs(elsewhere[64:-64, 64:-64] - painting).mean() > 0.05
    assert painter(photo[None]).numpy()[0] == pytest.approx(painting, abs=1e-6)  # the painter itself stays as it was


def test_a_whole_table_of_a_tiny_stylizer(tool, small_weights):
    """Every row is there, and an untrained network is not taken for the painter by a classifier that never says so."""
    from gan_course.pretrained import load_stylizer

    photos = [datasets.picture(name)[:160, :160] for name in datasets.picture_files("photos")[:2]]
    never = lambda picture: np.array([0.7, 0.1, 0.1, 0.1])  # noqa: E731
    rows = tool.measure(load_stylizer(small_weights), str(small_weights), "kandinsky", photos, never)
    found = {row["measure"]: row["verdict"] for row in rows}
    assert found["recognized"] == "FAIL"
    assert list(found) == [
        "frame",
        "frame, nothing mirrored",
        *(f"{name}, {period} px" for name in ("grid", "blocks") for period in (2, 4, 8)),
        "burnt flats",
        "recognized",
        "recognized by palette alone",
        "active",
    ]
    json.dumps(rows)
