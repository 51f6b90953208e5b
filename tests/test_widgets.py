"""Photo booth, comparison slider and explorer, as a learner uses them: upload, type a path, move controls, save."""

import io
import threading
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from gan_course import images, pretrained, widgets
from gan_course.images import read_image
from gan_course.widgets import photo_booth, stand_in


@pytest.fixture
def displayed(monkeypatch):
    """What a `show_` function hands to the front end: the bundle, and the options beside it."""
    displayed = {}
    monkeypatch.setattr(stand_in, "display", lambda data, **options: displayed.update(data, options=options))
    return displayed


@pytest.fixture
def booth(small_weights, monkeypatch):
    stylizer = pretrained.load_stylizer(small_weights)
    monkeypatch.setattr(photo_booth, "load_stylizer", lambda style: stylizer)
    return widgets.PhotoBooth()


def shown(widget):
    return read_image(widget.value)


def upload(booth, content):
    file = {"name": "me.png", "type": "image/png", "size": len(content), "content": memoryview(content)}
    booth.upload.value = [{**file, "last_modified": datetime.now(tz=UTC)}]


def png(color, size=(40, 24)):
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


# ---------------------------------------------------------------- photo booth


def test_it_begins_with_a_painted_photo(booth):
    assert shown(booth.before).shape == shown(booth.after).shape
    assert np.abs(shown(booth.before) - shown(booth.after)).mean() > 0.02
    assert "painted" in booth.message.value


def test_an_uploaded_photo_is_painted(booth):
    upload(booth, png("green"))
    assert shown(booth.before).shape == (24, 40, 3)
    np.testing.assert_allclose(shown(booth.before)[5, 5], [-1, 128 / 127.5 - 1, -1], atol=1e-6)


def test_a_typed_path_is_painted_with_quotes_or_without(booth, photo):
    booth.path.value = f'"{photo}"'
    np.testing.assert_array_equal(shown(booth.before), read_image(photo))


def test_an_upload_that_is_no_photo_leaves_the_pictures_and_says_why(booth):
    before = booth.after.value
    upload(booth, b"Dear Theo")
    assert "is not a picture" in booth.message.value
    assert booth.after.value == before


def test_a_missing_path_is_said(booth):
    booth.path.value = "no_such_photo.jpg"
    assert "does not exist" in booth.message.value


def test_after_a_typo_in_the_path_the_photo_before_can_still_be_used(booth, photo, tmp_path):
    booth.path.value = str(photo)
    booth.path.value = "no_such_photo.jpg"
    booth.strength.value = 0.0
    assert "painted" in booth.message.value
    np.testing.assert_array_equal(shown(booth.after), read_image(photo))
    booth.save_as.value = str(tmp_path / "painting.png")
    booth.save_button.click()
    np.testing.assert_array_equal(read_image(tmp_path / "painting.png"), read_image(photo))


def test_a_style_that_cannot_be_loaded_does_not_cost_the_photo(booth, photo, monkeypatch):
    stylizer = booth.stylizer

    def damaged(style):
        raise pretrained.WeightsError("kandinsky.npz is damaged")

    monkeypatch.setattr(photo_booth, "load_stylizer", damaged)
    booth.style_choice.value = "kandinsky"
    booth.path.value = str(photo)
    assert "is damaged" in booth.message.value
    monkeypatch.setattr(photo_booth, "load_stylizer", lambda style: stylizer)
    booth.style_choice.value = "poppies"
    np.testing.assert_array_equal(shown(booth.before), read_image(photo))


def test_a_booth_whose_first_style_is_damaged_is_shown_and_says_so(monkeypatch, displayed):
    def damaged(style):
        raise pretrained.WeightsError("great_wave.npz is damaged")

    messages = []
    monkeypatch.setattr(photo_booth, "load_stylizer", damaged)
    monkeypatch.setattr(widgets.PhotoBooth, "say", lambda booth, text: messages.append(str(text)))
    widgets.show_photo_booth()
    assert messages == ["great_wave.npz is damaged"]
    assert displayed["image/png"].startswith(b"\x89PNG")


