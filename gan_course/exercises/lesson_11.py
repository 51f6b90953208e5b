"""Exercises of lesson 11: blending weights, tiles without seams, how much of a generator to mix in."""

import numpy as np
from scipy import ndimage

from gan_course.exercises.engine import Mistake, exercise

# ---------------------------------------------------------------- blending weights


def two_networks(seed):
    """Weights as two small networks have them: arrays of different shapes."""
    rng = np.random.default_rng(seed)
    shapes = [(3, 3, 2, 4), (4,), (4, 1)]
    return [[rng.normal(size=shape) for shape in shapes] for _ in range(2)]


def _blended(seed, share, blend):
    """What a learner's function makes of two networks, and the two."""
    first, second = two_networks(seed)
    return blend(first, second, share), *two_networks(seed)


def _same(found, wanted):
    """Whether two lists hold the same arrays."""
    return all(np.allclose(one, other, atol=1e-6) for one, other in zip(found, wanted, strict=True))


def an_array_for_each_array(blend_weights, seed):
    """A list as `set_weights` takes it."""
    found, first, _ = _blended(seed, 0.25, blend_weights)
    if not isinstance(found, (list, tuple)) or len(found) != len(first):
        what = f"{len(found)} entries" if isinstance(found, (list, tuple)) else f"a {type(found).__name__}"
        return f"A list of {len(first)} arrays was expected, one for each array of a network; yours is {what}."
    for one, wanted in zip(found, first, strict=True):
        if np.shape(one) != wanted.shape:
            return f"Each array keeps its shape; where {wanted.shape} was expected, yours has {np.shape(one)}."


def share_0_is_the_first(blend_weights, seed):
    """Nothing of the second yet."""
    found, first, _ = _blended(seed, 0.0, blend_weights)
    return None if _same(found, first) else "With a share of 0, the result should be the weights of the first network."


def share_1_is_the_second(blend_weights, seed):
    """Nothing of the first anymore."""
    found, _, second = _blended(seed, 1.0, blend_weights)
    return None if _same(found, second) else "With a share of 1, the result should be the weights of the second."


def a_quarter_of_the_way(blend_weights, seed):
    """A straight line from one to the other."""
    found, first, second = _blended(seed, 0.25, blend_weights)
    wanted = [0.75 * one + 0.25 * other for one, other in zip(first, second, strict=True)]
    if not _same(found, wanted):
        return "With a share of 0.25, each weight should lie a quarter of the way from the first to the second."


def both_networks_stay_as_they_are(blend_weights, seed):
    """Whoever blends at another share next needs them again."""
    first, second = two_networks(seed)
    blend_weights(first, second, 0.25)
    untouched = two_networks(seed)
    if not (_same(first, untouched[0]) and _same(second, untouched[1])):
        return "Your function changes the arrays that it was given."


def _changes_the_first(first, second, share):
    for one, other in zip(first, second, strict=True):
        one *= 1.0 - share
        one += share * other
    return first


@exercise(
    numeric=False,
    properties=[
        an_array_for_each_array,
        share_0_is_the_first,
        share_1_is_the_second,
        a_quarter_of_the_way,
        both_networks_stay_as_they_are,
    ],
    hints=[
        "The weights of a network are a list of arrays, each of a shape of its own. Go through both lists together: "
        "`zip(first_weights, second_weights)`.",
        "For one pair of arrays: the first counts `1 - share`, the second `share`.",
        "`(1 - share) * one + share * other for one, other in zip(first_weights, second_weights)`, in square brackets, "
        "so that a list comes out.",
    ],
    mistakes=[
        Mistake(
            lambda first, second, share: first + second,
            "`+` joins two lists, end to end. Add the arrays in them, pair by pair.",
            fails=an_array_for_each_array,
        ),
        Mistake(
            lambda first, second, share: blend_weights.answer(second, first, share),
            "The two are exchanged: share is that of the second network.",
            fails=share_0_is_the_first,
        ),
        Mistake(
            lambda first, second, share: [one + share * other for one, other in zip(first, second, strict=True)],
            "The two parts have to add up to 1: if the second counts share, the first counts 1 - share.",
            fails=share_1_is_the_second,
        ),
        Mistake(
            lambda first, second, share: list(first if share < 0.5 else second),
            "Do you take one of the two, and nothing in between? Take a weighted mean of both.",
            fails=a_quarter_of_the_way,
        ),
        Mistake(
            _changes_the_first,
            "`*=` and `+=` write into the array itself. `a * b` makes a new one.",
            fails=both_networks_stay_as_they_are,
        ),
    ],
    remark="`model.set_weights(...)` takes such a list. `gan_course.applications.blend_stylizers` does the rest.",
)
def blend_weights(first_weights, second_weights, share):
    """Blends the weights of two networks of one architecture.

    Args:
        first_weights: list of arrays, what `model.get_weights()` returns.
        second_weights: list of as many arrays of the same shapes.
        share: number from 0, the first network, to 1, the second.

    Returns:
        List of as many arrays of the same shapes.
    """
    pairs = zip(first_weights, second_weights, strict=True)
    return [(1 - share) * one + share * other for one, other in pairs]


