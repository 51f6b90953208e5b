"""Exercises of lesson 10: a patch discriminator, the combined loss, a step of training, relativistic losses."""

# ruff: noqa: E402  TensorFlow first, so that its log lines are hidden
from gan_course.startup import import_tensorflow

import_tensorflow()

import keras
import numpy as np
import tensorflow as tf

from gan_course import losses, networks
from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- a patch discriminator

FILTERS = (4, 6)


def a_model(build, seed):
    """A Keras model came back."""
    model = build(FILTERS)
    if not isinstance(model, keras.Model):
        return f"A keras.Model was expected; your function returned a {type(model).__name__}."


def pictures_of_any_size(build, seed):
    """Height and width are left open."""
    shape = build(FILTERS).input_shape
    if shape != (None, None, None, 3):
        return f"The input should have the shape (None, None, None, 3), for pictures of any size; yours has {shape}."


def a_score_for_each_neighborhood(build, seed):
    """A map, halved once per entry of `filters`."""
    for filters, expected in (((4,), (1, 16, 24, 1)), (FILTERS, (1, 8, 12, 1))):
        shape = tuple(build(filters)(np.zeros((1, 32, 48, 3), "float32"), training=False).shape)
        if shape != expected:
            return (
                f"For a picture of 32 × 48 pixels and filters={filters} a map of the shape {expected} was expected; "
                f"{shape} came."
            )


def logits_without_a_bound(build, seed):
    """No activation behind the last convolution."""
    model = build((4,))
    model.set_weights([np.full(weight.shape, 3.0, "float32") for weight in model.weights])
    scores = np.asarray(model(np.ones((1, 16, 16, 3), "float32"), training=False))
    if np.abs(scores).max() <= 1:
        return f"With large weights the scores go from {scores.min():.3g} to {scores.max():.3g} only."


def no_layer_stretches(build, seed):
    """Spectral normalization."""
    model = build(FILTERS)
    kernels = [weight for weight in model.weights if len(weight.shape) == 4]
    for kernel in kernels:
        kernel.assign(100.0 * kernel)
    images = np.random.default_rng(seed).uniform(-1, 1, (1, 16, 16, 3)).astype("float32")
    for _ in range(5):  # each call is one power iteration
        model(images, training=True)
    largest = max(float(networks.spectral_norm(kernel)) for kernel in kernels)
    if largest > 5:
        return f"With kernels 100 times as large, a layer still stretches by {largest:.0f} after calls for training."


def the_scores_of_the_course(build, seed):
    """The same weights give the same scores."""
    model, reference = build(FILTERS), networks.build_patch_discriminator(FILTERS)
    shapes, expected = ([tuple(weight.shape) for weight in one.weights] for one in (model, reference))
    if shapes != expected:
        return f"Your weights have the shapes {shapes}; {expected} were expected."
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.5, shape) for shape in shapes])
    reference.set_weights(model.get_weights())
    images = rng.uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    difference = np.abs(np.asarray(model(images, training=False)) - reference(images, training=False)).max()
    if difference > 1e-4:
        return f"With the same weights your scores differ from those of the course, by up to {difference:.2g}."


def _patch_discriminator(
    filters, size=None, bounded=True, slope=0.2, activation=None, whole=False, kernel_size=4, strides=2
):
    """The network with one part exchanged, as learners exchange it."""
    wrap = keras.layers.SpectralNormalization if bounded else lambda layer: layer
    images = x = keras.Input((size, size, 3))
    for count in filters:
        x = wrap(keras.layers.Conv2D(count, kernel_size, strides=strides, padding="same"))(x)
        x = keras.layers.LeakyReLU(slope)(x)
    if whole:
        x = keras.layers.GlobalAveragePooling2D()(x)
        return keras.Model(images, keras.layers.Dense(1)(x))
    return keras.Model(images, wrap(keras.layers.Conv2D(1, 3, padding="same", activation=activation))(x))


