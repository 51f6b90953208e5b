"""Keras callbacks: save, and write down what happened."""

import os
import time
from pathlib import Path

import keras


class SaveTraining(keras.callbacks.Callback):
    """Saves all of a trainer's weights and optimizers after every epoch, so that training can go on from there.

    The file is written beside the old one and then renamed over it: a training that is stopped while it saves loses
    nothing.

    Args:
        path: file name that ends in `.weights.h5`.
    """

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)

    def on_epoch_end(self, epoch, logs=None):
        partial = self.path.with_name("partial." + self.path.name)
        self.model.save_weights(partial)
        os.replace(partial, self.path)


class LogGradientShares(keras.callbacks.Callback):
    """Adds each term's share of the gradient, and the time spent, to the logs of every epoch.

    Put it before `CSVLogger` in the list of callbacks, which then writes them down.

    Args:
        batches: `tf.data.Dataset` of batches that training does not use.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = iter(batches)

    def on_epoch_begin(self, epoch, logs=None):
        self.cpu_start, self.wall_start = time.process_time(), time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        logs["step"] = self.model.step
        for name, share in self.model.gradient_shares(next(self.batches)).items():
            logs[f"share_{name}"] = float(share)
        logs["cpu_seconds"] = time.process_time() - self.cpu_start
        logs["wall_seconds"] = time.perf_counter() - self.wall_start
