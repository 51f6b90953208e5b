"""Copying score: does a generator draw anew, or hand out what it was trained on?"""

import numpy as np

from gan_course.metrics.nearest import nearest_neighbors


def copying_score(generated_features, training_features, test_features):
    """Copying score: how often a generated picture lies nearer to the training pictures than a test picture does.

    `P(d(generated) < d(test)) + ½ P(d(generated) = d(test))` with d(x) the distance to the nearest training picture

    Over all pairs of a generated and a test picture. ½ is what new pictures get; 1 is a copier; near 0, the generated
    pictures lie farther from the training pictures than real ones do. It is no proof either way: pictures that are
    all easy, blurred ones for instance, have near neighbors too, and a copy that was changed as much as real pictures
    differ from one another goes unnoticed. Look at the nearest pairs.

    Args:
        generated_features, training_features, test_features: arrays `(items, channels)`, one feature vector per item,
            or pictures. The test pictures must come from where the training pictures come from, and be none of them.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: if the shapes differ after the first axis, or any are not finite.

    Reference:
        Meehan, Chaudhuri and Dasgupta, "A Non-Parametric Test to Detect Data-Copying in Generative Models", 2020;
        there the score is computed in several regions and standardized, here it is the probability itself.
    """
    generated, test = (
        nearest_neighbors(items, training_features)[0][:, 0] for items in (generated_features, test_features)
    )
    nearer, equal = (compare(generated[:, None], test).mean() for compare in (np.less, np.equal))
    return float(nearer + 0.5 * equal)
