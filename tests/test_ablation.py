"""The ablation behind lesson 10: what is trained on what, what is measured, and that it can be interrupted."""

import csv
import json
import sys

import numpy as np
import pytest

from gan_course import datasets
from gan_course.images import read_image
from gan_course.training import style_transfer_gan

TINY = {
    "stylizer": {"filters": [4, 8], "blocks": 1, "detail": 4, "grain": 0.15},
    "discriminator": [4, 8, 8],
    "photos": 2,
    "photo_side": 72,
    "painting_side": 72,
    "crop": 48,
    "steps": 10,
    "start_steps": 2,
    "discriminator_steps": 2,
}


@pytest.fixture(scope="module")
def tools():
    import ablation
    import ablation_measures
    import ablation_runs

    change = pytest.MonkeyPatch()
    change.setattr(ablation, "RECIPE", ablation.RECIPE | TINY)
    change.setattr(ablation, "SHARES", 2)
    yield {"ablation": ablation, "measures": ablation_measures, "runs": ablation_runs}
    change.undo()


def call(tools, folder, *arguments):
    """The command, as it is typed."""
    change = pytest.MonkeyPatch()
    change.setattr(sys, "argv", ["ablation.py", "--out", str(folder), "--seeds", "1", "--strengths", "1", *arguments])
    tools["ablation"].main()
    change.undo()


@pytest.fixture(scope="module")
def recorded(tools, tmp_path_factory):
    """Two runs made by two calls; the second finds the first."""
    folder = tmp_path_factory.mktemp("experiments")
    call(tools, folder, "--arms", "content only")
    begun = (folder / "10_ablation" / "content_only_0_train.jpg").stat().st_mtime_ns
    call(tools, folder, "--arms", "content only", "all")
    return folder, begun


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_seed_leaves_out_another_painting_and_the_ninth_is_used_nowhere(tools):
    ablation = tools["ablation"]
    training = set(datasets.picture_files("paintings/van_gogh"))
    named = [*ablation.HELDOUT.values(), *ablation.TRIAL.values()]
    assert set(named) == training and len(named) == len(training) == 8
    assert "church_at_auvers" not in str(named)


def test_what_is_left_out_is_not_trained_on(tools):
    left_out = tools["ablation"].HELDOUT[0]
    paintings = tools["runs"].training_paintings(left_out, 72)
    assert len(paintings) == 7
    unseen = datasets.picture(left_out, 72)
    assert not any(np.array_equal(painting, unseen) for painting in paintings)


def test_a_trial_looks_at_no_held_out_photo(tools):
    ablation, measures = tools["ablation"], tools["measures"]
    assert ablation.samples({"split": "train"}) == [("train", ablation.SAMPLES["train"])]
    assert set(measures.photos("train", 72, 2)) <= set(datasets.picture_files("photos"))


def test_no_loss_uses_a_layer_that_is_measured_at(tools):
    measures = tools["measures"]
    used = {*style_transfer_gan.STYLE_LAYERS, *style_transfer_gan.PALETTE_LAYERS, style_transfer_gan.CONTENT_LAYER}
    assert not used & {measures.CONTENT_LAYER, *measures.PATCH_LAYERS}


def test_the_arms_have_the_terms_of_their_names(tools):
    recipe = tools["ablation"].RECIPE | {"style_weight": 3.0, "adversarial_weight": 5.0}
    weights = {arm: tools["runs"].arguments(arm, 2.0, recipe) for arm in tools["runs"].ARMS}
    terms = {arm: (found["style_weight"], found["adversarial_weight"]) for arm, found in weights.items()}
    assert terms["content only"] == (0.0, 0.0)
    assert terms["+ Gram"] == (6.0, 0.0)
    assert terms["+ adversarial"] == terms["relativistic"] == terms["learned distance"] == (0.0, 10.0)
    assert terms["all"] == (6.0, 10.0)
    assert [weights[arm]["adversarial"] for arm in ("all", "relativistic", "learned distance")] == [
        "patch",
        "relativistic",
        "learned distance",
    ]
    assert {found["content_weight"] for found in weights.values()} == {1.0}


def test_the_whole_plan(tools):
    ablation = tools["ablation"]
    arms = ("content only", *ablation.EVERY_STRENGTH, *ablation.ONE_STRENGTH)
    plan = ablation.runs(range(3), ablation.STRENGTHS, arms)
    assert len(plan) == len(set(plan)) == 3 * (1 + 3 * 3 + 2)


@pytest.mark.slow
def test_an_ablation_that_was_interrupted_goes_on(recorded):
    folder, begun = recorded
    assert (folder / "10_ablation" / "content_only_0_train.jpg").stat().st_mtime_ns == begun
    card = json.loads((folder / "10_ablation.json").read_text(encoding="utf-8"))
    assert [run["arm"] for run in card["runs"]] == ["content only", "all"]
    assert card["command"].startswith("python tools/ablation.py")