def test_a_misspelled_style_is_answered_with_the_names_that_there_are():
    with pytest.raises(ValueError, match="style must be among .*'van_gogh'.* received .'vangogh'"):
        widgets.show_photo_booth(style="vangogh")


def test_a_name_with_markup_is_shown_as_text(booth):
    booth.path.value = "<img src=x>.jpg"
    assert "<img" not in booth.message.value and "&lt;img" in booth.message.value


def test_strength_zero_shows_the_photo(booth):
    booth.strength.value = 0.0
    np.testing.assert_array_equal(shown(booth.before), shown(booth.after))


def test_keeping_the_colors_repaints(booth):
    before = booth.after.value
    booth.keep_colors.value = True
    assert booth.after.value != before


def test_a_slow_answer_to_an_older_control_does_not_overwrite_a_newer_one(booth, photo, monkeypatch):
    paint, has_begun, may_end = booth.paint, threading.Event(), threading.Event()

    def slow_paint(max_side):
        has_begun.set()
        painted = paint(max_side)
        may_end.wait(5)
        return painted

    monkeypatch.setattr(booth, "paint", slow_paint)
    older = threading.Thread(target=booth.repaint)  # JupyterLab sends controls to several threads of the kernel
    older.start()
    has_begun.wait(5)
    monkeypatch.setattr(booth, "paint", paint)
    newer = threading.Thread(target=lambda: setattr(booth.path, "value", str(photo)))
    newer.start()
    newer.join(1)
    may_end.set()
    older.join()
    newer.join()
    np.testing.assert_array_equal(shown(booth.before), read_image(photo))


def test_save_writes_the_painting_and_never_replaces_a_file(booth, photo, tmp_path):
    booth.path.value = str(photo)
    booth.save_as.value = str(tmp_path / "painting.png")
    booth.save_button.click()
    assert "Saved as" in booth.message.value
    np.testing.assert_allclose(read_image(tmp_path / "painting.png"), shown(booth.after), atol=1e-6)
    before = (tmp_path / "painting.png").read_bytes()
    booth.save_button.click()
    assert "exists already. Choose another name." in booth.message.value
    assert (tmp_path / "painting.png").read_bytes() == before


def test_save_under_an_impossible_name(booth, tmp_path):
    booth.save_as.value = str(tmp_path / "painting.docx")
    booth.save_button.click()
    assert ".jpg" in booth.message.value


def test_a_home_folder_that_nobody_has_is_said(booth):
    before = booth.after.value
    booth.path.value = "~nobody-of-this-name/me.jpg"
    assert "No home folder was found for ~nobody-of-this-name. Give the whole path" in booth.message.value
    assert booth.after.value == before
    booth.message.value = ""
    booth.save_as.value = "~nobody-of-this-name/painting.jpg"
    booth.save_button.click()
    assert "No home folder was found for ~nobody-of-this-name" in booth.message.value


def test_too_little_memory_is_said_and_the_photo_before_can_still_be_used(booth, photo, tmp_path, monkeypatch):
    booth.path.value = str(photo)
    before = booth.after.value

    def full(*arguments):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(photo_booth, "stylize", full)
        upload(booth, png("green"))
        assert "The memory is not enough." in booth.message.value and booth.after.value == before
        booth.message.value, booth.save_as.value = "", str(tmp_path / "painting.jpg")
        booth.save_button.click()
        assert "The memory is not enough." in booth.message.value
    booth.repaint()
    assert booth.after.value == before


