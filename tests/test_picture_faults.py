"""Faults of a picture: synthetic pictures whose answer is known by hand."""

import numpy as np
import pytest

from gan_course import datasets, images
from gan_course.picture_faults import block_energy, burnt_share, frame_fault, grid_energy

LEVEL = 1.0 / 127.5
PERIODS = (2, 4, 8)


def noise(size=256, levels=1.0, seed=0):
    """Gray plus independent noise: a spectrum that is even everywhere."""
    return np.random.default_rng(seed).normal(0.0, levels * LEVEL, (size, size, 3))


def stripes(size, period, levels):
    return levels * LEVEL * np.cos(2 * np.pi * np.arange(size) / period)[None, :, None]


def lattice(shape, period, levels):
    """Every `period`-th row and column a little brighter, as an upsampling can leave them."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return levels * LEVEL * np.where((rows % period == 0) | (columns % period == 0), 1.0, -1.0)[..., None]


@pytest.fixture(scope="module")
def paintings():
    names = ("langlois_bridge", "night_cafe", "pere_tanguy")
    return [datasets.picture(f"paintings/van_gogh/{name}.jpg")[:352, :352] for name in names]


def test_a_painter_who_does_not_mind_the_edge_leaves_no_frame():
    photo = noise(80)
    extended = np.pad(photo, ((32, 32), (32, 32), (0, 0)), mode="reflect")
    assert frame_fault(photo, extended) == pytest.approx(0.0, abs=1e-9)


def test_a_frame_is_counted_in_levels_and_an_overall_change_is_taken_out():
    extended = np.zeros((96, 112, 3))
    painting = extended[16:-16, 16:-16] + 5 * LEVEL  # other statistics: five levels everywhere
    assert frame_fault(painting, extended) == pytest.approx(0.0, abs=1e-9)
    painting[:16] += 3 * LEVEL  # 16 of 64 rows
    strip = 64 * 80 - 32 * 48
    assert frame_fault(painting, extended) == pytest.approx(3 * 16 * 80 / strip)


@pytest.mark.parametrize("period", PERIODS)
def test_noise_has_no_grid(period):
    expected = 0.5 if period == 2 else 1.0
    assert grid_energy(noise(512, levels=20), period) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("period", PERIODS)
def test_an_even_picture_has_no_grid(period):
    assert grid_energy(np.full((64, 64, 3), 0.3), period) == pytest.approx(1.0)
    assert block_energy(np.full((65, 65, 3), 0.3), period) == pytest.approx(1.0)


def test_stripes_on_noise_by_hand():
    # Amplitude 2, noise 5 levels. Peak (2/2 · Σw)², noise beside it 5² · Σw² and, for the mean of its logarithm, e^-γ.
    # Hann: Σw = 32², Σw² = 24². One of four directions has the peak, the others 1.
    peak = 1024**2 / (25 * 576) * np.exp(0.5772)
    found = grid_energy(noise(512, levels=5) + stripes(512, 4, 2), 4)
    assert found == pytest.approx((peak + 3) / 4, rel=0.1)


@pytest.mark.parametrize("period", PERIODS)
def test_a_faint_grid_of_two_levels_stands_out_in_paintings(paintings, period):
    for painting in paintings:
        spoiled = np.clip(painting + lattice(painting.shape, period, 2), -1, 1)
        assert max(grid_energy(spoiled, p) / grid_energy(painting, p) for p in PERIODS) > 2


@pytest.mark.parametrize("period", (4, 8))
def test_paintings_and_photos_differ_little_in_their_grid(paintings, period):
    photos = [datasets.picture(name) for name in datasets.picture_files("photos")[:3]]
    values = [grid_energy(picture, period) for picture in paintings + photos]
    assert max(values) / min(values) < 1.5


def test_a_picture_that_was_resized_has_no_grid(paintings):
    painting = paintings[0]
    resized = images.resize(painting, [round(1.3 * side) for side in painting.shape[:2]])
    for period in PERIODS:
        assert grid_energy(resized, period) / grid_energy(painting, period) < 1.3


@pytest.mark.parametrize("period", (4, 8))
def test_a_picture_of_squares_shows_in_its_edges_alone(paintings, period):
    painting = paintings[0]
    squares = np.kron(painting[::period, ::period], np.ones((period, period, 1)))
    assert grid_energy(squares, period) < grid_energy(painting, period)
    assert block_energy(squares, period) > 5 * block_energy(painting, period)


def test_burnt_share_counts_values_near_black_and_white():
    values = np.array([-1.0, -0.99, -0.98, -0.5, 0.0, 0.5, 0.9, 1.0])
    assert burnt_share(values) == 3 / 8
    assert burnt_share(images.from_uint8(np.arange(256, dtype="uint8"))) == 6 / 256


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: frame_fault(np.zeros((64, 64, 3)), np.zeros((64, 64, 3))),
        lambda: frame_fault(np.zeros((64, 64, 3)), np.zeros((80, 96, 3))),
        lambda: frame_fault(np.zeros((1, 64, 64, 3)), np.zeros((1, 80, 80, 3))),
        lambda: frame_fault(np.zeros((32, 64, 3)), np.zeros((48, 80, 3))),
        lambda: grid_energy(np.zeros((63, 64, 3)), 4),
        lambda: grid_energy(np.zeros((64, 64)), 4),
        lambda: grid_energy(np.zeros((64, 64, 3)), 3),
        lambda: block_energy(np.zeros((64, 64, 3)), 4),
        lambda: burnt_share(np.zeros((0, 4, 3))),
        lambda: burnt_share(np.full((4, 4, 3), 200.0)),
        lambda: burnt_share(np.full((4, 4, 3), np.nan)),
    ],
)
def test_what_cannot_be_measured_is_refused(wrong):
    with pytest.raises(ValueError, match="received"):
        wrong()
