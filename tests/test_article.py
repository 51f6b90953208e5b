"""The article: its faults really happen, its repairs really work, its formulas mean what the course says they mean."""

import traceback

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from gan_course import article, networks


@pytest.fixture(scope="module")
def critic():
    return networks.build_toy_discriminator(width=16, depth=1, seed=0)


def points(count=64, seed=0, mean=(0.0, 0.0)):
    return (np.random.default_rng(seed).normal(size=(count, 2)) + mean).astype("float32")


class TestTheThreeErrors:
    def test_dense_is_not_imported(self):
        with pytest.raises(NameError, match="'Dense'"):
            article.generator_as_printed()

    def test_flatten_is_not_imported(self):
        with pytest.raises(NameError, match="'Flatten'"):
            article.discriminator_as_printed()
        with pytest.raises(NameError, match="'Dense'"):
            article.discriminator_as_printed(supply=["Flatten"])

    def test_the_last_reshape_asks_for_four_times_as_many_numbers(self):
        with pytest.raises(ValueError, match=r"\(32, 32, 3\), target_shape=\(64, 64, 3\)"):
            article.generator_as_printed(supply=["Dense"])

    def test_an_error_happens_each_time_whatever_was_supplied_before(self):
        article.generator_as_printed(supply=["Dense"], doublings=3)
        with pytest.raises(NameError, match="'Dense'"):
            article.generator_as_printed()

    def test_the_traceback_shows_the_line_of_the_article(self):
        with pytest.raises(NameError) as caught:
            article.generator_as_printed()
        assert traceback.extract_tb(caught.tb)[-1].line == "x = Dense(8 * 8 * 128)(input)"

    def test_code_that_a_learner_has_changed_runs_in_the_same_way(self):
        source = article.PRINTED_GENERATOR.replace("range(2)", "range(3)")
        with pytest.warns(UserWarning, match="negative_slope"):
            generator = article.run_as_printed(source, supply=["Dense"])()
        assert generator.output_shape == (None, 64, 64, 3)

    def test_supplying_what_keras_does_not_have(self):
        with pytest.raises(ValueError, match='such as "Dense", received Dens'):
            article.generator_as_printed(supply=["Dens"])


class TestTheFourSilentFaults:
    def test_nothing_keeps_the_images_in_their_range(self):
        keras.utils.set_random_seed(0)
        discriminator = networks.build_discriminator()
        before = [weight.numpy() for weight in discriminator.weights]
        printed = article.please_a_critic(article.generator_as_printed(["Dense"], doublings=3), discriminator, batch=1)
        repaired = article.please_a_critic(article.build_generator(), discriminator, 3)
        assert printed[0] == 0.0 and printed[-1] > 0.1
        assert (repaired == 0.0).all()
        for weight, old in zip(discriminator.weights, before, strict=True):
            np.testing.assert_array_equal(weight, old)

    def test_share_outside(self):
        assert article.share_outside([[-1.0, 1.0], [1.01, -3.0]]) == 0.5

    def test_alpha_has_another_name_today(self):
        texts = article.warnings_as_printed()
        assert len(texts) == 3
        assert all("UserWarning" in text and "`alpha`" in text and "`negative_slope`" in text for text in texts)

    def test_building_as_printed_is_quiet_so_that_a_notebook_shows_one_error_and_nothing_else(self, recwarn):
        article.discriminator_as_printed(supply=["Dense", "Flatten"])
        assert not recwarn.list

    def test_input_is_no_longer_pythons_input(self):
        for source in (article.PRINTED_GENERATOR, article.PRINTED_DISCRIMINATOR, article.PRINTED_GAN):
            assert article.shadowed_builtins(source) == ["input"]
        assert article.shadowed_builtins("x = input('Your name? ')") == []

    def test_fitting_the_gan_as_printed_trains_both_networks(self):
        generator = article.generator_as_printed(["Dense"], doublings=3)
        discriminator = article.discriminator_as_printed(["Dense", "Flatten"])
        gan = article.gan_as_printed(generator, discriminator)
        assert gan.count_params() == 1_617_667 + 539_009
        before = [weight.numpy() for weight in discriminator.trainable_variables]
        gan.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
        gan.fit(np.zeros((2, 100), "float32") + 1.0, np.ones((2, 1), "float32"), verbose=0)
        moved = [np.abs(w - b).max() > 0 for w, b in zip(discriminator.trainable_variables, before, strict=True)]
        assert all(moved)


