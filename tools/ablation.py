"""The ablation behind lesson 10: which term of the loss does what?

    python tools/ablation.py                             # all that is missing
    python tools/ablation.py --processes 2               # two runs at a time, of one thread each
    python tools/ablation.py --trial                     # the seed for choosing settings, into runs/ablation_trial
    python tools/ablation.py --seeds 1 --strengths 1 --steps 60 --out runs/try    # a small one, to see it work

A run is an arm (which terms), a strength (a factor of the Gram and of the adversarial weight, beside a content weight
of 1) and a seed. All runs of a seed have the same start, pictures and crops; each seed leaves out one of the eight van
Goghs, named in `HELDOUT`, and trains on the other seven. The ninth, Church at Auvers, is used nowhere. The networks are
the course's own, but small, and so are the crops: a run has to fit into about five CPU minutes. The weights were set by
the terms' shares of the gradient on training crops, to be about as loud as in the course's own stylizers; none was set
on a held-out photo or painting. `--trial` leaves out an eighth painting, which is in no seed of the table, and
measures training photos: choose settings there.

Written to data/experiments, after each run: 10_ablation.csv (one measure per row), 10_shares.csv (share of the gradient
of each term), 10_spectra.csv (spectra of the painted held-out photos), 10_ablation.json (recipe, cost, references) and
pictures of the first seed in 10_ablation/. Runs that are there are skipped, so the command can be interrupted and goes
on; if the recipe has changed, all are made anew.
"""

import argparse
import io
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tables import read_table, record_checksum, retire_card, write_card, write_table

from gan_course import datasets
from gan_course.images import write_atomically
from gan_course.paths import data_path

# one for each seed, named before anything was trained
HELDOUT = {
    0: "paintings/van_gogh/harvest_at_la_crau.jpg",
    1: "paintings/van_gogh/village_street_in_auvers.jpg",
    2: "paintings/van_gogh/cafe_terrace_at_night.jpg",
    3: "paintings/van_gogh/langlois_bridge.jpg",
    4: "paintings/van_gogh/painter_on_the_road.jpg",
    5: "paintings/van_gogh/night_cafe.jpg",
    6: "paintings/van_gogh/asylum_vestibule.jpg",
}
TRIAL = {7: "paintings/van_gogh/pere_tanguy.jpg"}  # left out where settings are chosen
STRENGTHS = (0.25, 1.0, 3.0)  # at 8, in a trial, the adversarial arm paints black holes
EVERY_STRENGTH = ("+ Gram", "+ adversarial", "all")
ONE_STRENGTH = ("relativistic", "learned distance")
SAMPLES = {"train": "photos/monuments/schwerin_palace.jpg", "heldout": "photos/monuments/neuschwanstein_castle.jpg"}
RECIPE = {
    # a faint grain: with the 0.15 of the large network, a small one that only gives photos back is left with a pattern
    "stylizer": {"filters": [16, 48], "blocks": 3, "detail": 8, "grain": 0.05},
    "discriminator": [32, 64, 128],
    "split": "heldout",  # photos that are painted and measured, and how many
    "photos": 14,
    "photo_side": 256,
    "painting_side": 320,
    "crops": 2,
    "crop": 104,
    "start_steps": 300,
    "discriminator_steps": 100,
    "steps": 500,
    "rate": 2e-3,
    "discriminator_rate": 4e-4,
    "content_weight": 1.0,
    "style_weight": 4.0,
    "adversarial_weight": 8.0,
}
FILES = {
    "10_ablation.csv": ("arm", "strength", "seed", "heldout", "photo", "measure", "value"),
    "10_shares.csv": ("arm", "strength", "seed", "step", "term", "share"),
    "10_spectra.csv": ("arm", "strength", "seed", "period", "decibels"),
}
MEASURES = {
    "content_distance": "1 - mean cosine of centered VGG16 block3_conv2 features of photo and painted photo",
    "gradient_correlation": "correlation of the luminance gradients of photo and painted photo",
    **{
        f"kid_{layer}": f"unbiased KID of patches of 32 pixels, mean {layer} features, against the held-out painting"
        for layer in ("block1_conv1", "block2_conv1", "block3_conv1")
    },
    **{
        f"kid_gray_{layer}": f"the same at {layer} on luminance alone"
        for layer in ("block1_conv1", "block2_conv1", "block3_conv1")
    },
    "spectrum_distance": "decibels between the radial luminance spectra, against the held-out painting",
    "total_variation": "mean squared difference of neighboring pixels, of the painted photo alone",
    "grid_2": "energy at a period of two pixels over that of the periods beside it, of the painted photo alone",
}
RUN = ("arm", "strength", "seed")
REFERENCES = ("photo", "held-out painting")  # rows beside those of the runs
SHARES = 10  # points of a run at which the gradient shares are measured


