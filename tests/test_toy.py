"""Toy data, small networks and the GAN on points: what the first lessons and the playground stand on."""

import numpy as np
import pytest

from gan_course import toy
from gan_course.networks import build_toy_discriminator, build_toy_generator
from gan_course.training import ToyGAN
from gan_course.training.toy_gan import LOSSES


def make_gan(**options):
    generator, discriminator = build_toy_generator(width=32, seed=1), build_toy_discriminator(width=32, seed=11)
    return ToyGAN(generator, discriminator, toy.ring(2000, 0), **options)


# ---------------------------------------------------------------- data


@pytest.mark.parametrize("sampler", toy.TOY_DATA.values(), ids=toy.TOY_DATA)
def test_the_seed_decides_which_points_come(sampler):
    points = sampler(1000, 3)
    assert points.shape == (1000, 2) and points.dtype == np.float32
    np.testing.assert_array_equal(points, sampler(1000, 3))
    assert np.abs(points - sampler(1000, 4)).max() > 0.1
    assert (np.abs(points) < 3).all(axis=1).mean() > 0.99, "the playground shows -3 to 3"


@pytest.mark.parametrize("sampler", toy.TOY_DATA.values(), ids=toy.TOY_DATA)
def test_no_points_are_refused(sampler):
    with pytest.raises(ValueError, match="count must be at least 1, received 0"):
        sampler(0, 0)


def test_the_gaussian_has_the_mean_and_covariance_that_were_asked_for():
    points = toy.gaussian(200_000, 0, mean=(2.0, -1.0), covariance=((1.0, -0.3), (-0.3, 0.25)))
    np.testing.assert_allclose(points.mean(axis=0), [2.0, -1.0], atol=0.01)
    np.testing.assert_allclose(np.cov(points.T), [[1.0, -0.3], [-0.3, 0.25]], atol=0.01)


@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        (((1.0, 2.0), (2.0, 1.0)), "positive definite"),
        (((1.0, 0.5), (0.0, 1.0)), "symmetric"),
        ((1.0, 1.0), "symmetric matrix"),
    ],
)
def test_what_is_no_covariance_is_refused(covariance, message):
    with pytest.raises(ValueError, match=message):
        toy.gaussian(10, 0, covariance=covariance)


@pytest.mark.parametrize("density", [toy.gaussian_density, lambda points: toy.ring_density(points, deviation=0.3)])
def test_densities_integrate_to_one(density):
    middles = np.arange(-5.975, 6.0, 0.05)
    total = density(np.stack(np.meshgrid(middles, middles), axis=-1)).sum() * 0.05**2
    assert total == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("sampler", "density"),
    [(toy.gaussian, toy.gaussian_density), (toy.ring, toy.ring_density)],
    ids=["gaussian", "ring"],
)
def test_points_fall_where_the_density_says(sampler, density):
    centers = sampler(20, 1)
    side = 0.04
    points = sampler(400_000, 0)
    inside = (np.abs(points[:, None] - centers) < side / 2).all(axis=-1).mean(axis=0)
    corners = np.stack(np.meshgrid(*[(np.arange(9) - 4) * side / 9] * 2), axis=-1)
    expected = density(centers[:, None, None] + corners).mean(axis=(1, 2)) * side**2
    np.testing.assert_allclose(inside, expected, rtol=0.2, atol=2e-5)


def test_densities_keep_the_shape_of_a_grid():
    grid = np.zeros((3, 4, 2))
    assert toy.gaussian_density(grid).shape == toy.ring_density(grid).shape == (3, 4)
    assert toy.gaussian_density(np.zeros(2)).shape == ()


def test_ring_centers_lie_on_a_circle():
    centers = toy.ring_centers(8, 2.0)
    np.testing.assert_allclose(np.linalg.norm(centers, axis=1), 2.0, rtol=1e-6)
    np.testing.assert_allclose(centers[[0, 2]], [[2, 0], [0, 2]], atol=1e-6)


