"""CycleGAN: whose gradient moves whom, the cycle by hand, exact resume; the tools and the shipped weights."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_course import datasets
from gan_course.cycle_weights import load_cycle_gan
from gan_course.discriminators import load_discriminator
from gan_course.losses import least_squares_discriminator_loss, least_squares_generator_loss
from gan_course.networks import build_patch_discriminator, build_stylizer
from gan_course.paths import data_path
from gan_course.pretrained import save_stylizer
from gan_course.training import cycle_gan
from gan_course.training.callbacks import SaveTraining
from gan_course.training.cycle_gan import CycleGAN, cycle_consistency_loss
from gan_course.weight_files import WeightsError

SIZE = 32
NETWORKS = ("to_painting", "to_photo", "painting_discriminator", "photo_discriminator")
WAY_BACK = {"filters": (2, 4), "blocks": 1, "detail": 2, "grain": 0.0}


def pictures(seed):
    return [np.random.default_rng(seed).uniform(-1, 1, (48, 50, 3)).astype("float32")]


def batches(first_step=0, seed=0):
    photos, paintings = datasets.CropSampler(pictures(1)), datasets.CropSampler(pictures(2))
    return datasets.style_transfer_batches(photos, paintings, 1, SIZE, seed, first_step)


def small_critic():
    return build_patch_discriminator((4, 4))


def tiny_generator():
    """Two convolutions: enough to be moved, and quick."""
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(3, 3, padding="same", activation="tanh"),
        ]
    )


def one_layer_critic():
    return keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(1, 3, strides=2)])


def brightness():
    """A discriminator whose score is how bright the pixel is."""
    kernel = keras.initializers.Constant(1 / 3)
    return keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(1, 1, kernel_initializer=kernel)])


def distance(one, other):
    return tf.reduce_mean(tf.abs(one - other))


def make_gan(rates=(1e-3, 1e-3, 1e-3, 1e-3), **arguments):
    keras.utils.set_random_seed(7)
    gan = CycleGAN(
        tiny_generator(),
        tiny_generator(),
        small_critic(),
        small_critic(),
        **arguments,
    )
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in rates]
    gan.compile(optimizers[:2], optimizers[2:])
    return gan


def values(network):
    return [weight.numpy().copy() for weight in network.weights]


def moved(network, before):
    return any(np.abs(new - old).max() > 0 for new, old in zip(values(network), before, strict=True))


def fit(gan, steps, **arguments):
    gan.fit(batches(gan.step), steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0, **arguments)


@pytest.fixture(scope="module")
def batch():
    return next(iter(batches()))


@pytest.fixture
def tools():
    """The two tools, `train_cycle_gan` and `ship_cycle_gan`."""
    import ship_cycle_gan
    import train_cycle_gan

    return train_cycle_gan, ship_cycle_gan


def test_the_cycle_by_hand():
    pair = tf.constant([[0.0, 0.5], [1.0, -1.0]])[None, ..., None]
    back = tf.constant([[0.5, 0.5], [1.0, 1.0]])[None, ..., None]
    assert float(cycle_consistency_loss(pair, back)) == pytest.approx((0.5 + 0 + 0 + 2) / 4)
    assert float(cycle_consistency_loss(pair, pair)) == 0.0


@pytest.mark.parametrize("name", ["painting", "photo"])
def test_a_discriminator_step_moves_this_discriminator_alone(batch, name):
    gan = make_gan()
    before = {network: values(getattr(gan, network)) for network in NETWORKS}
    gan.train_discriminator(name, batch["paintings"], batch["photos"], batch["seed"])
    assert {network for network in NETWORKS if moved(getattr(gan, network), before[network])} == {
        f"{name}_discriminator"
    }


def test_the_generators_step_changes_no_weight_of_the_discriminators(batch):
    gan = make_gan()
    gan.train_discriminators = lambda *arguments: {}  # what is left is the generators' half of the step
    before = {network: values(getattr(gan, network)) for network in NETWORKS}
    gan.train_step(batch)
    assert {network for network in NETWORKS if moved(getattr(gan, network), before[network])} == set(NETWORKS[:2])


@pytest.mark.parametrize("weights", [{"cycle": 3.0, "identity": 2.0}, {"cycle": 0.5, "identity": 0.0}])
def test_a_step_goes_down_the_gradient_of_the_terms_with_their_weights(batch, monkeypatch, weights):
    for chance in ("random_window", "shift_and_flip"):
        monkeypatch.setattr(cycle_gan, chance, lambda images, seed: images)
    generators, critics = [tiny_generator(), tiny_generator()], [one_layer_critic(), one_layer_critic()]
    gan = CycleGAN(*generators, *critics, cycle_weight=weights["cycle"], identity_weight=weights["identity"])
    gan.compile([keras.optimizers.SGD(0.1) for _ in generators], [keras.optimizers.SGD(0.0) for _ in critics])
    photos, paintings = batch["photos"], batch["paintings"]
    (paint, develop), (judge_paintings, judge_photos) = generators, critics
    with tf.GradientTape() as tape:
        painted, developed = paint(photos), develop(paintings)
        adversarial = -tf.reduce_mean(judge_paintings(painted)) - tf.reduce_mean(judge_photos(developed))
        cycle = distance(develop(painted), photos) + distance(paint(developed), paintings)
        identity = distance(develop(photos), photos) + distance(paint(paintings), paintings)
        total = adversarial + weights["cycle"] * cycle + weights["identity"] * identity
    variables = [weight for network in generators for weight in network.trainable_variables]
    slopes = tape.gradient(total, variables)
    wanted = [(weight - 0.1 * slope).numpy() for weight, slope in zip(variables, slopes, strict=True)]
    gan.train_step(batch)
    for weight, value in zip(variables, wanted, strict=True):
        np.testing.assert_allclose(weight, value, rtol=1e-5, atol=1e-6, err_msg=weight.path)


def test_each_discriminator_scores_its_own_side_and_knows_which_pictures_are_real():
    gan = CycleGAN(tiny_generator(), tiny_generator(), brightness(), brightness())
    gan.compile([keras.optimizers.SGD(0.0) for _ in range(2)], [keras.optimizers.SGD(0.0) for _ in range(2)])
    photos, paintings, painted, developed = (tf.fill((2, SIZE, SIZE, 3), value) for value in (0.1, 0.5, -0.2, 0.3))
    found = gan.train_discriminators(photos, paintings, painted, developed, tf.constant([0, 1]))
    assert float(found["painting_discriminator"]) == pytest.approx((1 - 0.5) + (1 - 0.2))  # the hinge: real, then made
    assert float(found["photo_discriminator"]) == pytest.approx((1 - 0.1) + (1 + 0.3))


def test_a_step_reports_the_terms_without_their_weights(batch):
    gan = make_gan((1e-3, 1e-3, 0.0, 0.0), cycle_weight=3.0, identity_weight=2.0)
    photos, paintings = batch["photos"], batch["paintings"]
    painted, developed = gan.to_painting(photos, training=True), gan.to_photo(paintings, training=True)
    found = {name: float(value) for name, value in gan.train_step(batch).items()}
    fresh = make_gan()
    assert found["photo_cycle"] == pytest.approx(float(distance(fresh.to_photo(painted), photos)), rel=1e-4)
    assert found["painting_cycle"] == pytest.approx(float(distance(fresh.to_painting(developed), paintings)), rel=1e-4)
    assert found["photo_identity"] == pytest.approx(float(distance(fresh.to_photo(photos), photos)), rel=1e-4)
    assert found["painting_identity"] == pytest.approx(
        float(distance(fresh.to_painting(paintings), paintings)), rel=1e-4
    )


def test_every_term_is_reported_and_identity_only_if_it_has_a_weight(batch):
    sides = {f"{side}_{name}" for side in ("photo", "painting") for name in ("discriminator", "adversarial", "cycle")}
    assert set(make_gan().train_step(batch)) == sides
    assert set(make_gan(identity_weight=1.0).train_step(batch)) == sides | {"photo_identity", "painting_identity"}


def test_the_losses_of_the_paper_can_be_passed(batch):
    pair = (least_squares_discriminator_loss, least_squares_generator_loss)
    found = make_gan(losses=pair).train_step(batch)
    assert all(float(found[f"{side}_discriminator"]) >= 0 for side in ("photo", "painting"))
    assert float(found["photo_adversarial"]) != float(make_gan().train_step(batch)["photo_adversarial"])


def test_a_training_that_is_saved_and_goes_on_equals_one_that_never_stopped(tmp_path):
    whole = make_gan()
    fit(whole, 4)
    first = make_gan()
    fit(first, 2, callbacks=[SaveTraining(tmp_path / "training.weights.h5")])
    resumed = make_gan()
    fit(resumed, 1)  # whatever it was before, loading replaces it
    resumed.load_weights(tmp_path / "training.weights.h5")
    assert resumed.step == 2
    fit(resumed, 2)
    assert resumed.step == whole.step == 4
    for network in (*NETWORKS, "averaged_to_painting", "averaged_to_photo"):
        for one, other in zip(values(getattr(whole, network)), values(getattr(resumed, network)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7, err_msg=network)
    for network in NETWORKS:
        optimizers = [getattr(gan, f"{network}_optimizer").variables for gan in (whole, resumed)]
        for one, other in zip(*optimizers, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-8, err_msg=network)


def test_both_generators_are_averaged_each_in_its_own_copy():
    gan = make_gan(average_momentum=0.0)  # the average is then the network itself
    for network, value in ((gan.to_painting, 1.0), (gan.to_photo, 2.0)):
        network.set_weights([np.full(weight.shape, value) for weight in network.weights])
    gan.update_averages()
    for average, value in ((gan.averaged_to_painting, 1.0), (gan.averaged_to_photo, 2.0)):
        assert all((weight == value).all() for weight in values(average))


# ---------------------------------------------------------------- the tools


@pytest.mark.slow
def test_the_tool_trains_goes_on_and_ships(tools, tmp_path, monkeypatch):
    train, ship = tools
    monkeypatch.setattr(train, "load_both_networks", lambda name: (build_stylizer((2, 4), 1, 2), small_critic()))
    monkeypatch.setattr(ship, "SIDES", (64, 64))
    small = {"filters": [2, 4], "blocks": 1, "detail": 2, "grain": 0.15}
    run = tmp_path / "run"
    arguments = {"data": batches, "steps_per_epoch": 2, "way_back": WAY_BACK}
    assert train.train(run, 2, **arguments).step == 2
    assert train.train(run, 4, **arguments).step == 4
    card = ship.ship(run, tmp_path / "shipped", photos=2, there=small, way_back=WAY_BACK)
    assert {path.name for path in (tmp_path / "shipped").iterdir()} == {
        "to_painting.npz",
        "to_photo.npz",
        "cycle_gan.json",
        "cycle_gan.md",
        "cycle_gan_log.csv",
        "cycle_gan_heldout.jpg",
    }
    assert card["steps"] == 4 and card["cpu_seconds"] > 0
    assert f"--steps {card['steps']}" in card["command"]
    there, back = load_cycle_gan(tmp_path / "shipped")
    assert there.count_params() < 5_000 and back.count_params() < 5_000
    rows = (tmp_path / "shipped" / "cycle_gan_log.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 3 and rows[0].startswith("step,")


def test_the_critic_of_van_gogh_becomes_a_judge_of_photos(tools):
    train, _ = tools
    critic = load_discriminator(train.CRITIC)
    crops = next(iter(batches()))["photos"]
    before = critic(crops, training=False).numpy()
    judge = train.turned(critic)
    np.testing.assert_allclose(judge(crops, training=False), -before, rtol=1e-5, atol=1e-6)
    assert judge.trainable_variables


def test_the_way_to_the_painting_rests_first(tools, monkeypatch, batch):
    train, _ = tools
    monkeypatch.setattr(train, "load_both_networks", lambda name: (tiny_generator(), small_critic()))
    monkeypatch.setattr(train, "build_stylizer", lambda **arguments: tiny_generator())
    monkeypatch.setattr(train, "REST", 1)
    gan = train.build()
    before = {name: values(getattr(gan, name)) for name in NETWORKS}
    gan.train_step(batch)
    assert not moved(gan.to_painting, before["to_painting"])
    assert all(moved(getattr(gan, name), before[name]) for name in NETWORKS[1:])
    for _ in range(2):
        gan.train_step(batch)
    assert moved(gan.to_painting, before["to_painting"])


def test_the_training_reads_no_held_out_picture(tools, monkeypatch):
    train, _ = tools
    read = []
    monkeypatch.setattr(datasets, "read_image", lambda path: read.append(path) or np.zeros((300, 300, 3), "float32"))
    next(iter(train.batches(0)))
    names = {path.relative_to(data_path()).as_posix() for path in read}
    heldout = {row["file"] for row in datasets.attribution() if row["split"] == "heldout"}
    assert len(names) == 56 + 8 and not names & heldout


# ---------------------------------------------------------------- what ships


def test_a_learner_who_loads_the_shipped_pair_can_go_there_and_back():
    there, back = load_cycle_gan()
    photo = datasets.picture("photos/animals/owl.jpg", 64)[None, :64, :64]
    painted = np.asarray(there(photo, training=False))
    returned = np.asarray(back(painted, training=False))
    assert painted.shape == returned.shape == photo.shape
    assert np.abs(returned - photo).mean() < np.abs(photo - photo.mean(axis=(1, 2))).mean()  # better than one color


def test_the_shipped_files_are_small_and_their_card_says_what_they_cost():
    folder = data_path("cycle_gan")
    assert all(path.stat().st_size < 3.5e6 for path in folder.glob("*.npz"))
    card = json.loads((folder / "cycle_gan.json").read_text(encoding="utf-8"))
    assert card["steps"] > 0 and card["cpu_seconds"] > 0 and len(card["paintings"]) == 8
    assert "paintings/van_gogh/church_at_auvers.jpg" not in card["paintings"]


def test_a_learner_whose_folder_holds_no_such_weights_is_told_so(tmp_path):
    with pytest.raises(WeightsError, match="does not exist"):
        load_cycle_gan(tmp_path)
    save_stylizer(tmp_path / "to_painting.npz", build_stylizer((2, 4), 1, 2), "x", {**WAY_BACK, "grain": 0.15})
    with pytest.raises(WeightsError, match="to_photo"):
        load_cycle_gan(tmp_path)
