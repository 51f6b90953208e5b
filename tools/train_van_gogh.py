"""Remakes the weights of the van_gogh stylizer: about 80 minutes on two CPU cores.

    python tools/train_van_gogh.py --out runs/van_gogh

Run it again after an interruption and it goes on from the last save. The weights appear in runs/van_gogh as
training.weights.h5 (everything needed to go on) and the log as log.csv; `tools/ship_stylizer.py` turns them into
what ships in data/weights, with its card.
"""

import argparse
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.networks import build_patch_discriminator, build_stylizer  # noqa: E402
from gan_course.training import StyleTransferGAN  # noqa: E402
from gan_course.training.callbacks import LogGradientShares, SaveTraining  # noqa: E402

SEED = 20
STEPS_PER_EPOCH = 25
# (until this step, batch size, crop size): the last third on larger crops, because statistics and strokes are in pixels
PHASES = ((2000, 4, 128), (3000, 2, 240))
PHOTO_SHORT_SIDES = (256, 384)
PAINTING_SCALES = (0.7, 1.0)
WEIGHTS = {"content_weight": 1.0, "style_weight": 4.0, "adversarial_weight": 1.0}


def training_pictures():
    """The training photos in two sizes and the training paintings in two scales; never a held-out picture."""
    photos = [datasets.picture(name, side) for name in datasets.picture_files("photos") for side in PHOTO_SHORT_SIDES]
    paintings = [
        datasets.picture(name, round(scale * min(datasets.picture(name).shape[:2])))
        for name in datasets.picture_files("paintings/van_gogh")
        for scale in PAINTING_SCALES
    ]
    return photos, paintings


def build(paintings):
    """The trainer, compiled, at step 0."""
    keras.utils.set_random_seed(SEED)
    gan = StyleTransferGAN(build_stylizer(), build_patch_discriminator(), paintings, **WEIGHTS)
    steps = PHASES[-1][0]
    gan.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps, alpha=0.3), beta_1=0.5),
        keras.optimizers.Adam(4e-4, beta_1=0.5),
    )
    return gan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/van_gogh"), help="folder for the weights and the log")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    save = out / "training.weights.h5"

    photos, paintings = training_pictures()
    photo_crops, painting_crops = datasets.CropSampler(photos), datasets.CropSampler(paintings)
    gan = build(paintings)
    if save.exists():
        gan.load_weights(save)
    print(f"{len(photos)} photos, {len(paintings)} paintings, {gan.stylizer.count_params():,} weights, step {gan.step}")

    for last_step, batch_size, size in PHASES:
        if gan.step >= last_step:
            continue
        batches, shares_batches = (
            datasets.style_transfer_batches(photo_crops, painting_crops, batch_size, size, seed, first_step=gan.step)
            for seed in (SEED, SEED + 1)
        )
        gan.make_train_function(force=True)  # traced anew for the new crop size
        gan.fit(
            batches,
            steps_per_epoch=STEPS_PER_EPOCH,
            initial_epoch=gan.step // STEPS_PER_EPOCH,
            epochs=last_step // STEPS_PER_EPOCH,
            shuffle=False,
            verbose=2,
            callbacks=[
                LogGradientShares(shares_batches),
                keras.callbacks.CSVLogger(out / "log.csv", append=True),
                keras.callbacks.TerminateOnNaN(),
                SaveTraining(save),
            ],
        )


if __name__ == "__main__":
    main()
