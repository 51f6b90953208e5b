"""Notebook 03: the article's errors are really raised, in cells that say so, and its numbers stand in the outputs."""

import nbformat
import pytest

from gan_course.paths import ROOT

PATH = ROOT / "notebooks" / "03_generator_and_discriminator_in_keras.ipynb"
MAY_RAISE = "raises-exception"
ERRORS = {
    "article.generator_as_printed()": ("NameError", "name 'Dense' is not defined"),
    'article.generator_as_printed(supply=["Dense"])': (
        "ValueError",
        "input_shape=(32, 32, 3), target_shape=(64, 64, 3)",
    ),
    "article.discriminator_as_printed()": ("NameError", "name 'Flatten' is not defined"),
}


@pytest.fixture(scope="module")
def cells():
    """The code cells of the notebook as it was executed."""
    notebook = nbformat.read(PATH, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cells, first_words):
    """What the one cell prints that contains some code."""
    (cell,) = [cell for cell in cells if first_words in cell.source]
    return "".join(output.get("text", "") for output in cell.outputs)


def test_exactly_three_cells_may_raise_and_each_raises_its_own_error(cells):
    raising = [cell for cell in cells if MAY_RAISE in cell.metadata.get("tags", [])]
    assert [cell.source for cell in raising] == list(ERRORS)
    for cell in raising:
        (output,) = cell.outputs
        name, message = ERRORS[cell.source]
        assert output.output_type == "error"
        assert output.ename == name
        assert message in output.evalue


def test_the_tracebacks_show_the_article_s_own_lines(cells):
    lines = ["x = Dense(8 * 8 * 128)(input)", "x = Reshape((64, 64, 3))(x)", "x = Flatten()(x)"]
    raising = [cell for cell in cells if MAY_RAISE in cell.metadata.get("tags", [])]
    for cell, line in zip(raising, lines, strict=True):
        shown = "\n".join(cell.outputs[0].traceback)
        plain = "".join(part.split("m", 1)[-1] for part in shown.split("\x1b["))
        assert line in plain


def test_the_four_silent_faults_are_shown_in_numbers(cells):
    assert "more than 10% outside after step 30: True" in printed(cells, "article.please_a_critic(leaky")
    assert "`negative_slope`" in printed(cells, "article.warnings_as_printed()")
    assert printed(cells, "article.shadowed_builtins(source)").count("['input']") == 3
    assert "discriminator: 8 of 8" in printed(cells, "gan = article.gan_as_printed(")


def test_weights_by_hand_are_those_of_keras(cells):
    counted = printed(cells, "BY_HAND = ")
    assert counted.count("1,617,667") == counted.count("539,009") == 2


def test_the_frozen_discriminator_learns_nothing_and_warns_once(cells):
    frozen, _, thawed = printed(cells, "def train_and_compare(network)").partition("trained once")
    assert frozen.count("weights moved: False") == 3
    assert frozen.count("does not have any trainable weights") == 1
    assert thawed.count("weights moved: True") == 3
