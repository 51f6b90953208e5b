"""Measures stylizers on the held-out photos: frame, grid, burnt flats, recognized painter, active terms.

    python tools/measure_stylizers.py                              # every shipped style
    python tools/measure_stylizers.py van_gogh runs/try.npz --out measured.json

Each row has a value, the mark it should reach, and in words whether it does. Held-out photos are a report: no setting
is chosen by this table, so look at it when a training is finished. What the measures are is said in
gan_course/picture_faults.py and tools/painter_classifier.py.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import painter_classifier as painters  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.networks import build_vgg16_features  # noqa: E402
from gan_course.networks.stylizer import CanvasGrain  # noqa: E402
from gan_course.picture_faults import block_energy, burnt_share, frame_fault, grid_energy  # noqa: E402
from gan_course.pretrained import load_stylizer, shipped_styles  # noqa: E402
from gan_course.stylize import compiled, paint  # noqa: E402

# the painter of each style and the paintings it was trained on
PAINTERS = {"van_gogh": "van_gogh", "great_wave": "hokusai", "poppies": "hokusai", "kandinsky": "kandinsky"}
ONE_PAINTING = {name: f"paintings/hokusai/{name}.jpg" for name in ("great_wave", "poppies")}
PERIODS = (2, 4, 8)
EXTENSION = 64  # a multiple of 4, so that the stylizer's raster stays where it was
MARKS = {"frame": 2.0, "grid": 1.5, "burnt": 2.0, "recognized": 0.8, "active": 0.05}
# Paintings with next to no black and white would make twice their share unreachable; one value in a thousand is
# nothing the eye sees.
BURNT_FLOOR = 0.001


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("styles", nargs="*", metavar="STYLE", help="shipped names or .npz files (all that ship)")
    parser.add_argument(
        "--like", choices=PAINTERS, help="the style that .npz files are trained for, if they are named otherwise"
    )
    parser.add_argument("--out", type=Path, help="JSON file to write")
    arguments = parser.parse_args()
    styles = arguments.styles or sorted(shipped_styles())
    names = {style: style_name(style, arguments.like) for style in styles}  # before any work is done

    photos = [datasets.picture(name) for name in datasets.picture_files("photos", "heldout")]
    network = build_vgg16_features(painters.LAYERS)
    recognize, classifier = trained_classifier(network, photos)
    print("## The classifier\n")
    print_table(
        ("pictures", "given to the right class"), [(row["pictures"], f"{row['right']:.0%}") for row in classifier]
    )
    report = {"classifier": classifier, "styles": {}}
    for style, name in names.items():
        rows = measure(load_stylizer(style), style, name, photos, recognize)
        report["styles"][style] = rows
        print(f"\n## {style}, {len(photos)} held-out photos\n")
        print_table(
            ("measure", "value", "mark", ""),
            [(row["measure"], row["text"], row["mark"], row["verdict"]) for row in rows],
        )
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8", newline="\n")


def style_name(style, like=None):
    """The name under which a style is known here: its own, or the one its file says, or `--like`."""
    name = style
    if style.endswith(".npz"):
        with np.load(style, allow_pickle=False) as file:
            name = like or json.loads(str(file["about"])).get("style")
    if name not in PAINTERS:
        raise SystemExit(
            f"{style} is of the style {name!r}, whose painter is not known here; known are {', '.join(PAINTERS)}. "
            f"Say which it should be measured like: --like van_gogh."
        )
    return name


def trained_classifier(network, photos):
    """The classifier, and how it does on pictures it has not seen.

    Returns:
        Function from a picture to probabilities, one per class, and rows with the share of pictures that it gives to
        their class.
    """
    described = {
        name: [painters.describe(network, picture) for picture in pictures]
        for name, pictures in painters.training_pictures().items()
    }
    rows = []
    for name, found in painters.leave_one_out(described).items():
        count = len(described[name])
        rows.append({"pictures": f"{name}, {count} left out of the fit in turn", "right": found["pictures"]})
        rows.append({"pictures": f"{name}, patches of those", "right": found["patches"]})
    predict = painters.fit(described)
    recognize = lambda picture: predict(painters.describe(network, picture)).mean(axis=0)  # noqa: E731
    heldout = {"photo": photos}
    for name in ("van_gogh", "hokusai"):
        heldout[name] = [datasets.picture(x) for x in datasets.picture_files(f"paintings/{name}", "heldout")]
    for name, pictures in heldout.items():
        right = share_given_to(name, [recognize(picture) for picture in pictures])
        rows.append({"pictures": f"{name}, {len(pictures)} held out", "right": right})
    return recognize, rows


def share_given_to(name, probabilities):
    """Share of pictures whose most probable class is `name`."""
    return float(np.mean(np.argmax(probabilities, axis=1) == painters.CLASSES.index(name)))


def measure(stylizer, style, name, photos, recognize):
    """All rows of a style's table."""
    painter = PAINTERS[name]
    painted = [paint(stylizer, photo) for photo in photos]
    all_paintings = [datasets.picture(x) for x in datasets.picture_files(f"paintings/{painter}")]
    own_paintings = [datasets.picture(ONE_PAINTING[name])] if name in ONE_PAINTING else all_paintings
    return [
        *frame_rows(stylizer, photos, painted),
        *repetition_rows("grid", grid_energy, painted, all_paintings, judged=True),
        *repetition_rows("blocks", block_energy, painted, all_paintings, judged=False),
        burnt_row(painted, own_paintings),
        *recognized_rows(painted, photos, own_paintings, painter, recognize),
        *active_rows(style),
    ]


