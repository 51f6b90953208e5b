"""CycleGAN: photos to paintings and paintings to photos, learned from pictures that are no pairs."""

import keras
import tensorflow as tf

from gan_course.losses import hinge_discriminator_loss, hinge_generator_loss
from gan_course.training.moving_average import average_of, move_average
from gan_course.training.style_transfer_gan import random_window, shift_and_flip


class CycleGAN(keras.Model):
    """Trains two generators and two discriminators: G paints a photo, F makes a photo of a painting.

    No photo has its painting beside it. A discriminator for paintings and one for photos say what each side looks
    like, and the way there and back has to end where it began:

    `L = L_adversarial(G) + L_adversarial(F) + cycle_weight · (mean|F(G(x)) - x| + mean|G(F(y)) - y|)
    + identity_weight · (mean|F(x) - x| + mean|G(y) - y|)`

    for photos x and paintings y. One step is one move of both discriminators, then one move of both generators
    **against the updated discriminators**. The cycle's gradient runs through both generators: G is also moved so that
    F finds its way back.

    Beside the generators run their moving averages, which are what ships. All that a step draws comes from the seed in
    its batch, and `save_weights` keeps the networks, the averages and the optimizers. So a training that is loaded and
    goes on equals one that was never interrupted.

    Args:
        to_painting: G, model `(batch, height, width, 3)` → the same, in [-1, 1].
        to_photo: F, a model of the same kind.
        painting_discriminator, photo_discriminator: models `(batch, height, width, 3)` → logits.
        cycle_weight, identity_weight: the weights above; without a weight the identity term is not computed.
        losses: pair of functions: a discriminator's loss of `(real_logits, fake_logits)`, and a generator's loss of
            `(fake_logits)`.
        average_momentum: momentum of the moving averages, 0 to 1.

    Reference:
        Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", 2017.
        Deviations: the hinge losses that the course's patch discriminators are trained with (pass
        `losses=(least_squares_discriminator_loss, least_squares_generator_loss)` for the paper's); the discriminators
        see random windows, shifted by part of a pixel; they are bounded by spectral normalization and see the newest
        fakes alone, where the paper keeps the last 50.
    """

    def __init__(
        self,
        to_painting,
        to_photo,
        painting_discriminator,
        photo_discriminator,
        *,
        cycle_weight=10.0,
        identity_weight=0.0,
        losses=(hinge_discriminator_loss, hinge_generator_loss),
        average_momentum=0.999,
    ):
        super().__init__(name="cycle_gan")
        self.to_painting, self.to_photo = to_painting, to_photo
        self.painting_discriminator, self.photo_discriminator = painting_discriminator, photo_discriminator
        self.averaged_to_painting, self.averaged_to_photo = (average_of(network) for network in (to_painting, to_photo))
        self.term_weights = {"adversarial": 1.0, "cycle": cycle_weight, "identity": identity_weight}
        self.discriminator_loss, self.generator_loss = losses
        self.average_momentum = average_momentum
        terms = ["discriminator", *(name for name, weight in self.term_weights.items() if weight)]
        names = [f"{side}_{term}" for side in ("painting", "photo") for term in terms]
        self.means = {name: keras.metrics.Mean(name=name) for name in names}

    def compile(self, generator_optimizers, discriminator_optimizers, jit_compile=False):
        """Takes an optimizer for each network and builds them, so that a checkpoint holds their moments from the start.

        Args:
            generator_optimizers: pair of optimizers, for `to_painting` and `to_photo`.
            discriminator_optimizers: pair of optimizers, for `painting_discriminator` and `photo_discriminator`.
            jit_compile: as in `keras.Model.compile`.
        """
        super().compile(jit_compile=jit_compile)
        self.to_painting_optimizer, self.to_photo_optimizer = generator_optimizers
        self.painting_discriminator_optimizer, self.photo_discriminator_optimizer = discriminator_optimizers
        for name in ("to_painting", "to_photo", "painting_discriminator", "photo_discriminator"):
            getattr(self, f"{name}_optimizer").build(getattr(self, name).trainable_variables)
        self.built = True

    @property
    def metrics(self):
        return list(self.means.values())

    @property
    def step(self):
        """Number of steps this model has been trained for."""
        return int(self.to_photo_optimizer.iterations)

    def call(self, photos, training=False):
        return self.averaged_to_painting(photos, training=training)

    def train_step(self, batch):
        photos, paintings, seed = batch["photos"], batch["paintings"], batch["seed"]
        with tf.GradientTape() as tape:
            painted = self.to_painting(photos, training=True)
            developed = self.to_photo(paintings, training=True)
            with tape.stop_recording():
                values = self.train_discriminators(photos, paintings, painted, developed, seed)
            terms = self.generator_terms(photos, paintings, painted, developed, seed)
            total = sum(self.weight_of(name) * value for name, value in terms.items())
        networks = (self.to_painting, self.to_photo)
        optimizers = (self.to_painting_optimizer, self.to_photo_optimizer)
        gradients = tape.gradient(total, [network.trainable_variables for network in networks])
        for network, optimizer, gradient in zip(networks, optimizers, gradients, strict=True):
            optimizer.apply(gradient, network.trainable_variables)
        self.update_averages()
        for name, value in {**values, **terms}.items():
            self.means[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}

    def weight_of(self, name):
        """Weight of a term: that of `"photo_cycle"` and `"painting_cycle"` is the weight of the cycles."""
        return self.term_weights[name.split("_")[-1]]

    def train_discriminators(self, photos, paintings, painted, developed, seed):
        """One move of each discriminator on real and made pictures. Returns both losses by name."""
        sides = (("painting", paintings, painted), ("photo", photos, developed))
        return {
            f"{name}_discriminator": self.train_discriminator(name, real, tf.stop_gradient(made), seed)
            for name, real, made in sides
        }

    def train_discriminator(self, name, real, made, seed):
        """One move of the discriminator of that name, `"painting"` or `"photo"`. Returns its loss."""
        network = getattr(self, f"{name}_discriminator")
        both = shift_and_flip(random_window(tf.concat([real, made], axis=0), seed), seed)
        with tf.GradientTape() as tape:
            value = self.discriminator_loss(*tf.split(network(both, training=True), 2))
        gradients = tape.gradient(value, network.trainable_variables)
        getattr(self, f"{name}_discriminator_optimizer").apply(gradients, network.trainable_variables)
        return value

    def generator_terms(self, photos, paintings, painted, developed, seed):
        """The named terms of the generators' loss, before their weights. Terms with weight 0 are left out."""
        fold = tf.random.experimental.stateless_fold_in
        terms = {}
        for name, made in (("painting", painted), ("photo", developed)):
            seen = shift_and_flip(random_window(made, fold(seed, 3)), fold(seed, 2))
            logits = getattr(self, f"{name}_discriminator")(seen, training=False)
            terms[f"{name}_adversarial"] = self.generator_loss(logits)
        if self.term_weights["cycle"]:
            terms["photo_cycle"] = cycle_consistency_loss(photos, self.to_photo(painted, training=True))
            terms["painting_cycle"] = cycle_consistency_loss(paintings, self.to_painting(developed, training=True))
        if self.term_weights["identity"]:
            terms["photo_identity"] = cycle_consistency_loss(photos, self.to_photo(photos, training=True))
            terms["painting_identity"] = cycle_consistency_loss(paintings, self.to_painting(paintings, training=True))
        return terms

    def update_averages(self):
        """Moves the averaged weights toward the current ones, faster in the first steps."""
        for name in ("to_painting", "to_photo"):
            average, network = getattr(self, f"averaged_{name}"), getattr(self, name)
            move_average(average, network, self.to_photo_optimizer.iterations, self.average_momentum)


def cycle_consistency_loss(images, returned):
    """How far pictures are from where they began, after the way there and back.

    `L_cycle = mean|returned - images|`

    Args:
        images: tensor `(batch, height, width, channels)` in [-1, 1].
        returned: tensor of the same shape: the pictures after both generators.

    Returns:
        Scalar tensor, 0 to 2, normalized by the number of values.

    Reference:
        Zhu et al. 2017, equation 2, for one of its two directions.
    """
    return tf.reduce_mean(tf.abs(returned - images))
