"""Turns a finished (or interrupted) training of tools/train_adain.py into what ships.

    python tools/ship_adain.py runs/adain
    python tools/ship_adain.py --judge runs/adain runs/adain_before_style

The first writes data/decoders/adain.npz (the moving average, in float16), adain.json (the card: how it was made and
what it does with pictures that nothing was trained on), adain_log.csv and adain_heldout.jpg (the same photos in their
own style and in that of three paintings), and the checksums. The second compares trainings on training photos and the
painting that was left out, so that one can choose, and ships nothing; it leaves a sheet, judged.jpg, in each folder.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
import train_adain as recipe  # noqa: E402
from gan_runs import read_log  # noqa: E402
from ship_generator import write_log  # noqa: E402
from tables import record_checksum  # noqa: E402

from gan_course import datasets, images  # noqa: E402
from gan_course.any_style import load_decoder, read_style_picture, save_decoder  # noqa: E402
from gan_course.networks import build_adain_stylizer, build_vgg16_features  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.stylize import paint  # noqa: E402
from gan_course.training.adain import LAYERS, statistics_loss  # noqa: E402

NAME = "adain"
PHOTOS = tuple(
    f"photos/{name}.jpg"
    for name in ("monuments/neuschwanstein_castle", "monuments/colosseum", "animals/owl", "animals/scarlet_macaw")
)
PAINTINGS = (
    "paintings/kandinsky/composition_viii.jpg",
    "paintings/van_gogh/church_at_auvers.jpg",
    "paintings/hokusai/ryogoku_bridge.jpg",
)
HEIGHT, WIDTH = 384, 480  # of the photos on the sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, nargs="+", help="folder that tools/train_adain.py wrote")
    parser.add_argument("--judge", action="store_true", help="compare trainings, ship nothing")
    parser.add_argument("--out", type=Path, help="write there, and no checksum (default: data/decoders)")
    arguments = parser.parse_args()
    if arguments.judge:
        for run in arguments.run:
            judge(run)
    elif len(arguments.run) == 1:
        ship(arguments.run[0], arguments.out)
    else:
        parser.error("one training ships; name one folder, or add --judge")


def load_trainer(run, **decoder):
    """The trainer as it was saved, whichever terms it had."""
    styled = (run / "log_style.csv").exists()
    trainer = recipe.build(recipe.STYLE_WEIGHT if styled else 0.0, **decoder)
    trainer.load_weights(run / "training.weights.h5")
    return trainer


def judge(run, size=(HEIGHT, WIDTH), **decoder):
    """Prints and returns `measure` on training photos and `LEFT_OUT`; arguments as in `ship`."""
    trainer = load_trainer(run, **decoder)
    files = datasets.picture_files("photos")[::15]
    photos = {name: datasets.picture(name, size[0])[:, : size[1]] for name in files}
    styles = {recipe.LEFT_OUT: read_style_picture(data_path(recipe.LEFT_OUT))}
    painted = paint_all(trainer.averaged_decoder, photos, styles)
    images.save_image(run / "judged.jpg", contact_sheet(photos, styles, painted), force=True)
    found = measure(photos, styles, painted)
    print(f"{run}, step {trainer.step}: {json.dumps(found, indent=2)}")
    return found


def ship(run, out=None, size=(HEIGHT, WIDTH), **decoder):
    """Writes the four files. Returns the card.

    Args:
        run: folder of the training.
        out: folder to write to; data/decoders if None.
        size: height and width to which the photos are cut.
        **decoder: arguments of `build_adain_decoder`.
    """
    folder = out or data_path() / "decoders"
    folder.mkdir(parents=True, exist_ok=True)
    trainer = load_trainer(run, **decoder)
    path = folder / f"{NAME}.npz"
    save_decoder(path, trainer.averaged_decoder, decoder)
    shipped = load_decoder(path)  # what is measured is what ships
    log, style_log = (
        [row for row in read_log(run / name) if row["step"] <= trainer.step] if (run / name).exists() else []
        for name in ("log.csv", "log_style.csv")
    )
    styled = bool(style_log)
    photos = {name: datasets.picture(name, size[0])[:, : size[1]] for name in PHOTOS}
    styles = {name: read_style_picture(data_path(name)) for name in PAINTINGS}
    painted = paint_all(shipped, photos, styles)
    measured = measure(photos, styles, painted)
    card = {
        "title": "AdaIN: any painting as a style",
        "network": f"build_adain_decoder(), {shipped.count_params():,} weights, {path.stat().st_size / 1e6:.2f} MB",
        "photos": f"{len(datasets.picture_files('photos'))} photos, all that are not held out",
        "paintings": recipe.painting_files(),
        "left_out_to_judge_settings": recipe.LEFT_OUT,
        "never_trained_on": list(PAINTINGS),
        "losses": "reconstruction of pictures, recolored, mixed and with exchanged statistics; "
        + (
            f"from step {int(log[-1]['step'])} on also content and mean-and-deviation style, "
            f"with weights of 1 and {recipe.STYLE_WEIGHT:g}"
            if styled
            else "none on style"
        ),
        "steps": trainer.step,
        "batch_size": f"{recipe.BATCH} photos and {recipe.BATCH} paintings, crops of {recipe.CROP} pixels",
        "learning_rate": f"Adam, rising to {recipe.RATE} in {recipe.WARM_UP} steps, then falling along a cosine to a "
        f"tenth of it at step {recipe.STEPS:,}",
        "seed": recipe.SEED,
        "cpu_minutes": round(sum(row["cpu_seconds"] for row in log + style_log) / 60, 1),
        "measured": measured,
        "limits": limits(measured["distance_of_statistics_to_the_painting"]),
        "command": f"python tools/train_adain.py --out runs/{NAME} --steps {trainer.step}"
        + (f" --style-from {int(log[-1]['step'])}" if styled else "")
        + f" && python tools/ship_adain.py runs/{NAME}",
    }
    path.with_suffix(".json").write_text(
        json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    write_log(log + style_log, folder / f"{NAME}_log.csv")
    images.save_image(folder / f"{NAME}_heldout.jpg", contact_sheet(photos, styles, painted), force=True)
    if out is None:
        for file in (path, folder / f"{NAME}_heldout.jpg"):
            record_checksum(f"decoders/{file.name}")
    print(json.dumps(card, indent=2, ensure_ascii=False))
    return card


def limits(distances):
    """What the decoder does not do, in words: what is known of its layer, and which paintings it comes no nearer to."""
    farther = [style for style, row in distances.items() if row["painted"] >= row["photos"]]
    found = (
        f"No nearer to its statistics than the plain photos: {', '.join(farther)}."
        if farther
        else "For each painting, what was painted is nearer to its statistics than the photos are."
    )
    return (
        "Colors and fine textures go toward those of the painting, forms do not: what is larger than about 24 pixels "
        "is not seen at this layer. Fine detail of the photo is softened, outlines get faint echoes, and in dark, even "
        f"areas the blocks of a JPEG file may show. {found}"
    )


def paint_all(decoder, photos, styles):
    """Dictionary from (photo, painting) to the result; the painting None is the photo itself."""
    painted = {}
    for name, photo in photos.items():
        painted[name, None] = paint(build_adain_stylizer(decoder, photo), photo)
    for style, picture in styles.items():
        stylizer = build_adain_stylizer(decoder, picture)
        for name, photo in photos.items():
            painted[name, style] = paint(stylizer, photo)
    return painted


def measure(photos, styles, painted):
    """How well photos come back, and how near the statistics come to those of each painting."""
    network = build_vgg16_features(LAYERS)
    features = lambda picture: network(picture[None], training=False)  # noqa: E731
    distance = lambda one, other: sum(float(statistics_loss(one[name], other[name])) for name in LAYERS) / len(LAYERS)  # noqa: E731
    back = [np.abs(painted[name, None] - photo).mean() for name, photo in photos.items()]
    constant = [np.abs(photo.mean(axis=(0, 1)) - photo).mean() for photo in photos.values()]
    photo_features = {name: features(photo) for name, photo in photos.items()}
    rows = {}
    for style, picture in styles.items():
        target = features(picture)
        rows[style] = {
            "photos": np.mean([distance(target, found) for found in photo_features.values()]),
            "painted": np.mean([distance(target, features(painted[name, style])) for name in photos]),
        }
    return {
        "mean_absolute_difference_of_photos_in_their_own_style": round(float(np.mean(back)), 4),
        "the_same_of_their_mean_colors": round(float(np.mean(constant)), 4),
        "distance_of_statistics_to_the_painting": {
            style: {name: round(float(value), 3) for name, value in row.items()} for style, row in rows.items()
        },
    }


def contact_sheet(photos, styles, painted):
    """The paintings above; below, each photo, itself in its own style, and in that of each painting."""
    height, width = next(iter(photos.values())).shape[:2]
    low = max(picture.shape[0] for picture in styles.values())
    head = [np.ones((low, width, 3), "float32")] * 2 + [framed(picture, low, width) for picture in styles.values()]
    rows = [head]
    for name, photo in photos.items():
        rows.append(
            [framed(picture, height, width) for picture in (photo, *(painted[name, s] for s in (None, *styles)))]
        )
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


def framed(picture, height, width):
    """A picture on a white ground of this size, reduced if it is larger."""
    scale = min(height / picture.shape[0], width / picture.shape[1], 1.0)
    if scale < 1.0:
        picture = images.resize(picture, [int(side * scale) for side in picture.shape[:2]])
    canvas = np.ones((height, width, 3), "float32")
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    return canvas


if __name__ == "__main__":
    main()
