"""The trainer: who moves whom, exact resume, the moving average, the shares."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.networks import build_patch_discriminator, build_stylizer
from gan_course.training import StyleTransferGAN
from gan_course.training.callbacks import LogGradientShares, SaveTraining
from gan_course.training.style_transfer_gan import random_window, shift_and_flip

SIZE = 64


def pictures(seed):
    return [np.random.default_rng(seed).uniform(-1, 1, (96, 100, 3)).astype("float32")]


def batches(first_step=0, seed=0):
    photos, paintings = datasets.CropSampler(pictures(1)), datasets.CropSampler(pictures(2))
    return datasets.style_transfer_batches(photos, paintings, 2, SIZE, seed, first_step)


def make_gan(**weights):
    keras.utils.set_random_seed(7)
    gan = StyleTransferGAN(
        build_stylizer(filters=(4, 8), blocks=1, detail=4),
        build_patch_discriminator(filters=(4, 8, 8)),
        [pictures(2)],
        **weights,
    )
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 20, alpha=0.3)
    gan.compile(keras.optimizers.Adam(schedule, beta_1=0.5), keras.optimizers.Adam(1e-2, beta_1=0.5))
    return gan


@pytest.mark.parametrize("paintings", [pictures(2), pictures(2)[0]], ids=["no list of scales", "no list"])
def test_a_painting_that_is_not_in_a_list_is_not_taken_for_its_rows(paintings):
    with pytest.raises(ValueError, match=r"list of its scales.* received .* is \[\[painting\]\]"):
        StyleTransferGAN(build_stylizer(filters=(4, 8), blocks=1, detail=4), build_patch_discriminator(), paintings)


def values(network):
    return [weight.numpy().copy() for weight in network.weights]


def moved(network, before):
    return any(np.abs(new - old).max() > 0 for new, old in zip(values(network), before, strict=True))


def fit(gan, steps, **arguments):
    gan.fit(batches(gan.step), steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0, **arguments)


@pytest.fixture(scope="module")
def batch():
    return next(iter(batches()))


def test_a_discriminator_step_changes_no_weight_of_the_stylizer(batch):
    gan = make_gan()
    stylizer, discriminator = values(gan.stylizer), values(gan.discriminator)
    gan.train_discriminator(batch["paintings"], gan.stylizer(batch["photos"], training=False), batch["seed"])
    assert not moved(gan.stylizer, stylizer)
    assert moved(gan.discriminator, discriminator)


def test_a_stylizer_step_changes_no_weight_of_the_discriminator(batch):
    gan = make_gan()
    gan.train_discriminator = lambda *arguments: tf.constant(0.0)  # what is left is the stylizer's half of the step
    stylizer, discriminator, features = values(gan.stylizer), values(gan.discriminator), values(gan.features)
    gan.train_step(batch)
    assert moved(gan.stylizer, stylizer)
    assert not moved(gan.discriminator, discriminator)
    assert not moved(gan.features, features)


def test_a_whole_step_moves_every_trainable_weight_of_both(batch):
    gan = make_gan()
    weights = gan.stylizer.trainable_variables + gan.discriminator.trainable_variables
    before = [weight.numpy().copy() for weight in weights]
    gan.train_step(batch)
    for old, weight in zip(before, weights, strict=True):
        # a bias before an instance normalization has no effect, so Adam moves it by rounding noise or not at all
        if weight.name != "bias":
            assert np.abs(weight.numpy() - old).max() > 0, weight.path


def test_a_step_draws_all_it_draws_from_its_seed_and_reports_every_term(batch):
    first, second = make_gan().train_step(batch), make_gan().train_step(batch)
    assert set(first) == {"discriminator", "adversarial", "style", "content"}
    for name in first:
        assert float(first[name]) == pytest.approx(float(second[name]), rel=1e-5)
    other = make_gan().train_step({**batch, "seed": batch["seed"] + 1})
    for name in first:
        assert float(first[name]) != pytest.approx(float(other[name]), rel=1e-4), name


def test_a_training_that_is_saved_and_goes_on_equals_one_that_never_stopped(tmp_path):
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
    for network in ("stylizer", "averaged_stylizer", "discriminator"):
        for one, other in zip(values(getattr(whole, network)), values(getattr(resumed, network)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7, err_msg=network)
    for optimizer in ("stylizer_optimizer", "discriminator_optimizer"):
        for one, other in zip(getattr(whole, optimizer).variables, getattr(resumed, optimizer).variables, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-8, err_msg=optimizer)


def test_a_save_leaves_no_partial_file(tmp_path):
    fit(make_gan(), 1, callbacks=[SaveTraining(tmp_path / "training.weights.h5")])
    assert [path.name for path in tmp_path.iterdir()] == ["training.weights.h5"]


def test_the_stylizer_is_what_is_averaged():
    gan = make_gan(average_momentum=0.0)  # the average is then the stylizer itself
    gan.stylizer.set_weights([np.ones(weight.shape) for weight in gan.stylizer.weights])
    gan.update_average()
    assert all((weight == 1.0).all() for weight in values(gan.averaged_stylizer))


def test_the_average_is_what_paints(batch):
    gan = make_gan()
    gan.train_step(batch)
    np.testing.assert_array_equal(gan(batch["photos"]), gan.averaged_stylizer(batch["photos"], training=False))


def test_shares_add_up_and_a_term_without_weight_is_left_out(batch):
    all_terms, without = make_gan(variation_weight=0.5), make_gan(adversarial_weight=0.0)
    shares = all_terms.gradient_shares(batch)
    assert set(shares) == {"adversarial", "style", "content", "variation"}
    assert float(sum(shares.values())) == pytest.approx(1.0, abs=1e-5)
    assert set(without.gradient_shares(batch)) == {"style", "content"}


def test_a_share_grows_with_its_weight(batch):
    light, heavy = make_gan(content_weight=1.0), make_gan(content_weight=10.0)
    assert float(heavy.gradient_shares(batch)["content"]) > float(light.gradient_shares(batch)["content"])


def test_the_log_holds_every_term_share_and_time(tmp_path):
    log = tmp_path / "log.csv"
    fit(make_gan(), 2, callbacks=[LogGradientShares(batches(seed=1)), keras.callbacks.CSVLogger(log)])
    header, row = log.read_text().splitlines()[:2]
    columns = dict(zip(header.split(","), row.split(","), strict=True))
    assert {"discriminator", "adversarial", "style", "content", "share_style", "cpu_seconds"} <= set(columns)
    assert float(columns["step"]) == 2


def ramps(batch, size):
    """Pictures whose pixels hold the number of their row and that of their column."""
    return np.tile(np.stack(np.mgrid[:size, :size], axis=-1), (batch, 1, 1, 1)).astype("float32")


def test_shift_and_flip_mixes_neighbors_and_stays_in_range():
    images = np.random.default_rng(0).uniform(-1, 1, (8, 9, 9, 3)).astype("float32")
    shifted = shift_and_flip(tf.constant(images), [1, 2]).numpy()
    assert shifted.shape == (8, 8, 8, 3)
    assert np.abs(shifted).max() <= 1.0
    constant = shift_and_flip(tf.fill((2, 9, 9, 3), 0.3), [1, 2]).numpy()
    np.testing.assert_allclose(constant, 0.3, rtol=1e-5)


def test_every_picture_is_shifted_by_a_part_of_a_pixel_of_its_own_and_half_are_mirrored():
    shifted = shift_and_flip(tf.constant(ramps(64, 9)), [1, 2]).numpy()
    for offset in shifted.min(axis=(1, 2)).T:  # how far down, how far to the right
        assert 0 <= offset.min() < 0.1 and 0.9 < offset.max() < 1
    rows, columns = np.diff(shifted[:, :, 0, 0], axis=1), np.diff(shifted[:, 0, :, 1], axis=1)
    np.testing.assert_allclose(rows, 1.0, atol=1e-4)  # never upside down
    np.testing.assert_allclose(np.abs(columns), 1.0, atol=1e-4)
    assert 20 <= (columns[:, 0] < 0).sum() <= 44


def test_a_window_begins_at_any_of_eight_rows_and_columns_the_same_for_all_pictures():
    windows = [random_window(tf.constant(ramps(2, 12)), [seed, 5]).numpy() for seed in range(100)]
    assert {window.shape for window in windows} == {(2, 4, 4, 2)}
    corners = np.array([window[:, 0, 0] for window in windows])
    np.testing.assert_array_equal(corners[:, 0], corners[:, 1])
    assert set(corners[:, 0, 0]) == set(corners[:, 0, 1]) == set(range(8))
    assert (corners[:, 0, 0] != corners[:, 0, 1]).any()


def flat(color, side=64):
    return np.broadcast_to(np.float32(color), (side, side, 3))


def test_a_crop_gets_the_painting_with_its_colors_unless_that_one_has_become_expensive():
    red, blue = flat([1, -1, -1]), flat([-1, -1, 1])
    gan = StyleTransferGAN(
        build_stylizer(filters=(4, 8), blocks=1, detail=4), build_patch_discriminator((4, 8, 8)), [[red], [blue]]
    )
    crops = gan.features(np.stack([flat([0.8, -0.9, -0.9]), flat([-0.9, -0.9, 0.8])]), training=False)

    def chosen():
        grams = gan.nearest_targets(crops, tf.constant([0, 1]))["block1_conv2"]
        return [
            int(np.argmin([np.abs(gram - one).max() for one in gan.target_grams["block1_conv2"][0]])) for gram in grams
        ]

    assert chosen() == [0, 1]
    gan.prices.assign([100.0, 0.0])
    assert chosen() == [1, 1]
    gan.prices.assign([0.0, 100.0])
    assert chosen() == [0, 0]


def test_photos_that_are_all_red_make_the_red_painting_expensive():
    gan = StyleTransferGAN(
        build_stylizer(filters=(4, 8), blocks=1, detail=4),
        build_patch_discriminator((4, 8, 8)),
        [[flat([1, -1, -1])], [flat([-1, -1, 1])]],
    )
    gan.set_prices([flat([value, -0.9, -0.9]) for value in (0.7, 0.8, 0.9, 1.0)])
    red, blue = gan.prices.numpy()
    assert red > 0 > blue and red + blue == pytest.approx(0.0, abs=1e-5)


def right_pairs(prepare):
    """Share of pairs that a discriminator orders rightly: patches of a painting, and others that `prepare` changes."""
    gan = make_gan()
    painting = datasets.picture("paintings/van_gogh/langlois_bridge.jpg")
    sampler = datasets.CropSampler([painting])
    step = tf.function(gan.train_discriminator)
    for number in range(40):
        step(sampler(4, SIZE, [1, number]), prepare(sampler(4, SIZE, [2, number])), tf.constant([3, number]))
    unseen = sampler(64, SIZE, [1, 99]), prepare(sampler(64, SIZE, [2, 99]))
    first, second = (np.mean(gan.discriminator(one, training=False), axis=(1, 2, 3)) for one in unseen)
    return (first[:, None] > second[None, :]).mean()


def test_the_discriminator_stays_at_chance_between_two_sets_of_real_patches():
    """Control: where both sides are real and treated alike, there is nothing to tell apart."""
    assert 0.35 < right_pairs(lambda patches: patches) < 0.65


@pytest.mark.parametrize("shift", [-0.5, 0.5], ids=["darker", "lighter"])
def test_the_discriminator_tells_apart_what_differs(shift):
    """The control of the control: the same steps are enough to learn which of two sides is the darker one."""
    assert right_pairs(lambda patches: 0.5 * patches + shift) > 0.9