def main():
    for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # one thread makes the most of a CPU second, and always the same
    arguments = parse_arguments()
    recipe = RECIPE | {name: value for name, value in vars(arguments).items() if name in RECIPE}
    if arguments.trial:
        recipe["split"] = "train"
    folder = arguments.out or (Path("runs/ablation_trial") if arguments.trial else data_path("experiments"))
    (folder / "10_ablation").mkdir(parents=True, exist_ok=True)
    plan = runs(TRIAL if arguments.trial else range(arguments.seeds), arguments.strengths, arguments.arms)
    tables, card = read(folder, recipe)
    missing = [run for run in plan if run not in {key(made) for made in card["runs"]}]
    print(f"{len(missing)} of {len(plan)} runs are missing.", flush=True)
    for made, rows in train_all(missing, recipe, folder, arguments.processes):
        card["runs"].append(made)
        for name, more in rows.items():
            tables[name] += more
        write(folder, tables, card)
        print(
            f"{made['arm']}, strength {made['strength']:g}, seed {made['seed']}: {made['cpu_seconds']} CPU seconds",
            flush=True,
        )
    add_references(folder, tables, card, recipe)
    if folder == data_path("experiments"):
        for picture in sorted((folder / "10_ablation").glob("*.jpg")):
            record_checksum(f"experiments/10_ablation/{picture.name}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="folder for the files (default data/experiments)")
    parser.add_argument("--seeds", type=int, default=3, choices=range(1, len(HELDOUT) + 1), help="how many (default 3)")
    parser.add_argument("--trial", action="store_true", help=f"only seed {min(TRIAL)}, measured on training photos")
    parser.add_argument("--strengths", type=float, nargs="+", default=STRENGTHS, help=f"(default {STRENGTHS})")
    arms = ("content only", *EVERY_STRENGTH, *ONE_STRENGTH)
    parser.add_argument("--arms", nargs="+", default=arms, choices=arms, metavar="ARM", help="(default all)")
    parser.add_argument("--steps", type=int, default=RECIPE["steps"], help=f"of a run (default {RECIPE['steps']})")
    for name in ("start_steps", "discriminator_steps", "photos"):
        text = f"{'measured, at most' if name == 'photos' else 'of the common start, default'} {RECIPE[name]}"
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=RECIPE[name], help=text)
    parser.add_argument("--processes", type=int, default=1, help="of one thread each (default 1)")
    arguments = parser.parse_args()
    if arguments.steps % SHARES or arguments.steps < SHARES:
        parser.error(f"--steps must be a multiple of {SHARES}, received {arguments.steps}")
    return arguments


def runs(seeds, strengths, arms):
    """All (arm, strength, seed), one seed after the other, so that a seed is soon complete."""
    plan = []
    for seed in seeds:
        for arm in arms:
            some = (0.0,) if arm == "content only" else strengths if arm in EVERY_STRENGTH else (1.0,)
            plan += [(arm, float(strength), seed) for strength in some]
    return plan


def key(row):
    """Arm, strength and seed of a row, whether it was just made or read."""
    return row["arm"], float(row["strength"]), int(row["seed"])