def test_a_mode_counts_when_enough_points_are_on_it():
    centers = toy.ring_centers()
    assert toy.ring_coverage(toy.ring(2500, 0)) == (8, 1.0)
    assert toy.ring_coverage(np.zeros((2500, 2))) == (0, 0.0)
    far = np.full((2500, 2), 9.0)
    for count, modes in [(19, 0), (20, 1)]:
        points = far.copy()
        points[:count] = centers[3]
        assert toy.ring_coverage(points) == (modes, count / 2500)


def test_a_spiral_winds_outwards():
    points = toy.spiral(20_000, 0, turns=1.0, radius=2.0, deviation=0.0)
    angles, radii = np.arctan2(points[:, 1], points[:, 0]) % (2 * np.pi), np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(radii, angles / np.pi, atol=1e-3)


# ---------------------------------------------------------------- networks


def test_a_linear_generator_is_a_matrix_and_a_vector():
    generator = build_toy_generator(latent_dim=3, depth=0)
    assert [weight.shape for weight in generator.weights] == [(3, 2), (2,)]
    noise = np.random.default_rng(0).standard_normal((5, 3)).astype("float32")
    matrix, vector = generator.get_weights()
    np.testing.assert_allclose(generator(noise, training=False), noise @ matrix + vector, atol=1e-6)


