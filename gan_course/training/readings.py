"""Three kind readings of a discriminator that "judges how similar two pictures are", for the style transfer GAN.

The article's formulas give a discriminator two pictures. Read to the letter they measure nothing; each reading here
says who is compared with whom, and trains the discriminator so that its answer means something. Lesson 02 has the
formulas, lesson 10 what comes out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from gan_course.losses import (
    content_loss,
    hinge_discriminator_loss,
    hinge_generator_loss,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
)


@dataclass(frozen=True)
class Reading:
    """What a reading makes of the discriminator.

    Attributes:
        discriminator_loss: function `(real_logits, fake_logits)` → scalar that the discriminator lowers.
        stylizer_loss: function `(real_logits, fake_logits)` → scalar that the stylizer lowers.
        compares: whether `stylizer_loss` looks at the scores of the paintings; if not, it gets None for them.
        learned_content: whether the content loss is `learned_distance` instead of one in VGG16's features.
    """

    discriminator_loss: Callable
    stylizer_loss: Callable
    compares: bool = False
    learned_content: bool = False


def only_fake(real_logits, fake_logits):
    """The hinge loss of the stylizer, which does not ask how paintings score."""
    return hinge_generator_loss(fake_logits)


READINGS = {
    # (i) both kinds, one at a time: `D(x)` scores each neighborhood of one picture
    "patch": Reading(hinge_discriminator_loss, only_fake),
    # (ii) a comparison, `D(x, y) = σ(C(x) - C(y))`, x a crop of a painting, y one the stylizer made. The two are paired
    # as they come, place by place; D goes up on E[log D(x, y)], the stylizer on E[log D(y, x)].
    "relativistic": Reading(relativistic_discriminator_loss, relativistic_generator_loss, compares=True),
    # (iii) a distance, `f(x, y) = ‖h(x) - h(y)‖`, x the photo, y its painting: see `learned_distance`
    "learned distance": Reading(hinge_discriminator_loss, only_fake, learned_content=True),
}


def find_reading(name):
    """The reading of this name.

    Args:
        name: "patch", "relativistic" or "learned distance".

    Returns:
        `Reading`.

    Raises:
        ValueError: if there is none.
    """
    if name not in READINGS:
        raise ValueError(f"adversarial must be one of {', '.join(map(repr, READINGS))}, received {name!r}.")
    return READINGS[name]


def build_hidden_features(discriminator):
    """The discriminator without its last layer: what it has noticed before it gives its answer.

    Args:
        discriminator: functional `keras.Model`, images → logits.

    Returns:
        `keras.Model`, images → the features that go into the last layer. It shares the discriminator's weights.

    Raises:
        ValueError: if the model has no inner layer that could be taken out.
    """
    layers = discriminator.layers
    if not getattr(discriminator, "inputs", None) or not any(layer.weights for layer in layers[:-1]):
        raise ValueError(
            f"The learned distance compares what goes into the discriminator's last layer, and {discriminator.name!r} "
            f"has no layer before its last one that can be taken out. Pass a functional keras.Model with hidden "
            f"layers, as build_patch_discriminator makes it."
        )
    return keras.Model(discriminator.input, layers[-1].input, name="hidden_features")


def learned_distance(hidden_features, photos, painted):
    """Reading (iii): how far a painting is from its photo in the features that the discriminator has learned.

    `E[f²] = mean((h(y) - h(x))²) / mean(h(x)²)`, x the photo, y its painting

    h is the discriminator up to its last layer. It learns by telling paintings from what the stylizer makes, the game
    of reading (i), and takes no step to lower or raise this distance, which it could do by shrinking or blowing up h.
    Dividing by the photo's features makes the size of h cancel. In the stylizer's step h stands still, and this takes
    the place of the content loss: of the article's two losses, the discriminator's answer is then the one of style and
    its distance the one of content, and no VGG16 is needed for them.

    What it cannot do:

    - h knows what helps to tell paint from photo, and nothing else. A difference that D does not need, `f` may not see;
      0 does not mean the same picture.
    - A neighborhood is all it sees (22 × 22 pixels with `build_patch_discriminator`): an eye is to it a dark spot.
    - D goes on learning, so the ruler changes while it measures. Values of different steps are not comparable.
    - In the same features one term pulls to the photo and the other to paint. The last layer is linear in h, so with
      both the painting ends where the photo is, moved in the direction that D takes for paint.

    Args:
        hidden_features: model h from `build_hidden_features`.
        photos, painted: tensors `(batch, height, width, 3)` in [-1, 1], shifted and mirrored alike.

    Returns:
        Scalar tensor, at least 0. Normalized by the mean square of the photos' features, over the batch.

    Reference:
        Larsen et al., "Autoencoding beyond Pixels Using a Learned Similarity Metric", 2016 (features of a
        discriminator as a content loss); Sanakoyeu et al., "A Style-Aware Content Loss for Real-Time HD Style
        Transfer", 2018 (there the features are those of the stylizer's own encoder).
    """
    return content_loss(hidden_features(photos, training=False), hidden_features(painted, training=False))
