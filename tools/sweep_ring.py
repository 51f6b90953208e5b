"""The sweep behind lesson 05: causes of failure times repairs on the ring of 8 Gaussians, many seeds of each.

    python tools/sweep_ring.py                       # all that is missing, two processes
    python tools/sweep_ring.py --causes none "slow discriminator" --repairs none R1
    python tools/sweep_ring.py --processes 0         # trains nothing, prints the table of what is there

A setting is a cause and a repair that changes something in it; a run is a setting and a seed. Two files are written:
data/experiments/ring_sweep.csv has a row for every run and recorded step, ring_sweep.json the recipe of every setting
and what it cost. Runs that are there are skipped, so the command can be interrupted and goes on: the missing seeds of a
setting are trained side by side and written together. A setting whose recipe has changed is trained anew.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tables import alone, read_table, write_card, write_table

from gan_course.paths import data_path

# What makes the plain GAN fail, one change each. All else is as in `parallel_gans.Recipe`.
CAUSES = {
    "none": {},
    "too few discriminator steps": {"generator_steps": 5},
    "slow discriminator": {"discriminator_rate": 1e-4},
    "narrow latent": {"latent_dim": 1},
    "strong discriminator, minimax": {"loss": "minimax", "discriminator_steps": 10},
    "momentum": {"beta_1": 0.9},
}
# What may help. The cause stays as it is, but for its loss.
REPAIRS = {
    "none": {},
    "least squares": {"loss": "least squares"},
    "label smoothing": {"loss": "smoothed"},
    "WGAN-GP": {"loss": "Wasserstein", "penalties": [["WGAN-GP", 10.0]]},
    "R1": {"loss": "non-saturating", "penalties": [["R1", 0.5]]},
    "hinge, spectral normalization": {"loss": "hinge", "spectral_normalization": True},
    "relativistic, R1, R2": {"loss": "relativistic", "penalties": [["R1", 0.5], ["R2", 0.5]]},
    "more discriminator moves": {"discriminator_steps": 10},
    "faster discriminator": {"discriminator_rate": 4e-3},
    "slower generator": {"generator_rate": 2e-4},
    "slower generator, R1": {"generator_rate": 2e-4, "loss": "non-saturating", "penalties": [["R1", 0.5]]},
}
RUN, RESULT = ("cause", "repair", "seed", "step"), ("modes", "quality")
SEEDS, STEPS, EVERY = 20, 3000, 250
ENOUGH_QUALITY = 0.6  # and all 8 modes


def main():
    arguments = parse_arguments()
    path = arguments.out or data_path() / "experiments" / "ring_sweep.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = [pair for pair in all_settings() if pair[0] in arguments.causes and pair[1] in arguments.repairs]
    plan = {setting: about(setting, arguments.steps, arguments.every) for setting in settings}
    table, card = read(path)
    jobs = missing_runs(table, card, plan, range(arguments.seeds))
    if arguments.processes and jobs:
        print(f"{len(jobs)} of {len(settings)} settings have runs to train.", flush=True)
        for done, ((setting, seeds), (rows, seconds)) in enumerate(train_all(jobs, plan, arguments.processes), start=1):
            with alone(path.parent):  # another command may have added settings in the meantime
                table, card = read(path)
                add(table, card, setting, plan[setting], rows, seconds)
                write(path, table, card)
            print(
                f"{done}/{len(jobs)} {' | '.join(setting)}: {len(seeds)} seeds, {seconds:.0f} CPU seconds", flush=True
            )
    print_summary(table, settings, arguments.steps)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="CSV file (default data/experiments/ring_sweep.csv)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"seeds 0 to N - 1 of each setting (default {SEEDS})")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps of each run (default {STEPS})")
    parser.add_argument("--every", type=int, default=EVERY, help=f"steps between two rows (default {EVERY})")
    parser.add_argument("--causes", nargs="+", choices=CAUSES, default=list(CAUSES), metavar="CAUSE")
    parser.add_argument("--repairs", nargs="+", choices=REPAIRS, default=list(REPAIRS), metavar="REPAIR")
    parser.add_argument("--processes", type=int, default=2, help="of one thread each; 0 trains nothing (default 2)")
    arguments = parser.parse_args()
    if arguments.steps % arguments.every:
        parser.error(f"--steps must be a multiple of --every, received {arguments.steps} and {arguments.every}")
    return arguments


def all_settings():
    """Pairs of a cause and a repair. Ten moves are no repair where ten moves are what the cause has already."""
    changes = lambda cause, repair: any(CAUSES[cause].get(name) != value for name, value in REPAIRS[repair].items())  # noqa: E731
    return [(cause, repair) for cause in CAUSES for repair in REPAIRS if repair == "none" or changes(cause, repair)]


def about(setting, steps, every):
    """What determines the runs of a setting: its recipe, how long, how often looked at."""
    cause, repair = setting
    return {"recipe": CAUSES[cause] | REPAIRS[repair], "steps": steps, "every": every}


def read(path):
    """The table `{(cause, repair, seed, step): (modes, quality)}` and the card, empty if there are none.

    Rows of a setting that the card does not name are nobody's: writing was interrupted.
    """
    table, card = {}, {"command": "python tools/sweep_ring.py", "settings": {}}
    if path.with_suffix(".json").exists():
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    for row in read_table(path) if path.exists() else []:
        if f"{row['cause']} | {row['repair']}" in card["settings"]:
            run = (row["cause"], row["repair"], int(row["seed"]), int(row["step"]))
            table[run] = (int(row["modes"]), float(row["quality"]))
    return table, card


def missing_runs(table, card, plan, seeds):
    """Pairs of a setting and the seeds that it lacks. One that was made differently lacks them all."""
    jobs = []
    for setting, wanted in plan.items():
        made = card["settings"].get(" | ".join(setting), {})
        same = all(made.get(name) == value for name, value in wanted.items())
        lacking = [seed for seed in seeds if not same or (*setting, seed, wanted["steps"]) not in table]
        if lacking:
            jobs.append((setting, lacking))
    return jobs


def train_all(jobs, plan, processes):
    """Trains the missing runs in some processes. Yields each job with its rows and CPU seconds as it is done."""
    # Two processes of one thread each do more than two threads on small matrices.
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))
    try:
        futures = {pool.submit(train, setting, seeds, **plan[setting]): (setting, seeds) for setting, seeds in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def train(setting, seeds, recipe, steps, every):
    """Trains the runs of one setting side by side.

    Returns:
        The rows, as in the table, and the CPU seconds that they took.
    """
    import parallel_gans  # here, so that the parent process does without TensorFlow

    from gan_course import toy

    begun = time.process_time()
    gans, rows = parallel_gans.ParallelGANs(parallel_gans.Recipe(**recipe), seeds), {}
    for step in range(0, steps + 1, every):
        if step:
            gans.train(every)
        for seed, points in zip(seeds, gans.samples(), strict=True):
            modes, quality = toy.ring_coverage(points)
            rows[(*setting, seed, step)] = (modes, round(quality, 4))
    return rows, time.process_time() - begun


def add(table, card, setting, made, rows, seconds):
    """Adds the rows of a setting; those that were made differently go."""
    name = " | ".join(setting)
    before = card["settings"].get(name, {})
    if any(before.get(key) != value for key, value in made.items()):
        before = {}
        for run in [run for run in table if run[:2] == setting]:
            del table[run]
    table.update(rows)
    card["settings"][name] = {**made, "cpu_seconds": round(before.get("cpu_seconds", 0) + seconds)}
    card["cpu_minutes"] = round(sum(entry["cpu_seconds"] for entry in card["settings"].values()) / 60)


def write(path, table, card):
    """Writes both files, rows in the order of causes, repairs, seeds and steps.

    A setting that is made differently now leaves the card before its rows change, and comes back after them. So no
    rows are ever beside a recipe that did not make them.
    """
    causes, repairs = list(CAUSES), list(REPAIRS)
    order = lambda run: (causes.index(run[0]), repairs.index(run[1]), *run[2:])  # noqa: E731
    how = lambda settings, name: {**settings.get(name, {}), "cpu_seconds": 0}  # noqa: E731
    _, before = read(path)
    old, new = before["settings"], card["settings"]
    kept = {name: made for name, made in old.items() if how(old, name) == how(new, name)}
    if kept != before["settings"]:
        write_card(path.with_suffix(".json"), {**before, "settings": kept})
    columns = RUN + RESULT
    rows = (dict(zip(columns, (*run, *table[run]), strict=True)) for run in sorted(table, key=order))
    write_table(path, columns, rows)
    write_card(path.with_suffix(".json"), card)


def print_summary(table, settings, steps):
    """Prints how the runs ended: how many have all modes and enough quality, and the medians."""
    print(f"\n| cause | repair | 8 modes and {ENOUGH_QUALITY:.0%} | modes | quality |\n| --- | --- | --- | --- | --- |")
    for setting in settings:
        ends = [result for run, result in table.items() if run[:2] == setting and run[3] == steps]
        if ends:
            good = sum(modes == 8 and quality >= ENOUGH_QUALITY for modes, quality in ends)
            modes, quality = (statistics.median(values) for values in zip(*ends, strict=True))
            print(f"| {' | '.join(setting)} | {good} of {len(ends)} | {modes:g} | {quality:.0%} |")


if __name__ == "__main__":
    main()
