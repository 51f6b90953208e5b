"""The article's code as printed: its layers, its numbers and its faults, written down anew.

Inside a package an import that is missing would be missed at once, so the code is kept as text and runs in a namespace
of its own that holds the article's imports and nothing else. What it raises there is what it raises for every reader.
"""

import ast
import builtins
import linecache
import warnings

import keras
import numpy as np

PRINTED_IMPORTS = """\
import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Conv2DTranspose, Input, LeakyReLU, Reshape
from tensorflow.keras.models import Model
"""

PRINTED_GENERATOR = """\
def build_generator():
    input = Input(shape=(100,))
    x = Dense(8 * 8 * 128)(input)
    x = Reshape((8, 8, 128))(x)
    for _ in range(2):
        x = Conv2DTranspose(128, 4, strides=2, padding="same")(x)
        x = LeakyReLU(alpha=0.2)(x)
    x = Conv2D(3, 3, padding="same")(x)
    x = LeakyReLU(alpha=0.2)(x)
    x = Reshape((64, 64, 3))(x)
    return Model(input, x)
"""

PRINTED_DISCRIMINATOR = """\
def build_discriminator():
    input = Input(shape=(64, 64, 3))
    x = input
    for _ in range(3):
        x = Conv2D(128, 4, strides=2, padding="same")(x)
        x = LeakyReLU(alpha=0.2)(x)
    x = Flatten()(x)
    x = Dense(1, activation="sigmoid")(x)
    return Model(input, x)
"""

PRINTED_GAN = """\
def build_gan(generator, discriminator):
    input = Input(shape=(100,))
    x = generator(input)
    x = discriminator(x)
    return Model(input, x)
"""


def run_as_printed(source, supply=()):
    """Runs code with exactly the article's imports, plus those layers that are handed in.

    Args:
        source: text that defines one function, `PRINTED_GENERATOR` for instance.
        supply: names of Keras layers to import as well, such as `("Dense", "Flatten")`.

    Returns:
        The function that `source` defines. Calling it raises whatever the code raises.

    Raises:
        ValueError: if a name in `supply` is no Keras layer.
    """
    unknown = [name for name in supply if not hasattr(keras.layers, name)]
    if unknown:
        raise ValueError(f'supply must hold names of Keras layers such as "Dense", received {", ".join(unknown)}.')
    name = next(node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    file = f"<the article: {name}>"
    # Python looks here for the lines that a traceback shows.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {layer: getattr(keras.layers, layer) for layer in supply}
    exec(PRINTED_IMPORTS, namespace)
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]


def generator_as_printed(supply=(), doublings=2):
    """Builds the article's generator, which fails: first `Dense` is not imported, then the last Reshape cannot work.

    Args:
        supply: names of layers to import as well; with `("Dense",)` the second error comes to light.
        doublings: number of transposed convolutions, two in the article. Three give the 64 × 64 × 3 numbers that the
            Reshape asks for; the LeakyReLU at the end stays.

    Returns:
        `keras.Model`, noise `(batch, 100)` → images `(batch, 64, 64, 3)` without a bound.

    Raises:
        NameError: without `Dense`.
        ValueError: with two doublings: 32 · 32 · 3 = 3,072 numbers cannot become 64 · 64 · 3 = 12,288.
    """
    source = PRINTED_GENERATOR.replace("range(2)", f"range({doublings})")
    return _without_warnings(run_as_printed(source, supply))


def discriminator_as_printed(supply=()):
    """Builds the article's discriminator, which fails: `Flatten` is not imported, and neither is `Dense`.

    Args:
        supply: names of layers to import as well; `("Dense", "Flatten")` are enough.

    Returns:
        `keras.Model`, images `(batch, 64, 64, 3)` → probabilities `(batch, 1)`.

    Raises:
        NameError: without `Flatten` or `Dense`.
    """
    return _without_warnings(run_as_printed(PRINTED_DISCRIMINATOR, supply))


def gan_as_printed(generator, discriminator):
    """Puts the two networks in a row as the article does: one model in which both can be trained.

    Nothing in it says which of the two should be. Whoever fits it trains the discriminator toward the generator's
    aim, and both toward the same.

    Args:
        generator: model, noise `(batch, 100)` → images.
        discriminator: model, images → answers.

    Returns:
        `keras.Model`, noise `(batch, 100)` → the discriminator's answers. All weights of both are trainable.
    """
    return run_as_printed(PRINTED_GAN)(generator, discriminator)


def warnings_as_printed():
    """What Keras has to say about the article's discriminator while it is built, once the imports are there.

    Returns:
        List of str, one for every `LeakyReLU(alpha=0.2)`; the argument is called `negative_slope` today.
    """
    build = run_as_printed(PRINTED_DISCRIMINATOR, supply=("Dense", "Flatten"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        build()
    return [f"{warning.category.__name__}: {warning.message}" for warning in caught]


def shadowed_builtins(source):
    """Names that some code assigns although Python has a function of that name.

    Args:
        source: text of Python code.

    Returns:
        Sorted list of str; `["input"]` for each of the three functions as printed. After `input = ...` nobody in
        that function can ask the user anything: `input()` there calls a tensor.
    """
    names = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name))
    return sorted({node.id for node in names if isinstance(node.ctx, ast.Store)} & set(dir(builtins)))


def share_outside(images):
    """Share of numbers in images that no picture can show, because they lie outside [-1, 1].

    Args:
        images: array or tensor of any shape, finite.

    Returns:
        float from 0 to 1. After tanh always 0.
    """
    return float((np.abs(np.asarray(images)) > 1.0).mean())


def _without_warnings(build):
    # They would stand between the learner and the error; `warnings_as_printed` shows them.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build()
