"""Records what lesson 09 shows: small stylizers that are alike but for one choice, and what it does to a painting.

    python tools/record_stylizer_failures.py                 # all four, 1500 steps each, some 70 CPU minutes
    python tools/record_stylizer_failures.py --crop 96 --steps 125 --decay 160    # a draft, a few CPU minutes
    python tools/record_stylizer_failures.py --only zeros    # one of them

Each is trained on crops of photos with the losses of lesson 08, from the same first weights where the shapes agree, on
the same crops in the same order. The two photos that are painted are left out of the training. It writes
data/experiments/09_failures/: paintings as PNG (JPEG would blur a checkerboard), log.csv with the losses, and
card.json with recipe, measures and CPU seconds. What is trained is saved in runs/09_failures_state/ as it goes, so the
command can be interrupted and goes on from there; a stylizer that is finished is skipped.
"""

import argparse
import io
import json
import time
from pathlib import Path

from tables import record_checksum, write_card, write_table

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402
from record_weight_grid import square  # noqa: E402

from gan_course import datasets, losses, picture_faults  # noqa: E402
from gan_course.images import image_bytes, write_atomically  # noqa: E402
from gan_course.networks.stylizer import (  # noqa: E402
    CanvasGrain,
    ReflectionPadding2D,
    instance_normalization,
    smooth,
    upsample,
)
from gan_course.paths import ROOT, data_path  # noqa: E402
from gan_course.training import StyleTransferObjective  # noqa: E402

PHOTOS = ("photos/monuments/arles_amphitheater.jpg", "photos/animals/polar_bear.jpg")
PAINTING = "paintings/hokusai/great_wave.jpg"
STEPS, CROPS, CROP, SIZE = 1500, 2, 128, 192
STEPS_PER_SAVE, STEPS_PER_ROW = 25, 10
WEIGHTS = {"content": 1.0, "style": 4.0, "total_variation": 0.3}
CONTENT_LAYER = "block3_conv3"
PALE = 0.35  # contrast of the pale version of a photo
SEED = 0
BASE = {"normalization": "instance", "enlargement": "resize", "padding": "reflection"}
VARIANTS = {
    "as_it_should_be": {},
    "batch": {"normalization": "batch"},
    "transposed": {"enlargement": "transposed"},
    "zeros": {"padding": "zeros"},
}
COLUMNS = ("variant", "step", "content", "style", "total_variation", "cpu_seconds")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps of each training (default {STEPS})")
    parser.add_argument("--decay", type=int, help="steps over which the learning rate falls (default: all)")
    parser.add_argument("--crop", type=int, default=CROP, help=f"side of a crop in pixels (default {CROP})")
    parser.add_argument("--only", choices=VARIANTS, nargs="+", default=list(VARIANTS), help="train these")
    parser.add_argument("--out", type=Path, help="write there, and no checksums (default: data/experiments)")
    options = parser.parse_args()
    folder = (options.out or data_path("experiments")) / "09_failures"
    made = recipe(options.steps, options.crop, options.decay)
    runs = (options.out or ROOT / "runs") / "09_failures_state"
    print(record(folder, runs, made, options.only, checksums=not options.out))


def recipe(steps=STEPS, crop=CROP, decay=None, size=SIZE, filters=(16, 48), blocks=3):
    """What determines the pictures."""
    return {
        "steps": steps,
        "decay_steps": decay or steps,
        "crops": CROPS,
        "crop": crop,
        "size": size,
        "filters": list(filters),
        "blocks": blocks,
        "painting": PAINTING,
        "painting_shorter_side": 240,
        "photos": list(PHOTOS),
        "training_photos": "those of the training set but the two above, shorter side 192 pixels",
        "weights": WEIGHTS,
        "optimizer": "Adam, 5e-3 falling to 5e-4 along a cosine of decay_steps",
        "pale": PALE,
        "seed": SEED,
    }


# ---------------------------------------------------------------- the networks


