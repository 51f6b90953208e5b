"""The tool that records the pictures of lesson 07, at a size that takes no time, and what it has recorded."""

import json
import sys

import numpy as np
import pytest

from gan_course import losses
from gan_course.images import read_image
from gan_course.networks import build_vgg16_features
from gan_course.paths import data_path

TOOL = "record_reconstructions"


def test_it_goes_on_where_it_stopped(tool, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tool, "LAYERS", ("block1_conv2", "block2_conv2"))
    monkeypatch.setattr(tool, "EVALUATIONS", {"block1_conv2": 6, "block2_conv2": 6})
    monkeypatch.setattr(tool, "TEXTURES", {"block1_conv2": ("block1_conv2",)})
    monkeypatch.setattr(tool, "TEXTURE_EVALUATIONS", {"block1_conv2": 6})
    monkeypatch.setattr(sys, "argv", ["record_reconstructions.py", "--out", str(tmp_path), "--size", "32"])
    tool.main()
    assert capsys.readouterr().out.count("evaluations") == 3
    (tmp_path / "07_reconstructions" / "block2_conv2.png").unlink()
    tool.main()
    said = capsys.readouterr().out
    assert said.count("evaluations") == 1 and "block2_conv2.png" in said
    pictures = json.loads((tmp_path / "07_reconstructions" / "card.json").read_text(encoding="utf-8"))["pictures"]
    assert read_image(tmp_path / "07_texture" / "block1_conv2.png").shape == (16, 16, 3), "without its margin"
    for name, one in pictures.items():
        assert one["loss"] < one["loss_at_start"], name
        assert read_image(tmp_path / "07_reconstructions" / f"{name}.png").shape == (32, 32, 3)


def test_what_shipped_is_what_its_card_says(tool):
    card = json.loads(data_path("experiments/07_reconstructions/card.json").read_text(encoding="utf-8"))
    network = build_vgg16_features(tool.LAYERS)
    photo = tool.square(tool.PHOTO, card["pictures"]["block1_conv2"]["recipe"]["size"])
    wanted = network(photo[None], training=False)
    errors = []
    for name in tool.LAYERS:
        picture = read_image(data_path(f"experiments/07_reconstructions/{name}.png"))
        loss = float(losses.content_loss(wanted[name], network(picture[None], training=False)[name]))
        assert loss == pytest.approx(card["pictures"][name]["loss"], rel=1e-2, abs=1e-5)
        assert loss < 0.1
        errors.append(np.mean((picture - photo) ** 2))
    assert errors == sorted(errors), "the deeper the layer, the less it knows of the pixels"


def test_the_textures_have_the_matrices_they_were_asked_for():
    card = json.loads(data_path("experiments/07_texture/card.json").read_text(encoding="utf-8"))
    for name, one in card["pictures"].items():
        assert one["loss"] < 0.15 < one["loss_at_start"], name
