"""The GAN trainer: who moves whom, the repairs handed in, exact resume, the moving average, what callbacks keep."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_course import losses
from gan_course.augment import augment
from gan_course.batches import image_batches
from gan_course.images import read_image
from gan_course.latent import lerp, slerp
from gan_course.networks import build_discriminator, build_generator
from gan_course.plots import image_grid
from gan_course.training.callbacks import SampleGrid, SaveTraining, StopOnNaN
from gan_course.training.gan import GAN

IMAGES = np.random.default_rng(1).uniform(-1, 1, (40, 8, 8, 1)).astype("float32")


def make_gan(**arguments):
    keras.utils.set_random_seed(7)
    generator = build_generator(4, filters=(8, 8), start=2, channels=1, resize=True)
    discriminator = build_discriminator((8, 8, 1), filters=(8, 8), spectral_normalization=True)
    gan = GAN(generator, discriminator, **arguments)
    gan.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), keras.optimizers.Adam(1e-2, beta_1=0.5))
    return gan


def fit(gan, steps, epochs=1, batch_size=6, **arguments):
    batches = image_batches(IMAGES, batch_size=batch_size, seed=3, first_step=gan.step)
    return gan.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0, **arguments)


def values(variables):
    return [variable.numpy().copy() for variable in variables]


def moved(network, before):
    return any(np.abs(new - old).max() > 0 for new, old in zip(values(network.weights), before, strict=True))


def a_batch(batch_size=6, seed=3):
    return next(iter(image_batches(IMAGES, batch_size=batch_size, seed=seed)))


class TestOneStep:
    def test_a_move_of_the_discriminator_changes_no_weight_of_the_generator(self):
        gan, batch = make_gan(), a_batch()
        generator, discriminator = values(gan.generator.weights), values(gan.discriminator.weights)
        gan.train_discriminator(batch["images"], None, batch["seed"])
        assert not moved(gan.generator, generator)
        assert moved(gan.discriminator, discriminator)

    def test_a_move_of_the_generator_changes_no_weight_of_the_discriminator(self):
        gan, batch = make_gan(), a_batch()
        generator, discriminator = values(gan.generator.weights), values(gan.discriminator.weights)
        gan.train_generator(batch["images"], None, batch["seed"])
        assert moved(gan.generator, generator)
        assert not moved(gan.discriminator, discriminator)  # nor the vectors of its spectral normalization

    def test_a_whole_step_moves_every_trainable_weight_of_both(self):
        # with the hinge, a bias that lifts real and fake scores alike has a gradient of exactly 0 at first
        gan = make_gan(losses=(losses.non_saturating_discriminator_loss, losses.non_saturating_generator_loss))
        weights = gan.generator.trainable_variables + gan.discriminator.trainable_variables
        before = values(weights)
        gan.train_step(a_batch())
        for weight, old in zip(weights, before, strict=True):
            assert np.abs(weight.numpy() - old).max() > 0, weight.path

    def test_the_discriminator_sees_real_and_fake_together_once_in_training_mode(self):
        calls = []

        class Watched(layers.Layer):
            def call(self, images, training=None):
                calls.append((images.shape[0], training))
                return images

        images = keras.Input((8, 8, 1))
        critic = keras.Model(images, layers.Dense(1)(layers.Flatten()(Watched()(images))))
        gan = GAN(make_gan().generator, critic)
        gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
        calls.clear()
        gan.train_step(a_batch())
        assert calls == [(12, True), (6, False)]

    def test_the_means_over_the_epoch_are_reported(self):
        by_hand = make_gan()
        steps = list(image_batches(IMAGES, batch_size=6, seed=3).take(3))
        single = []
        for batch in steps:
            single.append(float(by_hand.train_step(batch)["generator"]))
            by_hand.reset_metrics()
        history = fit(make_gan(), 3).history
        assert set(history) == {"discriminator", "generator", "real_score", "fake_score"}
        assert history["generator"][0] == pytest.approx(np.mean(single), rel=1e-4)

    def test_the_generator_is_what_is_averaged(self):
        gan = make_gan(average_momentum=0.0)  # the average is then the generator itself
        gan.generator.set_weights([np.ones(weight.shape) for weight in gan.generator.weights])
        gan.update_average()
        assert all((weight.numpy() == 1.0).all() for weight in gan.averaged_generator.weights)

    def test_the_average_makes_the_samples_unless_the_raw_generator_is_asked_for(self):
        gan = make_gan()
        fit(gan, 4)
        averaged, raw = gan.samples(300, seed=2), gan.samples(300, seed=2, averaged=False)
        noise = tf.random.stateless_normal((300, 4), (2, 0))
        np.testing.assert_allclose(averaged, gan(noise), atol=1e-6)
        np.testing.assert_allclose(raw, gan.generator(noise, training=False), atol=1e-6)
        assert np.abs(averaged - raw).max() > 1e-3

    def test_someone_who_trains_five_of_them_is_not_warned(self, capfd, caplog):
        fit(make_gan(), 12)  # TensorFlow counts the last ten calls of all trainings: those of other tests are over now
        capfd.readouterr()
        caplog.clear()
        for _ in range(5):
            fit(make_gan(), 4)
        assert "retracing" not in caplog.text
        own = ("meta_optimizer.cc", "All log messages before absl")  # TensorFlow's own lines, now and then
        lines = capfd.readouterr().err.splitlines()
        assert not [line for line in lines if not any(words in line for words in own)]


class TestRepairs:
    def test_a_relativistic_pair_of_losses_gets_the_real_scores_in_both_moves(self):
        received = []

        def generator_loss(real_logits, fake_logits):
            received.append((real_logits.shape, fake_logits.shape))
            return losses.relativistic_generator_loss(real_logits, fake_logits)

        gan = make_gan(losses=(losses.relativistic_discriminator_loss, generator_loss))
        terms = gan.train_step(a_batch())
        assert received == [((6, 1), (6, 1))]
        assert float(terms["generator"]) == pytest.approx(np.log(2), abs=0.5)

    def test_a_penalty_is_added_to_the_discriminator_s_loss_and_reported(self):
        seen = {}

        def penalty(discriminator, real, fake, seed):
            seen.update(real=real, fake=fake, seed=tuple(seed.numpy()))
            with tf.GradientTape() as tape:
                tape.watch(real)
                score = tf.reduce_sum(discriminator(real))
            return 1e3 * tf.reduce_mean(tf.square(tape.gradient(score, real)))

        free, bound, batch = make_gan(), make_gan(penalty=penalty), a_batch()
        start = values(bound.discriminator.weights)
        free.train_step(batch)
        terms = bound.train_step(batch)
        assert float(terms["penalty"]) > 0
        np.testing.assert_array_equal(seen["real"], batch["images"])
        assert seen["fake"].shape == (6, 8, 8, 1) and len(seen["seed"]) == 2
        assert moved(bound.discriminator, start) and moved(bound.discriminator, values(free.discriminator.weights))

    def test_the_discriminator_sees_augmented_images_only_and_the_gradient_passes(self):
        sizes, seeds = [], []

        def darker(images, seed):
            sizes.append(images.shape[0])
            seeds.append(tuple(seed.numpy()))
            return 0.5 * images - 0.5

        def penalty(discriminator, real, fake, seed):
            assert max(real.numpy().max(), fake.numpy().max()) <= 0.0
            return 0.0

        gan = make_gan(augment=darker, penalty=penalty)
        before = values(gan.generator.trainable_variables)
        gan.train_step(a_batch())
        assert sizes == [12, 6] and len(set(seeds)) == 2
        for new, old in zip(values(gan.generator.trainable_variables), before, strict=True):
            assert np.abs(new - old).max() > 0

    def test_several_moves_of_the_discriminator_share_a_batch(self):
        gan = make_gan(discriminator_steps=3)
        gan.train_step(a_batch(batch_size=6))
        assert int(gan.discriminator_optimizer.iterations) == 3
        assert int(gan.generator_optimizer.iterations) == 1
        with pytest.raises(ValueError, match="multiple of 3"):
            gan.train_step(a_batch(batch_size=7))
        with pytest.raises(ValueError, match="at least 1, received 0"):
            make_gan(discriminator_steps=0)

    @pytest.mark.parametrize(
        "arguments",
        [
            {
                "losses": (losses.wasserstein_discriminator_loss, losses.wasserstein_generator_loss),
                "penalty": lambda *arguments: 10.0 * losses.gradient_penalty(*arguments),
                "discriminator_steps": 2,
            },
            {
                "losses": (losses.relativistic_discriminator_loss, losses.relativistic_generator_loss),
                "penalty": lambda *arguments: losses.r1_penalty(*arguments) + losses.r2_penalty(*arguments),
                "augment": augment,
            },
        ],
        ids=["WGAN-GP", "relativistic with R1, R2 and augmentation"],
    )
    def test_the_repairs_of_lesson_05_train_inside_a_graph(self, arguments):
        history = fit(make_gan(**arguments), 4).history
        assert set(history) == {"discriminator", "penalty", "generator", "real_score", "fake_score"}
        assert np.isfinite([terms[0] for terms in history.values()]).all()
        assert history["penalty"][0] > 0


class TestResume:
    def test_a_training_that_is_saved_and_goes_on_equals_one_that_never_stopped(self, tmp_path):
        whole = make_gan()
        fit(whole, 6)
        first = make_gan()
        fit(first, 3, callbacks=[SaveTraining(tmp_path / "training.weights.h5")])
        resumed = make_gan()
        fit(resumed, 1)  # whatever it was before, loading replaces it
        resumed.load_weights(tmp_path / "training.weights.h5")
        assert resumed.step == 3
        fit(resumed, 3)
        assert resumed.step == whole.step == 6
        for part in ("generator", "averaged_generator", "discriminator"):
            for one, other in zip(getattr(whole, part).weights, getattr(resumed, part).weights, strict=True):
                assert np.array_equal(one, other), one.path
        for part in ("generator_optimizer", "discriminator_optimizer"):
            for one, other in zip(getattr(whole, part).variables, getattr(resumed, part).variables, strict=True):
                assert np.array_equal(one, other), one.path

    def test_an_epoch_that_ends_in_nan_stops_and_leaves_the_last_good_save(self, tmp_path):
        def breaks_at_step_4(real_logits, fake_logits):
            value = losses.hinge_discriminator_loss(real_logits, fake_logits)
            return tf.where(gan.generator_optimizer.iterations == 4, np.nan, value)

        gan = make_gan(losses=(breaks_at_step_4, losses.hinge_generator_loss))
        save = tmp_path / "training.weights.h5"
        history = fit(gan, 3, epochs=5, callbacks=[StopOnNaN(), SaveTraining(save)]).history
        assert gan.step == 5 and len(history["generator"]) == 2
        gan.load_weights(save)
        assert gan.step == 3 and all(np.isfinite(weight).all() for weight in gan.discriminator.weights)


class TestBatches:
    def test_every_batch_depends_on_seed_and_step_alone(self):
        whole = list(image_batches(IMAGES, np.arange(40), 6, seed=3).take(4))
        later = list(image_batches(IMAGES, np.arange(40), 6, seed=3, first_step=2).take(2))
        for one, other in zip(whole[2:], later, strict=True):
            for name in ("images", "labels", "seed"):
                assert np.array_equal(one[name], other[name])
        assert not np.array_equal(whole[0]["labels"], whole[1]["labels"])
        assert not np.array_equal(a_batch(seed=4)["images"], a_batch(seed=3)["images"])

    def test_labels_stay_with_their_images(self):
        batch = next(iter(image_batches(IMAGES, np.arange(40), 16)))
        assert np.array_equal(batch["images"], IMAGES[batch["labels"].numpy()])
        assert "labels" not in a_batch()

    def test_every_image_is_drawn(self):
        drawn = [batch["labels"].numpy() for batch in image_batches(IMAGES, np.arange(40), 50).take(10)]
        assert set(np.concatenate(drawn)) == set(range(40))

    def test_what_does_not_fit_is_explained(self):
        with pytest.raises(ValueError, match=r"images\[..., None\]"):
            image_batches(IMAGES[..., 0])
        with pytest.raises(ValueError, match="each of the 40 images"):
            image_batches(IMAGES, np.arange(39))


class TestSampleGrid:
    def test_it_keeps_the_same_noise_at_every_age(self, tmp_path):
        gan, noise = make_gan(), np.random.default_rng(0).normal(size=(7, 4)).astype("float32")
        grid, log = SampleGrid(noise, tmp_path / "grids", columns=4), tmp_path / "log.csv"
        fit(gan, 2, epochs=2, callbacks=[grid, keras.callbacks.CSVLogger(log)])
        assert list(grid.samples) == [2, 4] and grid.samples[4].shape == (7, 8, 8, 1)
        assert np.array_equal(grid.samples[4], np.round((np.asarray(gan(noise)) + 1) * 127.5).astype("uint8"))
        assert sorted(path.name for path in (tmp_path / "grids").iterdir()) == ["step_000002.png", "step_000004.png"]
        assert read_image(tmp_path / "grids/step_000004.png").shape == (17, 35, 3)
        rows = list(csv.DictReader(log.open()))
        assert len(rows) == 2 and "generator" in rows[0]

    def test_a_generator_that_has_diverged_is_shown_gray(self):
        class Diverged:
            step = 3

            def __call__(self, noise, training):
                return np.full((len(noise), 8, 8, 1), np.nan)

        grid = SampleGrid(np.zeros((7, 4), "float32"))
        grid.set_model(Diverged())
        grid.on_epoch_end(0)
        assert (grid.samples[3] == 128).all()

    def test_places_left_over_are_white_and_gray_becomes_rgb(self):
        grid = image_grid(-np.ones((3, 2, 2, 1)), columns=2)
        assert grid.shape == (5, 5, 3)
        assert (grid[:2, :2] == -1).all() and (grid[3:, 3:] == 1).all() and (grid[:, 2] == 1).all()
        with pytest.raises(ValueError, match=r"images\[None\]"):
            image_grid(np.ones((2, 2, 1)))


class TestWalks:
    START, END = np.random.default_rng(5).normal(size=(2, 100))

    @pytest.mark.parametrize("walk", [lerp, slerp])
    def test_both_begin_and_end_where_they_should(self, walk):
        first, last = walk(self.START, self.END, [0.0, 1.0])
        np.testing.assert_allclose(first, self.START, atol=1e-5)
        np.testing.assert_allclose(last, self.END, atol=1e-5)
        same = walk(self.START, self.START, [0.0, 0.5])
        np.testing.assert_allclose(same, [self.START, self.START], atol=1e-5)

    def test_slerp_keeps_the_norm_and_the_pace_where_lerp_cuts_the_corner(self):
        start, end = (vector / np.linalg.norm(vector) for vector in (self.START, self.END))
        t = np.linspace(0, 1, 9)
        np.testing.assert_allclose(np.linalg.norm(slerp(start, end, t), axis=1), 1.0, atol=1e-6)
        steps = np.linalg.norm(np.diff(slerp(start, end, t), axis=0), axis=1)
        np.testing.assert_allclose(steps, steps[0], atol=1e-6)
        assert np.linalg.norm(lerp(start, end, [0.5])) < 0.8

    def test_slerp_by_hand(self):
        half = np.sqrt(0.5)
        np.testing.assert_allclose(slerp([1.0, 0.0], [0.0, 1.0], [0.5]), [[half, half]], atol=1e-6)

    def test_what_cannot_be_walked_is_explained(self):
        with pytest.raises(ValueError, match="opposite directions"):
            slerp([1.0, 0.0], [-2.0, 0.0], [0.5])
        with pytest.raises(ValueError, match=r"noise\[0\]"):
            lerp(np.ones((2, 3)), np.ones((2, 3)), [0.5])


class TestResizeConvolution:
    def test_equal_inputs_give_equal_outputs_whatever_the_weights(self):
        """Away from the border, feature maps without structure stay so: no checkerboard."""
        spread = {}
        for resize in (True, False):
            generator = build_generator(4, filters=(8, 8), start=8, channels=1, resize=resize)
            rough = keras.Model(generator.layers[2].output, generator.output)
            image = rough(np.ones((1, 8, 8, 8)), training=False).numpy()[0, 10:-10, 10:-10, 0]
            spread[resize] = np.ptp(image)
        assert spread[True] < 1e-5 < 1e-3 < spread[False]

    def test_the_size_doubles_as_with_transposed_convolutions(self):
        generator = build_generator(64, filters=(16, 8), start=7, channels=1, resize=True)
        assert generator.output_shape == (None, 28, 28, 1)
