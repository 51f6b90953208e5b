"""The article's formulas, and two ways to read its discriminator of two images, `D(x, G(z))`, that make sense.

The first kind reading, the ordinary discriminator that sees both kinds of images one at a time, needs no code here:
it is `build_discriminator`.
"""

import keras
from keras import ops


def style_loss(logits):
    """What the article calls style loss: the discriminator's mean answer.

    `L_style = E[D]`, D = σ(logits)

    ½ for logits of 0. If D is the probability of being real, minimizing this makes images look **more fake**. What
    it means depends on what D was trained for; for an untrained D it measures nothing.

    Args:
        logits: tensor of any shape.

    Returns:
        Scalar tensor in [0, 1], normalized by the number of answers.
    """
    return ops.mean(ops.sigmoid(logits))


def content_loss(logits):
    """What the article calls content loss: the discriminator's mean squared answer.

    `L_content = E[D²] = (E[D])² + Var D`, D = σ(logits)

    ¼ for logits of 0. The gradient of one sample is `2 D ∇D`, parallel to the gradient `∇D` of `style_loss`: for
    a single sample it asks for nothing new. (The square of the logits themselves, without the sigmoid, would be another
    loss: it pulls logits to 0 from both sides.)

    Args:
        logits: tensor of any shape.

    Returns:
        Scalar tensor in [0, 1], normalized by the number of answers.
    """
    return ops.mean(ops.square(ops.sigmoid(logits)))


def build_two_image_discriminator(critic):
    """Relativistic reading of `D(x, y)`: is x more real than y?

    `D(x, y) = σ(C(x) - C(y))`, with one critic C for both places.

    Now the article's style loss `E[D(x, G(z))]` makes sense: the generator minimizes it, so that its image scores
    above the real one; the discriminator must **maximize** it. Where the two cannot be told apart it is ½. Exchanging
    the images changes the sign of the logit, so the place in which an image stands tells nothing.

    Args:
        critic: model, images `(batch, ...)` → logits `(batch, 1)`; its weights become those of the discriminator.

    Returns:
        `keras.Model`, `[x, y]`, two batches of images → logits `C(x) - C(y)`.

    Reference:
        Jolicoeur-Martineau, "The Relativistic Discriminator: a Key Element Missing from Standard GAN", 2018.
    """
    first, second = (keras.Input(critic.input_shape[1:], name=name) for name in ("x", "y"))
    logits = keras.layers.Subtract()([critic(first), critic(second)])
    return keras.Model([first, second], logits, name="two_image_discriminator")


def build_learned_distance(features):
    """Reading of `D(x, y)` as a distance: how different do x and y look to a network?

    `f(x, y) = ‖h(x) - h(y)‖ = √(mean over features of (h(x) - h(y))²)`

    With x a photo and y its painting `E[f²]` **is** a content loss: feature matching. It is 0 for features that agree.

    Args:
        features: model h, images `(batch, ...)` → features of any shape, such as an inner layer of a discriminator.

    Returns:
        `keras.Model`, `[x, y]`, two batches of images → distances `(batch, 1)`, at least 0. Normalized by the number of
        features. Values below 1e-6 come out as 1e-6 and have no gradient, since a root has none at 0.

    Reference:
        Salimans et al., "Improved Techniques for Training GANs", 2016, section 3.1 (there: distance of the means).
    """
    first, second = (keras.Input(features.input_shape[1:], name=name) for name in ("x", "y"))
    difference = keras.layers.Flatten()(keras.layers.Subtract()([features(first), features(second)]))
    mean_square = ops.mean(ops.square(difference), axis=1, keepdims=True)
    distances = ops.sqrt(ops.maximum(mean_square, 1e-12))
    return keras.Model([first, second], distances, name="learned_distance")
