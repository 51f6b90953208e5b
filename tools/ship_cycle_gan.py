"""Turns a finished (or interrupted) training of tools/train_cycle_gan.py into what ships.

    python tools/ship_cycle_gan.py runs/cycle_gan

It writes data/cycle_gan/to_painting.npz and to_photo.npz (the moving averages, in float16), cycle_gan.json and
cycle_gan.md (the card: how they were made and what they do with pictures that nothing was trained on),
cycle_gan_log.csv, cycle_gan_heldout.jpg (held-out photos painted and brought back; a held-out painting as a photo and
back), and the checksums.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
import train_cycle_gan as recipe  # noqa: E402
import train_styles  # noqa: E402
from gan_runs import read_log  # noqa: E402
from ship_generator import write_log  # noqa: E402
from tables import record_checksum, write_card  # noqa: E402

from gan_course import datasets, images  # noqa: E402
from gan_course.cycle_weights import NAMES, load_cycle_gan  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.pretrained import ARCHITECTURE, save_stylizer  # noqa: E402
from gan_course.stylize import paint  # noqa: E402

SIDES = (256, 320)  # height and width to which the pictures are cut, after their shorter side became the first
PAINTING = "paintings/van_gogh/church_at_auvers.jpg"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder that tools/train_cycle_gan.py wrote")
    parser.add_argument("--out", type=Path, help="write there, and no checksum (default: data/cycle_gan)")
    arguments = parser.parse_args()
    card = ship(arguments.run, arguments.out)
    print(json.dumps(card, indent=2, ensure_ascii=False))


def ship(run, out=None, photos=None, there=None, way_back=None):
    """Writes the six files. Returns the card.

    Args:
        run: folder of the training.
        out: folder to write to; data/cycle_gan if None.
        photos: how many of the held-out photos to use; all if None.
        there: arguments of `build_stylizer` for the way to the painting, if they are not the shipped stylizers'.
        way_back: those for the way back; None for the recipe's.
    """
    folder = out or data_path() / "cycle_gan"
    folder.mkdir(parents=True, exist_ok=True)
    gan = recipe.build(way_back)
    gan.load_weights(run / "training.weights.h5")
    arguments = {"to_painting": there or ARCHITECTURE, "to_photo": listed(way_back or recipe.WAY_BACK)}
    for name in NAMES:
        path = folder / f"{name}.npz"
        save_stylizer(path, getattr(gan, f"averaged_{name}"), f"van_gogh_{name}", arguments[name])
    to_painting, to_photo = load_cycle_gan(folder)  # what is measured is what ships
    log = [row for row in read_log(run / "log.csv") if row["step"] <= gan.step]
    pictures = {name: cut(name) for name in datasets.picture_files("photos", "heldout")[:photos]}
    rounds = {name: there_and_back(picture, to_painting, to_photo) for name, picture in pictures.items()}
    painting = cut(PAINTING)
    of_painting = there_and_back(painting, to_photo, to_painting)
    sizes = [(folder / f"{name}.npz").stat().st_size / 1e6 for name in NAMES]
    card = {
        "title": "CycleGAN, photos and van Gogh",
        "networks": f"build_stylizer(), {to_painting.count_params():,} weights ({sizes[0]:.2f} MB) for photo → "
        f"painting, {to_photo.count_params():,} weights ({sizes[1]:.2f} MB) for painting → photo",
        "architectures": arguments,
        "start": f"photo → painting and the discriminator of paintings: the shipped {recipe.START!r}, trained with "
        f"content and Gram matrices; painting → photo: random weights; the discriminator of photos: the shipped "
        f"{recipe.CRITIC!r}, its sign turned. The first {recipe.REST} steps leave photo → painting as it is.",
        "paintings": datasets.picture_files("paintings/van_gogh"),
        "photos": f"{len(datasets.picture_files('photos'))} photos, all that are not held out",
        "short_sides": {"photos": recipe.PHOTO_SHORT_SIDES, "paintings": recipe.PAINTING_SHORT_SIDES},
        "losses": "hinge; mean absolute differences for the cycles",
        "loss_weights": {"adversarial": 1.0, **recipe.WEIGHTS},
        "learning_rates": recipe.RATES,
        "batch": f"{recipe.BATCH} photo and {recipe.BATCH} painting, crops of {recipe.CROP} pixels",
        "seed": recipe.SEED,
        "steps": gan.step,
        "cpu_seconds": round(sum(row["cpu_seconds"] for row in log)),
        "before": train_styles.BEFORE,
        "heldout": {
            "photos": list(pictures),
            "painting": PAINTING,
            "levels_of_255_between_a_picture_and_itself_brought_back": {
                "photos": levels((picture, rounds[name][1]) for name, picture in pictures.items()),
                "a photo and its mean color": levels((photo, mean_color(photo)) for photo in pictures.values()),
                "a photo and its painting": levels((picture, rounds[name][0]) for name, picture in pictures.items()),
                "the painting": levels([(painting, of_painting[1])]),
                "the painting and its mean color": levels([(painting, mean_color(painting))]),
            },
        },
        "command": f"python tools/train_cycle_gan.py --out runs/cycle_gan --steps {gan.step} && "
        f"python tools/ship_cycle_gan.py runs/cycle_gan",
    }
    write_card(folder / "cycle_gan.json", card)
    (folder / "cycle_gan.md").write_text(card_text(card), encoding="utf-8", newline="\n")
    write_log([{"step": row["step"], **row} for row in log], folder / "cycle_gan_log.csv")
    sheet = [(pictures[name], *rounds[name]) for name in pictures] + [(painting, *of_painting)]
    images.save_image(folder / "cycle_gan_heldout.jpg", contact_sheet(sheet), force=True)
    if out is None:
        for name in ("to_painting.npz", "to_photo.npz", "cycle_gan_heldout.jpg"):
            record_checksum(f"cycle_gan/{name}")
    return card


def listed(arguments):
    """Arguments with lists for tuples, as JSON has them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in arguments.items()}


