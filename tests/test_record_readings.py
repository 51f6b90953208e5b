"""What a reading's discriminator is asked after its training: lesson 10's numbers."""

import keras
import numpy as np
import pytest

from gan_course import datasets, stylize
from gan_course.networks import build_patch_discriminator

TOOL = "record_readings"


@pytest.fixture
def recipe(tool, monkeypatch):
    """A small recipe, two photos, and a stylizer that makes everything white."""
    photos = [datasets.picture(name, 64) for name in datasets.picture_files("photos", "heldout")[:2]]
    monkeypatch.setattr(tool, "held_out_photos", lambda recipe: photos)
    monkeypatch.setattr(stylize, "paint", lambda stylizer, photo: np.ones_like(photo))
    return tool.ablation.RECIPE | {"photo_side": 64, "painting_side": 64}


def test_a_picture_that_scores_higher_than_the_painting_has_less_than_a_half(tool, recipe):
    def brightness(pictures, training):
        return 10.0 * pictures.mean(axis=(1, 2, 3), keepdims=True)

    values = tool.style_values(brightness, None, 0, recipe)
    assert values["the painting itself"] == pytest.approx(0.5)
    assert values["painted photos"] < 0.01  # white, and the painting is not
    painting = datasets.picture(tool.ablation.HELDOUT[0], 64).mean()
    darker = [photo for photo in tool.held_out_photos(recipe) if photo.mean() < painting]
    assert darker and values["photos"] > values["painted photos"]


def test_the_left_out_painting_is_not_among_those_of_the_training(tool, recipe):
    asked = []

    def critic(pictures, training):
        asked.append(pictures[0])
        return np.zeros((1, 1, 1, 1))

    tool.style_values(critic, None, 0, recipe)
    left_out = datasets.picture(tool.ablation.HELDOUT[0], 64)
    assert sum(tool.same(picture, left_out) for picture in asked) == 2  # as x, and as the painting itself


def test_a_photo_is_nearer_to_itself_than_to_anything_else(tool, recipe):
    keras.utils.set_random_seed(0)
    values = tool.content_values(build_patch_discriminator((4, 8, 8)), None, 0, recipe)
    assert values.pop("same photo") == 0.0
    assert set(values) == {"its painting", "4x blur", "half the contrast", "constant", "unrelated photo"}
    assert min(values.values()) > 0.0