def test_a_disk_that_refuses_is_said_in_the_panel(booth, photo, tmp_path, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(images, "check_writable", refuse)
    booth.save_as.value = str(tmp_path / "painting.jpg")
    booth.save_button.click()
    assert "Permission denied" in booth.message.value
    monkeypatch.setattr(photo_booth, "load_stylizer", refuse)
    booth.loaded_style = None
    booth.message.value = ""
    booth.path.value = str(photo)
    assert "Permission denied" in booth.message.value


def test_without_a_front_end_there_is_a_picture_and_a_sentence(booth, displayed):
    widgets.show_photo_booth()
    assert displayed["image/png"].startswith(b"\x89PNG")
    assert "run this cell" in displayed["text/plain"]
    assert displayed["options"]["metadata"]["image/png"]["alt"]
    assert "application/vnd.jupyter.widget-view+json" in displayed


def test_every_control_says_what_it_is(booth):
    controls = (booth.upload, booth.path, booth.style_choice, booth.strength, booth.keep_colors, booth.save_as)
    assert all(control.description for control in (*controls, booth.save_button))


# ---------------------------------------------------------------- comparison slider

DARK, LIGHT = (np.full((40, 400, 3), value, "float32") for value in (-0.8, 0.8))


def test_left_of_the_border_is_the_first_picture_and_right_of_it_the_second():
    comparison = widgets.Comparison(DARK, LIGHT, ["before", "after"])
    for percent, share in [(50, 0.5), (24, 0.24), (100, 1.0), (0, 0.0)]:
        comparison.border.value = percent
        picture = shown(comparison.picture)
        assert picture.shape == DARK.shape
        is_dark = picture.mean(axis=(0, 2)) < 0
        assert is_dark.mean() == pytest.approx(share, abs=0.02)
        assert not is_dark[round(share * 400) :].any()


def test_titles_are_shown_as_text():
    heading = widgets.Comparison(DARK, LIGHT, ["<b>old</b>", "new"]).children[0].value
    assert "&lt;b&gt;old" in heading and "new" in heading


@pytest.mark.parametrize(("width", "expected"), [(20, 320), (400, 400), (1000, 640)])
def test_pictures_are_shown_in_a_size_that_suits_a_notebook(width, expected):
    picture = np.zeros((width // 2, width, 3), "float32")
    comparison = widgets.Comparison(picture, picture, ["a", "b"])
    assert shown(comparison.picture).shape == (expected // 2, expected, 3)


@pytest.mark.parametrize(
    ("left", "right", "titles", "message"),
    [
        (DARK, LIGHT[:, 1:], ["a", "b"], "same shape, received"),
        (DARK, LIGHT + 5, ["a", "b"], r"right.* must be .* received values"),
        (DARK[None], LIGHT, ["a", "b"], r"Take one picture of the batch: left\[0\]"),
        (DARK, LIGHT, ["a"], "titles must be two texts"),
    ],
)
def test_what_cannot_be_compared_is_refused(left, right, titles, message):
    with pytest.raises(ValueError, match=message):
        widgets.Comparison(left, right, titles)


def test_a_comparison_without_a_front_end_shows_half_of_each(displayed):
    widgets.show_comparison(DARK, LIGHT, ["before", "after"], alt="A dark and a light field.")
    picture = read_image(displayed["image/png"])
    row = picture[picture.shape[0] * 2 // 3].mean(axis=-1)
    quarter = len(row) // 4
    assert row[quarter] < -0.5 and 0.5 < row[-quarter] < 0.9
    assert displayed["options"]["metadata"]["image/png"]["alt"] == "A dark and a light field."
    assert "before" in displayed["text/plain"] and "after" in displayed["text/plain"]


# ---------------------------------------------------------------- explorer

RUNS = [
    {"loss": loss, "rate": rate, "seed": seed, "step": step, "modes": step + index, "share": 0.1 * step}
    for index, (loss, rate) in enumerate([("minimax", 0.01), ("minimax", 0.001), ("minimax", 0.1), ("hinge", 0.001)])
    for seed in (0, 1)
    for step in (2, 0, 1)
]


class Recorder:
    """A draw function that remembers what it was given."""

    def __call__(self, figure, rows):
        self.figure, self.rows = figure, rows


def test_choices_select_the_rows_that_are_drawn():
    draw = Recorder()
    explorer = widgets.Explorer(RUNS, ["loss", "rate"], draw)
    assert draw.rows == RUNS[:6], "the first choice"
    explorer.controls["rate"].value = 0.001
    assert draw.rows == RUNS[6:12]
    explorer.controls["loss"].value = "hinge"
    assert draw.rows == RUNS[18:]


def test_numbers_are_chosen_in_their_order_and_names_as_they_come():
    explorer = widgets.Explorer(RUNS, ["loss", "rate"], Recorder())
    assert [text for text, _ in explorer.controls["rate"].options] == ["0.001", "0.01", "0.1"]
    assert [text for text, _ in explorer.controls["loss"].options] == ["minimax", "hinge"]
    assert all(control.description for control in explorer.controls.values())


def test_a_choice_that_was_not_recorded_is_said_in_a_sentence():
    explorer = widgets.Explorer(RUNS, ["loss", "rate"], Recorder())
    explorer.controls["loss"].value = "hinge"
    assert "no record of loss = hinge, rate = 0.01, but there is one with rate = 0.001." in explorer.message.value
    assert explorer.picture.layout.visibility == "hidden"
    explorer.controls["rate"].value = 0.001
    assert explorer.message.value == ""
    assert explorer.picture.layout.visibility == "visible"


def test_a_table_may_be_columns():
    draw = Recorder()
    columns = {"rate": np.array([0.1, 0.2, 0.1]), "modes": np.array([3, 5, 4])}
    explorer = widgets.Explorer(columns, ["rate"], draw)
    assert [row["modes"] for row in draw.rows] == [3, 4]
    explorer.controls["rate"].value = 0.2
    assert [row["modes"] for row in draw.rows] == [5]


@pytest.mark.parametrize(
    ("rows", "choices", "message"),
    [
        ([], ["loss"], "at least one row"),
        ({"loss": []}, ["loss"], "at least one row"),
        ({"loss": ["a", "b"], "rate": [1]}, ["loss"], "same length"),
        (RUNS, ["optimizer"], "columns of every row, loss, rate.*'optimizer'"),
    ],
)
def test_tables_that_cannot_be_explored_are_refused(rows, choices, message):
    with pytest.raises(ValueError, match=message):
        widgets.Explorer(rows, choices, Recorder())


def test_curves_draw_each_run_on_its_own_and_in_the_order_of_x():
    figure = stand_in.new_figure((4, 3))
    widgets.curves("step", ["modes", "share"], line="seed", y_label="how good", limits=(0, 5))(figure, RUNS[:6])
    (axes,) = figure.axes
    assert len(axes.lines) == 4
    assert all(line.get_xdata().tolist() == [0, 1, 2] for line in axes.lines)
    assert axes.lines[0].get_ydata().tolist() == [0, 1, 2]
    assert axes.get_ylim() == (0, 5) and axes.get_xlabel() == "step" and axes.get_ylabel() == "how good"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["modes", "share"]
    assert len({line.get_color() for line in axes.lines}) == 2


def test_a_grid_draws_arrays_and_shipped_pictures():
    figure = stand_in.new_figure((4, 3))
    rows = [{"weight": weight, "picture": DARK} for weight in (1, 2)]
    rows.append({"weight": 3, "picture": "photos/animals/owl.jpg"})
    widgets.grid("picture", title="weight", columns=2)(figure, rows)
    drawn = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in drawn] == ["weight 1", "weight 2", "weight 3"]
    assert len(figure.axes) == 4 and drawn[0].images[0].get_array().shape == DARK.shape


def test_an_explorer_without_a_front_end_shows_its_first_choice(displayed):
    draw = widgets.curves("step", ["modes"], line="seed")
    widgets.show_explorer(RUNS, ["loss", "rate"], draw, alt="Modes over steps, two runs that agree.")
    first = displayed["image/png"]
    assert first == bytes(widgets.Explorer(RUNS, ["loss", "rate"], draw).picture.value)
    assert "loss, rate" in displayed["text/plain"]
    assert displayed["options"]["metadata"]["image/png"]["alt"].startswith("Modes")
