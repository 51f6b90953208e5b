"""The command that remakes a shipped stylizer, without its trainings."""

import sys
from types import SimpleNamespace

import pytest

TOOL = "train_styles"


def test_a_training_is_gone_on_with_only_as_what_it_was_begun_as(tool, tmp_path, monkeypatch, capsys):
    began = []
    gan = SimpleNamespace(stylizer=SimpleNamespace(count_params=lambda: 1), step=0)
    monkeypatch.setattr(tool, "build", lambda style, **weights: (began.append((style, weights)) or gan, [], []))
    monkeypatch.setattr(tool.style_recipe, "train", lambda *arguments, **options: None)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["train_styles.py", *arguments, "--out", str(tmp_path / "run")])
        tool.main()

    call("van_gogh")
    call("van_gogh")
    for other in (["van_gogh", "--without-discriminator"], ["poppies"]):
        with pytest.raises(SystemExit):
            call(*other)
        assert "holds another training" in capsys.readouterr().err
    assert began == [("van_gogh", {})] * 2
