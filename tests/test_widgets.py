"""The photo booth, as a learner uses it: upload, type a path, move controls, save."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from gan_course import pretrained, widgets
from gan_course.images import read_image


@pytest.fixture
def booth(small_weights, monkeypatch):
    stylizer = pretrained.load_stylizer(small_weights)
    monkeypatch.setattr(widgets, "load_stylizer", lambda style: stylizer)
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


def test_without_a_front_end_there_is_a_picture_and_a_sentence(booth, monkeypatch):
    displayed = {}
    monkeypatch.setattr(widgets, "display", lambda data, **options: displayed.update(data, options=options))
    widgets.show_photo_booth()
    assert displayed["image/png"].startswith(b"\x89PNG")
    assert "run this cell" in displayed["text/plain"]
    assert displayed["options"]["metadata"]["image/png"]["alt"]
    assert "application/vnd.jupyter.widget-view+json" in displayed


def test_every_control_says_what_it_is(booth):
    controls = (booth.upload, booth.path, booth.style_choice, booth.strength, booth.keep_colors, booth.save_as)
    assert all(control.description for control in (*controls, booth.save_button))