def frame_rows(stylizer, photos, painted):
    """The frame; and what it would be if nothing were mirrored around a photo before it is painted."""
    moved = move_canvas(stylizer, EXTENSION)
    extend = lambda photo: np.pad(photo, ((EXTENSION, EXTENSION), (EXTENSION, EXTENSION), (0, 0)), mode="reflect")  # noqa: E731
    run = lambda network, photo: compiled(network)(photo[None]).numpy()[0]  # noqa: E731
    bare = [photo[: photo.shape[0] // 4 * 4, : photo.shape[1] // 4 * 4] for photo in photos]
    pairs = {
        "frame": [(painting, paint(moved, extend(photo))) for painting, photo in zip(painted, photos, strict=True)],
        "frame, nothing mirrored": [(run(stylizer, photo), run(moved, extend(photo))) for photo in bare],
    }
    rows = []
    for name, paintings in pairs.items():
        faults = [frame_fault(*pair) for pair in paintings]
        text = f"{np.mean(faults):.2f} levels (largest {max(faults):.2f})"
        rows.append(row(name, float(np.mean(faults)), "frame" if name == "frame" else None, text))
    return rows


def move_canvas(stylizer, pixels):
    """A copy of a stylizer whose canvas grain lies so many pixels farther down and to the right.

    A photo that is continued by so many pixels on every side then has the grain of the photo alone in its middle. On
    another canvas every stroke would begin elsewhere, and what the edge changes would be lost among the strokes.
    """
    moved = keras.models.clone_model(stylizer)
    moved.set_weights(stylizer.get_weights())
    for layer in moved.layers:
        if isinstance(layer, CanvasGrain):
            layer.tile = np.roll(layer.tile, pixels, axis=(0, 1))
    return moved


def row(measure, value, mark=None, text=None, **more):
    """One line of the table; without a mark it is told and not judged."""
    if mark is None or value is None:
        return {"measure": measure, "value": value, "text": text, "mark": "-", "verdict": "not judged", **more}
    upper = mark in ("frame", "grid", "burnt")
    reached = value <= MARKS[mark] if upper else value >= MARKS[mark]
    unit = {"frame": "2 levels", "grid": "1.5 times", "burnt": "2 times", "recognized": "80%", "active": "5%"}[mark]
    words = f"{'at most' if upper else 'at least'} {unit}"
    return {
        "measure": measure,
        "value": value,
        "text": text,
        "mark": words,
        "verdict": "pass" if reached else "FAIL",
        **more,
    }


def repetition_rows(measure, energy, painted, paintings, judged):
    """A row per period: what repeats in the painted photos, as a multiple of the same in the painter's pictures."""
    rows = []
    for period in PERIODS:
        found, own = (float(np.mean([energy(x, period) for x in pictures])) for pictures in (painted, paintings))
        text = f"{found / own:.2f} times ({found:.2f} against the painter's {own:.2f})"
        rows.append(row(f"{measure}, {period} px", found / own, "grid" if judged else None, text))
    return rows


def burnt_row(painted, paintings):
    found, own = (float(np.mean([burnt_share(x) for x in pictures])) for pictures in (painted, paintings))
    text = f"{found / max(own, BURNT_FLOOR):.2f} times ({found:.2%} against the paintings' {own:.2%}"
    text += f", counted as {BURNT_FLOOR:.1%})" if own < BURNT_FLOOR else ")"
    return row("burnt flats", found / max(own, BURNT_FLOOR), "burnt", text)


def recognized_rows(painted, photos, paintings, painter, recognize):
    """Which class the painted photos are given to; and photos that have only the palette, for comparison."""
    given = np.array([recognize(picture) for picture in painted])
    share, probability = share_given_to(painter, given), given.mean(axis=0)
    text = f"{share:.0%} given to {painter} (probabilities "
    text += ", ".join(f"{name} {value:.2f}" for name, value in zip(painters.CLASSES, probability, strict=True)) + ")"
    recolored = [with_palette(photo, paintings[i % len(paintings)]) for i, photo in enumerate(photos)]
    palette = share_given_to(painter, [recognize(picture) for picture in recolored])
    return [
        row("recognized", share, "recognized", text),
        row(
            "recognized by palette alone",
            palette,
            None,
            f"{palette:.0%} of the photos with a painting's mean colors and contrast",
        ),
    ]


def with_palette(photo, painting):
    """The photo with the mean and the standard deviation of each channel of a painting."""
    standard = (photo - photo.mean(axis=(0, 1))) / (photo.std(axis=(0, 1)) + 1e-6)
    return np.clip(standard * painting.std(axis=(0, 1)) + painting.mean(axis=(0, 1)), -1.0, 1.0).astype("float32")


def active_rows(style):
    """Each term's share of the gradient in the last third of the training, as the style's card has it."""
    card = shipped_styles().get(style, {})
    if style.endswith(".npz") and Path(style).with_suffix(".json").exists():
        card = json.loads(Path(style).with_suffix(".json").read_text(encoding="utf-8"))
    shares = card.get("gradient_shares", {}).get("last third")
    if not shares:
        return [row("active", None, None, "no card with gradient shares")]
    return [row(f"active, {term}", share, "active", f"{share:.0%}") for term, share in shares.items()]


def print_table(heads, rows):
    """A table that reads well in a terminal and in Markdown."""
    rows = [tuple(heads), *rows]
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(heads))]
    for number, cells in enumerate(rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |")
        if number == 0:
            print("| " + " | ".join("-" * max(3, width) for width in widths) + " |")


if __name__ == "__main__":
    main()
