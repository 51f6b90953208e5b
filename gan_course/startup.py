"""How every program of the course begins: TensorFlow imported without its log lines, random numbers seeded."""

import os
import sys
from contextlib import contextmanager


@contextmanager
def no_native_stderr():
    """Sends what C++ code writes to standard error to the null device, for the length of a `with` block."""
    sys.stderr.flush()
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


def import_tensorflow():
    """Imports TensorFlow with its start-up messages about CPU features and missing GPUs hidden.

    The messages come from C++ before any Python setting can stop them, so the file descriptor is redirected around
    the import and the first look for devices. Python warnings, and whatever is raised later, are shown as always.

    Keras is told to use TensorFlow, whatever `KERAS_BACKEND` says: on another backend the trainers cannot run.

    Returns:
        The module `tensorflow`.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with no_native_stderr():
        import tensorflow

        tensorflow.config.list_logical_devices()
    return tensorflow


def seed_everything(seed):
    """Loads TensorFlow and seeds the random numbers of Python, NumPy and TensorFlow.

    Args:
        seed: integer.
    """
    import_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