def build_variant(normalization, enlargement, padding, filters=(16, 48), blocks=3, detail=8):
    """`build_stylizer`, a small one, in which one choice can be another.

    Args:
        normalization: `"instance"` or `"batch"`.
        enlargement: `"resize"` (repeat, smooth, convolve) or `"transposed"`, kernel 3 and stride 2.
        padding: `"reflection"` or `"zeros"`, of every convolution.
        filters: numbers of filters at half and at quarter size.
        blocks: number of residual blocks.
        detail: number of filters at full size.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → the same.
    """
    half, quarter = filters

    def normalize(x):
        return instance_normalization(x) if normalization == "instance" else layers.BatchNormalization(momentum=0.9)(x)

    def convolve(x, count, strides=1):
        x = ReflectionPadding2D(1)(x) if padding == "reflection" else layers.ZeroPadding2D(1)(x)
        return layers.Conv2D(count, 3, strides=strides)(x)

    def enlarge(x, count):
        if enlargement == "resize":
            return convolve(upsample(x), count)
        x = layers.Conv2DTranspose(count, 3, strides=2, padding="same")(ReflectionPadding2D(1)(x))
        return layers.Cropping2D(2)(x)

    photos = keras.Input((None, None, 3), name="photos")
    canvas = CanvasGrain()(photos)
    x = layers.ReLU()(normalize(convolve(smooth(canvas, 2), half, strides=2)))
    x = layers.ReLU()(normalize(convolve(smooth(x, 2), quarter, strides=2)))
    for _ in range(blocks):
        y = layers.ReLU()(normalize(convolve(x, quarter)))
        x = layers.Add()([x, normalize(convolve(y, quarter))])
    x = layers.ReLU()(normalize(enlarge(x, half)))
    x = layers.Concatenate()([layers.ReLU()(enlarge(x, detail)), canvas])
    x = layers.ReLU()(convolve(x, detail))
    return keras.Model(photos, layers.Activation("tanh")(convolve(x, 3)))


# ---------------------------------------------------------------- training


class Training:
    """One stylizer, its optimizer, and the losses of lesson 08 for a batch of crops."""

    def __init__(self, variant, made):
        keras.utils.set_random_seed(made["seed"])
        choices = {**BASE, **VARIANTS[variant]}
        self.network = build_variant(**choices, filters=made["filters"], blocks=made["blocks"])
        rate = keras.optimizers.schedules.CosineDecay(5e-3, made["decay_steps"], alpha=0.1)
        self.optimizer = keras.optimizers.Adam(rate)
        self.optimizer.build(self.network.trainable_variables)
        painting = datasets.picture(made["painting"], short_side=made["painting_shorter_side"])
        self.objective = StyleTransferObjective(painting, painting)  # its features and its targets are what is needed
        self.step = tf.function(self._step)

    def terms(self, photos, painted):
        """Content, style and total variation of a batch; the Gram matrices are averaged over the batch first."""
        of_photos, of_painted = self.objective.features(photos), self.objective.features(painted)
        targets = self.objective.target_grams
        style = [
            losses.style_loss(target, tf.reduce_mean(losses.gram_matrix(of_painted[name]), axis=0, keepdims=True))
            for name, target in targets.items()
        ]
        return {
            "content": losses.content_loss(of_photos[CONTENT_LAYER], of_painted[CONTENT_LAYER]),
            "style": sum(style) / len(style),
            "total_variation": losses.total_variation(painted),
        }

    def _step(self, photos):
        with tf.GradientTape() as tape:
            terms = self.terms(photos, self.network(photos, training=True))
            total = sum(WEIGHTS[name] * value for name, value in terms.items())
        gradients = tape.gradient(total, self.network.trainable_variables)
        self.optimizer.apply(gradients, self.network.trainable_variables)
        return terms

    def variables(self):
        """All that a training needs to go on."""
        return [*self.network.weights, *self.optimizer.variables]

    def save(self, path, rows, seconds):
        """Writes the variables, the rows of the log and the CPU seconds so far."""
        buffer = io.BytesIO()
        arrays = {f"v{number}": np.asarray(variable) for number, variable in enumerate(self.variables())}
        np.savez(buffer, rows=np.array(json.dumps(rows)), seconds=np.array(seconds), **arrays)
        write_atomically(path, buffer.getvalue())

    def load(self, path):
        """Reads what `save` wrote. Returns the rows and the CPU seconds."""
        with np.load(path, allow_pickle=False) as file:
            for number, variable in enumerate(self.variables()):
                variable.assign(file[f"v{number}"])
            return json.loads(str(file["rows"])), float(file["seconds"])