class TestTheRepair:
    def test_parameter_counts(self):
        assert article.build_generator().count_params() == 1_617_667
        assert article.build_discriminator().count_params() == 539_009

    def test_it_has_the_same_weights_as_the_code_as_printed(self):
        generator = article.generator_as_printed(["Dense"], doublings=3)
        discriminator = article.discriminator_as_printed(["Dense", "Flatten"])
        shapes = lambda model: [tuple(weight.shape) for weight in model.weights]  # noqa: E731
        assert shapes(article.build_generator()) == shapes(generator)
        assert shapes(article.build_discriminator()) == shapes(discriminator)

    def test_the_sigmoid_is_all_that_the_discriminator_has_lost(self):
        printed = article.discriminator_as_printed(["Dense", "Flatten"])
        repaired = article.build_discriminator()
        repaired.set_weights(printed.get_weights())
        images = np.random.default_rng(0).uniform(-1, 1, (3, 64, 64, 3)).astype("float32")
        expected = printed(images, training=False)
        np.testing.assert_allclose(ops.sigmoid(repaired(images, training=False)), expected, rtol=1e-5)

    def test_the_other_repairs_cost(self):
        generators = {name: networks.build_generator(**arguments) for name, arguments in article.REPAIRS.items()}
        assert [generator.count_params() for generator in generators.values()] == [1_617_667, 3_837_571, 1_355_395]
        assert [generator.output_shape[1] for generator in generators.values()] == [64, 64, 32]
        assert networks.build_discriminator(image_shape=(32, 32, 3)).count_params() == 532_865

    def test_noise_to_score(self):
        generator, discriminator = article.build_generator(), article.build_discriminator()
        noise = np.random.default_rng(0).normal(size=(2, 100)).astype("float32")
        expected = discriminator(generator(noise, training=False), training=False)
        score = article.build_gan(generator, discriminator)(noise, training=False)
        np.testing.assert_allclose(score, expected, rtol=1e-5)

    def test_any_length_of_noise_and_any_size_of_image(self):
        generator = networks.build_generator(latent_dim=7, filters=(4,), start=4, channels=3)
        assert article.build_gan(generator, networks.build_patch_discriminator((4,))).input_shape == (None, 7)

    @pytest.mark.parametrize("wrong", [(32, 32, 3), (64, 64, 1)])
    def test_networks_that_do_not_fit(self, wrong):
        generator = networks.build_generator(filters=(4, 4, 4))
        with pytest.raises(ValueError, match=r"image_shape=\(64, 64, 3\)"):
            article.build_gan(generator, networks.build_discriminator(wrong, filters=(4,)))
        with pytest.raises(ValueError, match="expects"):
            article.build_gan(generator, networks.build_toy_discriminator())


