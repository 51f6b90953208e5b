"""The training of AdaIN's decoder: first back from features to pictures, then, if wanted, with a loss on style."""

import keras
import tensorflow as tf

from gan_course.losses import content_loss
from gan_course.networks import (
    ADAIN_LAYER,
    adaptive_instance_normalization,
    build_vgg16_features,
    cut_border,
    feature_statistics,
)
from gan_course.training.moving_average import average_of, move_average

LAYERS = ("block1_conv2", "block2_conv2", ADAIN_LAYER)
BORDER = 8  # pixels cut from every side: the two cells of `ADAIN_LAYER` that VGG16's zero padding has spoiled
LARGEST_GAIN = 3.0


class AdaINTrainer(keras.Model):
    """Trains a decoder to make pictures of VGG16's features, also of features whose statistics were exchanged.

    One step takes crops of photos and of paintings, recolors them (`recolored`) and lets the decoder make two halves:

    - *own*: the features of a recolored crop, half of them of two crops laid over each other; the crop is wanted;
    - *exchanged*: `AdaIN(features of the crop, features of the recolored crop)`; the recolored crop is wanted. The
      decoder gets the places from one picture and mean and deviation from another, as it will when it paints, and
      unlike then the right answer is known.

    `pixel_weight · mean|made - wanted| + mean over LAYERS of content_loss(wanted, made)`

    So no loss speaks of style, and style enters through the statistics alone. A `style_weight` above 0 adds a third
    part, photos with the statistics of paintings, and for it

    `content_loss(AdaIN(photo, painting), made) + style_weight · mean over LAYERS of statistics_loss(painting, made)`

    Beside the decoder runs `averaged_decoder`, the moving average of its weights, which is what ships. All that a step
    draws comes from the seed in its batch, and `save_weights` keeps the decoder, the average and the optimizer. So a
    training that is loaded and goes on equals one that was never interrupted.

    Args:
        decoder: model, features `(batch, height, width, channels)` → pictures in [-1, 1], four times as large.
        pixel_weight, style_weight: the weights above.
        average_momentum: momentum of the moving average, 0 to 1.

    Reference:
        Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", 2017, trains
        with the third part alone; Li et al., "Universal Style Transfer via Feature Transforms", 2017, with the first.
    """

    def __init__(self, decoder, *, pixel_weight=2.0, style_weight=0.0, average_momentum=0.99):
        super().__init__(name="adain_trainer")
        self.decoder = decoder
        self.averaged_decoder = average_of(decoder)
        self.features = build_vgg16_features(LAYERS)
        self.pixel_weight, self.style_weight, self.average_momentum = pixel_weight, style_weight, average_momentum
        names = ["pixels", "features", *(["content", "style"] if style_weight else [])]
        self.means = {name: keras.metrics.Mean(name=name) for name in names}

    def compile(self, optimizer, jit_compile=False):
        """Builds the optimizer, so that a checkpoint holds its moments from the start."""
        super().compile(optimizer=optimizer, jit_compile=jit_compile)
        optimizer.build(self.decoder.trainable_variables)
        self.built = True

    @property
    def metrics(self):
        return list(self.means.values())

    @property
    def step(self):
        """Number of steps this model has been trained for."""
        return int(self.optimizer.iterations)

    def call(self, features, training=False):
        return self.averaged_decoder(features, training=training)

    def train_step(self, batch):
        with tf.GradientTape() as tape:
            terms = self.reconstruction_terms(batch)
            total = self.pixel_weight * terms["pixels"] + terms["features"]
            if self.style_weight:
                terms |= self.style_terms(batch)
                total += terms["content"] + self.style_weight * terms["style"]
        gradients = tape.gradient(total, self.decoder.trainable_variables)
        self.optimizer.apply(gradients, self.decoder.trainable_variables)
        self.update_average()
        for name, value in terms.items():
            self.means[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}

    def reconstruction_terms(self, batch):
        """The terms `pixels` and `features`: even crops are exchanged, odd ones own."""
        pictures = tf.concat([batch["photos"], batch["paintings"]], axis=0)
        others = tf.concat([batch["paintings"], batch["photos"]], axis=0)
        mix, recolor = tf.unstack(tf.random.split(batch["seed"], 2))
        originals, own = pictures[0::2], mixed(pictures[1::2], others[1::2], mix)
        others = tf.concat([others[0::2], others[1::2]], axis=0)
        wanted = recolored(tf.concat([originals, own], axis=0), others, recolor)
        features = self.inner_features(wanted)
        count = tf.shape(originals)[0]
        exchanged = adaptive_instance_normalization(
            self.inner_features(originals)[ADAIN_LAYER], features[ADAIN_LAYER][:count]
        )
        made = self.decoder(tf.concat([exchanged, features[ADAIN_LAYER][count:]], axis=0), training=True)
        made_features = self.features(made, training=False)
        wanted = wanted[:, BORDER:-BORDER, BORDER:-BORDER]
        return {
            "pixels": tf.reduce_mean(tf.abs(made - wanted)),
            "features": sum(
                content_loss(cut_border(features[name], name), cut_border(made_features[name], name)) for name in LAYERS
            )
            / len(LAYERS),
        }

    def style_terms(self, batch):
        """The terms `content` and `style`: photos with the statistics of paintings."""
        style_features = self.inner_features(batch["paintings"])
        exchanged = adaptive_instance_normalization(
            self.inner_features(batch["photos"])[ADAIN_LAYER], style_features[ADAIN_LAYER]
        )
        made_features = self.features(self.decoder(exchanged, training=True), training=False)
        made_features = {name: cut_border(made_features[name], name) for name in LAYERS}
        return {
            "content": content_loss(cut_border(exchanged, ADAIN_LAYER), made_features[ADAIN_LAYER]),
            "style": sum(statistics_loss(style_features[name], made_features[name]) for name in LAYERS) / len(LAYERS),
        }

    def inner_features(self, pictures):
        """Features of the pictures without `BORDER` pixels on each side, computed with them around."""
        found = self.features(pictures, training=False)
        cells = {name: BORDER * maps.shape[1] // pictures.shape[1] for name, maps in found.items()}
        return {name: maps[:, cells[name] : -cells[name], cells[name] : -cells[name]] for name, maps in found.items()}

    def update_average(self):
        """Moves the averaged weights toward the current ones, faster in the first steps."""
        move_average(self.averaged_decoder, self.decoder, self.optimizer.iterations, self.average_momentum)


def statistics_loss(style_features, painted_features):
    """Style loss at one layer: relative squared distance of the means and deviations of all channels.

    `L = mean over images of Σ_channel ((μ - μ_s)² + (σ - σ_s)²) / Σ_channel (μ_s² + σ_s²)`

    Args:
        style_features, painted_features: tensors `(batch, height, width, channels)`, of any two heights and widths.

    Returns:
        Scalar tensor, at least 0; 0 means the same statistics, 1 is what an all-zero feature map scores.

    Reference:
        Huang and Belongie 2017, equation 13; there it is not divided by anything.
    """
    pairs = list(zip(feature_statistics(style_features), feature_statistics(painted_features), strict=True))
    distance = sum(tf.reduce_sum(tf.square(style - painted), axis=-1) for style, painted in pairs)
    size = sum(tf.reduce_sum(tf.square(style), axis=-1) for style, _ in pairs)
    return tf.reduce_mean(distance / (size + 1e-8))


def recolored(pictures, others, seed):
    """Pictures with other colors: channels permuted in half of them, then given a mean and a contrast like another's.

    `x' = μ + σ/σ(x) · (x - μ(x))` per channel, with μ and σ somewhere between the picture's own and the other's

    Args:
        pictures, others: tensors `(batch, height, width, 3)` in [-1, 1].
        seed: integer tensor `(2,)`.

    Returns:
        Tensor of the same shape in [-1, 1]; what leaves the range is clipped.
    """
    count = tf.shape(pictures)[0]
    draws = tf.random.stateless_uniform((count, 5), seed)
    order = tf.where(draws[:, :1] < 0.5, tf.argsort(draws[:, 1:4]), tf.range(3))
    pictures = tf.gather(pictures, order, axis=-1, batch_dims=1)
    (mean, deviation), (other_mean, other_deviation) = (feature_statistics(x) for x in (pictures, others))
    amount = draws[:, 4, None, None, None]
    new_mean = mean + amount * (other_mean - mean)
    gain = tf.minimum(1.0 + amount * (other_deviation / deviation - 1.0), LARGEST_GAIN)
    return tf.clip_by_value(new_mean + gain * (pictures - mean), -1.0, 1.0)


def mixed(pictures, others, seed):
    """Half of the pictures laid over another one, with a share of 0 to 1; the other half as they are."""
    draws = tf.random.stateless_uniform((2, tf.shape(pictures)[0], 1, 1, 1), seed)
    share = tf.where(draws[0] < 0.5, draws[1], 0.0)
    return (1.0 - share) * pictures + share * others