@exercise(
    numeric=False,
    properties=[
        a_model,
        pictures_of_any_size,
        a_score_for_each_neighborhood,
        logits_without_a_bound,
        no_layer_stretches,
        the_scores_of_the_course,
    ],
    hints=[
        "Begin with `images = x = keras.Input((None, None, 3))`. Then a loop over `filters`, and one last convolution "
        "behind it. There is no Flatten and no Dense.",
        'A layer is wrapped like this: `keras.layers.SpectralNormalization(keras.layers.Conv2D(..., padding="same"))`. '
        "It is called as the layer itself would be.",
        "In the loop: kernel 4, `strides=2`, then `keras.layers.LeakyReLU(0.2)`. At the end `Conv2D(1, 3, "
        'padding="same")`, wrapped too, without activation, and `keras.Model(images, x)`.',
    ],
    mistakes=[
        Mistake(
            lambda filters: _patch_discriminator(filters, size=64),
            "There is a fixed size in it. Convolutions do not mind how large a picture is: leave height and width "
            "open, with None.",
            fails=pictures_of_any_size,
        ),
        Mistake(
            lambda filters: _patch_discriminator(filters, whole=True),
            "Each convolution in the loop halves the map (strides of 2), and nothing joins the positions: the last "
            "layer is a convolution with one filter, so that every neighborhood gets a score of its own.",
            fails=a_score_for_each_neighborhood,
        ),
        Mistake(
            lambda filters: _patch_discriminator(filters, activation="sigmoid"),
            "Something bounds them. Discriminators of this course return logits; leave the activation of the last "
            "layer out.",
            fails=logits_without_a_bound,
        ),
        Mistake(
            lambda filters: _patch_discriminator(filters, bounded=False),
            "Wrap every convolution, the last one too, in `keras.layers.SpectralNormalization(...)`.",
            fails=no_layer_stretches,
        ),
        Mistake(
            lambda filters: _patch_discriminator(filters, slope=0.0),
            "Look at what lies between the convolutions: LeakyReLU with a slope of 0.2. A plain ReLU is silent below "
            "0, and where the discriminator is silent the stylizer learns nothing. The kernels are 4 × 4, the last "
            "one is 3 × 3.",
            fails=the_scores_of_the_course,
        ),
    ],
    remark="With filters (48, 96, 192) this is the discriminator of the shipped stylizers.",
)
def build_patch_discriminator(filters):
    """Builds a discriminator that scores every neighborhood of a picture of any size.

    For each entry of `filters` a convolution with kernel 4, stride 2 and padding "same", and a
    LeakyReLU(0.2). Then a convolution with one filter, kernel 3 and padding "same". Every
    convolution is wrapped in keras.layers.SpectralNormalization.

    Args:
        filters: tuple, the number of filters of each convolution with stride 2.

    Returns:
        `keras.Model`, pictures (batch, height, width, 3) -> logits, a map with one channel.
    """
    wrap = keras.layers.SpectralNormalization
    images = x = keras.Input((None, None, 3))
    for count in filters:
        x = wrap(keras.layers.Conv2D(count, 4, strides=2, padding="same"))(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    x = wrap(keras.layers.Conv2D(1, 3, padding="same"))(x)
    return keras.Model(images, x)


# ---------------------------------------------------------------- the combined loss


def loss_cases(seed):
    """Scores, features and Gram matrices of two layers, and the weights of the shipped stylizers and others."""
    rng = np.random.default_rng(seed)
    cases = []
    for weights in ({"adversarial": 2.0, "style": 4.0, "content": 0.8}, {"adversarial": 0.5, "style": 1, "content": 3}):
        grams = [
            {name: rng.normal(size=(2, size, size)) for name, size in (("block1_conv2", 2), ("block2_conv2", 3))}
            for _ in range(2)
        ]
        features = [rng.uniform(0, 2, (2, 3, 4, 5)) for _ in range(2)]
        cases.append((rng.normal(size=(2, 4, 4, 1)), *grams, *features, weights))
    return cases


def _relative(wanted, found):
    return np.sum(np.square(found - wanted)) / np.sum(np.square(wanted))


def _combined(
    logits,
    target_grams,
    painted_grams,
    photo_features,
    painted_features,
    weights,
    adversarial=lambda logits: -np.mean(logits),
    over_layers=np.mean,
    relative=_relative,
    of_content=None,
):
    """The sum of three terms, of which learners get one part wrong."""
    style = over_layers([relative(target, painted_grams[name]) for name, target in target_grams.items()])
    content = (of_content or relative)(photo_features, painted_features)
    terms = {"adversarial": adversarial(logits), "style": style, "content": content}
    return sum(weights[name] * term for name, term in terms.items())


def _without_weights(logits, target_grams, painted_grams, photo_features, painted_features, weights):
    ones = dict.fromkeys(weights, 1.0)
    return _combined(logits, target_grams, painted_grams, photo_features, painted_features, ones)


@exercise(
    cases=loss_cases,
    hints=[
        "Three numbers first, then their weighted sum. Style and content have the same form: squared differences, "
        "over the squares of what is wanted.",
        "Style: `np.mean([... for name in target_grams])`, each with `np.sum((painted_grams[name] - "
        "target_grams[name]) ** 2) / np.sum(target_grams[name] ** 2)`.",
        'The adversarial term is `-np.mean(logits)`. Then `weights["adversarial"] * adversarial + ...`.',
    ],
    mistakes=[
        Mistake(
            lambda *arguments: _combined(*arguments, adversarial=np.mean),
            "Your adversarial term goes down when the scores go down: the stylizer would learn to look painted by a "
            "network. It wants high scores, so the sign is minus.",
        ),
        Mistake(
            lambda *arguments: _combined(*arguments, adversarial=lambda x: np.mean(np.maximum(0, 1 - x))),
            "You use the hinge for the stylizer, too. The margin is the discriminator's; the stylizer lowers "
            "`-mean(logits)`, wherever they are.",
        ),
        Mistake(
            lambda *arguments: _combined(*arguments, over_layers=np.sum),
            "You add the layers up. The style loss is their mean, so that a weight means the same with two layers and "
            "with four.",
        ),
        Mistake(
            lambda *arguments: _combined(*arguments, relative=lambda wanted, found: np.mean((found - wanted) ** 2)),
            "Your squared differences are not divided by the squares of what is wanted. Then layers with large numbers "
            "speak loudest, and a weight has no meaning of its own.",
        ),
        Mistake(
            lambda *arguments: _combined(*arguments, of_content=lambda wanted, found: np.mean((found - wanted) ** 2)),
            "Your content term is a mean of squares. It is relative, too: their sum, over the sum of the squares of "
            "the photo's features.",
        ),
        Mistake(
            lambda *arguments: _combined(*arguments, relative=lambda wanted, found: _relative(found, wanted)),
            "You divide by the squares of what was painted. The measure would change with what it measures; divide by "
            "the squares of the target, and of the photo.",
        ),
        Mistake(_without_weights, "The three terms are right, and their weights are not used."),
    ],
    remark="Total variation would be a fourth line. Lesson 10 says why the shipped stylizers do without it.",
)
def combined_loss(logits, target_grams, painted_grams, photo_features, painted_features, weights):
    """The stylizer's loss: the weighted sum of its adversarial, style and content terms.

    adversarial: minus the mean of the logits
    style: for each layer sum((painted - target)²) / sum(target²); the mean over the layers
    content: sum((painted - photo)²) / sum(photo²)

    Args:
        logits: array, the discriminator's scores of the painted crops.
        target_grams: dictionary from layer to array (batch, channels, channels).
        painted_grams: the same for the painted crops.
        photo_features: array (batch, height, width, channels).
        painted_features: array of the same shape.
        weights: dictionary with the keys "adversarial", "style" and "content".

    Returns:
        A number.
    """

    def relative_error(wanted, found):
        return np.sum((found - wanted) ** 2) / np.sum(wanted**2)

    adversarial = -np.mean(logits)
    layers = [relative_error(target_grams[name], painted_grams[name]) for name in target_grams]
    style = np.mean(layers)
    content = relative_error(photo_features, painted_features)
    total = weights["adversarial"] * adversarial + weights["style"] * style
    return total + weights["content"] * content


# ---------------------------------------------------------------- one step of training


def _fidelity(photos, painted):
    """Stands for style and content together, each with its weight."""
    return 0.7 * tf.reduce_mean(tf.square(painted - photos)) + 0.4 * tf.reduce_mean(painted)


def _game(seed):
    """Two tiny networks, an optimizer for each, photos, paintings and a function for the other terms."""
    rng = np.random.default_rng(seed)

    def network(units, activation, name):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation=activation)], name=name)
        # small, so that no score leaves the margin of the hinge, where a loss has no slope
        model.set_weights([0.3 * rng.normal(size=weight.shape) for weight in model.weights])
        return model

    models = network(3, "tanh", "stylizer"), network(1, None, "discriminator")
    # plain gradient descent: how far a weight moves says how large its gradient was
    optimizers = keras.optimizers.SGD(0.3), keras.optimizers.SGD(0.3)
    for model, optimizer in zip(models, optimizers, strict=True):
        optimizer.build(model.trainable_variables)
    photos, paintings = (tf.constant(rng.uniform(-1, 1, (5, 3)), "float32") for _ in range(2))
    return *models, *optimizers, photos, paintings, _fidelity