class TestTheFormulas:
    logits = np.random.default_rng(0).normal(scale=2.0, size=(200, 1))

    def test_against_numpy(self):
        answers = 1 / (1 + np.exp(-self.logits))
        assert float(article.style_loss(self.logits)) == pytest.approx(answers.mean(), rel=1e-6)
        assert float(article.content_loss(self.logits)) == pytest.approx((answers**2).mean(), rel=1e-6)

    def test_by_hand(self):
        logits = np.log([[3.0], [1 / 3]])  # D = 3/4 and 1/4
        assert float(article.style_loss(logits)) == pytest.approx(1 / 2)
        assert float(article.content_loss(logits)) == pytest.approx((9 + 1) / 32)
        assert float(article.style_loss(np.zeros((4, 1)))) == 0.5
        assert float(article.content_loss(np.zeros((4, 1)))) == 0.25

    @pytest.mark.parametrize("extreme", [1e4, -1e4])
    def test_extreme_scores(self, extreme):
        expected = float(extreme > 0)
        assert float(article.style_loss(np.array([[extreme]]))) == expected
        assert float(article.content_loss(np.array([[extreme]]))) == expected

    def test_content_is_style_squared_plus_a_variance(self):
        variance = np.var(1 / (1 + np.exp(-self.logits)))
        expected = float(article.style_loss(self.logits)) ** 2 + variance
        assert abs(float(article.content_loss(self.logits)) - expected) < 1e-6

    def test_the_gradients_of_one_sample_are_parallel(self, critic):
        for sample in points(20):
            gradients = []
            for loss in (article.style_loss, article.content_loss):
                with tf.GradientTape() as tape:
                    value = loss(critic(sample[None], training=True))
                parts = tape.gradient(value, critic.trainable_variables)
                gradients.append(np.concatenate([part.numpy().ravel() for part in parts]).astype("float64"))
            style, content = gradients
            cosine = style @ content / np.linalg.norm(style) / np.linalg.norm(content)
            assert cosine == pytest.approx(1.0, abs=1e-6)

    def test_squaring_the_logit_would_be_another_loss(self):
        """On probabilities both losses push every score down; on logits the square pulls scores below 0 up."""
        logits = tf.Variable([[-2.0], [2.0]])
        with tf.GradientTape() as tape:
            value = article.content_loss(logits)
        assert (tape.gradient(value, logits).numpy() > 0).all()
        with tf.GradientTape() as tape:
            value = ops.mean(ops.square(logits))
        assert tape.gradient(value, logits).numpy()[0, 0] < 0

    def test_minimizing_the_probability_of_being_real_drives_images_towards_fake(self):
        """Real points lie around 0, D knows it; a point that goes downhill on E[D] flees."""
        fake = tf.Variable([[1.0, 0.5]])
        start = float(tf.norm(fake))
        for _ in range(50):
            with tf.GradientTape() as tape:
                value = article.style_loss(3.0 - tf.reduce_sum(fake**2, axis=1, keepdims=True))
            fake.assign_sub(0.2 * tape.gradient(value, fake))
        assert float(value) < 0.1 and float(tf.norm(fake)) > 2 * start


