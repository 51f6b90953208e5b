"""The control of lesson 10: nothing is found between two sets of real patches, and what is found between others."""

import keras
import numpy as np
import pytest

from gan_course.training import disjoint_patches, real_against_real, tell_apart


def pictures(count=4, side=128):
    """Pictures of which every pixel is different, so that a patch can be found again."""
    return [np.random.default_rng(seed).uniform(-1, 1, (side, side, 3)).astype("float32") for seed in range(count)]


def test_no_pixel_is_in_two_sets():
    sets = disjoint_patches(pictures(), 32, seed=1, shares=(3, 3, 1, 1))
    assert [len(patches) for patches in sets] == [24, 24, 8, 8]
    values = np.concatenate([patches.reshape(len(patches), -1)[:, 0] for patches in sets])
    assert len(set(values.tolist())) == 64


def test_the_deal_depends_on_the_seed_alone():
    first, again, other = (disjoint_patches(pictures(), 32, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_too_few_squares_are_refused():
    with pytest.raises(ValueError, match="cannot be dealt out"):
        disjoint_patches(pictures(1), 64)


@pytest.mark.parametrize("hits", [5, 10])
def test_the_interval_of_a_share_by_hand(monkeypatch, hits):
    """`(p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n)` for hits of ten pairs, with nothing to learn."""
    monkeypatch.setattr(real_against_real, "seen", lambda patches, seed, honest: patches)
    monkeypatch.setattr(real_against_real, "build_patch_discriminator", lambda filters: keras.layers.Identity())
    higher = np.where(np.arange(10) < hits, 1.0, -1.0)[:, None, None, None]
    found = tell_apart(higher, higher, higher, np.zeros_like(higher), steps=0)
    p, n, z = hits / 10, 10, 1.959964
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = [p, *((p + z**2 / (2 * n) + side * half) / (1 + z**2 / n) for side in (-1, 1))]
    assert found == pytest.approx(expected, abs=1e-6)


def test_two_real_sets_stay_at_chance_and_darker_patches_are_found():
    """The same noise on both sides; then one side a little darker, which the honest changes must not hide."""
    real, others, new_real, new_others = disjoint_patches(pictures(6), 32, seed=0)
    arguments = {"steps": 25, "batch_size": 8, "filters": (8, 8)}
    _, low, high = tell_apart(real, others, new_real, new_others, **arguments)
    assert low < 0.5 < high
    right, low, _ = tell_apart(real, 0.7 * others - 0.3, new_real, 0.7 * new_others - 0.3, **arguments)
    assert right > 0.9 and low > 0.5


def test_pairs_that_are_none_are_refused():
    patches = np.zeros((4, 32, 32, 3), "float32")
    with pytest.raises(ValueError, match="must be pairs"):
        tell_apart(patches, patches, patches, patches[:3])


def test_a_recording_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    import record_control as control

    asked = []
    result = {"pairs": 9, "right": 0.5, "low": 0.4, "high": 0.6}
    monkeypatch.setattr(control, "trial", lambda *run: asked.append(run[:3]) or result)
    path = tmp_path / "10_control.csv"
    control.record(path, control.RECIPE, 1)
    assert len(asked) == 6
    control.record(path, control.RECIPE, 2)
    assert len(asked) == 12 and len(set(asked)) == 12
    assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(control.COLUMNS)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 13
    control.record(path, control.RECIPE | {"steps": 10}, 1)  # another recipe: all anew
    assert len(path.read_text(encoding="utf-8").splitlines()) == 7


@pytest.mark.parametrize("after", ["table", "nothing"])
def test_a_recording_stopped_between_its_files_never_takes_rows_of_another_recipe(tmp_path, monkeypatch, after):
    import record_control as control
    import tables

    def stop(*_):
        raise KeyboardInterrupt

    how_long = lambda *run: {"pairs": 9, "right": run[3]["steps"], "low": 0.0, "high": 1.0}  # noqa: E731
    monkeypatch.setattr(control, "trial", how_long)
    path = tmp_path / "10_control.csv"
    few, many = control.RECIPE | {"steps": 5}, control.RECIPE | {"steps": 7}
    control.record(path, few, 1)
    with monkeypatch.context() as change, pytest.raises(KeyboardInterrupt):
        change.setattr(tables, "write_card" if after == "table" else "write_table", stop)
        control.record(path, many, 1)
    for recipe in (many, few) if after == "table" else (few, many):
        control.record(path, recipe, 1)
        _, rows = control.read(path, recipe)
        assert [row["right"] for row in rows] == [str(recipe["steps"])] * 6


def test_what_is_done_to_the_second_kind_is_little():
    import record_control as control

    from gan_course import datasets

    picture = datasets.picture("paintings/van_gogh/langlois_bridge.jpg", 128)
    for name, change in control.PAIRS.items():
        difference = np.abs(change(picture, control.RECIPE) - picture).mean()
        assert difference == 0.0 if name == "real against real" else 0.001 < difference < 0.1, name
