"""The table of invariances: values by hand, what a Gram matrix cannot see, and what it does."""

import keras
import numpy as np
import pytest

from gan_course import datasets, invariances, losses
from gan_course.networks import build_discriminator, build_patch_discriminator, build_vgg16_features, cut_border

BRIGHTNESS = {"brightness": invariances.Measure(lambda picture: picture, lambda features: features.mean())}


@pytest.fixture(scope="module")
def painting():
    return datasets.picture("paintings/van_gogh/langlois_bridge.jpg")[100:228, 200:328]


def test_by_hand_the_mean_of_a_picture():
    picture, darker = np.full((64, 32, 3), 0.5, "float32"), np.full((64, 32, 3), 0.125, "float32")
    table = invariances.invariance_table(picture, BRIGHTNESS, {"darker": darker})
    assert table["darker"]["brightness"] == pytest.approx(0.75)  # |1/8 - 1/2| / (1/2)
    assert table["mirrored"]["brightness"] == 0.0
    assert table["positions tiled 2 × 2"]["brightness"] == pytest.approx(0.0, abs=1e-12)


def test_by_hand_content_and_style_of_a_map():
    # two positions, two channels; permuted they change places, or not
    features = np.array([[[1.0, 0.0], [0.0, 2.0]]])
    content = invariances.Measure(lambda picture: features, lambda features: features)
    for seed in range(10):
        permuted = invariances.feature_changes(seed)["positions permuted"](features)
        expected = 0.0 if (permuted == features).all() else np.sqrt(10 / 5)
        table = invariances.invariance_table(np.zeros((32, 32, 3), "float32"), {"content": content}, seed=seed)
        assert table["positions permuted"]["content"] == pytest.approx(expected)
    tiled = invariances.feature_changes()["positions tiled 2 × 2"](features)
    assert tiled.shape == (2, 4, 2) and (tiled[1, 2:] == features).all()


def test_the_gram_matrix_does_not_know_where_a_feature_was(painting):
    table = invariances.invariance_table(painting, invariances.vgg16_measures())
    for name in invariances.GRAM_LAYERS:
        assert table["positions permuted"][name] < 1e-6
        assert table["positions tiled 2 × 2"][name] < 1e-6
        assert table["patches shuffled"][name] > 0.01, "but it does see the edges of shuffled patches"
    assert table["positions permuted"]["content"] > 0.5
    assert np.isnan(table["half the size"]["content"])


def test_content_and_style_are_the_roots_of_the_losses(painting):
    layer = "block3_conv3"
    row = invariances.invariance_table(painting, invariances.vgg16_measures(layer, [layer]))["mirrored"]
    network = build_vgg16_features([layer])
    features = [
        cut_border(network(picture[None], training=False)[layer], layer) for picture in (painting, painting[:, ::-1])
    ]
    assert row["content"] == pytest.approx(float(losses.content_loss(*features)) ** 0.5, rel=1e-4)
    assert row[layer] == pytest.approx(float(losses.style_loss(*map(losses.gram_matrix, features))) ** 0.5, rel=1e-3)


@pytest.mark.parametrize(
    "build", [lambda: build_patch_discriminator((4, 8)), lambda: build_discriminator((64, 64, 3), (4, 8))]
)
def test_any_discriminator_can_be_measured(painting, build):
    keras.utils.set_random_seed(0)
    table = invariances.invariance_table(painting, invariances.article_measures(build()))
    assert table["positions permuted"]["E[D]"] < 1e-6, "a mean does not know the order of what it is taken of"
    for change, row in table.items():
        assert np.isfinite(list(row.values())).all(), change


def test_a_discriminator_of_small_pictures_sees_every_tile_once():
    picture = np.zeros((64, 96, 3), "float32")
    picture[:32, 64:] = 1.0  # one tile of six
    inputs = keras.Input((32, 32, 3))
    mean = keras.layers.GlobalAveragePooling2D()(inputs)[:, :1]
    logits = invariances.article_measures(keras.Model(inputs, mean))["E[D]"].features(picture)
    np.testing.assert_allclose(logits.ravel(), [0, 0, 1, 0, 0, 0])


def test_changes_of_a_picture_keep_what_they_should():
    picture = np.random.default_rng(0).uniform(-1, 1, (64, 96, 3)).astype("float32")
    changes = invariances.picture_changes()
    for name, change in changes.items():
        changed = change(picture)
        assert changed.shape == ((32, 48, 3) if name == "half the size" else picture.shape)
        assert np.abs(changed).max() <= 1.0
    shuffled = changes["patches shuffled"](picture)
    assert not np.array_equal(shuffled, picture)
    np.testing.assert_array_equal(np.sort(shuffled.ravel()), np.sort(picture.ravel()))
    np.testing.assert_array_equal(changes["mirrored"](changes["mirrored"](picture)), picture)


def test_where_there_is_nothing_to_compare_with_the_table_says_nothing():
    table = invariances.invariance_table(np.zeros((32, 32, 3), "float32"), BRIGHTNESS)
    assert np.isnan([row["brightness"] for row in table.values()]).all()


def test_what_cannot_be_changed_is_explained():
    with pytest.raises(ValueError, match="multiples of the patch"):
        invariances.invariance_table(np.full((40, 64, 3), 0.5, "float32"), BRIGHTNESS)
    with pytest.raises(ValueError, match="Take one picture of the batch"):
        invariances.invariance_table(np.full((1, 32, 32, 3), 0.5, "float32"), BRIGHTNESS)
    with pytest.raises(ValueError, match="in \\[-1, 1\\]"):
        invariances.invariance_table(np.full((32, 32, 3), 7.0, "float32"), BRIGHTNESS)
