"""The style transfer GAN: a stylizer against a patch discriminator, with content and style losses."""

import keras
import numpy as np
import tensorflow as tf

from gan_course.losses import (
    content_loss,
    gram_matrix,
    style_loss,
    total_variation,
)
from gan_course.networks import build_vgg16_features, cut_border
from gan_course.training.moving_average import average_of, move_average
from gan_course.training.readings import build_hidden_features, find_reading, learned_distance

STYLE_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv1")
PALETTE_LAYERS = ("block1_conv2", "block2_conv2")  # colors and fine textures, by which the nearest painting is found
CONTENT_LAYER = "block4_conv1"
LONGEST_PIECE = 1024  # pixels of a painting that VGG16 looks at together


class StyleTransferGAN(keras.Model):
    """Trains a stylizer to repaint photos in the manner of some paintings.

    One step is one move of each player. The discriminator moves first and learns to tell crops of paintings from
    crops the stylizer made. Then the stylizer moves, **against the updated discriminator**, to lower

    `adversarial_weight · L_adversarial + style_weight · L_style + content_weight · L_content + variation_weight · L_TV`

    Each crop is compared with **one** painting, the one whose colors and fine textures are nearest to the photo's: a
    blue sky gets van Gogh's blues. The mean of all paintings would be nobody's palette, and so would a painting drawn
    at random, because its expectation is that mean. So that no painting is forgotten, each has a price that is added
    to its distance (`set_prices`). The scale is drawn per step.

    Beside the stylizer runs `averaged_stylizer`, the moving average of its weights: it paints more steadily than any
    single step, and it is what ships.

    All that a step draws comes from the seed in its batch, and `save_weights` keeps both networks, the average and
    both optimizers. So a training that is loaded and goes on equals one that was never interrupted.

    Args:
        stylizer: model `(batch, height, width, 3)` → the same, in [-1, 1].
        discriminator: model `(batch, height, width, 3)` → logits.
        paintings: the Gram targets: for each painting the list of its scales, float arrays `(height, width, 3)` in
            [-1, 1]. All paintings have as many scales.
        content_weight, style_weight, adversarial_weight, variation_weight: the weights above.
        average_momentum: momentum of the moving average, 0 to 1.
        adversarial: how the discriminator is read (`gan_course.training.readings`): "patch" scores each neighborhood;
            "relativistic" compares it with one of a painting; "learned distance" scores it, and what the
            discriminator's hidden features say about photo and painting takes the place of the content loss.

    Raises:
        ValueError: if `adversarial` is unknown, or `paintings` are not nested as above.

    Reference:
        Johnson et al. 2016 for content and style; Li and Wand, "Precomputed Real-Time Texture Synthesis with
        Markovian Generative Adversarial Networks", 2016, and Sanakoyeu et al., "A Style-Aware Content Loss for
        Real-Time HD Style Transfer", 2018, for the adversarial term.
    """

    def __init__(
        self,
        stylizer,
        discriminator,
        paintings,
        *,
        content_weight=1.0,
        style_weight=4.0,
        adversarial_weight=1.0,
        variation_weight=0.0,
        average_momentum=0.999,
        adversarial="patch",
    ):
        super().__init__(name="style_transfer_gan")
        self.stylizer = stylizer
        self.averaged_stylizer = average_of(stylizer)
        self.discriminator = discriminator
        self.reading = find_reading(adversarial)
        if self.reading.learned_content:
            self.hidden_features = build_hidden_features(discriminator)
        self.features = build_vgg16_features(sorted({*STYLE_LAYERS, CONTENT_LAYER}))
        self.term_weights = {
            "adversarial": adversarial_weight,
            "style": style_weight,
            "content": content_weight,
            "variation": variation_weight,
        }
        self.average_momentum = average_momentum
        self.target_grams = self.gram_targets(paintings)
        self.prices = self.add_weight(shape=(len(paintings),), initializer="zeros", trainable=False, name="prices")
        names = ["discriminator", *(name for name, weight in self.term_weights.items() if weight)]
        self.means = {name: keras.metrics.Mean(name=name) for name in names}

    def compile(self, stylizer_optimizer, discriminator_optimizer, jit_compile=False):
        """Takes one optimizer per network and builds both, so that a checkpoint holds their moments from the start."""
        super().compile(jit_compile=jit_compile)
        self.stylizer_optimizer = stylizer_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        stylizer_optimizer.build(self.stylizer.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.built = True

    @property
    def metrics(self):
        return list(self.means.values())

    @property
    def step(self):
        """Number of steps this model has been trained for."""
        return int(self.stylizer_optimizer.iterations)

    def call(self, photos, training=False):
        return self.averaged_stylizer(photos, training=training)

    def train_step(self, batch):
        photos, paintings, seed = batch["photos"], batch["paintings"], batch["seed"]
        with tf.GradientTape() as tape:
            painted = self.stylizer(photos, training=True)
            with tape.stop_recording():
                discriminator_value = self.train_discriminator(paintings, tf.stop_gradient(painted), seed)
            terms = self.stylizer_terms(photos, painted, seed, paintings)
            total = sum(self.term_weights[name] * value for name, value in terms.items())
        gradients = tape.gradient(total, self.stylizer.trainable_variables)
        self.stylizer_optimizer.apply(gradients, self.stylizer.trainable_variables)
        self.update_average()
        for name, value in {"discriminator": discriminator_value, **terms}.items():
            self.means[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}

    def train_discriminator(self, paintings, painted, seed):
        """One step of the discriminator on real and fake crops. Returns its loss."""
        count = tf.shape(paintings)[0]
        both = random_window(tf.concat([paintings, painted], axis=0), seed)
        both = shift_and_flip(both, seed)
        with tf.GradientTape() as tape:
            logits = self.discriminator(both, training=True)
            value = self.reading.discriminator_loss(logits[:count], logits[count:])
        gradients = tape.gradient(value, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return value

    def stylizer_terms(self, photos, painted, seed, paintings=None):
        """The named terms of the stylizer's loss, before their weights. Terms with weight 0 are left out.

        `paintings` are crops of paintings, as many as `painted`; only a relativistic discriminator needs them.
        """
        fold = tf.random.experimental.stateless_fold_in
        photos, painted = (random_window(images, fold(seed, 3)) for images in (photos, painted))
        photo_features = self.features(photos, training=False)
        painted_features = self.features(painted, training=False)
        terms = {}
        if self.term_weights["adversarial"]:
            terms["adversarial"] = self.adversarial_term(painted, paintings, seed)
        if self.term_weights["style"]:
            targets = self.nearest_targets(photo_features, fold(seed, 1))
            terms["style"] = sum(
                style_loss(targets[name], layer_gram(painted_features[name], name)) for name in STYLE_LAYERS
            ) / len(STYLE_LAYERS)
        if self.term_weights["content"] and self.reading.learned_content:
            alike = (shift_and_flip(images, fold(seed, 2)) for images in (photos, painted))
            terms["content"] = learned_distance(self.hidden_features, *alike)
        elif self.term_weights["content"]:
            terms["content"] = content_loss(
                cut_border(photo_features[CONTENT_LAYER], CONTENT_LAYER),
                cut_border(painted_features[CONTENT_LAYER], CONTENT_LAYER),
            )
        if self.term_weights["variation"]:
            terms["variation"] = total_variation(painted)
        return terms

    def adversarial_term(self, painted, paintings, seed):
        """What the discriminator's answer adds to the stylizer's loss, in the reading that was chosen."""
        fold = tf.random.experimental.stateless_fold_in
        if not self.reading.compares:
            logits = self.discriminator(shift_and_flip(painted, fold(seed, 2)), training=False)
            return self.reading.stylizer_loss(None, logits)
        if paintings is None:
            raise ValueError(
                "A relativistic discriminator compares paintings with what was painted, and no paintings came. Pass "
                "paintings=batch['paintings'], as many crops as photos."
            )
        both = tf.concat([random_window(paintings, fold(seed, 3)), painted], axis=0)
        logits = self.discriminator(shift_and_flip(both, fold(seed, 2)), training=False)
        return self.reading.stylizer_loss(*tf.split(logits, 2))

    @tf.function
    def gradient_shares(self, batch):
        """Each term's share of the pull on the painting.

        A weight says little by itself. What counts is the gradient of the weighted term with respect to the
        stylizer's output: its norm, divided by the sum of the norms of all terms.

        Args:
            batch: a batch as in `train_step`.

        Returns:
            Dictionary from the term's name to its share, 0 to 1; the shares add up to 1.
        """
        painted = self.stylizer(batch["photos"], training=False)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(painted)
            terms = self.stylizer_terms(batch["photos"], painted, batch["seed"], batch["paintings"])
        norms = {
            name: abs(self.term_weights[name]) * tf.norm(tape.gradient(value, painted)) for name, value in terms.items()
        }
        total = sum(norms.values())
        return {name: norm / total for name, norm in norms.items()}

    def update_average(self):
        """Moves the averaged weights toward the current ones, faster in the first steps."""
        move_average(self.averaged_stylizer, self.stylizer, self.stylizer_optimizer.iterations, self.average_momentum)

    def gram_targets(self, paintings):
        """Gram matrices of the paintings: dictionary from layer to `(scales, paintings, channels, channels)`."""
        for scale in (scale for scales in paintings for scale in scales):
            if np.ndim(scale) != 3:  # a painting that is no list would be taken for the list of its rows
                raise ValueError(
                    f"paintings must be a list with, for each painting, the list of its scales, arrays (height, width, "
                    f"3); received {np.shape(scale)} in place of a scale. One painting at one scale is [[painting]]."
                )
        # one painting at a time: its features take far more memory than its Gram matrices
        grams = [[self.grams_of(painting) for painting in scale] for scale in zip(*paintings, strict=True)]
        return {
            name: tf.stack([tf.concat([one[name] for one in scale], axis=0) for scale in grams])
            for name in STYLE_LAYERS
        }

    def grams_of(self, painting):
        """Gram matrices of one painting: those of its pieces, averaged by their size, if it is as long as a scroll."""
        longer = int(np.argmax(painting.shape[:2]))
        count = -(-painting.shape[longer] // LONGEST_PIECE)
        pieces = np.array_split(painting, count, axis=longer)
        features = (self.features(piece[None], training=False) for piece in pieces)
        grams = [{name: layer_gram(found[name], name) for name in STYLE_LAYERS} for found in features]
        share = [piece.shape[longer] / painting.shape[longer] for piece in pieces]
        return {name: sum(w * gram[name] for w, gram in zip(share, grams, strict=True)) for name in STYLE_LAYERS}

    def set_prices(self, photos):
        """Sets the prices at which every painting is the nearest for about as many of these photos.

        Args:
            photos: list of float arrays `(height, width, 3)` in [-1, 1].
        """
        distances = np.concatenate(
            [self.palette_distances(self.features(photo[None], training=False), -1) for photo in photos]
        )
        self.prices.assign(fair_prices(distances))

    def palette_distances(self, photo_features, scale):
        """How far each photo's colors and fine textures are from each painting's: `(batch, paintings)`."""
        distances = 0.0
        for name in PALETTE_LAYERS:
            gram = layer_gram(photo_features[name], name)[:, None]
            norms = tf.reduce_sum(tf.square(self.target_grams[name][scale]), axis=(-2, -1))
            distances += tf.reduce_sum(tf.square(gram - self.target_grams[name][scale]), axis=(-2, -1)) / norms
        return distances

    def nearest_targets(self, photo_features, seed):
        """For each crop the Gram matrices of the painting nearest to it, at a scale drawn from the seed.

        Args:
            photo_features: dictionary from layer to features of the crops.
            seed: integer tensor `(2,)`.

        Returns:
            Dictionary from layer to `(batch, channels, channels)`.
        """
        scales = len(self.target_grams[STYLE_LAYERS[0]])
        scale = tf.random.stateless_uniform((), seed, maxval=scales, dtype=tf.int32)
        distances = self.palette_distances(photo_features, scale) + self.prices
        nearest = tf.argmin(distances, axis=-1)
        return {name: tf.gather(grams[scale], nearest) for name, grams in self.target_grams.items()}


def fair_prices(distances, rounds=2000, rate=0.02):
    """Prices of the paintings that make each the cheapest for about as many photos.

    A painting is chosen where its distance plus its price is lowest. Chosen too often, it becomes a little more
    expensive; too seldom, a little cheaper; and so on for some rounds.

    Args:
        distances: array `(photos, paintings)`.
        rounds: number of corrections.
        rate: size of a correction, per share of the photos too many.

    Returns:
        float32 array `(paintings,)` with mean 0.
    """
    paintings = distances.shape[1]
    prices = np.zeros(paintings)
    for _ in range(rounds):
        share = np.bincount(np.argmin(distances + prices, axis=1), minlength=paintings) / len(distances)
        prices += rate * (share - 1.0 / paintings)
    return (prices - prices.mean()).astype("float32")


def layer_gram(features, layer_name):
    """Gram matrix of each image's features, border cells cut."""
    return gram_matrix(cut_border(features, layer_name))


def random_window(images, seed, margin=8):
    """Cuts a window that begins at a random pixel, the same for all images and for every call with this seed.

    A stylizer reduces and enlarges in steps of 2, and so do VGG16 and the discriminator. If their cells always lay on
    each other, each pixel of a cell would be judged in its own way, the stylizer would learn to paint each in its own
    way, and every even area would show a fine grid.

    Args:
        images: tensor `(batch, height, width, channels)`.
        seed: integer tensor `(2,)`.
        margin: how many pixels the window is smaller than the image, a multiple of the largest cell.

    Returns:
        Tensor `(batch, height - margin, width - margin, channels)`.
    """
    batch, height, width, channels = images.shape
    top, left = tf.unstack(tf.random.stateless_uniform((2,), seed, maxval=margin, dtype=tf.int32))
    size = (tf.shape(images)[0], height - margin, width - margin, channels)
    return tf.ensure_shape(tf.slice(images, (0, top, left, 0), size), (batch, *size[1:]))


def shift_and_flip(images, seed):
    """Shifts each image by a random part of a pixel and mirrors half of them.

    Both kinds reach the discriminator through this, or it would learn to tell the sharpness and the JPEG blocks of a
    file from the smoothness of a network instead of telling paint from photo.

    Args:
        images: tensor `(batch, height, width, 3)`.
        seed: integer tensor `(2,)`.

    Returns:
        Tensor `(batch, height - 1, width - 1, 3)`, each pixel a mixture of four neighbors.
    """
    draws = tf.random.stateless_uniform((3, tf.shape(images)[0], 1, 1, 1), seed)
    down, right, mirror = tf.unstack(draws)
    images = (1.0 - down) * images[:, :-1] + down * images[:, 1:]
    images = (1.0 - right) * images[:, :, :-1] + right * images[:, :, 1:]
    return tf.where(mirror < 0.5, images, images[:, :, ::-1])