def _step(
    stylizer,
    discriminator,
    stylizer_optimizer,
    discriminator_optimizer,
    photos,
    paintings,
    other_terms,
    as_the_article=False,
    simultaneous=False,
    stylizer_moves=True,
    keep_other_terms=True,
):
    """A step with one part exchanged. Without exchange it is the right one."""
    with tf.GradientTape(persistent=True) as tape:
        painted = stylizer(photos, training=True)
        real_logits, fake_logits = discriminator(paintings, training=True), discriminator(painted, training=True)
        of_discriminator = losses.hinge_discriminator_loss(real_logits, fake_logits)
        of_stylizer = losses.hinge_generator_loss(fake_logits)
        if keep_other_terms:
            of_stylizer += other_terms(photos, painted)
        if as_the_article:
            of_discriminator = of_stylizer
    early = tape.gradient(of_stylizer, stylizer.trainable_variables)
    variables = discriminator.trainable_variables
    discriminator_optimizer.apply(tape.gradient(of_discriminator, variables), variables)
    if not stylizer_moves:
        return
    with tf.GradientTape() as tape:
        painted = stylizer(photos, training=True)
        value = losses.hinge_generator_loss(discriminator(painted, training=False))
        if keep_other_terms:
            value += other_terms(photos, painted)
    variables = stylizer.trainable_variables
    stylizer_optimizer.apply(early if simultaneous else tape.gradient(value, variables), variables)


