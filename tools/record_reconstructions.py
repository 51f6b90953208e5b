"""Records what lesson 07 shows: a photo rebuilt from the features of each layer, and textures made from a painting.

    python tools/record_reconstructions.py                  # all that are missing, some seven CPU minutes
    python tools/record_reconstructions.py --only texture   # one folder of the two
    python tools/record_reconstructions.py --size 128 --evaluations 0.6    # smaller and coarser, a fifth of the time

Every picture is the result of L-BFGS on its pixels, begun from noise. Pictures that are there and were made by the same
recipe are skipped, so the command can be interrupted. It writes data/experiments/07_reconstructions/ and 07_texture/:
a PNG for each picture, a card with recipe, losses and CPU seconds, and the checksums.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from gan_course.startup import import_tensorflow

import_tensorflow()

import tensorflow as tf  # noqa: E402
from scipy.optimize import minimize  # noqa: E402
from tables import record_checksum  # noqa: E402

from gan_course import datasets, losses  # noqa: E402
from gan_course.images import image_bytes, read_image, write_atomically  # noqa: E402
from gan_course.networks import build_vgg16_features, cut_border  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

SIZE, SEED = 192, 0
PHOTO, PAINTING = "photos/animals/lemur.jpg", "paintings/van_gogh/village_street_in_auvers.jpg"
LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv1")
# evaluations of the loss and its gradient; deep layers need more of them and each costs more
EVALUATIONS = {"block1_conv2": 50, "block2_conv2": 100, "block3_conv3": 150, "block4_conv1": 200}
TEXTURES = {"block1_conv2": LAYERS[:1], "block2_conv2": LAYERS[:2], "block4_conv1": LAYERS}
TEXTURE_EVALUATIONS = {"block1_conv2": 50, "block2_conv2": 75, "block4_conv1": 200}
# The style loss leaves out the cells at the border, so the outermost pixels of a texture are in no loss: cut them off.
TEXTURE_CUT = 8
# Total variation keeps down noise that a layer does not see. Small enough to leave the features alone.
VARIATION = {"block1_conv2": 0.0, "block2_conv2": 0.0, "block3_conv3": 0.02, "block4_conv1": 0.05}


def square(name, size):
    """The middle of a shipped picture, `(size, size, 3)`."""
    picture = datasets.picture(name, short_side=size)
    top, left = ((side - size) // 2 for side in picture.shape[:2])
    return picture[top : top + size, left : left + size]


def descend(loss, size, evaluations, variation=0.0):
    """Moves the pixels of a noise picture downhill. Returns the picture and the loss at every evaluation."""
    values = []

    @tf.function
    def value_and_gradient(pixels):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = loss(pixels)
            total = value + variation * losses.total_variation(pixels)
        return value, total, tape.gradient(total, pixels)

    def objective(pixels):
        pixels = tf.constant(pixels.reshape(1, size, size, 3), tf.float32)
        value, total, gradient = value_and_gradient(pixels)
        values.append(float(value))
        return float(total), np.asarray(gradient, "float64").ravel()

    start = np.random.default_rng(SEED).normal(0, 0.1, size * size * 3)
    result = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-1, 1)] * start.size,
        options={"maxfun": evaluations, "maxiter": evaluations, "ftol": 0.0, "gtol": 0.0},
    )
    return result.x.reshape(size, size, 3).astype("float32"), values


def content_of(layer, photo):
    """The content loss at one layer, as a function of a picture."""
    network = build_vgg16_features([layer])
    target = network(photo[None], training=False)[layer]
    return lambda pixels: losses.content_loss(target, network(pixels, training=False)[layer])


def style_of(layers, painting):
    """The style loss, its mean over some layers, as a function of a picture."""
    network = build_vgg16_features(layers)

    def grams(pixels):
        features = network(pixels, training=False)
        return [losses.gram_matrix(cut_border(features[name], name)) for name in layers]

    targets = grams(painting[None])
    return lambda pixels: sum(map(losses.style_loss, targets, grams(pixels))) / len(layers)


def record(folder, about, tasks, command, record_sums=True):
    """Makes the pictures that are missing and writes the card after each."""
    folder.mkdir(parents=True, exist_ok=True)
    card_path = folder / "card.json"
    made = json.loads(card_path.read_text(encoding="utf-8"))["pictures"] if card_path.exists() else {}
    tasks = {name: ({**about, **recipe}, make_loss) for name, (recipe, make_loss) in tasks.items()}
    made = {name: one for name, one in made.items() if name in tasks and one["recipe"] == tasks[name][0]}
    for name, (recipe, make_loss) in tasks.items():
        path = folder / f"{name}.png"
        if path.exists() and name in made:
            continue
        begun = time.process_time()
        size = recipe["size"]
        picture, values = descend(make_loss(), size, recipe["evaluations"], recipe["variation_weight"])
        seconds = time.process_time() - begun
        cut = recipe["cut"]
        write_atomically(path, image_bytes(picture[cut : size - cut, cut : size - cut]))
        loss = float(make_loss()(read_image(path)[None]))  # of what ships, rounded to 8 bits
        made[name] = {
            "recipe": recipe,
            "loss_at_start": round(values[0], 5),
            "loss": round(loss, 5),
            "cpu_seconds": round(seconds, 1),
            # L-BFGS tries out steps that it does not take, so the best so far is what falls
            "curve": [round(float(value), 5) for value in np.minimum.accumulate(values)[::10]],
        }
        card = {
            "command": command,
            "cpu_minutes": round(sum(one["cpu_seconds"] for one in made.values()) / 60, 1),
            "pictures": made,
        }
        write_atomically(card_path, (json.dumps(card, indent=2) + "\n").encode())
        if record_sums:
            record_checksum(path.relative_to(data_path()).as_posix())
        print(f"{path.name}: loss {loss:.4f} after {len(values)} evaluations, {seconds:.0f} CPU seconds", flush=True)


def reconstructions(size=SIZE, share=1.0):
    """What to make from the photo: name → (recipe, function that makes the loss)."""
    return {
        layer: (
            {"evaluations": round(share * EVALUATIONS[layer]), "variation_weight": VARIATION[layer], "cut": 0},
            lambda layer=layer: content_of(layer, square(PHOTO, size)),
        )
        for layer in LAYERS
    }


def textures(size=SIZE, share=1.0):
    """What to make from the painting: name of the deepest layer → (recipe, function that makes the loss)."""
    return {
        deepest: (
            {
                "layers": list(layers),
                "evaluations": round(share * TEXTURE_EVALUATIONS[deepest]),
                "variation_weight": 0.0,
                "cut": TEXTURE_CUT,
            },
            lambda layers=layers: style_of(layers, square(PAINTING, size)),
        )
        for deepest, layers in TEXTURES.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("reconstructions", "texture"), help="one of the two folders")
    parser.add_argument("--out", type=Path, help="write there, and no checksums (default: data/experiments)")
    parser.add_argument("--size", type=int, default=SIZE, help=f"side in pixels (default {SIZE})")
    parser.add_argument("--evaluations", type=float, default=1.0, help="share of the recipe's evaluations (default 1)")
    arguments = parser.parse_args()
    size, share = arguments.size, arguments.evaluations
    command = "python tools/record_reconstructions.py"
    command += (f" --size {size}" if size != SIZE else "") + (f" --evaluations {share:g}" if share != 1 else "")
    out, sums = arguments.out or data_path("experiments"), not arguments.out
    about = {"size": size, "seed": SEED, "method": "L-BFGS-B in [-1, 1], from noise"}
    if arguments.only != "texture":
        tasks = reconstructions(size, share)
        record(out / "07_reconstructions", {**about, "photo": PHOTO}, tasks, command, sums)
    if arguments.only != "reconstructions":
        record(out / "07_texture", {**about, "painting": PAINTING}, textures(size, share), command, sums)


if __name__ == "__main__":
    main()
