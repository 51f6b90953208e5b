"""Paired differences: two arms of an experiment on the same draws."""

import numpy as np
from scipy.stats import bootstrap

LEVEL, RESAMPLES = 0.95, 10_000


def paired_difference(values, others, seed=0):
    """Mean of the differences `values - others` over the draws, and where it would lie had they been other draws.

    The interval is a bootstrap's: percentiles of the mean of as many differences, drawn again with replacement. An arm
    is compared with another on the same draw, so what makes a draw easy or hard for both cancels.

    Args:
        values, others: sequences of numbers, one for each draw, in the same order.
        seed: integer.

    Returns:
        Dictionary with `draws`, `mean`, and the ends `low` and `high` of the 95 % interval; no ends for one draw.
    """
    differences = np.asarray(values, "float64") - np.asarray(others, "float64")
    found = {"draws": len(differences), "mean": round(float(differences.mean()), 4)}
    if len(differences) < 2:
        return found
    options = {"confidence_level": LEVEL, "n_resamples": RESAMPLES, "method": "percentile"}
    interval = bootstrap((differences,), np.mean, rng=np.random.default_rng(seed), **options).confidence_interval
    return found | {"low": round(float(interval.low), 4), "high": round(float(interval.high), 4)}
