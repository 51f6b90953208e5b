"""Sizes in a convolutional network, by arithmetic: what a layer puts out, what an output sees."""


def transposed_output_size(size, kernel_size, stride, padding="same"):
    """Height or width of what a transposed convolution puts out.

    Every input lays down a stamp of `kernel_size` outputs, `stride` apart. Together they cover
    `(size - 1) · stride + kernel_size` outputs. `"valid"` keeps them all, `"same"` cuts them to `size · stride`. Where
    the stamps leave gaps (kernel smaller than stride), Keras fills up to `size · stride` in both cases.

    Args:
        size: height or width of the input, at least 1.
        kernel_size: height or width of the kernel, at least 1.
        stride: distance of the stamps, at least 1.
        padding: `"same"` or `"valid"`.

    Returns:
        int, height or width of the output.

    Raises:
        ValueError: if a number is below 1 or `padding` is neither of the two.

    Reference:
        Dumoulin and Visin, "A Guide to Convolution Arithmetic for Deep Learning", 2016, chapter 4.
    """
    if min(size, kernel_size, stride) < 1:
        raise ValueError(
            f"size, kernel_size and stride must be at least 1, received {size}, {kernel_size} and {stride}."
        )
    if padding not in ("same", "valid"):
        raise ValueError(f'padding must be "same" or "valid", received {padding!r}.')
    if padding == "same":
        return size * stride
    return max((size - 1) * stride + kernel_size, size * stride)


def receptive_field(layers):
    """Receptive field: how many input pixels in a row one output of a stack of convolutions sees.

    `r = 1 + Σ_i (kernel_i - 1) · Π_{j < i} stride_j`

    Each layer adds `kernel - 1` of its own inputs, and those are as far apart, in pixels of the image, as all
    earlier strides multiplied.

    Args:
        layers: pairs `(kernel_size, stride)`, from the image to the output.

    Returns:
        int, at least 1. At the border of the image part of the field lies on the padding.

    Raises:
        ValueError: if a kernel size or a stride is below 1.

    Reference:
        Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019.
    """
    field, step = 1, 1
    for kernel_size, stride in layers:
        if min(kernel_size, stride) < 1:
            raise ValueError(f"Kernel size and stride must be at least 1, received ({kernel_size}, {stride}).")
        field += (kernel_size - 1) * step
        step *= stride
    return field