class TestTwoImages:
    def test_relativistic_is_the_difference_of_two_scores(self, critic):
        network = article.build_two_image_discriminator(critic)
        x, y = points(seed=1), points(seed=2, mean=(1.0, 0.0))
        expected = critic(x, training=False) - critic(y, training=False)
        np.testing.assert_allclose(network([x, y], training=False), expected, atol=1e-6)

    def test_the_place_of_an_image_tells_nothing(self, critic):
        network = article.build_two_image_discriminator(critic)
        x, y = points(seed=1), points(seed=2)
        answer, exchanged = network([x, y], training=False), network([y, x], training=False)
        np.testing.assert_allclose(answer, -exchanged, atol=1e-6)
        assert float(article.style_loss(network([x, x], training=False))) == 0.5

    def test_the_style_loss_of_a_pair_pulls_the_generated_image_towards_a_higher_score(self, critic):
        network = article.build_two_image_discriminator(critic)
        real, fake = tf.constant(points(seed=1)), tf.Variable(points(seed=2))
        with tf.GradientTape() as tape:
            value = article.style_loss(network([real, fake], training=False))
        moved = fake - 1.0 * tape.gradient(value, fake)
        assert float(ops.mean(critic(moved))) > float(ops.mean(critic(fake)))

    def test_learned_distance(self, critic):
        features = keras.Model(critic.input, critic.layers[-2].output)
        network = article.build_learned_distance(features)
        x, y, z = points(seed=1), points(seed=2), points(seed=3)
        h = lambda images: features(images, training=False).numpy()  # noqa: E731
        f = lambda *pair: network(list(pair), training=False).numpy()  # noqa: E731
        np.testing.assert_allclose(f(x, y)[:, 0], np.sqrt(((h(x) - h(y)) ** 2).mean(axis=1)), rtol=1e-4)
        np.testing.assert_allclose((f(x, y) ** 2).mean(), ((h(x) - h(y)) ** 2).mean(), rtol=1e-5)
        np.testing.assert_array_equal(f(x, y), f(y, x))
        assert (f(x, z) <= f(x, y) + f(y, z) + 1e-5).all()
        assert f(x, x).max() < 2e-6

    def test_learned_distance_of_feature_maps_has_a_gradient_even_where_it_is_zero(self):
        images = keras.Input((8, 8, 3))
        network = article.build_learned_distance(keras.Model(images, keras.layers.Conv2D(4, 3)(images)))
        x = tf.Variable(np.random.default_rng(0).normal(size=(2, 8, 8, 3)), dtype=tf.float32)
        y = tf.concat([x[:1], x[1:] + 1.0], axis=0)
        with tf.GradientTape() as tape:
            distances = network([x, tf.stop_gradient(y)], training=False)
        assert distances.shape == (2, 1)
        gradient = tape.gradient(distances, x).numpy()
        assert np.isfinite(gradient).all() and (gradient[0] == 0).all() and (gradient[1] != 0).any()

    @pytest.mark.parametrize("build", [article.build_two_image_discriminator, article.build_learned_distance])
    def test_saves_and_reloads(self, build, critic, tmp_path):
        network = build(critic)
        network.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        pair = [points(seed=1), points(seed=2)]
        np.testing.assert_allclose(network(pair, training=False), again(pair, training=False), atol=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
class TestTheExperiments:
    def test_when_both_minimize_nobody_plays(self, seed):
        curves = article.both_minimize(seed=seed)
        assert all(values.shape == (200,) for values in curves.values())
        assert curves["style_loss"][0] > 0.2 and curves["style_loss"][-1] < 0.002
        assert curves["content_loss"][-1] < 1e-4
        assert curves["generator_gradient"][-1] < 0.02 * curves["generator_gradient"][0]
        assert curves["distance"][-1] > 0.6 * curves["distance"][0]

    def test_when_one_maximizes_there_is_a_game(self, seed):
        curves = article.relativistic_game(seed=seed)
        assert curves["distance"][-200:].mean() < 0.5 * curves["distance"][0]
        assert abs(curves["style_loss"][-200:].mean() - 0.5) < 0.2
        assert curves["generator_gradient"][-200:].mean() > 0.5 * curves["generator_gradient"][0]

    def test_in_fixed_order_a_constant_is_as_good_as_a_network(self, seed):
        result = article.learn_the_order(seed=seed)
        assert result["fixed"]["network"] < 0.05 and result["fixed"]["constant"] < 0.05
        assert result["mixed"]["network"] < 0.05
        assert result["mixed"]["constant"] == pytest.approx(np.log(2), abs=1e-3)

    def test_the_same_seed_gives_the_same_curves_and_leaves_the_global_seed_alone(self, seed):
        keras.utils.set_random_seed(5)
        expected = np.random.normal()
        keras.utils.set_random_seed(5)
        first, second = article.both_minimize(5, seed), article.both_minimize(5, seed)
        assert np.random.normal() == expected
        for name, values in first.items():
            np.testing.assert_allclose(values, second[name], rtol=1e-5)


def test_repeating_an_experiment_in_a_notebook_stays_quiet(caplog):
    for seed in range(2):  # four trainings each, and TensorFlow complains about the fifth
        article.learn_the_order(1, seed)
    assert not caplog.records
