"""Trains a patch discriminator that tells van Gogh's paintings from photos, and writes what ships: weights and card.

    python tools/train_critic.py --out runs/critic

It takes a few CPU minutes and writes data/discriminators/photos_against_van_gogh.npz and .json and the checksum. Run it
again after an interruption and it goes on from the last save, at most 100 steps back, to the very weights that it would
have reached without. It is trained on the eight van Goghs and the 56 photos for training; no setting was chosen on the
held-out ones, which are measured once at the end.
"""

import argparse
import io
import json
import time
from pathlib import Path

import numpy as np

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from tables import record_checksum  # noqa: E402

from gan_course import article, datasets  # noqa: E402
from gan_course.discriminators import FOLDER, load_discriminator, save_discriminator  # noqa: E402
from gan_course.images import resize, write_atomically  # noqa: E402
from gan_course.losses import non_saturating_discriminator_loss  # noqa: E402
from gan_course.networks import build_patch_discriminator  # noqa: E402
from gan_course.paths import data_path  # noqa: E402

NAME, SEED, STEPS, BATCH, CROP, EVERY = "photos_against_van_gogh", 0, 800, 16, 64, 100
FILTERS, RATE, BETA_1 = (32, 64, 128), 1e-3, 0.5
# Photos and paintings go through the same reductions: the network should see paint, not JPEG blocks and sharpness.
SCALES = (0.45, 0.6, 0.75)
MEASURED = 256  # crops of each kind


def training_pictures():
    """Photos and paintings that may be learned from."""
    return [
        [datasets.picture(name) for name in datasets.picture_files(folder)]
        for folder in ("photos", "paintings/van_gogh")
    ]


def sampler(pictures):
    """Draws crops from pictures at every scale."""
    return datasets.CropSampler(
        [
            resize(picture, [round(side * scale) for side in picture.shape[:2]])
            for picture in pictures
            for scale in SCALES
        ]
    )


class Training:
    """The network, its optimizer and all that is needed to go on.

    Args:
        out: folder for the save.
        filters: those of `build_patch_discriminator`.
    """

    def __init__(self, out, filters=FILTERS):
        keras.utils.set_random_seed(SEED)
        self.filters, self.save_path = filters, Path(out) / "training.npz"
        self.network = build_patch_discriminator(filters)
        self.optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS), beta_1=BETA_1)
        self.optimizer.build(self.network.trainable_variables)
        self.variables = [*self.network.variables, *self.optimizer.variables]
        self.step, self.cpu_seconds, self.curve = 0, 0.0, []
        self._move = tf.function(self._step)

    def _step(self, photos, paintings):
        with tf.GradientTape() as tape:
            both = tf.concat([paintings, photos], axis=0)
            paintings_logits, photos_logits = tf.split(self.network(both, training=True), 2)
            loss = non_saturating_discriminator_loss(paintings_logits, photos_logits)
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        right = tf.concat([paintings_logits > 0, photos_logits < 0], axis=0)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    def run(self, batches, steps, every=EVERY):
        """Steps up to `steps`, with a save after every few."""
        batches, rows = iter(batches), []
        begun = time.process_time()
        while self.step < steps:
            batch = next(batches)
            rows.append([float(value) for value in self._move(batch["photos"], batch["paintings"])])
            self.step += 1
            if self.step % every == 0 or self.step == steps:
                self.cpu_seconds += time.process_time() - begun
                begun = time.process_time()
                loss, accuracy = np.mean(rows, axis=0).tolist()
                self.curve.append({"step": self.step, "loss": round(loss, 4), "accuracy": round(accuracy, 4)})
                rows = []
                self.save()
                print(self.curve[-1], f"{self.cpu_seconds:.0f} CPU seconds", flush=True)

    def save(self):
        """Writes everything needed to go on, all of the file or nothing."""
        arrays = {str(index): np.asarray(variable) for index, variable in enumerate(self.variables)}
        about = {"step": self.step, "cpu_seconds": self.cpu_seconds, "curve": self.curve, "filters": self.filters}
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)), **arrays)
        self.save_path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.save_path, buffer.getvalue())

    def load(self):
        """Goes on from the last save, if there is one."""
        if not self.save_path.exists():
            return
        with np.load(self.save_path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            for index, variable in enumerate(self.variables):
                variable.assign(arrays[str(index)])
        self.step, self.cpu_seconds, self.curve = about["step"], about["cpu_seconds"], about["curve"]


def measure(network, count=MEASURED):
    """Share of crops judged right, and the article's E[D], for pictures that were learned from and for others."""
    groups = {
        "training photos": ("photos", "train", False),
        "training van Goghs": ("paintings/van_gogh", "train", True),
        "held-out photos": ("photos", "heldout", False),
        "held-out van Gogh": ("paintings/van_gogh", "heldout", True),
        "Hokusai, Hiroshige and Kandinsky": (("hokusai", "hiroshige", "kandinsky"), "train", True),
    }
    rows = {}
    for name, (folder, split, painted) in groups.items():
        folders = [folder] if isinstance(folder, str) else [f"paintings/{painter}" for painter in folder]
        files = [file for one in folders for file in datasets.picture_files(one, split)]
        crops = sampler([datasets.picture(file) for file in files])(count, CROP, tf.constant([SEED, 1], tf.int32))
        logits = np.concatenate([network(part, training=False) for part in tf.split(crops, max(count // 64, 1))])
        called_painted = logits.mean(axis=(1, 2, 3)) > 0
        rows[name] = {
            "pictures": len(files),
            "crops judged right": round(float((called_painted == painted).mean()), 3),
            "E[D]": round(float(article.style_loss(logits)), 3),
        }
    return rows


def ship(training, folder, count=MEASURED):
    """Writes weights and card. What is measured is what ships, float16 and all."""
    path = Path(folder) / f"{NAME}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_discriminator(path, training.network, "patch_discriminator", {"filters": list(training.filters)})
    network = load_discriminator(path)
    card = {
        "title": "Photos against van Gogh",
        "network": f"build_patch_discriminator({tuple(training.filters)}), {network.count_params():,} weights, "
        f"{path.stat().st_size / 1e6:.2f} MB",
        "real": datasets.picture_files("paintings/van_gogh"),
        "fake": f"{len(datasets.picture_files('photos'))} photos, all that are not held out",
        "losses": "non-saturating: σ(logit) is the probability of being a van Gogh",
        "crops": f"{CROP} pixels, from pictures reduced to {', '.join(map(str, SCALES))} of their size, mirrored at "
        f"random",
        "steps": training.step,
        "batch_size": f"{BATCH} of each",
        "learning_rate": f"Adam, {RATE} falling to 0 along a cosine, beta_1 {BETA_1}",
        "seed": SEED,
        "cpu_minutes": round(training.cpu_seconds / 60, 1),
        "curve": training.curve,
        "measured": measure(network, count),
        "command": f"python tools/train_critic.py --steps {training.step}",
    }
    path.with_suffix(".json").write_text(
        json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    return card


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/critic"), help="folder for the save")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps in all (default {STEPS:,})")
    parser.add_argument("--ship", type=Path, help="write there, and no checksum (default: data/discriminators)")
    arguments = parser.parse_args()
    training = Training(arguments.out)
    training.load()
    photos, paintings = (sampler(pictures) for pictures in training_pictures())
    batches = datasets.style_transfer_batches(photos, paintings, BATCH, CROP, SEED, training.step)
    training.run(batches, arguments.steps)
    card = ship(training, arguments.ship or data_path() / FOLDER)
    if not arguments.ship:
        record_checksum(f"{FOLDER}/{NAME}.npz")
    print(json.dumps(card, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