# ---------------------------------------------------------------- tiles without seams


def _painter(reach):
    """A way of painting that sees `reach` pixels in every direction, with zeros beyond its picture's edge."""
    size = (2 * reach + 1, 2 * reach + 1, 1)
    return lambda picture: np.tanh(2 * ndimage.uniform_filter(picture, size, mode="constant"))


def tile_cases(seed):
    """Photos of several tiles, and painters that see as far as the halo."""
    rng = np.random.default_rng(seed)
    return [
        (rng.uniform(-1, 1, (2 * tile, 3 * tile, 3)), _painter(halo), tile, halo) for tile, halo in ((4, 2), (6, 3))
    ]


def _one_piece(photo, paint, tile, halo):
    """The whole photo, continued, painted at once."""
    around = ((halo, halo), (halo, halo), (0, 0))
    return paint(np.pad(photo, around, mode="reflect"))[halo:-halo, halo:-halo]


def _tiled(photo, paint, tile, halo, beyond="reflect", first=None, alone=False):
    """The exercise with its usual mistakes: what is beyond the edge, where the tile is cut out, neighbors or not."""
    around = ((halo, halo), (halo, halo), (0, 0))
    canvas, first = np.pad(photo, around, mode=beyond), halo if first is None else first
    result = np.zeros_like(photo)
    for top in range(0, photo.shape[0], tile):
        for left in range(0, photo.shape[1], tile):
            if alone:
                cut = np.pad(photo[top : top + tile, left : left + tile], around, mode=beyond)
            else:
                cut = canvas[top : top + tile + 2 * halo, left : left + tile + 2 * halo]
            result[top : top + tile, left : left + tile] = paint(cut)[first : first + tile, first : first + tile]
    return result


def _without_halo(photo, paint, tile, halo):
    result = np.zeros_like(photo)
    for top in range(0, photo.shape[0], tile):
        for left in range(0, photo.shape[1], tile):
            rows, columns = slice(top, top + tile), slice(left, left + tile)
            result[rows, columns] = paint(photo[rows, columns])
    return result


def no_piece_is_larger_than_a_tile_and_its_halo(paint_by_tiles, seed):
    """That is what tiles are for."""
    largest = [0]
    photo, paint, tile, halo = tile_cases(seed)[0]

    def watched(picture):
        largest[0] = max(largest[0], *picture.shape[:2])
        return paint(picture)

    paint_by_tiles(photo, watched, tile, halo)
    if largest[0] > tile + 2 * halo:
        return f"You hand {largest[0]} pixels a side to `paint`; tile + 2 * halo is {tile + 2 * halo}."