def test_initial_weights_come_from_the_seed():
    first, same, other = (build_toy_discriminator(depth=3, seed=seed).get_weights() for seed in (1, 1, 2))
    for a, b in zip(first, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(first[0] - other[0]).max() > 0.01
    assert np.abs(first[2] - first[4]).max() > 0.01, "layers of one network must differ"


def test_discriminators_of_points_return_logits():
    discriminator = build_toy_discriminator(dimensions=1, seed=0)
    logits = discriminator(np.linspace(-50, 50, 7, dtype="float32")[:, None], training=False).numpy()
    assert logits.shape == (7, 1)
    assert logits.min() < 0 or logits.max() > 1, "no sigmoid inside"


# ---------------------------------------------------------------- training


def test_a_gan_finds_the_modes_of_the_ring_all_but_one_at_most():
    gan = ToyGAN(
        build_toy_generator(width=64, seed=0), build_toy_discriminator(width=64, seed=100), toy.ring(10_000, 0)
    )
    assert toy.ring_coverage(gan.samples(2500))[0] <= 1
    gan.train(2000)
    modes, share = toy.ring_coverage(gan.samples(2500))
    assert modes >= 7 and share > 0.5


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_both_networks(loss):
    gan = make_gan(loss=loss)
    networks = gan.generator, gan.discriminator
    before = [network.get_weights() for network in networks]
    values = gan.train(5)
    assert gan.step == 5
    assert set(values) == {"discriminator", "generator"} and np.isfinite(list(values.values())).all()
    for network, weights in zip(networks, before, strict=True):
        assert np.abs(network.get_weights()[0] - weights[0]).max() > 0


def test_a_penalty_makes_the_discriminator_less_steep():
    def slope(loss):
        gan = make_gan(loss=loss, generator_rate=0.0, discriminator_rate=5e-3)
        gan.train(150)
        points = gan.real_points[:200].numpy()
        return np.abs(gan.discriminator(points + [0.05, 0.0]) - gan.discriminator(points - [0.05, 0.0])).mean() / 0.1

    steep = slope("non-saturating")
    assert slope("R1") < 0.7 * steep and slope("relativistic, R1, R2") < 0.7 * steep


def test_a_relativistic_generator_needs_no_more_than_the_difference_of_scores():
    """A number added to all scores changes nothing, so the discriminator's last bias has no gradient but rounding."""
    gan = make_gan(loss="relativistic, R1, R2", discriminator_rate=1e-2)
    gan.train(5)
    *_, kernel, bias = gan.discriminator.get_weights()
    assert np.abs(bias).max() < 0.005, "Adam moves what has a gradient by about 0.01 in each of the five steps"
    assert np.abs(kernel - make_gan().discriminator.get_weights()[-2]).max() > 0.02


def test_a_discriminator_may_be_spectrally_normalized():
    generator = build_toy_generator(width=32, seed=1)
    discriminator = build_toy_discriminator(width=32, seed=11, spectral_normalization=True)
    gan = ToyGAN(generator, discriminator, toy.ring(2000, 0), loss="hinge", discriminator_rate=5e-3)
    gan.train(100)
    points = np.random.default_rng(0).uniform(-3, 3, (2, 500, 2)).astype("float32")
    scores = [discriminator(part, training=False).numpy()[:, 0] for part in points]
    slopes = np.abs(scores[0] - scores[1]) / np.linalg.norm(points[0] - points[1], axis=1)
    assert 0.05 < slopes.max() < 1.02
    kernels = [layer.kernel for layer in discriminator.layers if hasattr(layer, "kernel")]
    assert max(np.linalg.norm(kernel, 2) for kernel in kernels) > 1.1, "the kernels themselves stay free"
    trained = gan.samples(50)
    gan.restart()
    gan.train(100)
    np.testing.assert_allclose(gan.samples(50), trained, atol=1e-3)


def test_the_generator_may_move_more_often_than_the_discriminator():
    gan = make_gan(generator_steps=3)
    gan.train(2)
    assert (int(gan.discriminator_optimizer.iterations), int(gan.generator_optimizer.iterations)) == (2, 6)
    with pytest.raises(ValueError, match="must be at least 1, received 1 and 0"):
        make_gan(generator_steps=0)


def test_training_in_parts_equals_training_in_one_go():
    whole, parts = make_gan(), make_gan()
    whole.train(10)
    parts.train(3)
    parts.train(7)
    np.testing.assert_allclose(whole.samples(50), parts.samples(50), atol=1e-5)


def test_a_restart_repeats_the_training_and_keeps_the_learning_rates():
    gan = make_gan()
    gan.train(20)
    trained = gan.samples(50)
    gan.restart()
    assert gan.step == 0
    gan.train(20)
    np.testing.assert_allclose(gan.samples(50), trained, atol=1e-5)
    gan.generator_optimizer.learning_rate = 0.5
    gan.restart()
    assert float(gan.generator_optimizer.learning_rate) == 0.5


def test_learning_rates_and_discriminator_steps_change_while_training():
    gan = make_gan()
    gan.train(2)
    gan.generator_optimizer.learning_rate = 0.0
    generator, discriminator = gan.generator.get_weights(), gan.discriminator.get_weights()
    gan.discriminator_steps = 3
    gan.train(2)
    np.testing.assert_array_equal(gan.generator.get_weights()[0], generator[0])
    assert np.abs(gan.discriminator.get_weights()[0] - discriminator[0]).max() > 0
    assert int(gan.discriminator_optimizer.iterations) == 2 * 1 + 2 * 3
    assert int(gan.generator_optimizer.iterations) == 4


def test_a_generator_step_leaves_the_discriminator_alone():
    gan = make_gan(discriminator_rate=0.0)
    before = gan.discriminator.get_weights()
    gan.train(3)
    for new, old in zip(gan.discriminator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(new, old)


def test_a_discriminator_alone_learns_where_the_data_are():
    gan = make_gan(generator_rate=0.0, discriminator_rate=5e-3)
    gan.train(200)
    assert gan.probability_real(toy.ring(500, 9)).mean() > 0.9
    assert gan.probability_real(gan.samples(500)).mean() < 0.1


def test_one_dimension_works_as_well():
    real = np.random.default_rng(0).normal(3.0, 0.5, (1000, 1))
    gan = ToyGAN(build_toy_generator(1, depth=0, dimensions=1, seed=0), build_toy_discriminator(1, 16, seed=1), real)
    gan.train(3)
    assert gan.samples(4).shape == (4, 1)


def test_a_notebook_may_make_many_of_them_without_a_warning(caplog):
    for _ in range(6):
        make_gan().train(1)
    assert "retracing" not in caplog.text


def test_points_that_do_not_fit_the_networks_are_refused():
    networks = build_toy_generator(dimensions=1), build_toy_discriminator(dimensions=1)
    with pytest.raises(ValueError, match=r"\(1,\) and \(1,\); received \(10, 2\)"):
        ToyGAN(*networks, toy.ring(10, 0))


def test_an_unknown_loss_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'minimax', 'non-saturating'.*received 'saturating'"):
        make_gan(loss="saturating")


def test_no_discriminator_steps_are_refused():
    with pytest.raises(ValueError, match="at least 1, received 0"):
        make_gan().discriminator_steps = 0