def train_all(plan, recipe, folder, processes):
    """Trains and measures runs. Yields for each what the card says about it, and its rows by file."""
    if processes <= 1:
        for run in plan:
            yield one_run(run, recipe, folder)
        return
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
    try:
        for future in as_completed([pool.submit(one_run, run, recipe, folder) for run in plan]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


STARTS = {}  # the start of the seed at hand, in this process


def one_run(run, recipe, folder):
    """Trains, paints and measures one run."""
    import ablation_measures as measures  # here, so that the parent process does without TensorFlow
    import ablation_runs

    from gan_course import metrics
    from gan_course.stylize import paint

    arm, strength, seed = run
    heldout = (HELDOUT | TRIAL)[seed]
    extra, begun = 0.0, time.process_time()
    if seed not in STARTS:
        STARTS.clear()
        STARTS[seed] = ablation_runs.Start(seed, heldout, recipe)
        extra = STARTS[seed].cpu_seconds
    gan, shares = ablation_runs.train(STARTS[seed], arm, strength, SHARES)
    stylizer = gan.averaged_stylizer
    photos = measures.photos(recipe["split"], recipe["photo_side"], recipe["photos"])
    painted = {name: paint(stylizer, photo.picture) for name, photo in photos.items()}
    painting = measures.van_goghs(recipe["painting_side"])[heldout]
    made = dict(zip(RUN, run, strict=True))
    measured = measures.measure(painted, photos, painting, measures.units(recipe["painting_side"]))
    spectrum = zip(*metrics.power_spectrum(list(painted.values())), strict=True)
    if seed in (min(HELDOUT), *TRIAL):
        save_samples(folder, made, lambda photo: paint(stylizer, photo), recipe)
    rows = {
        "10_ablation.csv": [
            {**made, "heldout": heldout, "photo": photo, "measure": name, "value": value}
            for photo, name, value in measured
        ],
        "10_shares.csv": [{**made, **share, "share": round(share["share"], 4)} for share in shares],
        "10_spectra.csv": [{**made, "period": round(p, 3), "decibels": round(d, 3)} for p, d in spectrum],
    }
    about = {
        "heldout": heldout,
        "steps": recipe["steps"],
        "cpu_seconds": round(time.process_time() - begun - extra),
        "start": round(extra),
    }
    return {**made, **about}, rows


def save_samples(folder, made, painter, recipe):
    """One training photo and one held-out photo as this run paints them."""
    for kind, name in samples(recipe):
        photo = datasets.picture(name, recipe["photo_side"])
        save_small(folder / "10_ablation" / f"{slug(made)}_{kind}.jpg", painter(photo))


def samples(recipe):
    """The photos whose paintings are kept: one for training and, except in a trial, one held out."""
    return [(kind, name) for kind, name in SAMPLES.items() if kind in ("train", recipe["split"])]


def slug(made):
    """`all_1` or `content_only_0`: what a run is called in the name of a file."""
    words = made["arm"].lower().replace("+", "").split()
    return "_".join([*words, f"{made['strength']:g}"])


def save_small(path, picture, size=224, limit=30_000):
    """The middle of a picture as JPEG with full color, at the best quality that fits into so many bytes."""
    from PIL import Image

    from gan_course.images import to_uint8

    top, left = ((side - size) // 2 for side in picture.shape[:2])
    pixels = Image.fromarray(to_uint8(picture)[max(top, 0) :, max(left, 0) :][:size, :size])
    for quality in range(95, 20, -5):
        file = io.BytesIO()
        pixels.save(file, "JPEG", quality=quality, subsampling=0, optimize=True)
        if file.tell() <= limit:
            break
    write_atomically(path, file.getvalue())


def add_references(folder, tables, card, recipe):
    """Adds what gives the measures their meaning, for the seeds that are there, if it is missing."""
    seeds = sorted({int(run["seed"]) for run in card["runs"]})
    if set(card["references"]) >= {str(seed) for seed in seeds}:
        return
    import ablation_measures as measures

    from gan_course import metrics

    left_out = {seed: (HELDOUT | TRIAL)[seed] for seed in seeds}
    card["references"] = measures.references(left_out, recipe)
    described = measures.photos(recipe["split"], recipe["photo_side"], recipe["photos"]).values()
    photos = [photo.picture for photo in described]
    spectra = [row for row in tables["10_spectra.csv"] if row["arm"] not in REFERENCES]
    for seed, name in left_out.items():
        painting = measures.van_goghs(recipe["painting_side"])[name].picture
        for arm, pictures in zip(REFERENCES, (photos, [painting]), strict=True):
            for period, decibels in zip(*metrics.power_spectrum(pictures), strict=True):
                about = {"arm": arm, "strength": 0.0, "seed": seed}
                spectra.append({**about, "period": round(period, 3), "decibels": round(decibels, 3)})
    tables["10_spectra.csv"] = spectra
    for kind, name in samples(recipe):
        save_small(folder / "10_ablation" / f"photo_{kind}.jpg", datasets.picture(name, recipe["photo_side"]))
    write(folder, tables, card)


def read(folder, recipe):
    """Tables and card that are there; empty ones if another recipe made them.

    Rows of a run that the card does not list go: writing was interrupted, and the run will be made again.
    """
    path = folder / "10_ablation.json"
    card = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if card.get("recipe") != recipe:
        return {name: [] for name in FILES}, {
            "command": command(recipe),
            "recipe": recipe,
            "measures": MEASURES,
            "heldout": {str(seed): name for seed, name in HELDOUT.items()},
            "cpu_minutes": 0,
            "runs": [],
            "references": {},
        }
    listed = {key(made) for made in card["runs"]}
    tables = {
        name: [row for row in read_table(folder / name) if row["arm"] in REFERENCES or key(row) in listed]
        for name in FILES
    }
    return tables, card


def command(recipe):
    """The command line that makes such a recording."""
    names = ("steps", "start_steps", "discriminator_steps", "photos")
    changed = [f" --{name.replace('_', '-')} {recipe[name]}" for name in names if recipe[name] != RECIPE[name]]
    return "python tools/ablation.py" + " --trial" * (recipe["split"] == "train") + "".join(changed)


def write(folder, tables, card):
    """Writes all files, rows in the order of seeds, arms and strengths."""
    arms = ["content only", *EVERY_STRENGTH, *ONE_STRENGTH]
    place = lambda row: (int(row["seed"]), ([*arms, *REFERENCES]).index(row["arm"]), key(row)[1])  # noqa: E731
    card["runs"].sort(key=place)
    card["cpu_minutes"] = round(sum(run["cpu_seconds"] + run["start"] for run in card["runs"]) / 60, 1)
    retire_card(folder / "10_ablation.json", card["recipe"])
    for name, columns in FILES.items():
        write_table(
            folder / name,
            columns,
            ({**row, "strength": f"{float(row['strength']):g}"} for row in sorted(tables[name], key=place)),
        )
    write_card(folder / "10_ablation.json", card)


if __name__ == "__main__":
    main()