def _after(step, seed, **exchanged):
    """The weights of stylizer and discriminator after a step."""
    arguments = _game(seed)
    step(*arguments, **exchanged)
    return [model.get_weights() for model in arguments[:2]]


def _agree(first, second):
    return all(np.allclose(one, other, rtol=1e-3, atol=1e-5) for one, other in zip(first, second, strict=True))


def both_networks_move(style_transfer_step, seed):
    """Neither is left as it was."""
    before = [model.get_weights() for model in _game(seed)[:2]]
    after = _after(style_transfer_step, seed)
    names = ("stylizer", "discriminator")
    idle = [name for name, old, new in zip(names, before, after, strict=True) if _agree(old, new)]
    return f"After your step the weights of the {' and the '.join(idle)} are as before." if idle else None


def the_discriminator_plays_its_own_game(style_transfer_step, seed):
    """One move, along the gradient of the hinge loss."""
    if not _agree(_after(style_transfer_step, seed)[1], _after(_step, seed)[1]):
        return "The discriminator's weights did not move as one step along the gradient of its hinge loss moves them."


def the_stylizer_lowers_the_whole_sum(style_transfer_step, seed):
    """The other terms are in it, whichever discriminator it answers."""
    moved = _after(style_transfer_step, seed)[0]
    if not any(_agree(moved, _after(_step, seed, simultaneous=early)[0]) for early in (False, True)):
        return "The stylizer's weights did not move as one step along the gradient of the whole sum moves them."


def the_stylizer_answers_the_updated_discriminator(style_transfer_step, seed):
    """The scores in its loss are those of now."""
    if not _agree(_after(style_transfer_step, seed)[0], _after(_step, seed)[0]):
        return "The stylizer moved against the discriminator as it was before its update."


