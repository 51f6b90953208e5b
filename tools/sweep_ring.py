"""The sweep behind lesson 05: causes of failure times repairs on the ring of 8 Gaussians, many seeds of each.

    python tools/sweep_ring.py                       # all that is missing, two processes
    python tools/sweep_ring.py --causes none "slow discriminator" --repairs none R1
    python tools/sweep_ring.py --processes 0         # trains nothing, prints the table of what is there

A run is one (cause, repair, seed). It writes data/experiments/ring_sweep.csv, one row per run and recorded step, and
ring_sweep.json, the recipes and the CPU time. Runs that are in the file are skipped, so it can be interrupted and goes
on; all seeds of a setting are trained at once and written together.
"""

import argparse
import csv
import io
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from gan_course.images import write_atomically
from gan_course.paths import data_path

# What makes the plain GAN fail: one change each. What is not named is as in `parallel_gans.Recipe`.
CAUSES = {
    "none": {},
    "too few discriminator steps": {"generator_steps": 5},
    "slow discriminator": {"discriminator_rate": 1e-4},
    "narrow latent": {"latent_dim": 1},
    "small set": {"training_points": 16},
    "strong discriminator, minimax": {"loss": "minimax", "discriminator_steps": 10},
    "momentum": {"beta_1": 0.9},
}
# What may help: the cause stays, but for the loss.
REPAIRS = {
    "none": {},
    "least squares": {"loss": "least squares"},
    "label smoothing": {"loss": "smoothed"},
    "WGAN-GP": {"loss": "Wasserstein", "penalties": [["WGAN-GP", 10.0]]},
    "R1": {"loss": "non-saturating", "penalties": [["R1", 0.5]]},
    "hinge, spectral normalization": {"loss": "hinge", "spectral_normalization": True},
    "relativistic, R1, R2": {"loss": "relativistic", "penalties": [["R1", 0.5], ["R2", 0.5]]},
}
COLUMNS = ("cause", "repair", "seed", "step", "modes", "quality")
SEEDS, STEPS, EVERY, SAMPLES = 20, 3000, 250, 2500
GOOD_MODES, GOOD_QUALITY = 8, 0.6


def main():
    arguments = parse_arguments()
    path = arguments.out or data_path() / "experiments" / "ring_sweep.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    seeds = range(arguments.seeds)
    table, card = read_table(path), read_card(path)
    settings = [(cause, repair) for cause in arguments.causes for repair in arguments.repairs]
    missing = [pair for pair in settings if any((*pair, seed, arguments.steps) not in table for seed in seeds)]
    if arguments.processes and missing:
        print(f"{len(missing)} settings of {len(settings)} to train, {len(seeds)} seeds each.", flush=True)
        for rows, cost in train_all(missing, seeds, arguments):
            table |= rows
            card["settings_cpu_seconds"] |= cost
            write(path, table, card)
            (name, seconds), done = *cost.items(), len(missing) - len(rows)
            print(f"{name}: {seconds} CPU seconds", flush=True)
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
    return parser.parse_args()
