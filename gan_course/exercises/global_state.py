"""What a check leaves as it found it, so that the cells after it print the same whether it ran or not."""

import os
import random
import sys
import threading
import warnings
from contextlib import ExitStack, contextmanager

import numpy as np

# Seeds TensorFlow's draws inside a check. Any number that nobody sets in a notebook.
SEED_OF_CHECKS = 1_204_957_331


@contextmanager
def kept_global_state(variables):
    """Puts random numbers, settings and the current folder back when a `with` block ends.

    That is: the global generators of Python, NumPy, TensorFlow and Keras; NumPy's generators among the learner's own
    variables; Keras' counters that name layers; NumPy's print options and error handling; warning filters.

    Args:
        variables: dictionary of the learner's variables by name.
    """
    generators = [value for value in list(variables.values()) if isinstance(value, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    python_state, numpy_state, folder = random.getstate(), np.random.get_state(), os.getcwd()
    with ExitStack() as stack:
        stack.enter_context(np.printoptions())
        stack.enter_context(np.errstate())
        stack.enter_context(warnings.catch_warnings())
        if "tensorflow" in sys.modules:
            stack.enter_context(_kept_tensorflow_state())
        if "keras" in sys.modules:
            stack.enter_context(_kept_keras_state())
        try:
            yield
        finally:
            os.chdir(folder)
            random.setstate(python_state)
            np.random.set_state(numpy_state)
            for generator, state in zip(generators, states, strict=True):
                generator.bit_generator.state = state


@contextmanager
def _kept_tensorflow_state():
    """Gives the block global seeds of its own.

    Restoring the seed alone would not do: each pair of a global and an operation's seed has a kernel in a cache, which
    counts its draws. With a seed of its own the block draws from other kernels than the notebook. One thing stays open:
    if the learner's function itself sets TensorFlow's seed, draws of the notebook with a seed of their own, such as
    `tf.random.normal([2], seed=1)`, begin anew.
    """
    from tensorflow.python.eager import context
    from tensorflow.python.ops import stateful_random_ops

    eager = context.context()
    kept = eager._seed, getattr(eager, "_rng", None), stateful_random_ops.global_generator
    own = random.Random(SEED_OF_CHECKS)
    eager._seed, eager._rng, stateful_random_ops.global_generator = SEED_OF_CHECKS, own, None
    try:
        yield
    finally:
        if eager._rng is not own:  # the learner set a seed, perhaps the notebook's: forget what was drawn with it
            eager.clear_kernel_cache()
        eager._seed, eager._rng, stateful_random_ops.global_generator = kept


@contextmanager
def _kept_keras_state():
    """Gives the block a copy of Keras' global state, without the generator: that one would draw on."""
    from keras.src.backend.common import global_state

    names = "GLOBAL_STATE_TRACKER", "GLOBAL_SETTINGS_TRACKER"
    kept = {name: getattr(global_state, name) for name in names}
    for name in names:
        copy = threading.local()
        for key, value in vars(kept[name]).items():
            setattr(copy, key, value.copy() if isinstance(value, (dict, list, set)) else value)
        setattr(global_state, name, copy)
    global_state.set_global_attribute("global_seed_generator", None)
    try:
        yield
    finally:
        for name in names:
            setattr(global_state, name, kept[name])
