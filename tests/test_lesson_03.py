"""Notebook 03: the article's errors are really raised, in cells that say so, and its numbers stand in the outputs."""

import re

import nbformat
import pytest

from gan_course.paths import ROOT

PATH = ROOT / "notebooks" / "03_generator_and_discriminator_in_keras.ipynb"
MAY_RAISE = "raises-exception"
ERRORS = [
    ("PRINTED_GENERATOR)", "NameError", "name 'Dense' is not defined"),
    ('PRINTED_GENERATOR, supply=["Dense"])', "ValueError", "input_shape=(32, 32, 3), target_shape=(64, 64, 3)"),
    ("PRINTED_DISCRIMINATOR)", "NameError", "name 'Flatten' is not defined"),
]
LINES = ["x = Dense(8 * 8 * 128)(input)", "x = Reshape((64, 64, 3))(x)", "x = Flatten()(x)"]


@pytest.fixture(scope="module")
def cells():
    """The code cells of the notebook as it was executed."""
    notebook = nbformat.read(PATH, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cells, first_words):
    """What the one cell prints that contains some code."""
    (cell,) = [cell for cell in cells if first_words in cell.source]
    return "".join(output.get("text", "") for output in cell.outputs)


def raising(cells):
    """The cells that are allowed to raise."""
    return [cell for cell in cells if MAY_RAISE in cell.metadata.get("tags", [])]


def test_exactly_three_cells_may_raise_and_each_raises_its_own_error(cells):
    for cell, (code, name, message) in zip(raising(cells), ERRORS, strict=True):
        assert f"article.run_as_printed(article.{code}" in cell.source
        (output,) = cell.outputs
        assert output.output_type == "error"
        assert output.ename == name
        assert message in output.evalue


def test_the_tracebacks_show_the_lines_of_the_article(cells):
    for cell, line in zip(raising(cells), LINES, strict=True):
        traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(cell.outputs[0].traceback))
        assert line in traceback


def test_the_four_silent_faults_are_shown_in_numbers(cells):
    assert "more than 10% outside after step 30: True" in printed(cells, "article.please_a_critic(leaky")
    assert "`negative_slope`" in printed(cells, "article.warnings_as_printed()")
    assert printed(cells, "article.shadowed_builtins(source)").count("['input']") == 3
    assert "discriminator: 8 of 8" in printed(cells, "gan = article.gan_as_printed(")


def test_weights_by_hand_are_those_of_keras(cells):
    counted = printed(cells, "BY_HAND = ")
    assert counted.count("1,617,667") == counted.count("539,009") == 2


def test_the_frozen_discriminator_learns_nothing_and_warns_once(cells):
    frozen, _, thawed = printed(cells, "def train_and_compare(").partition("trained once")
    assert frozen.count("weights moved: False") == 3
    assert frozen.count("does not have any trainable weights") == 1
    thawed, _, smaller = thawed.partition("smaller batch")
    assert thawed.count("weights moved: True") == 3
    assert smaller.count("weights moved: False") == 1
