"""What the trainings of generators of images have in common: the loop with its saves, and the reading of its log."""

import csv

import keras

from gan_course.training.callbacks import LogTime, SampleGrid, SaveTraining, StopOnNaN


def train(gan, out, steps, steps_per_epoch, batches, inputs, measures=()):
    """Trains up to a number of steps, from the last save in the folder if there is one.

    Args:
        gan: `GAN`, compiled, at step 0.
        out: folder for the save, the log and the sample sheets.
        steps: steps in all, a multiple of `steps_per_epoch`.
        steps_per_epoch: steps between two saves.
        batches: function of the step to begin with, which returns the batches from there on.
        inputs: what the sample sheets are made from, as in `SampleGrid`.
        measures: callbacks that add to the logs.
    """
    (out / "samples").mkdir(parents=True, exist_ok=True)
    save = out / "training.weights.h5"
    if save.exists():
        gan.load_weights(save)
    print(f"{gan.generator.count_params():,} and {gan.discriminator.count_params():,} weights, step {gan.step}")
    gan.fit(
        batches(gan.step),
        steps_per_epoch=steps_per_epoch,
        initial_epoch=gan.step // steps_per_epoch,
        epochs=steps // steps_per_epoch,
        shuffle=False,
        verbose=2,
        callbacks=[
            LogTime(),
            SampleGrid(inputs, out / "samples"),
            *measures,
            keras.callbacks.CSVLogger(out / "log.csv", append=True),
            SaveTraining(save),
            StopOnNaN(),
        ],
    )


def read_log(path):
    """The rows of log.csv as dictionaries of numbers. A step that was logged twice counts as it was the last time."""
    with path.open(encoding="utf-8", newline="") as file:
        # Keras adds columns for a validation that does not take place.
        rows = [
            {name: float(value) for name, value in row.items() if not name.startswith("val_") and name != "epoch"}
            for row in csv.DictReader(file)
        ]
    by_step = {int(row["step"]): row for row in rows}
    return [by_step[step] for step in sorted(by_step)]


def minutes(rows):
    """CPU minutes and minutes by the clock that the rows of a log took."""
    return tuple(sum(row[name] for row in rows) / 60 for name in ("cpu_seconds", "wall_seconds"))


def print_cost(path):
    """Prints how many steps a log has and what they took."""
    rows = read_log(path)
    cpu, wall = minutes(rows)
    print(f"{rows[-1]['step']:,.0f} steps, {cpu:.1f} CPU minutes, {wall:.1f} minutes")