@exercise(
    numeric=False,
    properties=[
        both_networks_move,
        the_discriminator_plays_its_own_game,
        the_stylizer_lowers_the_whole_sum,
        the_stylizer_answers_the_updated_discriminator,
    ],
    hints=[
        "Two halves, each with a tape of its own, as in lesson 04: loss inside the `with` block, gradient and update "
        "behind it.",
        "First half: `painted = stylizer(photos, training=True)` before the tape; inside it one call with "
        "`training=True` on `tf.concat([paintings, painted], axis=0)`, and `tf.split(logits, 2)`. max(0, 1 - x) is "
        "`tf.nn.relu(1 - x)`, and the mean is `tf.reduce_mean`.",
        "Second half, in a new tape: paint again, score with `training=False`, `loss = other_terms(photos, painted) "
        "- tf.reduce_mean(logits)`. Then "
        "`stylizer_optimizer.apply(tape.gradient(loss, variables), variables)`.",
    ],
    mistakes=[
        Mistake(
            lambda *game: _step(*game, stylizer_moves=False),
            "A step has two halves, and each ends with `optimizer.apply(gradients, variables)` for one network.",
            fails=both_networks_move,
        ),
        Mistake(
            lambda *game: _step(*game, as_the_article=True),
            "It has a loss of its own, `mean max(0, 1 - real_logits) + mean max(0, 1 + fake_logits)`. If it lowers the "
            "stylizer's loss as well, as the article has it, both want the same, and there is no game. Are real and "
            "fake exchanged? Did the stylizer move first?",
            fails=the_discriminator_plays_its_own_game,
        ),
        Mistake(
            lambda *game: _step(*game, keep_other_terms=False),
            "Its loss is `-mean(fake_logits) + other_terms(photos, painted)`, and the painting has to be made inside "
            "the tape. Without the other terms nothing ties the painting to the photo.",
            fails=the_stylizer_lowers_the_whole_sum,
        ),
        Mistake(
            lambda *game: _step(*game, simultaneous=True),
            "Apply the discriminator's gradients first, and only then score the painting for the stylizer's loss.",
            fails=the_stylizer_answers_the_updated_discriminator,
        ),
    ],
    remark="The package's train_step does the same, and keeps a moving average of the stylizer besides.",
)
def style_transfer_step(
    stylizer,
    discriminator,
    stylizer_optimizer,
    discriminator_optimizer,
    photos,
    paintings,
    other_terms,
):
    """Moves the discriminator once, then the stylizer once against the updated discriminator.

    discriminator: mean max(0, 1 - real_logits) + mean max(0, 1 + fake_logits)
    stylizer: -mean(fake_logits) + other_terms(photos, painted)

    Args:
        stylizer: model, photos -> paintings.
        discriminator: model, pictures -> logits.
        stylizer_optimizer, discriminator_optimizer: `apply(gradients, variables)` updates.
        photos: tensor, a batch of crops of photos.
        paintings: tensor, a batch of crops of real paintings.
        other_terms: function of photos and what was painted from them: style and content, weighted.
    """
    painted = stylizer(photos, training=True)
    with tf.GradientTape() as tape:
        logits = discriminator(tf.concat([paintings, painted], axis=0), training=True)
        real_logits, fake_logits = tf.split(logits, 2)
        loss = tf.reduce_mean(tf.nn.relu(1 - real_logits))
        loss += tf.reduce_mean(tf.nn.relu(1 + fake_logits))
    variables = discriminator.trainable_variables
    discriminator_optimizer.apply(tape.gradient(loss, variables), variables)

    with tf.GradientTape() as tape:
        painted = stylizer(photos, training=True)
        fake_logits = discriminator(painted, training=False)
        loss = other_terms(photos, painted) - tf.reduce_mean(fake_logits)
    variables = stylizer.trainable_variables
    stylizer_optimizer.apply(tape.gradient(loss, variables), variables)


# ---------------------------------------------------------------- the relativistic logit


def pair_cases(seed):
    """Pairs of scores, and maps of them."""
    rng = np.random.default_rng(seed)
    return [
        (np.array([2.0, -1.0, 0.5]), np.array([1.0, 1.0, -3.0])),
        (rng.normal(size=(2, 3, 3, 1)), rng.normal(size=(2, 3, 3, 1))),
    ]


