"""A stylizer from the user's own painting: what `gan-course train-style` does."""

import hashlib
import json
import os
import shutil
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from gan_course import datasets
from gan_course.images import fit, from_uint8, read_pixels, resize, save_image, write_atomically
from gan_course.locks import take_lock
from gan_course.pretrained import save_stylizer
from gan_course.stylize import paint
from gan_course.training import style_recipe

SEED = 21
START = "van_gogh"
LARGEST_PAINTING = 2048  # longer side in pixels, of most
DISK_BYTES = 100_000_000  # two saves while one takes the place of the other, weights, samples, log


def train_own_style(painting_files, weights, minutes=20.0, resume=False, steps=None):
    """Trains a stylizer on one painting or several, starting from a shipped one.

    Beside the weights file appear a folder `NAME.training`, with all that is needed to go on, and a picture
    `NAME_samples.jpg`. All three are renewed as the training goes, so it can be stopped at any time.

    Args:
        painting_files: list of paths of pictures. Samples of a training that lies beside them are left out.
        weights: path of the weights file to write, ending in .npz.
        minutes: time to train for, from now.
        resume: whether to go on with a training that was stopped.
        steps: number of steps to stop after, whatever the time; None for no such limit.

    Returns:
        Number of steps the stylizer has been trained for.

    Raises:
        ValueError: if a painting cannot be used, or a file or a training is in the way or missing.
    """
    weights = Path(weights)
    if weights.suffix != ".npz":
        name = weights.stem.strip(".") or "my_style"
        raise ValueError(f"{weights} must end in .npz, the format of weights. Try -o {name}.npz.")
    folder = training_folder(weights)
    painting_files = [Path(file) for file in painting_files]
    painting_files = [file for file in painting_files if not is_samples(file)] or painting_files
    read = [(read_painting(file), checksum(file)) for file in painting_files]
    # prices, targets and crops go by place, and whoever goes on may name the files in another order
    paintings = [painting for painting, _ in sorted(read, key=lambda one: one[1])]
    check_place(weights, folder, painting_files, resume)
    photos = style_recipe.training_photos()
    gan = style_recipe.build_training(photos, paintings, START)
    if not resume:
        folder.mkdir(parents=True)
        write_atomically(folder / "about.json", json.dumps(describe(painting_files)).encode())
    usable = KeepUsable(weights)
    with claimed(folder), StopGently() as stop:
        if resume:
            load_training(gan, folder)
        last_step = gan.step + steps if steps else 10**9
        style_recipe.train(
            gan, photos, paintings, folder, SEED, last_step, callbacks=[usable, ShowProgress(minutes), stop]
        )
    if not usable.finite:
        kept = f"{weights} holds the last good save" if weights.exists() else "There was no save yet"
        raise ValueError(
            f"The training has run away: a loss was NaN or infinite by step {gan.step}. {kept}. --resume would draw "
            f"the same crops again. Begin anew under another name, with another picture or a piece of the painting."
        )
    return gan.step