def train(variant, made, path):
    """Trains to the last step, from the save if there is one. Returns `(training, rows, CPU seconds)`."""
    training, rows, spent = Training(variant, made), [], 0.0
    if path.exists():
        rows, spent = training.load(path)
        if int(training.optimizer.iterations) > made["steps"]:
            raise SystemExit(f"{path} has more than {made['steps']} steps. Ask for as many, or delete it.")
    names = [name for name in datasets.picture_files("photos") if name not in made["photos"]]
    crops = datasets.CropSampler([datasets.picture(name, short_side=192) for name in names])
    begun = time.process_time()
    for step in range(int(training.optimizer.iterations), made["steps"]):
        terms = training.step(crops(made["crops"], made["crop"], (made["seed"], step)))
        seconds = spent + time.process_time() - begun
        if step % STEPS_PER_ROW == 0:
            numbers = {name: round(float(value), 4) for name, value in terms.items()}
            rows.append({"variant": variant, "step": step, **numbers, "cpu_seconds": round(seconds, 1)})
        if (step + 1) % STEPS_PER_SAVE == 0 or step + 1 == made["steps"]:
            training.save(path, rows, seconds)
            print(f"{variant}, step {step + 1}: style {float(terms['style']):.3f}, {seconds:.0f} s", flush=True)
    return training, rows, spent + time.process_time() - begun


# ---------------------------------------------------------------- what comes out


def paint(network, photo, training=False):
    """One picture through a network."""
    return network(photo[None], training=training).numpy()[0]


def pictures(variant, network, photos, pale):
    """The paintings that ship: each photo, a pale version of the first, and as in training if that is different."""
    made = {f"{variant}_{Path(name).stem}": paint(network, photo) for name, photo in photos.items()}
    first = next(iter(photos.values()))
    if variant in ("as_it_should_be", "batch"):
        made[f"{variant}_pale"] = paint(network, pale * (first - first.mean()) + first.mean())
    if variant == "batch":
        both = network(np.stack(list(photos.values())), training=True).numpy()
        made |= {f"batch_as_in_training_{Path(name).stem}": one for name, one in zip(photos, both, strict=True)}
    return made


def measures(training, photos):
    """Numbers about a stylizer: the losses on the photos left out, and the faults of its paintings."""
    rows = []
    for photo in photos.values():
        painting = paint(training.network, photo)
        terms = training.terms(photo[None], painting[None])
        row = {name: float(value) for name, value in terms.items()}
        row |= {f"grid_{period}": picture_faults.grid_energy(painting, period) for period in (2, 4, 8)}
        rows.append(row)
    return {name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]}


def record(folder, runs, made, only, checksums=False):
    """Trains and paints what is missing, and writes table and card after each. Returns a sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    runs.mkdir(parents=True, exist_ok=True)
    card_path = folder / "card.json"
    card = json.loads(card_path.read_text(encoding="utf-8")) if card_path.exists() else {}
    if card.get("recipe") != made:
        card = {"recipe": made, "variants": {}}
    photos = {name: square(name, made["size"]) for name in made["photos"]}
    for variant in only:
        if variant in card["variants"]:
            continue
        path = runs / f"{variant}_{made['crop']}_{made['decay_steps']}.npz"
        training, rows, seconds = train(variant, made, path)
        painted = pictures(variant, training.network, photos, made["pale"])
        for name, picture in painted.items():
            write_atomically(folder / f"{name}.png", image_bytes(picture))
        card["variants"][variant] = {
            "changed": VARIANTS[variant],
            "weights": training.network.count_params(),
            "measured": measures(training, photos),
            "pictures": sorted(painted),
            "cpu_seconds": round(seconds, 1),
            "log": rows,
        }
        write(folder, card)
        for name in painted if checksums else ():
            record_checksum(f"experiments/09_failures/{name}.png")
    return f"{len(card['variants'])} of {len(VARIANTS)} stylizers are there."


def command(made):
    """The command line that makes such a recording."""
    given = [("steps", STEPS), ("crop", CROP), ("decay_steps", made["steps"])]
    return "python tools/record_stylizer_failures.py" + "".join(
        f" --{name.removesuffix('_steps')} {made[name]}" for name, default in given if made[name] != default
    )


def write(folder, card):
    """Writes table and card; the card keeps the log, too, from which the table is made anew each time."""
    known = [card["variants"][name] for name in VARIANTS if name in card["variants"]]
    card["command"] = command(card["recipe"])
    card["cpu_minutes"] = round(sum(one["cpu_seconds"] for one in known) / 60, 1)
    write_table(folder / "log.csv", COLUMNS, (row for one in known for row in one["log"]))
    write_card(folder / "card.json", card)


if __name__ == "__main__":
    main()