def cut(name):
    """A shipped picture, its upper left corner, of at most `SIDES`."""
    return datasets.picture(name, SIDES[0])[: SIDES[0], : SIDES[1]]


def there_and_back(picture, first, second):
    """What two generators make of a picture, one after the other."""
    made = paint(first, picture)
    return made, paint(second, made)


def levels(pairs):
    """Mean absolute difference of pairs of pictures in levels of 255, the mean over the pairs."""
    return round(127.5 * float(np.mean([np.abs(one - other).mean() for one, other in pairs])), 2)


def mean_color(picture):
    return np.broadcast_to(picture.mean(axis=(0, 1)), picture.shape)


def contact_sheet(rows, columns=2):
    """Rows of three pictures each, two of them side by side."""
    cells = [np.concatenate([fitted(picture) for picture in row], axis=1) for row in rows]
    while len(cells) % columns:
        cells.append(np.ones_like(cells[0]))
    lines = [np.concatenate(cells[start : start + columns], axis=1) for start in range(0, len(cells), columns)]
    return np.concatenate(lines)


def fitted(picture):
    """A picture on a white ground of `SIDES`."""
    canvas = np.ones((*SIDES, 3), "float32")
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    return canvas


def card_text(card):
    """The card for people to read."""
    lines = [
        f"# {card['title']}",
        "",
        "![Held-out photos, their paintings, and the photos brought back](cycle_gan_heldout.jpg)",
        "",
        f"In threes: a photo that no training has seen, its painting, the photo brought back. The last "
        f"three: `{card['heldout']['painting']}`, which no training has seen either, as a photo, and back.",
        "",
        "| | |",
        "| --- | --- |",
    ]
    for key in ("networks", "start", "photos", "losses", "batch", "seed", "steps"):
        lines.append(f"| {key} | {card[key]} |")
    lines += [
        f"| time | {card['cpu_seconds'] / 60:.0f} CPU minutes, after {card['before']['cpu_minutes']} for the start |",
        *(f"| weight, {name.removesuffix('_weight')} | {value:g} |" for name, value in card["loss_weights"].items()),
        f"| paintings | {', '.join(Path(name).stem for name in card['paintings'])} |",
        f"| command | `{card['command']}` |",
        "",
        "Mean absolute differences in levels of 255, on the held-out pictures of the sheet:",
        "",
        "| | |",
        "| --- | --- |",
    ]
    found = card["heldout"]["levels_of_255_between_a_picture_and_itself_brought_back"]
    lines += [f"| {name} | {value} |" for name, value in found.items()]
    lines += ["", "The losses of every 25 steps are in `cycle_gan_log.csv`.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
