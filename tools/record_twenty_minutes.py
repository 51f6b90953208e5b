"""Records what lesson 10 shows of twenty minutes of `gan-course train-style`, on a print that no shipped style knows.

    python tools/record_twenty_minutes.py

It trains as the command does, into runs/twenty_minutes.npz. Leave the computer to it: what comes out depends on how
many steps twenty minutes hold. If that training is there already, it is recorded as it is. The folder
data/experiments/10_twenty_minutes/ then has the sample sheet, the log (a row for every 25 steps) and the card. The
weights do not ship: the print is one of the held-out ones, and nothing was chosen by it.
"""

import json

from gan_course.startup import import_tensorflow

import_tensorflow()

from gan_runs import read_log  # noqa: E402
from tables import record_checksum, write_card, write_table  # noqa: E402

from gan_course.images import write_atomically  # noqa: E402
from gan_course.paths import ROOT, data_path  # noqa: E402
from gan_course.training.own_style import checksum, train_own_style  # noqa: E402

PAINTING = "paintings/hokusai/ryogoku_bridge.jpg"
MINUTES = 20
COLUMNS = ("step", "adversarial", "content", "style", "discriminator")
SHARES = ("share_adversarial", "share_content", "share_style")


def main():
    weights = ROOT / "runs" / "twenty_minutes.npz"
    if not weights.exists():
        weights.parent.mkdir(exist_ok=True)
        train_own_style([data_path(PAINTING)], weights, MINUTES)
    print(json.dumps(record(weights, data_path("experiments") / "10_twenty_minutes"), indent=2))
    record_checksum("experiments/10_twenty_minutes/samples.jpg")


def record(weights, folder):
    """Writes sheet, table and card of a training that `train_own_style` has made. Returns the card.

    Args:
        weights: path of its weights file; `NAME.training` and `NAME_samples.jpg` are beside it.
        folder: path of the folder to write to.
    """
    training = weights.with_name(weights.stem + ".training")
    log = read_log(training / "log.csv")
    about = json.loads((training / "about.json").read_text(encoding="utf-8"))
    if about["paintings"] != [checksum(data_path(PAINTING))]:
        raise SystemExit(f"{training} was trained on something else than {PAINTING}. Move it away and run this again.")
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {name: int(row[name]) if name == "step" else round(row[name], 4) for name in (*COLUMNS, *SHARES)} for row in log
    ]
    card = {
        "command": "python tools/record_twenty_minutes.py",
        "recipe": {"painting": PAINTING, "start": about["start"], "crops": about["crops"], "seed": about["seed"]},
        "steps": rows[-1]["step"],
        "minutes": round(sum(row["wall_seconds"] for row in log) / 60, 1),
        "cpu_minutes": round(sum(row["cpu_seconds"] for row in log) / 60, 1),
    }
    write_atomically(folder / "samples.jpg", weights.with_name(weights.stem + "_samples.jpg").read_bytes())
    write_table(folder / "log.csv", (*COLUMNS, *SHARES), rows)
    write_card(folder / "card.json", card)
    return card


if __name__ == "__main__":
    main()
