"""Remakes the weights of a shipped stylizer.

    python tools/train_styles.py van_gogh --out runs/van_gogh
    python tools/train_styles.py great_wave --out runs/great_wave
    python tools/train_styles.py van_gogh --without-discriminator --out runs/without_discriminator

Run it again after an interruption and it goes on from the last save. The weights appear in the folder as
training.weights.h5 (everything needed to go on) and the log as log.csv; `tools/ship_stylizer.py` turns them into
what ships in data/weights, with its card. All start from a stylizer that was trained before.
"""

import argparse
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.training import style_recipe  # noqa: E402

START = "first_van_gogh"
BEFORE = {"steps": 4750, "cpu_minutes": 237}  # what the start has cost, see data/weights/first_van_gogh.md
# what each is trained on and for how many steps
STYLES = {
    "van_gogh": {
        "title": "Vincent van Gogh, eight paintings",
        "paintings": "paintings/van_gogh",
        "heldout": ("paintings/van_gogh/church_at_auvers.jpg",),
        "seed": 120,  # another than that of the start's last part, which would draw the same crops again
        "steps": 2400,
    },
    "great_wave": {
        "title": "Katsushika Hokusai, The Great Wave",
        "paintings": "paintings/hokusai/great_wave.jpg",
        "seed": 20,
        "steps": 2400,
    },
    "kandinsky": {
        "title": "Wassily Kandinsky, Composition VIII",
        "paintings": "paintings/kandinsky",
        "seed": 20,
        "steps": 3300,
    },
    "poppies": {
        "title": "Katsushika Hokusai, Poppies",
        "paintings": "paintings/hokusai/poppies.jpg",
        "seed": 20,
        "steps": 2400,
    },
}


def painting_files(style):
    """Names of the paintings a style is trained on; never a held-out one (`heldout` is for measuring)."""
    source = STYLES[style]["paintings"]
    return [source] if source.endswith(".jpg") else datasets.picture_files(source)


def build(style, **weights):
    """The trainer of a style at step 0, its photos and its paintings. `weights` differ from those of the recipe."""
    photos = style_recipe.training_photos()
    paintings = [style_recipe.painting_in_scales(datasets.picture(name), name) for name in painting_files(style)]
    return style_recipe.build_training(photos, paintings, START, **weights), photos, paintings


class Report(keras.callbacks.Callback):
    """Prints the means of every epoch on one line."""

    def on_epoch_end(self, epoch, logs=None):
        print(", ".join(f"{name} {value:.3g}" for name, value in logs.items()), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("style", choices=STYLES)
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and the log")
    parser.add_argument(
        "--without-discriminator", action="store_true", help="weight 0 for the adversarial term, see lesson 10"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    style = STYLES[options.style]
    weights = {"adversarial_weight": 0.0} if options.without_discriminator else {}
    about, now = options.out / "about.json", {"style": options.style, "weights": style_recipe.WEIGHTS | weights}
    if about.exists() and json.loads(about.read_text(encoding="utf-8")) != now:
        parser.error(f"{options.out} holds another training, see {about}. Choose another folder with --out.")
    about.write_text(json.dumps(now) + "\n", encoding="utf-8")
    gan, photos, paintings = build(options.style, **weights)
    if (options.out / "training.weights.h5").exists():
        gan.load_weights(options.out / "training.weights.h5")
    print(f"{len(photos)} photos, {len(paintings)} paintings, {gan.stylizer.count_params():,} weights, step {gan.step}")
    style_recipe.train(gan, photos, paintings, options.out, style["seed"], style["steps"], callbacks=[Report()])


if __name__ == "__main__":
    main()
