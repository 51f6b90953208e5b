"""Spectral normalization, by hand: how much a layer can stretch, and how to keep that at 1."""

from keras import ops


def spectral_norm(kernel):
    """Spectral norm of a kernel: its largest singular value σ, by a singular value decomposition.

    `σ(W) = max ‖W x‖ / ‖x‖`, with the kernel as a matrix of one column per output

    For a dense layer σ is the most by which it stretches a difference of two inputs. For a convolution it is that of
    the matrix the paper uses, `(height · width · in, out)`; the layer itself can stretch by up to √(height · width)
    times as much, because patches overlap.

    Args:
        kernel: tensor `(..., outputs)` of a dense layer or a convolution.

    Returns:
        Scalar tensor, at least 0.
    """
    return ops.max(ops.svd(_as_matrix(kernel), compute_uv=False))


def power_iteration(kernel, u):
    """One power iteration: a better guess of the direction that a kernel stretches most, at the cost of two products.

    `v = W u / ‖W u‖`, `u' = Wᵀ v / ‖Wᵀ v‖`, `σ ≈ vᵀ W u'`, with the kernel as a matrix W `(inputs, outputs)`

    Each iteration shrinks what lies in other directions by the squared ratio of singular values. As a kernel changes
    little in one training step, one iteration per step follows it.

    Args:
        kernel: tensor `(..., outputs)` of a dense layer or a convolution.
        u: tensor `(outputs,)`, the guess so far; not all zero. At first any random vector.

    Returns:
        `(sigma, u)`: the estimate of the spectral norm, never above it, a scalar tensor through which gradients reach
        the kernel (u and v count as constants); and the better guess, of length 1.

    Reference:
        Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018, algorithm 1. There W is the
        transpose of a Keras kernel, which exchanges u and v.
    """
    matrix = _as_matrix(kernel)
    fixed = ops.stop_gradient(matrix)
    v = ops.normalize(ops.matmul(fixed, u), axis=0)
    u = ops.normalize(ops.matmul(v, fixed), axis=0)
    return ops.sum(v * ops.matmul(matrix, u)), u


def spectral_normalize(kernel, u):
    """Spectral normalization of a kernel, as in the paper: use `W / σ(W)` in place of W, and learn W.

    A reparametrization: W stays free, and gradients pass through σ, so what would only scale W up has no effect.
    `keras.layers.SpectralNormalization` projects instead: at each call with `training=True` it *overwrites* the kernel
    by `W / σ(W)`, and no gradient passes through σ.

    Args:
        kernel: tensor `(..., outputs)`.
        u: tensor `(outputs,)`, the guess from the last step, see `power_iteration`.

    Returns:
        `(normalized_kernel, u)`: the kernel divided by the estimate of its spectral norm, and the better guess, to be
        kept for the next step.

    Reference:
        Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018.
    """
    sigma, u = power_iteration(kernel, u)
    return kernel / sigma, u


def _as_matrix(kernel):
    """A kernel `(..., outputs)` as a matrix of one column per output."""
    kernel = ops.convert_to_tensor(kernel)
    return ops.reshape(kernel, (-1, kernel.shape[-1]))
