"""The class-conditional GAN: labels reach both networks, and decide what is made."""

import keras
import numpy as np
import pytest

from gan_course.batches import image_batches
from gan_course.networks.conditional import build_conditional_generator, build_projection_discriminator
from gan_course.training.callbacks import SampleGrid, SaveTraining
from gan_course.training.conditional_gan import ConditionalGAN

LABELS = np.arange(60) % 3
# class 0 is dark, 1 gray, 2 bright: seen at once, whatever the noise
IMAGES = (0.8 * (LABELS - 1)[:, None, None, None] + np.zeros((60, 8, 8, 1))).astype("float32")


def make_gan(spectral_normalization=True, rate=1e-2):
    keras.utils.set_random_seed(7)
    generator = build_conditional_generator(3, 4, filters=(8, 8), start=2, channels=1, resize=True)
    discriminator = build_projection_discriminator(3, (8, 8, 1), (8, 8), spectral_normalization)
    gan = ConditionalGAN(generator, discriminator, average_momentum=0.9)
    gan.compile(keras.optimizers.Adam(rate, beta_1=0.5), keras.optimizers.Adam(rate, beta_1=0.5))
    return gan


def fit(gan, steps, **arguments):
    batches = image_batches(IMAGES, LABELS, 12, seed=3, first_step=gan.step)
    gan.fit(batches, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0, **arguments)


def test_shapes():
    gan, labels = make_gan(), np.array([0, 1, 2, 0, 1])
    images = gan.generator([np.zeros((5, 4), "float32"), labels], training=False).numpy()
    assert images.shape == (5, 8, 8, 1)
    assert gan.discriminator([images, labels], training=False).shape == (5, 1)


def test_the_same_noise_makes_another_image_for_another_class():
    gan = make_gan()
    first, second = gan.generator([np.ones((2, 4), "float32"), np.array([0, 1])], training=False)
    assert np.abs(first - second).max() > 0


def test_noise_counts_as_much_as_ever_however_large_the_maps_of_the_classes_grow():
    generator = build_conditional_generator(
        3, 4, filters=(8, 8), start=2, channels=1, resize=True, batch_normalization=True
    )
    noise = np.random.default_rng(0).normal(size=(90, 4)).astype("float32")
    (embedding,) = [layer for layer in generator.layers if isinstance(layer, keras.layers.Embedding)]
    (added,) = [layer for layer in generator.layers if isinstance(layer, keras.layers.Add)]
    first_maps = keras.Model(generator.inputs, added.output)
    spreads = []
    for factor in (1.0, 1000.0):
        embedding.set_weights([factor * weights for weights in embedding.get_weights()])
        maps = np.asarray(first_maps([noise, np.arange(90) % 3], training=True))
        spreads.append(np.mean([maps[label::3].std(axis=0).mean() for label in range(3)]))
    np.testing.assert_allclose(spreads, spreads[0], rtol=1e-2)
    assert spreads[0] > 0.5, "normalized over the batch"


@pytest.mark.parametrize("spectral_normalization", [False, True])
def test_the_score_is_the_plain_score_and_the_projection_on_the_class(spectral_normalization):
    discriminator = make_gan(spectral_normalization).discriminator
    image = IMAGES[:1] + 0.1
    scores = [float(discriminator([image, np.array([label])], training=False)[0, 0]) for label in range(3)]
    flatten = next(layer for layer in discriminator.layers if isinstance(layer, keras.layers.Flatten))
    features = keras.Model(discriminator.inputs[0], flatten.output)(image)[0].numpy()
    named = {tuple(weight.shape): weight.numpy() for weight in discriminator.trainable_variables}
    plain, bias, classes = named[(32, 1)][:, 0], named[(1,)][0], named[(32, 3)]
    np.testing.assert_allclose(scores, plain @ features + bias + features @ classes, rtol=1e-4, atol=1e-6)


def test_a_step_moves_the_class_vectors_of_both_networks():
    gan = make_gan()
    weights = [
        weight
        for network in (gan.generator, gan.discriminator)
        for weight in network.trainable_variables
        if "embeddings" in weight.path or "class_vectors" in weight.path
    ]
    before = [weight.numpy() for weight in weights]
    gan.train_step(next(iter(image_batches(IMAGES, LABELS, 12))))
    assert len(weights) == 2
    for weight, old in zip(weights, before, strict=True):
        assert np.abs(weight.numpy() - old).max() > 0


def test_a_learner_who_asks_for_a_class_gets_it_after_a_short_training():
    gan = make_gan()
    fit(gan, 150)
    brightness = gan.samples(LABELS, seed=1).mean(axis=(1, 2, 3))
    dark, gray, bright = (brightness[LABELS == label].mean() for label in range(3))
    assert dark < gray - 0.3 < bright - 0.6, (dark, gray, bright)


def test_a_training_that_is_saved_and_goes_on_equals_one_that_never_stopped(tmp_path):
    whole = make_gan()
    fit(whole, 6)
    fit(make_gan(), 3, callbacks=[SaveTraining(tmp_path / "training.weights.h5")])
    resumed = make_gan()
    resumed.load_weights(tmp_path / "training.weights.h5")
    fit(resumed, 3)
    assert resumed.step == whole.step == 6
    for part in ("generator", "averaged_generator", "discriminator"):
        for one, other in zip(getattr(whole, part).weights, getattr(resumed, part).weights, strict=True):
            assert np.array_equal(one, other), one.path


def test_samples_of_the_average_and_of_the_raw_generator():
    gan = make_gan()
    fit(gan, 3)
    averaged, raw = gan.samples(np.arange(3)), gan.samples(np.arange(3), averaged=False)
    assert averaged.shape == raw.shape == (3, 8, 8, 1) and np.abs(averaged - raw).max() > 1e-3


def test_a_grid_by_class_is_kept_after_every_epoch():
    noise = np.repeat(np.random.default_rng(0).normal(size=(2, 4)).astype("float32"), 3, axis=0)
    gan, grid = make_gan(), SampleGrid([noise, np.tile(np.arange(3), 2)])
    fit(gan, 2, callbacks=[grid])
    assert grid.samples[2].shape == (6, 8, 8, 1)
    assert (grid.samples[2][0] != grid.samples[2][1]).any()
