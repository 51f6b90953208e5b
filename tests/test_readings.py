"""Lesson 02's kind readings in the style transfer GAN: who is compared with whom, by hand, with tiny networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.networks import build_patch_discriminator, build_stylizer
from gan_course.training import StyleTransferGAN, style_transfer_gan
from gan_course.training.callbacks import SaveTraining
from gan_course.training.readings import READINGS, build_hidden_features, find_reading, learned_distance
from gan_course.training.style_transfer_gan import random_window, shift_and_flip

SIZE = 48


@pytest.fixture(autouse=True)
def quick_features(monkeypatch):
    """Reduced pictures instead of VGG16: what a reading does is the same with any features."""

    def build(names):
        images = keras.Input((None, None, 3))
        reduced = {name: keras.layers.AveragePooling2D(2 ** (int(name[5]) - 1))(images) for name in names}
        return keras.Model(images, reduced)

    monkeypatch.setattr(style_transfer_gan, "build_vgg16_features", build)


def pictures(seed):
    return [np.random.default_rng(seed).uniform(-1, 1, (64, 60, 3)).astype("float32")]


def batches(first_step=0):
    photos, paintings = datasets.CropSampler(pictures(1)), datasets.CropSampler(pictures(2))
    return datasets.style_transfer_batches(photos, paintings, 2, SIZE, 0, first_step)


def make_gan(adversarial, discriminator=None, **weights):
    keras.utils.set_random_seed(7)
    gan = StyleTransferGAN(
        build_stylizer(filters=(4, 8), blocks=1, detail=4),
        discriminator or build_patch_discriminator(filters=(4, 8, 8)),
        [pictures(2)],
        adversarial=adversarial,
        **{"content_weight": 1.0, "style_weight": 0.0, "adversarial_weight": 1.0, **weights},
    )
    gan.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), keras.optimizers.Adam(1e-2, beta_1=0.5))
    return gan


@pytest.fixture(scope="module")
def batch():
    return next(iter(batches()))


def brightness():
    """A discriminator that can be calculated by hand: its score is the red value, at every pixel."""
    images = keras.Input((None, None, 3))
    twice = keras.layers.Conv2D(1, 1, use_bias=False)
    model = keras.Model(images, keras.layers.Conv2D(1, 1, use_bias=False)(twice(images)))
    model.set_weights([np.array([2.0, 0.0, 0.0]).reshape(1, 1, 3, 1), np.array([0.5]).reshape(1, 1, 1, 1)])
    return model


def even(red):
    return tf.fill((2, SIZE, SIZE, 3), red)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("patch", (1 - 0.6) + (1 + 0.2)),  # the margins: real at 0.6, fake at 0.2
        ("relativistic", np.log1p(np.exp(-(0.6 - 0.2)))),
        ("learned distance", (1 - 0.6) + (1 + 0.2)),
    ],
)
def test_what_the_discriminator_lowers_by_hand(reading, expected):
    gan = make_gan(reading, brightness())
    assert float(gan.train_discriminator(even(0.6), even(0.2), tf.constant([1, 2]))) == pytest.approx(
        expected, rel=1e-5
    )


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("patch", -0.2), ("relativistic", np.log1p(np.exp(0.6 - 0.2))), ("learned distance", -0.2)],
)
def test_what_the_stylizer_lowers_by_hand(reading, expected):
    gan = make_gan(reading, brightness())
    terms = gan.stylizer_terms(even(0.4), even(0.2), tf.constant([1, 2]), even(0.6))
    assert float(terms["adversarial"]) == pytest.approx(expected, rel=1e-5)


def test_the_learned_distance_by_hand():
    hidden = build_hidden_features(brightness())  # h is twice the red value
    assert float(hidden(even(0.3))[0, 0, 0, 0]) == pytest.approx(0.6)
    expected = (0.2 - 0.4) ** 2 / 0.4**2
    assert float(learned_distance(hidden, even(0.4), even(0.2))) == pytest.approx(expected, rel=1e-5)
    terms = make_gan("learned distance", brightness()).stylizer_terms(even(0.4), even(0.2), tf.constant([1, 2]))
    assert float(terms["content"]) == pytest.approx(expected, rel=1e-5)


def test_a_photo_is_at_no_learned_distance_from_itself_and_far_from_another(batch):
    hidden = build_hidden_features(build_patch_discriminator(filters=(4, 8, 8)))
    photos = batch["photos"]
    itself = float(learned_distance(hidden, photos, photos))
    near = float(learned_distance(hidden, photos, photos + 0.05))
    other = float(learned_distance(hidden, photos, photos[::-1]))
    assert itself == 0.0
    assert 0.0 < near < other


def test_photo_and_painting_are_shifted_and_mirrored_alike(batch):
    """Or a photo would be at a distance from itself."""
    gan = make_gan("learned distance")
    terms = gan.stylizer_terms(batch["photos"], batch["photos"], batch["seed"])
    assert float(terms["content"]) == pytest.approx(0.0, abs=1e-9)


def test_a_relativistic_discriminator_sees_both_kinds_through_the_same_window(batch):
    gan = make_gan("relativistic")
    fold = tf.random.experimental.stateless_fold_in
    same = batch["photos"]
    terms = gan.stylizer_terms(same, same, batch["seed"], same)
    windows = random_window(same, fold(batch["seed"], 3))
    both = shift_and_flip(tf.concat([windows, windows], axis=0), fold(batch["seed"], 2))
    real, fake = tf.split(gan.discriminator(both, training=False), 2)
    expected = float(tf.reduce_mean(tf.math.softplus(real - fake)))
    assert float(terms["adversarial"]) == pytest.approx(expected, rel=1e-5)


def test_a_learner_who_forgets_the_paintings_is_told_so(batch):
    with pytest.raises(ValueError, match="paintings=batch"):
        make_gan("relativistic").stylizer_terms(batch["photos"], batch["photos"], batch["seed"])


def test_a_learner_who_misspells_a_reading_is_told_which_there_are():
    with pytest.raises(ValueError, match="'patch', 'relativistic', 'learned distance', received 'wasserstein'"):
        find_reading("wasserstein")


def test_a_discriminator_without_a_hidden_layer_has_no_learned_distance():
    images = keras.Input((None, None, 3))
    with pytest.raises(ValueError, match="no layer before its last one"):
        build_hidden_features(keras.Model(images, keras.layers.Conv2D(1, 3)(images)))


@pytest.mark.parametrize("reading", READINGS)
def test_a_step_moves_both_networks_and_the_shares_add_up(reading, batch):
    gan = make_gan(reading)
    before = [[weight.numpy() for weight in network.weights] for network in (gan.stylizer, gan.discriminator)]
    assert set(gan.train_step(batch)) == {"discriminator", "adversarial", "content"}
    for network, old in zip((gan.stylizer, gan.discriminator), before, strict=True):
        assert any(np.abs(weight.numpy() - value).max() > 0 for weight, value in zip(network.weights, old, strict=True))
    assert float(sum(gan.gradient_shares(batch).values())) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("reading", READINGS)
def test_the_stylizer_moves_against_a_discriminator_that_stands_still(reading, batch):
    gan = make_gan(reading)
    gan.train_discriminator = lambda *arguments: tf.constant(0.0)
    before = [weight.numpy() for weight in gan.discriminator.weights]
    gan.train_step(batch)
    for weight, old in zip(gan.discriminator.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["relativistic", "learned distance"])
def test_a_training_that_is_saved_and_goes_on_equals_one_that_never_stopped(reading, tmp_path):
    def fit(gan, steps, **more):
        gan.fit(batches(gan.step), steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0, **more)

    whole, first, resumed = (make_gan(reading) for _ in range(3))
    fit(whole, 4)
    fit(first, 2, callbacks=[SaveTraining(tmp_path / "training.weights.h5")])
    resumed.load_weights(tmp_path / "training.weights.h5")
    fit(resumed, 2)
    for network in ("stylizer", "averaged_stylizer", "discriminator"):
        pairs = zip(getattr(whole, network).weights, getattr(resumed, network).weights, strict=True)
        for one, other in pairs:
            np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-7, err_msg=network)


def test_against_a_critic_that_knows_paint_each_reading_moves_towards_it():
    """One step of the stylizer alone makes the picture redder, where red is what the critic takes for paint."""
    for reading in READINGS:
        gan = make_gan(reading, brightness(), content_weight=0.0)
        gan.train_discriminator = lambda *arguments: tf.constant(0.0)
        one = {"photos": even(0.0), "paintings": even(0.9), "seed": tf.constant([1, 2])}
        before = float(tf.reduce_mean(gan.stylizer(one["photos"], training=False)[..., 0]))
        gan.train_step(one)
        assert float(tf.reduce_mean(gan.stylizer(one["photos"], training=False)[..., 0])) > before, reading
