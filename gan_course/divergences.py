"""How far apart two distributions are, when both are known on a grid.

Every function takes two arrays of densities `p` (real) and `q` (generated) at the same points, `dx` apart, and replaces
the integral by a sum, `∫ f(x) dx ≈ Σ f · dx`. Probability vectors are the case `dx = 1`. A GAN is used where nobody
knows p; here we do, so that every formula about it can be checked.
"""

import numpy as np
from scipy.special import rel_entr, xlog1py, xlogy


def kl_divergence(p, q, dx=1.0):
    """Kullback-Leibler divergence.

    `KL(p ‖ q) = ∫ p log(p / q) dx`

    Args:
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points.

    Returns:
        float, at least 0, in nats. Infinite where p has mass and q has none. Not symmetric.

    Raises:
        ValueError: if p or q is no density on the grid.
    """
    p, q = _check_densities(p, q, dx)
    return float(rel_entr(p, q).sum() * dx)


def js_divergence(p, q, dx=1.0):
    """Jensen-Shannon divergence: the mean of the divergences of both from their average.

    `JSD(p, q) = ½ KL(p ‖ m) + ½ KL(q ‖ m)`, `m = (p + q) / 2`

    Args:
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points.

    Returns:
        float in [0, ln 2], in nats. Exactly ln 2 whenever p and q nowhere overlap, however near they are. Symmetric.

    Raises:
        ValueError: if p or q is no density on the grid.

    Reference:
        Lin, "Divergence Measures Based on the Shannon Entropy", 1991.
    """
    p, q = _check_densities(p, q, dx)
    middle = (p + q) / 2.0
    return float((rel_entr(p, middle) + rel_entr(q, middle)).sum() * dx / 2.0)


def total_variation_distance(p, q, dx=1.0):
    """Total variation distance: the share of probability that lies in different places.

    `TV(p, q) = ½ ∫ |p - q| dx = 1 - ∫ min(p, q) dx`

    (Of two distributions; `losses.total_variation` is a roughness of images.)

    Args:
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points.

    Returns:
        float in [0, 1]. Symmetric.

    Raises:
        ValueError: if p or q is no density on the grid.
    """
    p, q = _check_densities(p, q, dx)
    return float(np.abs(p - q).sum() * dx / 2.0)


def triangular_discrimination(p, q, dx=1.0):
    """Triangular discrimination, what the least-squares GAN measures.

    `Δ(p, q) = ∫ (p - q)² / (p + q) dx`

    It is also twice Pearson's χ² of q from the average: `Δ(p, q) = 2 χ²(q ‖ (p + q) / 2)`.

    Args:
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points.

    Returns:
        float in [0, 2]; 2 whenever p and q nowhere overlap. Symmetric.

    Raises:
        ValueError: if p or q is no density on the grid.

    Reference:
        Topsøe, "Some Inequalities for Information Divergence and Related Measures of Discrimination", 2000.
    """
    p, q = _check_densities(p, q, dx)
    total = p + q
    return float((np.square(p - q) / np.where(total > 0, total, 1.0)).sum() * dx)


def pearson_chi_square(p, q, dx=1.0):
    """Pearson's χ² divergence.

    `χ²(p ‖ q) = ∫ (p - q)² / q dx`

    Args:
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points.

    Returns:
        float, at least 0. Infinite where p has mass and q has none. Not symmetric.

    Raises:
        ValueError: if p or q is no density on the grid.
    """
    p, q = _check_densities(p, q, dx)
    if np.any((q == 0) & (p > 0)):
        return float("inf")
    return float((np.square(p - q) / np.where(q > 0, q, 1.0)).sum() * dx)


def wasserstein_distance(p, q, dx=1.0):
    """Wasserstein-1 distance on a line: mass times distance, for the cheapest way of moving p onto q.

    `W_1(p, q) = ∫ |F_p(x) - F_q(x)| dx`, F the cumulative sums `F_p(x) = ∫_{-∞}^x p`

    On a line nobody has to plan the moves: what passes a point is the difference of what lies to its left.

    Args:
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points, which is also the unit of the way.

    Returns:
        float, at least 0, in the units of x. Symmetric.

    Raises:
        ValueError: if p or q is no density on the grid.

    Reference:
        Peyré and Cuturi, "Computational Optimal Transport", 2019, remark 2.30.
    """
    p, q = _check_densities(p, q, dx)
    return float(np.abs(np.cumsum(p - q) * dx).sum() * dx)