@exercise(
    cases=tile_cases,
    reference=_one_piece,
    properties=[no_piece_is_larger_than_a_tile_and_its_halo],
    hints=[
        'First continue the photo by its mirror image: `np.pad(photo, ((halo, halo), (halo, halo), (0, 0)), mode="'
        'reflect")`. Then every tile has neighbors on all sides.',
        "What was at `(top, left)` in the photo is at `(top + halo, left + halo)` in the continued one. So the tile "
        "*with* its halo begins there at `(top, left)` and is `tile + 2 * halo` pixels long.",
        "Paint that piece, cut `[halo : halo + tile, halo : halo + tile]` out of it, and write it to "
        "`result[top : top + tile, left : left + tile]`. Two loops: `range(0, height, tile)`, `range(0, width, tile)`.",
    ],
    mistakes=[
        Mistake(
            _without_halo,
            "Your tiles meet, but each is painted without its neighbors, so there is a seam wherever two meet. Paint "
            "each with a halo around it and cut the halo off.",
        ),
        Mistake(
            lambda photo, paint, tile, halo: _tiled(photo, paint, tile, halo, alone=True),
            "You continue each tile by its own mirror image. Beyond the tile there is more of the photo: take the halo "
            "from there, and mirror only at the edges of the photo.",
        ),
        Mistake(
            lambda photo, paint, tile, halo: _tiled(photo, paint, tile, halo, first=0),
            "Everything is shifted: of the painted piece you keep the first pixels, and these are the halo. The tile "
            "begins at `halo`.",
        ),
        Mistake(
            lambda photo, paint, tile, halo: _tiled(photo, paint, tile, halo, beyond="constant"),
            "The tiles fit together. But at the edges of the photo `paint` finds zeros; continue the photo there "
            "by its mirror image.",
        ),
        Mistake(
            lambda photo, paint, tile, halo: _tiled(photo, paint, tile, halo, beyond="symmetric"),
            "The tiles fit together. At the edges of the photo your mirror image begins with the last pixel once more; "
            '`mode="reflect"` begins with the one before it.',
        ),
        Mistake(
            _one_piece,
            "The result is right, but the whole photo at once would not fit into the memory. Hand to `paint` one tile "
            "with its halo at a time.",
            fails=no_piece_is_larger_than_a_tile_and_its_halo,
        ),
    ],
    remark="Tile by tile, and equal to the picture in one piece: nobody can see where the tiles were.",
)
def paint_by_tiles(photo, paint, tile, halo):
    """Paints a photo tile by tile, as if in one piece.

    Each tile is painted together with `halo` pixels of its surroundings on every side, which are
    cut off again. Beyond the edge of the photo, the photo is continued by its mirror image, as
    `np.pad` does with `mode="reflect"`.

    Args:
        photo: array `(height, width, 3)`; height and width are multiples of `tile`.
        paint: function of a picture of any size that returns one of the same size. It sees at most
            `halo` pixels in every direction.
        tile: side of a tile in pixels.
        halo: number of pixels around it.

    Returns:
        Array of the shape of `photo`.
    """
    height, width = photo.shape[:2]
    canvas = np.pad(photo, ((halo, halo), (halo, halo), (0, 0)), mode="reflect")
    result = np.zeros_like(photo)
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            piece = canvas[top : top + tile + 2 * halo, left : left + tile + 2 * halo]
            painted = paint(piece)[halo : halo + tile, halo : halo + tile]
            result[top : top + tile, left : left + tile] = painted
    return result


# ---------------------------------------------------------------- a mixing rule

FEATURES = 16
WANTED_SCORE = 0.7
COUNTS, OFFSETS = (3, 5, 20, 60), (0.2, 2.0)


def class_samples(rng, count, offset, generated=200):
    """Features of few real samples of a class, of many generated ones, and the true mean of the class.

    The generator's mean is off by a vector of length `offset`.
    """
    truth, direction = rng.normal(size=(2, FEATURES))
    off = offset * direction / np.linalg.norm(direction)
    real, made = (truth + rng.normal(size=(size, FEATURES)) for size in (count, generated))
    return real, made + off, truth


def mixing_score(rule, seed, rounds=8):
    """How far mixed means are from the true ones: mean squared distance, as a multiple of that of real samples alone.

    Every number of real samples and every offset of the generator comes up equally often.
    """
    rng, found = np.random.default_rng(seed), []
    for _ in range(rounds):
        for count in COUNTS:
            for offset in OFFSETS:
                real, made, truth = class_samples(rng, count, offset)
                share = float(rule(real, made))
                mean = (1 - share) * real.mean(axis=0) + share * made.mean(axis=0)
                found.append(((mean - truth) ** 2).sum() * count / FEATURES)
    return float(np.mean(found))


def one_number_for_all_features(mixing_share, seed):
    """The mean of a class is mixed as a whole."""
    share = np.asarray(mixing_share(*class_samples(np.random.default_rng(seed), 5, 0.2)[:2]))
    if share.shape != ():
        return f"One number was expected, for all features together; yours has the shape {share.shape}."


def a_share_from_0_to_1(mixing_share, seed):
    """Neither more than all nor less than nothing."""
    rng = np.random.default_rng(seed)
    for _ in range(10):
        share = np.asarray(mixing_share(*class_samples(rng, 5, 0.2)[:2]))
        if not 0.0 <= share <= 1.0:
            return f"A share lies between 0 and 1; yours was {float(share):.3g}."


