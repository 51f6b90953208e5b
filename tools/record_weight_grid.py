"""Records what lesson 08 explores: one photo in one style, for weights of the style loss and for sets of style layers.

    python tools/record_weight_grid.py              # all that are missing, some nine CPU minutes
    python tools/record_weight_grid.py --only 3     # at most three of them
    python tools/record_weight_grid.py --size 96 --iterations 20 10     # a quick draft, two or three CPU minutes

A JPEG for each picture is written to data/experiments/08_weight_grid/; beside them 08_weight_grid.csv has a row for
each with the terms of its objective and its style loss at every layer, whether that layer was asked for or not, and
08_weight_grid.json the recipe and the cost. Pictures that are there are skipped, so the command can be interrupted and
goes on. If the recipe has changed, all are made anew.
"""

import argparse
import time
from pathlib import Path

from tables import read_recording, record_checksum, retire_card, write_recording

from gan_course import datasets
from gan_course.images import image_bytes, resize, write_atomically
from gan_course.paths import data_path
from gan_course.training import StyleTransferObjective, transfer_style
from gan_course.training.neural_style_transfer import STYLE_LAYERS

PHOTO, PAINTING = "photos/monuments/arles_amphitheater.jpg", "paintings/hokusai/great_wave.jpg"
WEIGHTS = (0.1, 0.5, 2.0, 8.0, 32.0)
LAYERS = {
    "block 1": STYLE_LAYERS[:1],
    "blocks 1-2": STYLE_LAYERS[:2],
    "blocks 1-3": STYLE_LAYERS[:3],
    "blocks 1-4": STYLE_LAYERS,
    "block 4 alone": STYLE_LAYERS[3:],
}
SIZE, ITERATIONS = 128, (40, 25)
VARIATION = 0.3
TERMS = ("content", "style", "total_variation")
COLUMNS = ("layers", "style_weight", "picture", *TERMS, *(f"style_{name}" for name in STYLE_LAYERS), "cpu_seconds")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="write there, and no checksums (default: data/experiments)")
    parser.add_argument("--only", type=int, help="make at most so many pictures")
    parser.add_argument("--size", type=int, default=SIZE, help=f"side in pixels (default {SIZE})")
    parser.add_argument("--iterations", type=int, nargs="+", default=ITERATIONS, help="for each size, coarse to fine")
    arguments = parser.parse_args()
    folder = arguments.out or data_path("experiments")
    made = recipe(arguments.size, arguments.iterations)
    print(record(folder, made, arguments.only, checksums=not arguments.out))


def recipe(size=SIZE, iterations=ITERATIONS, layers=LAYERS, weights=WEIGHTS):
    """What determines the pictures. The painting is a little larger than they are, so that strokes are easy to see."""
    return {
        "photo": PHOTO,
        "painting": PAINTING,
        "size": size,
        "painting_shorter_side": round(size * 1.25),
        "start": "the photo",
        "minimizer": "L-BFGS, pixels as sines",
        "beyond the edge": "its mirror image",
        "iterations": list(iterations),
        "content_weight": 1.0,
        "content_layers": ["block3_conv3"],
        "total_variation_weight": VARIATION,
        "layers": {name: list(some) for name, some in layers.items()},
        "style_weights": list(weights),
    }


def record(folder, made, only=None, checksums=False):
    """Makes the missing pictures, and writes table and card after each. Returns a sentence."""
    (folder / "08_weight_grid").mkdir(parents=True, exist_ok=True)
    rows = read(folder, made)
    wanted = [(name, weight) for name in made["layers"] for weight in made["style_weights"]]
    missing = [pair for pair in wanted if pair not in {(row["layers"], row["style_weight"]) for row in rows}]
    photo = square(made["photo"], made["size"])
    painting = datasets.picture(made["painting"], short_side=made["painting_shorter_side"])
    judge = StyleTransferObjective(photo, painting)
    for name, weight in missing[:only]:
        path = folder / "08_weight_grid" / f"{name.replace(' ', '_')}_{weight:g}.jpg"
        row, picture = paint(photo, painting, judge, made, name, weight)
        retire_card(folder / "08_weight_grid.json", made)  # whose picture this replaces
        write_atomically(path, image_bytes(picture, ".jpg"))
        rows.append({**row, "picture": f"experiments/08_weight_grid/{path.name}"})
        rows.sort(key=lambda row: wanted.index((row["layers"], row["style_weight"])))
        write(folder, rows, made)
        if checksums:
            record_checksum(rows[0]["picture"].rsplit("/", 1)[0] + "/" + path.name)
        print(f"{name}, style weight {weight:g}: {row['cpu_seconds']} CPU seconds", flush=True)
    return f"{len(rows)} of {len(wanted)} pictures are there."


def square(name, size):
    """The middle of a shipped picture, `(size, size, 3)`."""
    image = datasets.picture(name)
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return resize(image[top : top + side, left : left + side], (size, size))


def paint(photo, painting, judge, made, name, weight):
    """One picture and its row; `judge` is an objective with all layers, whose losses are written down."""
    begun = time.process_time()
    picture, histories = transfer_style(
        photo,
        painting,
        iterations=made["iterations"],
        style_weight=weight,
        content_weight=made["content_weight"],
        total_variation_weight=made["total_variation_weight"],
        style_layers=made["layers"][name],
        content_layers=made["content_layers"],
    )
    seconds = round(time.process_time() - begun, 1)
    best = min(histories[-1], key=lambda row: row["objective"])
    features = judge.features(picture[None])
    by_layer = {f"style_{layer}": float(judge.style_at(layer, features)) for layer in STYLE_LAYERS}
    numbers = {name: round(value, 4) for name, value in ({term: best[term] for term in TERMS} | by_layer).items()}
    return {"layers": name, "style_weight": weight, **numbers, "cpu_seconds": seconds}, picture


def read(folder, made):
    """The rows that are there, none if another recipe made them."""
    _, rows = read_recording(folder / "08_weight_grid.csv", made)
    texts = ("layers", "picture")
    return [{name: value if name in texts else float(value) for name, value in row.items()} for row in rows]


def command(made):
    """The command line that makes such a recording."""
    options = "" if made["size"] == SIZE else f" --size {made['size']}"
    if made["iterations"] != list(ITERATIONS):
        options += " --iterations " + " ".join(map(str, made["iterations"]))
    return "python tools/record_weight_grid.py" + options


def write(folder, rows, made):
    """Writes table and card."""
    card = {
        "command": command(made),
        "cpu_minutes": round(sum(row["cpu_seconds"] for row in rows) / 60, 1),
        "recipe": made,
    }
    write_recording(folder / "08_weight_grid.csv", COLUMNS, rows, card)


if __name__ == "__main__":
    main()