def _softplus(x):
    return np.logaddexp(0, x)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def holds_for_large_logits(relativistic_losses, seed):
    """Being certain and wrong about a pair costs as much as its logit is large; being right costs nothing."""
    for real, wanted in ((-1000.0, (1000.0, 0.0)), (1000.0, (0.0, 1000.0))):
        found = relativistic_losses(np.array([real]), np.array([0.0]))
        if not np.allclose(found, wanted, atol=0.01):
            return (
                f"For a real logit of {real:,.0f} beside a fake one of 0 the losses are {wanted[0]:,.0f} and "
                f"{wanted[1]:,.0f}; yours are {found[0]:.4g} and {found[1]:.4g}."
            )


@exercise(
    cases=pair_cases,
    properties=[holds_for_large_logits],
    hints=[
        "The logit of a pair is `real_logits - fake_logits`. The stylizer's loss has the same form with the two "
        "exchanged.",
        "-log σ(d) is softplus(-d) = log(1 + exp(-d)) = log(exp(0) + exp(-d)). In NumPy: `np.logaddexp(0, -d)`, and "
        "then `np.mean`.",
    ],
    mistakes=[
        Mistake(
            lambda real, fake: (np.mean(_softplus(real - fake)), np.mean(_softplus(fake - real))),
            "The two losses are exchanged: the discriminator wants the real one of a pair to score higher.",
        ),
        Mistake(
            lambda real, fake: (_softplus(np.mean(fake - real)), _softplus(np.mean(real - fake))),
            "You average the differences first, and then bend the mean. Each pair has its own loss; the mean comes "
            "last.",
        ),
        Mistake(
            lambda real, fake: (-np.log(np.mean(_sigmoid(real - fake))), -np.log(np.mean(_sigmoid(fake - real)))),
            "You take the logarithm of the mean D. Each pair has its own loss -log σ(d); the mean comes last.",
        ),
        Mistake(
            lambda real, fake: (
                np.mean(_softplus(_sigmoid(fake) - _sigmoid(real))),
                np.mean(_softplus(_sigmoid(real) - _sigmoid(fake))),
            ),
            "You take the sigmoid of each score before the difference. Scores are logits: subtract them as they are.",
        ),
        Mistake(
            lambda real, fake: (np.mean(-_sigmoid(real - fake)), np.mean(_sigmoid(real - fake))),
            "This is the article's E[D], up for one and down for the other. It asks for the right things, but is "
            "nearly flat where a pair is far from even. The logarithm mends that: -log σ(d), for each pair.",
        ),
        Mistake(
            lambda real, fake: (
                np.mean(_softplus(-real)) + np.mean(_softplus(fake)),
                np.mean(_softplus(-fake)),
            ),
            "These are the non-saturating losses of lesson 02, in which each picture is judged alone. Here only the "
            "difference within a pair counts.",
        ),
        Mistake(
            lambda real, fake: (np.mean(np.log1p(np.exp(fake - real))), np.mean(np.log1p(np.exp(real - fake)))),
            "On paper yours is right. But `exp(1000)` is infinite, and where σ(-1000) comes out as 0, so is the "
            "logarithm of it: lesson 02 had that. `np.logaddexp(0, -d)` is log(1 + exp(-d)) without such a number on "
            "the way.",
            fails=holds_for_large_logits,
        ),
    ],
    remark="Add the same number to all scores, and nothing changes: only the comparison is left.",
)
def relativistic_losses(real_logits, fake_logits):
    """Losses of both players for a discriminator that compares pairs.

    The logit of a pair is d = real_logit - fake_logit.
    discriminator: mean of -log σ(d)
    stylizer: mean of -log σ(-d)

    Args:
        real_logits: array of any shape, C(x) for crops of paintings.
        fake_logits: array of the same shape, C(y) for what was painted.

    Returns:
        Two numbers: the discriminator's loss and the stylizer's loss.
    """
    logits = real_logits - fake_logits
    discriminator_loss = np.mean(np.logaddexp(0, -logits))
    stylizer_loss = np.mean(np.logaddexp(0, logits))
    return discriminator_loss, stylizer_loss