def optimal_discriminator(p, q, real_target=1.0, fake_target=0.0):
    """The best answer of a discriminator at every point, for cross-entropy and for least squares alike.

    `D*(x) = (b p + a q) / (p + q)`

    with b the target of real and a that of fake. 1 and 0 give `p / (p + q)`; one-sided label smoothing has
    b = 1 - α and gives `(1 - α) p / (p + q)`. Cross-entropy needs targets in [0, 1], least squares takes any.

    Args:
        p, q: arrays of the same shape, at least 0.
        real_target: b.
        fake_target: a.

    Returns:
        Array of the same shape. Where p and q are both 0 nobody asks; there it is `(a + b) / 2`.

    Raises:
        ValueError: if the shapes differ or a value is negative.

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", 2014, proposition 1.
    """
    p, q = _check_values(p, q)
    total = p + q
    middle = (real_target + fake_target) / 2.0
    return np.where(total > 0, (real_target * p + fake_target * q) / np.where(total > 0, total, 1.0), middle)


def value_function(discriminator, p, q, dx=1.0):
    """Value of the GAN game: what the discriminator maximizes and the generator minimizes.

    `V(D, G) = ∫ p log D dx + ∫ q log(1 - D) dx`

    At the best discriminator it is `-log 4 + 2 JSD(p, q)`; at D = ½ it is -log 4 = -1.386, whatever p and q are.

    Args:
        discriminator: array of the shape of p, probabilities of being real in [0, 1].
        p, q: arrays of the same shape `(points,)`, at least 0, `Σ p · dx = 1`.
        dx: distance of two points.

    Returns:
        float, at most 0. Minus infinity where the discriminator is certain and wrong.

    Raises:
        ValueError: if p or q is no density on the grid, or a value of the discriminator is outside [0, 1].

    Reference:
        Goodfellow et al., "Generative Adversarial Nets", 2014, equation 1 and theorem 1.
    """
    p, q = _check_densities(p, q, dx)
    discriminator = np.asarray(discriminator, "float64")
    if discriminator.shape != p.shape or not ((discriminator >= 0) & (discriminator <= 1)).all():
        raise ValueError(
            f"discriminator must hold one probability in [0, 1] for each of the {p.size} points, received shape "
            f"{discriminator.shape} with values from {discriminator.min():.3g} to {discriminator.max():.3g}. "
            f"Logits become probabilities by scipy.special.expit."
        )
    return float((xlogy(p, discriminator) + xlog1py(q, -discriminator)).sum() * dx)


def best_answers(real_cost, fake_cost, p, q, candidates):
    """Minimizes a discriminator's loss by trial, at every point by itself.

    `answer(x) = argmin_s p(x) · real_cost(s) + q(x) · fake_cost(s)`

    A discriminator without limits may answer at each point as it likes, so the best one is found point by point. A
    closed form such as `optimal_discriminator` must agree with it. (Not for the Wasserstein loss, whose critic is bound
    from one point to the next.)

    Args:
        real_cost, fake_cost: functions from an array of answers to an array of losses, for a real and a fake image;
            `lambda d: -np.log(d)` and `lambda d: -np.log(1 - d)` are cross-entropy.
        p, q: arrays of the same shape, at least 0.
        candidates: array `(answers,)`, the answers to try.

    Returns:
        Array of the shape of p, one of the candidates at every point; the first where several are equally good.

    Raises:
        ValueError: if the shapes of p and q differ or a value is negative.
    """
    p, q = _check_values(p, q)
    candidates = np.asarray(candidates, "float64")
    costs = p[..., None] * np.asarray(real_cost(candidates)) + q[..., None] * np.asarray(fake_cost(candidates))
    return candidates[costs.argmin(axis=-1)]


def _check_values(p, q):
    p, q = np.asarray(p, "float64"), np.asarray(q, "float64")
    if p.shape != q.shape or not ((p >= 0).all() and (q >= 0).all()):
        raise ValueError(
            f"p and q must have the same shape and no negative value, received {p.shape} and {q.shape} with smallest "
            f"values {p.min():.3g} and {q.min():.3g}. Evaluate both densities at the same points."
        )
    return p, q


def _check_densities(p, q, dx):
    p, q = _check_values(p, q)
    if p.ndim != 1:
        raise ValueError(f"p and q must have one axis, the points of a line, received shape {p.shape}.")
    for name, density in (("p", p), ("q", q)):
        total = density.sum() * dx
        if not abs(total - 1.0) < 1e-6:
            raise ValueError(
                f"{name} must sum to 1: Σ {name} · dx is {total:.7g} with dx={dx}. Check dx, or let the grid reach "
                f"further; then divide: {name} / ({name}.sum() * dx)."
            )
    return p, q
