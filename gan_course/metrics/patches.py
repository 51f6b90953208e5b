"""Do the patches of two sets of pictures look alike, at several depths of a network?"""

import numpy as np

from gan_course.metrics.kernel import kernel_distance


def patch_vectors(features, cells):
    """One vector per patch: the mean of its features, for patches that lie side by side and do not overlap.

    `v[patch] = mean over the cells × cells positions of the patch`

    What is left over at the right and at the lower edge is not used. Cut the border that zero padding has spoiled
    first: `patch_vectors(cut_border(features, name), cells)`.

    Args:
        features: array `(batch, height, width, channels)`, feature maps of whole pictures.
        cells: side of a patch in cells of the map; at VGG16's block3 a cell is 4 pixels wide.

    Returns:
        float64 array `(patches, channels)`, patches of the first picture first.

    Raises:
        ValueError: if there are not four axes or not one patch fits.
    """
    features = np.asarray(features, "float64")
    if features.ndim != 4 or cells < 1 or min(features.shape[1:3]) < cells:
        raise ValueError(
            f"features must have the shape (batch, height, width, channels) with at least cells = {cells} rows and "
            f"columns, received {features.shape}. Take larger pictures or smaller patches."
        )
    batch, height, width, channels = features.shape
    rows, columns = height // cells, width // cells
    inner = features[:, : rows * cells, : columns * cells]
    squares = inner.reshape(batch, rows, cells, columns, cells, channels)
    return squares.mean(axis=(2, 4)).reshape(-1, channels)


def patch_kernel_distances(first_patches, second_patches, scales=None):
    """Unbiased kernel distance (KID) of two sets of patches, at each layer.

    `{layer: KID(first[layer] / scale[layer], second[layer] / scale[layer])}`

    One depth misleads: a pattern of two pixels is seen by the first layers and smoothed away before the deeper ones;
    the shape of a stroke is the other way round. The cubic kernel depends on the scale of the features, which differs
    between layers, so each layer has its unit. Take layers that no loss has used.

    Args:
        first_patches, second_patches: dictionaries from layer to array `(patches, channels)`, see `patch_vectors`.
        scales: dictionary from layer to what its features are divided by. Left out, it is the root mean square of
            `second_patches`; pass one set of scales to compare many sets in the same units.

    Returns:
        Dictionary from layer to float: about 0 for two samples of the same kind, sometimes a little below.

    Raises:
        ValueError: if the layers differ, `scales` lacks one, or a layer's arrays do not fit (see `kernel_distance`).

    Reference:
        Bińkowski et al., "Demystifying MMD GANs", 2018.
    """
    if set(first_patches) != set(second_patches):
        raise ValueError(
            f"Both must have the same layers, received {sorted(first_patches)} and {sorted(second_patches)}."
        )
    if scales is None:
        scales = {name: np.sqrt(np.mean(np.square(patches))) for name, patches in second_patches.items()}
    lacking = sorted(set(first_patches) - set(scales))
    if lacking:
        raise ValueError(
            f"scales must hold a number for every layer, {sorted(first_patches)}; {lacking} lack one. Leave scales out "
            f"to measure each layer in units of second_patches."
        )
    return {
        name: kernel_distance(np.asarray(first_patches[name]) / scale, np.asarray(second_patches[name]) / scale)
        for name, scale in scales.items()
        if name in first_patches
    }