def less_of_a_generator_that_is_far_off(mixing_share, seed):
    """The same number of real samples, another generator."""
    near, far = (float(mixing_share(*class_samples(np.random.default_rng(seed), 5, off)[:2])) for off in (0.2, 6.0))
    if not far < 0.7 * near:
        return (
            f"Where the generated samples lie close to the real ones your share is {near:.2f}, where they lie far off "
            f"{far:.2f}. It should be clearly smaller then."
        )


def less_where_there_are_many_labels(mixing_share, seed):
    """The same generator, more real samples."""
    few, many = (float(mixing_share(*class_samples(np.random.default_rng(seed), n, 6.0)[:2])) for n in (5, 60))
    if not many < 0.5 * few:
        return (
            f"For a generator that is far off your share is {few:.3f} with 5 real samples and {many:.3f} with 60. With "
            "more real samples their own mean is nearly right: the share should be smaller."
        )


def the_score_is_beaten(mixing_share, seed):
    """On average over few and many labels, good and bad generators."""
    score = mixing_score(mixing_share, seed)
    if not score < WANTED_SCORE:
        return (
            f"Your rule has a score of {score:.2f}; below {WANTED_SCORE} is wanted. (Real samples alone have about 1, "
            "half and half about 0.95, generated ones alone nearly 3.)"
        )


def _variance_of_mean(real):
    return real.var(axis=0, ddof=1).sum() / len(real)


def _squared_distance(real, generated):
    return ((real.mean(axis=0) - generated.mean(axis=0)) ** 2).sum()


@exercise(
    properties=[
        one_number_for_all_features,
        a_share_from_0_to_1,
        less_of_a_generator_that_is_far_off,
        less_where_there_are_many_labels,
        the_score_is_beaten,
    ],
    hints=[
        "Two errors are weighed against each other. The mean of n real samples is right on average and noisy. The mean "
        "of the generated ones is hardly noisy and may be off. How do you estimate each of the two from the samples?",
        "Noise of the real mean: the variance of each feature, `real.var(axis=0, ddof=1)`, summed over the features "
        "and divided by `len(real)`. How far off: the squared distance of both means.",
        "`min(1, noise / distance)`. If the distance is no larger than the noise explains, trust the generator fully.",
    ],
    mistakes=[
        Mistake(
            lambda real, made: np.minimum(1, real.var(axis=0, ddof=1) / len(real) / _squared_distance(real, made)),
            "Sum the variances over the features, and the squared differences of the means as well, before you divide.",
            fails=one_number_for_all_features,
        ),
        Mistake(
            lambda real, made: _variance_of_mean(real) / _squared_distance(real, made),
            "By luck the means can lie closer together than the noise. Limit the share to 1: `min(1, ...)`.",
            fails=a_share_from_0_to_1,
        ),
        Mistake(
            lambda real, made: len(made) / (len(made) + len(real)),
            "The farther the two means lie apart, the smaller the share. Whoever goes by the numbers of samples, as in "
            "one heap, misses that: a thousand generated samples that are all wrong in the same way are still wrong.",
            fails=less_of_a_generator_that_is_far_off,
        ),
        Mistake(
            lambda real, made: min(1.0, real.var(axis=0, ddof=1).sum() / _squared_distance(real, made)),
            "You have the variance of a single sample. A mean of n samples is less noisy: divide by n.",
            fails=less_where_there_are_many_labels,
        ),
        Mistake(
            lambda real, made: min(1.0, _variance_of_mean(real) / FEATURES / _squared_distance(real, made)),
            "Do you *sum* the variances over the features, as the squared distance sums over them? With their mean you "
            "trust the generator too little.",
            fails=the_score_is_beaten,
        ),
    ],
    remark="This is close to the rule of James and Stein, 1961 (theirs counts the variance of d - 2 of the d features, "
    "and has no limit at 1): shrink a noisy mean toward a guess, the less the farther off.",
)
def mixing_share(real, generated):
    """Says how much the generated samples of a class should count, next to few real ones.

    The mean of the class will be taken as (1 - share) · mean(real) + share · mean(generated). The
    squared distance to the true mean is to be small, for good generators and bad ones.

    Args:
        real: array `(few, features)`, at least three rows, features of real samples of one class.
        generated: array `(many, features)`, of samples that a generator made for this class.

    Returns:
        Number from 0, the real samples alone, to 1, the generated ones alone.
    """
    noise = real.var(axis=0, ddof=1).sum() / len(real)
    distance = ((real.mean(axis=0) - generated.mean(axis=0)) ** 2).sum()
    return min(1.0, noise / distance)