def read_painting(file):
    """A painting in the scales that training uses.

    A large one is reduced before it becomes floats, but a long one no farther than its shorter side allows: what is
    too small to learn from is for the size of the file to say.
    """
    pixels = read_pixels(file)
    longer, shorter = max(pixels.shape[:2]), min(pixels.shape[:2])
    largest = max(LARGEST_PAINTING, -(-longer * style_recipe.PAINTING_SHORT_SIDE // shorter))
    return style_recipe.painting_in_scales(from_uint8(fit(pixels, largest)), file)


def checksum(file):
    """What a painting is known by, wherever its file is and whatever it is called."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def samples_file(weights):
    """Where the samples of a training go: beside its weights."""
    return weights.with_name(weights.stem + "_samples.jpg")


def training_folder(weights):
    """Where all goes that is needed to go on: beside the weights, too."""
    return weights.with_name(weights.stem + ".training")


def is_samples(file):
    """Whether a picture is the samples of a training, which in a folder of paintings would be taken for one of them."""
    weights = file.with_name(file.stem.removesuffix("_samples") + ".npz")
    return file.name == samples_file(weights).name and (weights.exists() or training_folder(weights).exists())


def describe(painting_files):
    """What a training has to be continued with: checksums of the paintings, and the recipe's fixed numbers."""
    return {
        "paintings": sorted(map(checksum, painting_files)),
        "start": START,
        "seed": SEED,
        "crops": [style_recipe.CROPS, style_recipe.CROP],
        "weights": style_recipe.WEIGHTS,
        "painting_sides": [style_recipe.PAINTING_SHORT_SIDE, *style_recipe.PAINTING_SCALES],
        "photo_sides": list(style_recipe.PHOTO_SHORT_SIDES),
    }


def check_place(weights, folder, painting_files, resume):
    """Checks before the long work that nothing is in the way, or that there is something to go on with."""
    if not weights.parent.is_dir():
        raise ValueError(f"The folder {weights.parent} does not exist. Make it first, or choose another place with -o.")
    if not os.access(weights.parent, os.W_OK):
        raise ValueError(f"The folder {weights.parent} cannot be written to. Choose another place with -o.")
    if (free := shutil.disk_usage(weights.parent).free) < DISK_BYTES:
        raise ValueError(
            f"A training needs {DISK_BYTES / 1e6:.0f} MB, and the disk of {weights.parent} has {free / 1e6:.0f} MB "
            f"left. Make space, or choose another place with -o."
        )
    if not resume:
        begun = (folder / "about.json").exists()  # else there is nothing that --resume could go on with
        for path in (weights, folder, samples_file(weights)):
            if os.path.lexists(path):  # a link that points nowhere, too
                way = "Add --resume to go on with that training" if begun else f"Move {path.name} away"
                raise ValueError(f"{path} exists already. {way}, or choose another name with -o.")
        return
    try:
        about = dict(json.loads((folder / "about.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"There is no training to go on with: {folder} is missing or damaged. Begin a new one under another name, "
            f"without --resume."
        ) from error
    now = describe(painting_files)
    if about.get("paintings") != now["paintings"]:
        raise ValueError(
            f"The training in {folder} was begun with other paintings. Name the same ones, or begin a new training "
            f"under another name."
        )
    if about != now:
        raise ValueError(
            f"The training in {folder} was begun with another version of the course, which may have trained otherwise. "
            f"Its weights can be used as they are; begin a new training under another name, without --resume."
        )


@contextmanager
def claimed(folder):
    """Keeps a second process away from a training: the later save would win, and the log would have steps twice."""
    with open(folder / "lock", "ab") as file:
        try:
            take_lock(file)
        except BlockingIOError as error:
            raise ValueError(
                f"Another process is at work on the training in {folder}. Wait for it to end, or stop it."
            ) from error
        except OSError:  # a file system without locks, of a network for instance: go without
            pass
        yield


def load_training(gan, folder):
    """Loads a saved training; one that was stopped before its first save begins again."""
    save = folder / "training.weights.h5"
    if not save.exists():
        return
    try:
        gan.load_weights(save)
    except Exception as error:  # a damaged HDF5 file can fail in many ways
        raise ValueError(
            f"{save} is damaged, so this training cannot go on. Its weights file is usable; begin a new training under "
            f"another name, without --resume."
        ) from error


class StopGently(keras.callbacks.Callback):
    """Ctrl-C and a polite kill let the current step end and be saved; a second Ctrl-C does not wait."""

    def __enter__(self):
        self.asked = False
        self.before = {number: signal.signal(number, self.stop) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *error):
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def stop(self, number, frame):
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def on_train_batch_end(self, batch, logs=None):
        self.on_epoch_end(batch)

    def on_epoch_end(self, epoch, logs=None):
        if self.asked:  # kept here, because `fit` forgets a stop that came before its first step
            self.model.stop_training = True


class KeepUsable(keras.callbacks.Callback):
    """After every save writes the weights file, and the samples now and then."""

    SAVES_PER_SAMPLE = 4

    def __init__(self, weights):
        super().__init__()
        self.weights, self.samples = weights, samples_file(weights)
        names = datasets.picture_files("photos")[:: len(datasets.picture_files("photos")) // 4][:4]
        self.photos = [resize(datasets.picture(name), (256, 256)) for name in names]
        self.saves, self.finite = 0, True

    def on_epoch_end(self, epoch, logs=None):
        self.finite = np.isfinite(list((logs or {}).values())).all()
        if not self.finite:
            return  # the last good weights stay
        save_stylizer(self.weights, self.model.averaged_stylizer, self.weights.stem)
        if self.saves % self.SAVES_PER_SAMPLE == 0:
            self.draw()
        self.saves += 1

    def on_train_end(self, logs=None):
        if self.finite:
            self.draw()

    def draw(self):
        """Photos above, their paintings below."""
        painted = [paint(self.model.averaged_stylizer, photo) for photo in self.photos]
        sheet = np.concatenate([np.concatenate(row, axis=1) for row in (self.photos, painted)])
        save_image(self.samples, sheet, force=True)


class ShowProgress(keras.callbacks.Callback):
    """A bar that fills with the time, beside it the step and each loss; stops the training when the time is over."""

    def __init__(self, minutes):
        super().__init__()
        self.seconds = 60.0 * minutes

    def on_train_begin(self, logs=None):
        self.start = time.monotonic()
        self.bar = tqdm(
            total=round(self.seconds), bar_format="{percentage:3.0f}% {bar:20} {postfix}", mininterval=0.5, leave=True
        )

    def on_train_batch_end(self, batch, logs=None):
        spent = min(time.monotonic() - self.start, self.seconds)
        left = int(self.seconds - spent)
        losses = ", ".join(f"{name} {value:.2f}" for name, value in logs.items())
        self.bar.n = round(spent)
        self.bar.set_postfix_str(f"step {self.model.step}, {losses}, {left // 60}:{left % 60:02} left")
        if spent >= self.seconds:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.bar.close()
