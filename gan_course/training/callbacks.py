"""Keras callbacks: save, and write down what happened."""

import errno
import os
import shutil
import time
from pathlib import Path

import keras
import numpy as np

from gan_course.images import save_image, to_uint8
from gan_course.plots import image_grid


class SaveTraining(keras.callbacks.Callback):
    """Saves all of a trainer's weights and optimizers after every epoch, so that training can go on from there.

    The file is written beside the old one and then renamed over it: a training that is stopped while it saves loses
    nothing, nor does one whose disk is full. After an epoch in which a term became NaN or infinite nothing is saved:
    the last good save stays.

    Args:
        path: file name that ends in `.weights.h5`.
    """

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)

    def on_epoch_end(self, epoch, logs=None):
        if not np.isfinite(list((logs or {}).values())).all():
            return
        partial = self.path.with_name("partial." + self.path.name)
        # HDF5 ends the whole process where it meets a full disk
        if self.path.exists() and shutil.disk_usage(self.path.parent).free < self.path.stat().st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(partial))
        self.model.save_weights(partial)
        os.replace(partial, self.path)


class LogTime(keras.callbacks.Callback):
    """Adds the step, and the CPU time and wall-clock time spent, to the logs of every epoch.

    Put it before `CSVLogger` in the list of callbacks, which then writes them down.
    """

    def on_epoch_begin(self, epoch, logs=None):
        self.cpu_start, self.wall_start = time.process_time(), time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        logs["step"] = self.model.step
        logs["cpu_seconds"] = time.process_time() - self.cpu_start
        logs["wall_seconds"] = time.perf_counter() - self.wall_start


class LogGradientShares(LogTime):
    """Adds each term's share of the gradient, and what `LogTime` adds, to the logs of every epoch.

    Put it before `CSVLogger` in the list of callbacks, which then writes them down.

    Args:
        batches: `tf.data.Dataset` of batches that training does not use.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = iter(batches)

    def on_epoch_end(self, epoch, logs=None):
        for name, share in self.model.gradient_shares(next(self.batches)).items():
            logs[f"share_{name}"] = float(share)
        super().on_epoch_end(epoch, logs)


class StopOnNaN(keras.callbacks.TerminateOnNaN):
    """Stops the training when any of the reported terms is NaN or infinite.

    Keras' `TerminateOnNaN` looks at the term named `loss` alone. A GAN has two players and no term of this name, so
    there it never stops anything.
    """

    def on_batch_end(self, batch, logs=None):
        super().on_batch_end(batch, {"loss": sum((logs or {}).values())})


class SampleGrid(keras.callbacks.Callback):
    """Keeps, after every epoch, the images that the trainer makes from the same noise.

    The noise is fixed, so each place in the grid shows one and the same vector at every age of the generator.

    Args:
        inputs: what the trainer is called with: noise `(count, latent_dim)`, or `[noise, labels]`.
        folder: where to write each grid too, as `step_000500.png`; None writes no file.
        columns: images per row of such a file.

    Attributes:
        samples: dictionary from the step to a uint8 array `(count, height, width, channels)`.
    """

    def __init__(self, inputs, folder=None, columns=10):
        super().__init__()
        self.inputs, self.folder, self.columns = inputs, folder, columns
        self.samples = {}

    def on_epoch_end(self, epoch, logs=None):
        images = np.nan_to_num(np.asarray(self.model(self.inputs, training=False)))  # a diverged one is shown gray
        self.samples[self.model.step] = to_uint8(images)
        if self.folder is not None:
            grid = image_grid(images, self.columns)
            save_image(Path(self.folder) / f"step_{self.model.step:06d}.png", grid, force=True)
