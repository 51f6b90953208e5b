"""Exercises of lesson 06: Fréchet distance, kernel distance, precision and recall, and a score that catches copiers."""

import numpy as np

from gan_course import metrics
from gan_course.exercises.engine import Mistake, exercise


def _distances(first, second):
    """Euclidean distance of every row of the first from every row of the second."""
    return np.linalg.norm(first[:, None] - second[None], axis=-1)


# ---------------------------------------------------------------- Fréchet distance


def cloud_cases(seed):
    """Two clouds apart in mean and covariance, two that share their mean, and two of different sizes."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(3, 3)) + 2 * np.eye(3)
    centered = rng.normal(size=(2, 30, 2))
    centered -= centered.mean(axis=1, keepdims=True)
    return [
        (rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) @ mix + 1.0),
        (centered[0], centered[1] @ np.array([[2.0, 0.5], [0.0, 1.0]])),
        (rng.normal(size=(25, 4)), 2 * rng.normal(size=(60, 4)) - 0.5),
    ]


def _frechet(first, second, mean=lambda gap: gap @ gap, root_trace=None, ddof=1, factor=2.0):
    """Fréchet distance, of which learners get one part wrong."""
    gap = first.mean(axis=0) - second.mean(axis=0)
    covariances = [np.cov(features, rowvar=False, ddof=ddof) for features in (first, second)]
    root_trace = root_trace or _trace_of_root
    return mean(gap) + np.trace(covariances[0] + covariances[1]) - factor * root_trace(*covariances)


def _trace_of_root(first, second):
    return np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0.0)).sum()


def _trace_of_product_of_roots(first, second):
    roots = []
    for covariance in (first, second):
        values, vectors = np.linalg.eigh(covariance)
        roots.append((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
    return np.trace(roots[0] @ roots[1])


@exercise(
    reference=metrics.frechet_distance,
    cases=cloud_cases,
    hints=[
        "There are two parts: the squared distance of the means, and what the covariances add. `features.mean(axis=0)` "
        "is a mean, `np.cov(features, rowvar=False)` a covariance.",
        "The trace of a square root of the matrix Σ₁ Σ₂ is the sum of the square roots of its eigenvalues: "
        "`np.linalg.eigvals(first_covariance @ second_covariance)`.",
        "The eigenvalues are at least 0, but rounding leaves some a little below it, or complex: take "
        "`np.maximum(eigenvalues.real, 0)` before the root. Together: gap @ gap + trace + trace - 2 times that sum.",
    ],
    mistakes=[
        Mistake(
            lambda first, second: _frechet(first, second, root_trace=_trace_of_product_of_roots),
            "This is the trace of Σ₁^½ Σ₂^½, the product of two roots. Asked for is the root of the product, "
            "(Σ₁ Σ₂)^½. The two agree only where the matrices commute.",
        ),
        Mistake(
            lambda first, second: _frechet(
                first, second, root_trace=lambda one, two: np.trace(np.sqrt(np.abs(one @ two)))
            ),
            "`np.sqrt` of a matrix takes the root of each entry. A root R of a matrix M has R @ R = M; its trace is "
            "the sum of the roots of the eigenvalues of M.",
        ),
        Mistake(
            lambda first, second: _frechet(first, second, mean=np.linalg.norm),
            "The distance of the means goes in squared, like everything else here.",
        ),
        Mistake(
            lambda first, second: _frechet(first, second, mean=lambda gap: 0.0),
            "The distance of the means is missing.",
        ),
        Mistake(
            lambda first, second: _frechet(first, second, factor=1.0),
            "The trace of the root counts twice. A set compared with itself must give 0.",
        ),
        Mistake(
            lambda first, second: _frechet(first, second, ddof=0),
            "Your covariances divide by the number of items; `np.cov` divides by one less, as it should be.",
        ),
    ],
    remark="With 2,048 features of the network Inception and 50,000 images, this would be the FID.",
)
def frechet_distance(first_features, second_features):
    """Fréchet distance between two sets of feature vectors, each taken for a Gaussian.

    Squared distance of the means, plus both traces, minus twice the trace of the root of Σ₁ Σ₂.

    Args:
        first_features: array `(n, channels)`.
        second_features: array `(m, channels)`.

    Returns:
        A number, at least 0.
    """
    gap = first_features.mean(axis=0) - second_features.mean(axis=0)
    first_covariance = np.cov(first_features, rowvar=False)
    second_covariance = np.cov(second_features, rowvar=False)
    eigenvalues = np.linalg.eigvals(first_covariance @ second_covariance)
    trace_of_root = np.sqrt(np.maximum(eigenvalues.real, 0)).sum()
    return gap @ gap + np.trace(first_covariance + second_covariance) - 2 * trace_of_root


# ---------------------------------------------------------------- kernel distance


def kernel_cases(seed):
    """Small sets of different sizes, where one pair more or less shows."""
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(6, 3)), rng.normal(size=(8, 3)) + 0.7),
        (rng.normal(size=(20, 5)), 1.5 * rng.normal(size=(12, 5))),
    ]


def _off_diagonal(matrix):
    return matrix[~np.eye(len(matrix), dtype=bool)]


def _kid(first, second, kernel=None, within=lambda matrix: _off_diagonal(matrix).mean(), factor=2.0):
    """Kernel distance, of which learners get one part wrong."""
    kernel = kernel or (lambda products, channels: (products / channels + 1) ** 3)
    matrices = [kernel(x @ y.T, x.shape[1]) for x, y in ((first, first), (second, second), (first, second))]
    return within(matrices[0]) + within(matrices[1]) - factor * matrices[2].mean()


@exercise(
    reference=metrics.kernel_distance,
    cases=kernel_cases,
    hints=[
        "Three kernel matrices: first with first, second with second, first with second. `first @ second.T` has all "
        "dot products at once.",
        "Of the first two, take the mean without the diagonal: (sum - trace) / (n · (n - 1)).",
        "`k = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3`, then mean within the first + mean within the second - 2 "
        "times `k(first, second).mean()`.",
    ],
    mistakes=[
        Mistake(
            lambda first, second: _kid(first, second, within=np.mean),
            "Your means within a set count each item with itself, on the diagonal. A sample is always like itself, so "
            "this is too large by something that depends on the number of items: a bias.",
        ),
        Mistake(
            lambda first, second: _kid(first, second, within=lambda matrix: _off_diagonal(matrix).sum() / matrix.size),
            "Your sums within a set leave out the diagonal, yet you divide by n². Only n · (n - 1) pairs are left.",
        ),
        Mistake(
            lambda first, second: _kid(first, second, factor=1.0),
            "The mean between the two sets counts twice. Two sets from the same source must come out at about 0.",
        ),
        Mistake(
            lambda first, second: _kid(first, second, kernel=lambda products, channels: (products + 1) ** 3),
            "The kernel divides the dot product by the number of channels before it adds 1.",
        ),
        Mistake(
            lambda first, second: _kid(first, second, kernel=lambda products, channels: (products / channels) ** 3),
            "The kernel adds 1 to the dot product, divided by the channels, before the cube. Without the 1 it compares "
            "third moments only, and no means.",
        ),
        Mistake(
            lambda first, second: np.sqrt(np.abs(_kid(first, second))),
            "This is the square root. KID is the squared distance; unbiased, it may be below 0, where no root exists.",
        ),
    ],
    remark="Because it has no bias, it may come out below zero. That means: no difference found.",
)
def kernel_distance(first_features, second_features):
    """Kernel distance (KID): unbiased, with the kernel k(x, y) = (x · y / channels + 1)³.

    Mean of k within the first set, plus that within the second, both without the pairs of an item
    with itself, minus twice the mean of k between the two sets.

    Args:
        first_features: array `(n, channels)`.
        second_features: array `(m, channels)`.

    Returns:
        A number, about 0 for two samples from the same source.
    """

    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def mean_within(features):
        matrix, count = kernel(features, features), len(features)
        return (matrix.sum() - np.trace(matrix)) / (count * (count - 1))

    between = kernel(first_features, second_features).mean()
    return mean_within(first_features) + mean_within(second_features) - 2 * between


# ---------------------------------------------------------------- precision and recall


def region_cases(seed):
    """A narrow generator, a wide one, and one beside the data."""
    rng = np.random.default_rng(seed)
    real = rng.normal(size=(80, 2))
    return [
        (real.copy(), 0.5 * rng.normal(size=(60, 2))),
        (real.copy(), 2.5 * rng.normal(size=(90, 2))),
        (real.copy(), rng.normal(size=(70, 2)) + 1.2),
    ]


def _radii(points, neighbor):
    return np.sort(_distances(points, points), axis=1)[:, neighbor]


def _both(real, fake, share):
    return np.array([share(fake, real), share(real, fake)])


def _share(points, centers, neighbor=3, count=1):
    """Share of points inside `count` balls or more, each reaching to the given neighbor; the 0th is the center."""
    inside = _distances(points, centers) <= _radii(centers, neighbor)
    return (inside.sum(axis=1) >= count).mean()


@exercise(
    reference=metrics.precision_and_recall,
    cases=region_cases,
    hints=[
        "Write a helper first: the share of some points that lie in a ball around any of some centers. Precision and "
        "recall are that helper, called twice.",
        "`np.linalg.norm(a[:, None] - b[None], axis=-1)` holds all distances between the rows of a and those of b. "
        "The radius of a center is its distance to its third nearest neighbor among the centers.",
        "In `np.sort(distances_of_centers, axis=1)`, column 0 is each center's distance to itself, so the radius is "
        "column 3. A point is inside if `(distances_to_centers <= radii).any(axis=1)`.",
    ],
    mistakes=[
        Mistake(
            lambda real, fake: _both(real, fake, lambda points, centers: _share(points, centers, neighbor=2)),
            "Your balls are too small: in the sorted distances of a center the first one is 0, to itself. Begin to "
            "count after it.",
        ),
        Mistake(
            lambda real, fake: _both(real, fake, _share)[::-1],
            "Precision and recall have changed places. Precision asks about generated points: are they where real ones "
            "are?",
        ),
        Mistake(
            lambda real, fake: _both(
                real,
                fake,
                lambda points, centers: (_distances(points, centers) <= _radii(points, 3)[:, None]).any(axis=1).mean(),
            ),
            "Here each point has a ball of its own, and you ask whether it holds a center. The balls belong around the "
            "centers, with the radii of the centers.",
        ),
        Mistake(
            lambda real, fake: np.array(
                [_share(fake, real), (_distances(real, fake) <= _radii(real, 3)[:, None]).any(axis=1).mean()]
            ),
            "Precision is right. Your recall asks which real balls hold a fake point. For recall the balls belong "
            "around the fake points, with their radii: which real points lie in one of them?",
        ),
        Mistake(
            lambda real, fake: _both(
                real, fake, lambda points, centers: (_distances(points, centers) <= _radii(centers, 3)).mean()
            ),
            "This is the share of pairs of a point and a ball. A point counts once, as soon as any ball holds it.",
        ),
    ],
    remark="Two numbers for two questions. Print both, always, and beside them those of real images.",
)
def precision_and_recall(real, fake):
    """Precision and recall of generated points, with balls that reach to the third neighbor.

    Precision: share of the fake points that lie in a ball around any real point. Recall: share of
    the real points that lie in a ball around any fake point. The ball around a point reaches to
    the third nearest other point of its own set.

    Args:
        real: array `(n, channels)`.
        fake: array `(m, channels)`.

    Returns:
        Precision and recall, two numbers in [0, 1].
    """

    def distances(first, second):
        return np.linalg.norm(first[:, None] - second[None], axis=-1)

    def share_inside(points, centers):
        radii = np.sort(distances(centers, centers), axis=1)[:, 3]
        return (distances(points, centers) <= radii).any(axis=1).mean()

    return share_inside(fake, real), share_inside(real, fake)


# ---------------------------------------------------------------- catch the copier


def copier_cases(seed):
    """A copier, an honest generator, and one that is far off."""
    rng = np.random.default_rng(seed)
    training, test = rng.normal(size=(60, 3)), rng.normal(size=(25, 3))
    generated = [
        training[:30] + 0.3 * rng.normal(size=(30, 3)),
        rng.normal(size=(40, 3)),
        1.5 * rng.normal(size=(20, 3)) + 0.5,
    ]
    return [(items, training.copy(), test.copy()) for items in generated]


def _share_of_pairs(generated, test):
    """Share of pairs in which the first number is smaller."""
    return (generated[:, None] < test[None]).mean()


def _nearest(points, references):
    return _distances(points, references).min(axis=1)


@exercise(
    reference=metrics.copying_score,
    cases=copier_cases,
    hints=[
        "First a vector with one number for each generated item: its distance to the nearest training item. Then the "
        "same for the test items.",
        "`np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=1)` is the distance of each row of a to the nearest "
        "row of b.",
        "Compare every generated item with every test item: `(of_generated[:, None] < of_test[None]).mean()`.",
    ],
    mistakes=[
        Mistake(
            lambda generated, training, test: (
                1 - _share_of_pairs(_nearest(generated, training), _nearest(test, training))
            ),
            "This is near 0 for a copier. The score counts the pairs in which the generated item is the nearer one.",
        ),
        Mistake(
            lambda generated, training, test: _share_of_pairs(
                _distances(generated, training).mean(axis=1), _distances(test, training).mean(axis=1)
            ),
            "This compares mean distances to all training items. A copy is near to one of them and as far from the "
            "others as any item: take the nearest.",
        ),
        Mistake(
            lambda generated, training, test: (_nearest(generated, training) < _nearest(generated, test)).mean(),
            "This asks whether a generated item is nearer to a training item than to a test item: the larger set wins "
            "more often. Compare two distances to the training items: a generated item's and a test item's.",
        ),
        Mistake(
            lambda generated, training, test: _share_of_pairs(_nearest(training, generated), _nearest(training, test)),
            "This goes from each training item to the generated ones. A copier who knows a tenth of the training set "
            "would hide behind the other nine tenths. Go from each generated item to the training set.",
        ),
        Mistake(
            lambda generated, training, test: (_nearest(generated, training) < _nearest(test, training).mean()).mean(),
            "This compares with the mean distance of the test items. Compare with every one of them: the share of "
            "pairs. Then a few odd test items cannot move the score much.",
        ),
    ],
    remark="About ½ for new images, 1 for copies. Near 0, the generated images are farther from the training images "
    "than real ones are.",
)
def copying_score(generated, training, test):
    """How often a generated item is nearer to the training items than a test item is.

    Near means: by the distance to the nearest training item. How often: the share of all pairs of
    a generated and a test item.

    Args:
        generated: array `(n, channels)`.
        training: array `(m, channels)`.
        test: array `(k, channels)`, none of them in training.

    Returns:
        A number in [0, 1].
    """

    def to_nearest(items):
        return np.linalg.norm(items[:, None] - training[None], axis=-1).min(axis=1)

    of_generated, of_test = to_nearest(generated), to_nearest(test)
    return (of_generated[:, None] < of_test[None]).mean()
