"""The comparison of lesson 10: van_gogh beside the same training without a discriminator."""

import numpy as np
import pytest

from gan_course import datasets

TOOL = "record_without_discriminator"


def test_contrast_is_taken_out_of_the_comparison(tool):
    painting, photo = 0.3 * datasets.picture(tool.PAINTING, 96), datasets.picture("photos/animals/owl.jpg", 96)
    pale = 0.2 * photo + 0.5
    changed = tool.in_colors_of(painting, pale)
    for statistic in (np.mean, np.std):
        np.testing.assert_allclose(statistic(changed, axis=(0, 1)), statistic(painting, axis=(0, 1)), atol=0.01)
    np.testing.assert_allclose(changed, tool.in_colors_of(painting, photo), atol=1e-4)  # nothing but color has changed


def test_the_painting_compared_with_was_seen_by_neither(tool):
    assert tool.PAINTING in datasets.picture_files("paintings", "heldout")
    assert all(any(name in file for file in datasets.picture_files("photos", "heldout")) for name in tool.SHOWN)


def test_the_last_third_of_a_training_is_reported(tool):
    log = {"step": range(6), "discriminator": [9, 9, 9, 9, 1, 2], "style": [9, 9, 9, 9, 0, 1], "content": [9] * 6}
    assert tool.last_third(log) == pytest.approx({"discriminator": 1.5, "style": 0.5, "content": 9.0})