@pytest.mark.slow
def test_every_photo_has_every_measure_in_every_run(recorded, tools):
    folder, _ = recorded
    rows = table(folder / "10_ablation.csv")
    assert list(rows[0]) == list(tools["ablation"].FILES["10_ablation.csv"])
    photos = {row["photo"] for row in rows} - {"all"}
    assert len(photos) == 2 and photos <= set(datasets.picture_files("photos", "heldout"))
    measured = {row["measure"] for row in rows}
    assert measured == set(tools["ablation"].MEASURES)
    assert measured >= {f"kid_{layer}" for layer in tools["measures"].PATCH_LAYERS}
    for arm in ("content only", "all"):
        for photo in photos:
            assert {row["measure"] for row in rows if (row["arm"], row["photo"]) == (arm, photo)} == measured
    assert all(np.isfinite(float(row["value"])) for row in rows)
    assert {row["heldout"] for row in rows} == {tools["ablation"].HELDOUT[0]}


@pytest.mark.slow
def test_all_runs_of_a_seed_begin_with_the_same_weights(tools):
    recipe = tools["ablation"].RECIPE
    first, second = (tools["runs"].Start(0, tools["ablation"].HELDOUT[0], recipe) for _ in range(2))
    for one, other in zip([*first.weights, [first.prices]], [*second.weights, [second.prices]], strict=True):
        for values, again in zip(one, other, strict=True):
            np.testing.assert_allclose(values, again, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_references_give_the_measures_their_meaning(recorded):
    folder, _ = recorded
    references = json.loads((folder / "10_ablation.json").read_text(encoding="utf-8"))["references"]["0"]
    same, other, constant = (references[name] for name in ("same photo", "unrelated photo", "constant"))
    assert same["content_distance"] == pytest.approx(0.0, abs=1e-5)
    assert same["gradient_correlation"] == pytest.approx(1.0, abs=1e-5)
    assert same["content_distance"] < references["4x blur"]["content_distance"] < other["content_distance"]
    assert constant["total_variation"] == 0.0
    quarter = pytest.approx(same["total_variation"] / 4, rel=0.05)  # a squared difference
    assert references["half the contrast"]["total_variation"] == quarter
    assert references["photo against van Gogh"]["kid_block1_conv1"] == pytest.approx(same["kid_block1_conv1"])
    for pair in ("van Gogh against van Gogh", "Hokusai against van Gogh"):
        assert references[pair]["spectrum_distance"] > 0.0


@pytest.mark.slow
def test_shares_add_up_and_spectra_are_whole(recorded):
    folder, _ = recorded
    shares = [row for row in table(folder / "10_shares.csv") if row["arm"] == "all"]
    assert {int(row["step"]) for row in shares} == {5, 10}
    assert sum(float(row["share"]) for row in shares if row["step"] == "10") == pytest.approx(1.0, abs=1e-3)
    spectra = table(folder / "10_spectra.csv")
    assert {row["arm"] for row in spectra} == {"content only", "all", "photo", "held-out painting"}
    assert len(spectra) == 4 * 32


@pytest.mark.slow
def test_pictures_of_the_first_seed_are_small(recorded):
    folder, _ = recorded
    files = sorted((folder / "10_ablation").iterdir())
    assert [path.name for path in files] == [
        f"{name}_{kind}.jpg" for name in ("all_1", "content_only_0", "photo") for kind in ("heldout", "train")
    ]
    for path in files:
        assert path.stat().st_size <= 30_000
        assert read_image(path).ndim == 3


def test_a_recording_stopped_before_its_card_makes_the_run_again_and_has_it_once(tools, tmp_path, monkeypatch):
    ablation, files = tools["ablation"], tools["ablation"].FILES

    def add(recipe, arm, value):
        """What `main` does with a run, or with a reference."""
        tables, card = ablation.read(tmp_path, recipe)
        run = {"arm": arm, "strength": 0.0 if arm in ablation.REFERENCES else 1.0, "seed": 0}
        if arm not in ablation.REFERENCES:
            card["runs"].append(run | {"cpu_seconds": 1, "start": 0})
        for name, columns in files.items():
            tables[name].append(dict.fromkeys(columns, "") | run | {columns[-1]: value})
        ablation.write(tmp_path, tables, card)

    def add_and_stop(*given):
        with monkeypatch.context() as change, pytest.raises(KeyboardInterrupt):
            change.setattr(ablation, "write_card", stop)
            add(*given)

    def stop(*_):
        raise KeyboardInterrupt

    here, elsewhere = ablation.RECIPE, ablation.RECIPE | {"steps": 20}
    add(here, "+ Gram", 1)
    add(here, "photo", 2)
    add_and_stop(here, "all", 3)
    add(here, "all", 4)
    for name, columns in files.items():
        found = [(row["arm"], row[columns[-1]]) for row in table(tmp_path / name)]
        assert sorted(found) == [("+ Gram", "1"), ("all", "4"), ("photo", "2")]
    add_and_stop(elsewhere, "all", 5)
    for recipe in (here, elsewhere):  # rows of the one are not taken for the other's
        tables, card = ablation.read(tmp_path, recipe)
        assert not card["runs"] and not any(tables.values())


@pytest.mark.slow
def test_another_recipe_begins_anew(tools, recorded):
    folder, _ = recorded
    tables, card = tools["ablation"].read(folder, tools["ablation"].RECIPE | {"steps": 20})
    assert not card["runs"] and not any(tables.values())
