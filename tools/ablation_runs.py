"""The trainings of tools/ablation.py: the common start of a seed, and one run from it."""

import time
from functools import lru_cache

from gan_course.startup import import_tensorflow

import_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.networks import build_patch_discriminator, build_stylizer  # noqa: E402
from gan_course.training import StyleTransferGAN  # noqa: E402
from gan_course.training.callbacks import LogGradientShares, StopOnNaN  # noqa: E402

# Weights of the arms beside a content weight of 1, at strength 1. Without an entry a term is not there.
ARMS = {
    "content only": {},
    "+ Gram": {"style": True},
    "+ adversarial": {"adversarial": True},
    "all": {"style": True, "adversarial": True},
    "relativistic": {"adversarial": True, "reading": "relativistic"},
    "learned distance": {"adversarial": True, "reading": "learned distance"},
}


@lru_cache(maxsize=1)
def training_photos(side):
    """The photos that may be trained on, with this shorter side."""
    return [datasets.picture(name, side) for name in datasets.picture_files("photos")]


def training_paintings(heldout, side):
    """The seven van Goghs that are left, with this shorter side."""
    names = [name for name in datasets.picture_files("paintings/van_gogh") if name != heldout]
    return [datasets.picture(name, side) for name in names]


class Start:
    """What all runs of a seed start from: the same weights, the same pictures.

    The stylizer has learned to give photos back. The discriminator has learned to tell the seven paintings from them,
    so that what it says counts from the first step.

    Args:
        seed: integer.
        heldout: name of the painting that is left out.
        recipe: dictionary, see `tools/ablation.py`.
    """

    def __init__(self, seed, heldout, recipe):
        self.seed, self.recipe = seed, recipe
        self.photos = training_photos(recipe["photo_side"])
        self.paintings = training_paintings(heldout, recipe["painting_side"])
        self.crops = datasets.CropSampler(self.photos), datasets.CropSampler(self.paintings)
        begun = time.process_time()
        stylizer, discriminator = build_networks(seed, recipe)
        self._give_back_photos(stylizer)
        self.prices = self._tell_from_photos(stylizer, discriminator)
        self.weights = stylizer.get_weights(), discriminator.get_weights()
        self.cpu_seconds = time.process_time() - begun

    def batches(self, draw, first_step=0):
        """Batches of photos and paintings. `draw` keeps the parts of a training apart."""
        return datasets.style_transfer_batches(
            *self.crops, self.recipe["crops"], self.recipe["crop"], 100 * self.seed + draw, first_step
        )

    def _give_back_photos(self, stylizer):
        """Trains the stylizer on the mean square difference to its photo."""
        optimizer = keras.optimizers.Adam(self.recipe["rate"])
        optimizer.build(stylizer.trainable_variables)

        @tf.function
        def step(photos):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(stylizer(photos, training=True) - photos))
            variables = stylizer.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)

        for batch in self.batches(0).take(self.recipe["start_steps"]):
            step(batch["photos"])

    def _tell_from_photos(self, stylizer, discriminator):
        """Trains the discriminator as `StyleTransferGAN` does, the stylizer standing still. Returns the prices."""
        gan = StyleTransferGAN(stylizer, discriminator, [[painting] for painting in self.paintings])
        gan.set_prices(self.photos[::2])  # half of the photos are enough
        gan.compile(*optimizers(self.recipe))
        step = tf.function(gan.train_discriminator)
        for batch in self.batches(1).take(self.recipe["discriminator_steps"]):
            step(batch["paintings"], stylizer(batch["photos"], training=False), batch["seed"])
        return gan.prices.numpy()


def build_networks(seed, recipe):
    """A stylizer and a discriminator with initial weights from the seed."""
    keras.utils.set_random_seed(seed)
    return build_stylizer(**recipe["stylizer"]), build_patch_discriminator(recipe["discriminator"])


def optimizers(recipe):
    """One for the stylizer, one for the discriminator."""
    rate = keras.optimizers.schedules.CosineDecay(recipe["rate"], recipe["steps"], alpha=0.1)
    return keras.optimizers.Adam(rate, beta_1=0.5), keras.optimizers.Adam(recipe["discriminator_rate"], beta_1=0.5)


def arguments(arm, strength, recipe):
    """The weights and the reading of a run, as `StyleTransferGAN` takes them."""
    terms = ARMS[arm]
    return {
        "content_weight": recipe["content_weight"],
        "style_weight": strength * recipe["style_weight"] if "style" in terms else 0.0,
        "adversarial_weight": strength * recipe["adversarial_weight"] if "adversarial" in terms else 0.0,
        "adversarial": terms.get("reading", "patch"),
    }


def train(start, arm, strength, looks):
    """One run.

    Args:
        start: `Start` of the seed.
        arm: key of `ARMS`.
        strength: factor of the Gram and of the adversarial weight.
        looks: how often the gradient shares are measured, at equal intervals.

    Returns:
        The trainer after its last step, and the gradient shares as dictionaries with step, term and share.
    """
    recipe = start.recipe
    networks = build_networks(start.seed, recipe)
    for network, weights in zip(networks, start.weights, strict=True):
        network.set_weights(weights)
    gan = StyleTransferGAN(*networks, [[painting] for painting in start.paintings], **arguments(arm, strength, recipe))
    gan.prices.assign(start.prices)
    gan.compile(*optimizers(recipe))
    history = gan.fit(
        start.batches(2),
        steps_per_epoch=recipe["steps"] // looks,
        epochs=looks,
        shuffle=False,
        verbose=0,
        callbacks=[LogGradientShares(start.batches(3)), StopOnNaN()],
    ).history
    shares = [
        {"step": int(step), "term": name.removeprefix("share_"), "share": values[number]}
        for name, values in history.items()
        if name.startswith("share_")
        for number, step in enumerate(history["step"])
    ]
    return gan, shares
