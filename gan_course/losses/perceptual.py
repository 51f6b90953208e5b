"""Content, style and smoothness losses.

Content and style compare features of a fixed network (VGG16 in this course). All take features with the shape
`(batch, height, width, channels)`; the total variation takes images.
"""

from keras import ops


def content_loss(photo_features, painted_features):
    """Content loss: how far the features of the painting are from those of the photo, position by position.

    `L = mean((painted - photo)²) / mean(photo²)`

    Args:
        photo_features: tensor `(batch, height, width, channels)`, features of the photos.
        painted_features: tensor of the same shape, features of their paintings.

    Returns:
        Scalar tensor, at least 0: a relative squared error. 0 is the photo itself; 1 is what an all-zero feature map
        scores. Normalized by the mean square of the photo's features, over the batch.

    Raises:
        ValueError: if the two shapes differ.

    Reference:
        Johnson et al., "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", 2016, equation 2;
        there it is divided by the number of values only.
    """
    photo_features = _check_features(photo_features, "photo_features")
    painted_features = _check_features(painted_features, "painted_features")
    if tuple(photo_features.shape) != tuple(painted_features.shape):
        raise ValueError(
            f"photo_features and painted_features must have the same shape, received "
            f"{tuple(photo_features.shape)} and {tuple(painted_features.shape)}. Compute both with the same network "
            f"on images of the same size."
        )
    difference = ops.mean(ops.square(painted_features - photo_features))
    return difference / (ops.mean(ops.square(photo_features)) + 1e-8)


def gram_matrix(features):
    """Gram matrix: how strongly each pair of channels fires together, averaged over positions.

    `G[b, i, j] = 1 / (h · w · c) · Σ_position F[b, position, i] · F[b, position, j]`

    It is an uncentered second moment of size c × c: positions are summed out, so it knows which features occur
    together and nothing about where.

    Args:
        features: tensor `(batch, height, width, channels)`, any range.

    Returns:
        Tensor `(batch, channels, channels)`, symmetric, positive semidefinite. Normalized by the number of positions
        and the number of channels.

    Raises:
        ValueError: if `features` does not have four axes.

    Reference:
        Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", 2016, equation 3 (unnormalized).
    """
    features = _check_features(features, "features")
    _, height, width, channels = ops.shape(features)
    flat = ops.reshape(features, (-1, height * width, channels))
    positions = ops.cast(height * width * channels, flat.dtype)
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat) / positions


def style_loss(target_gram, painted_gram):
    """Style loss at one layer: relative squared distance between two Gram matrices.

    `L = Σ (painted - target)² / Σ target²`

    Where one target is for a whole batch of small crops, average `painted_gram` over them **before** calling: one crop
    of a painting is rarely like the whole of it, the average of many is. `StyleTransferGAN` has a target for each crop.

    Args:
        target_gram: tensor `(..., channels, channels)`, Gram matrix of the painting.
        painted_gram: tensor of the same shape, Gram matrix of the stylized images.

    Returns:
        Scalar tensor, at least 0. 0 means the same second moments, 1 is what an all-zero Gram matrix scores.
        Normalized by the squared norm of the target, so every layer speaks equally loudly.

    Raises:
        ValueError: if the two shapes differ.

    Reference:
        Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", 2016, equation 4; there it is
        divided by a constant that depends on the layer's size.
    """
    target_gram, painted_gram = ops.cast(target_gram, "float32"), ops.cast(painted_gram, "float32")
    if tuple(target_gram.shape) != tuple(painted_gram.shape):
        raise ValueError(
            f"target_gram and painted_gram must have the same shape, received {tuple(target_gram.shape)} and "
            f"{tuple(painted_gram.shape)}. Compute both from the same layer."
        )
    return ops.sum(ops.square(painted_gram - target_gram)) / (ops.sum(ops.square(target_gram)) + 1e-12)


def total_variation(images):
    """Total variation, squared: how much neighboring pixels differ.

    `L = mean((x[i+1, j] - x[i, j])²) + mean((x[i, j+1] - x[i, j])²)`

    Args:
        images: tensor `(batch, height, width, 3)` in [-1, 1].

    Returns:
        Scalar tensor, at least 0. Normalized by the number of differences in each direction.

    Raises:
        ValueError: if `images` does not have four axes.

    Reference:
        Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them", 2015, with β = 2.
    """
    images = _check_features(images, "images")
    vertical = images[:, 1:, :, :] - images[:, :-1, :, :]
    horizontal = images[:, :, 1:, :] - images[:, :, :-1, :]
    return ops.mean(ops.square(vertical)) + ops.mean(ops.square(horizontal))


def _check_features(features, name):
    if len(features.shape) != 4:
        raise ValueError(
            f"{name} must have four axes (batch, height, width, channels), received shape {tuple(features.shape)}. "
            f"For a single image, add the batch axis with x[None]."
        )
    return ops.cast(features, "float32")
