"""Figures. `draw_*` draws on axes it is given; `show_*` makes a figure around it, displays it and returns nothing."""

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display

from gan_course.images import to_uint8


def draw_image(axes, image, title=""):
    """Draws one picture.

    Args:
        axes: matplotlib axes.
        image: float array `(height, width, 3)` in [-1, 1].
        title: text above it.
    """
    axes.imshow(to_uint8(image), interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()


def show_images(images, titles, alt, columns=None, width=9.0):
    """Shows pictures side by side, each in its own proportions.

    Args:
        images: list of float arrays `(height, width, 3)` in [-1, 1].
        titles: list of as many texts.
        alt: what the figure shows, in words, for those who do not see it.
        columns: pictures per row; all in one row if None.
        width: width of the figure in inches.

    Raises:
        ValueError: if there is no picture, or not a title for each.
    """
    if not len(images) or len(images) != len(titles):
        raise ValueError(
            f"images must hold at least one picture and titles a text for each, received {len(images)} pictures and "
            f"{len(titles)} titles. A title may be empty, ''; one picture is a list, too: [picture]."
        )
    columns = columns or len(images)
    rows = -(-len(images) // columns)
    tallest = max(image.shape[0] / image.shape[1] for image in images)
    size = (width, rows * (width / columns * tallest + 0.3))
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, title in zip(grid.flat, images, titles, strict=False):
        draw_image(axes, image, title)
    show_figure(figure, alt)


def image_grid(images, columns=10, gap=1):
    """Many images of one size as one picture.

    Args:
        images: float array `(count, height, width, 1 or 3)` in [-1, 1].
        columns: images per row.
        gap: white pixels between them.

    Returns:
        float32 array `(grid height, grid width, 3)` in [-1, 1]; places left over are white.

    Raises:
        ValueError: if `images` does not have four axes with 1 or 3 channels at the end.
    """
    images = np.asarray(images, "float32")
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images must be (count, height, width, 1 or 3), received {images.shape}. One image gets the axis in "
            f"front with images[None]."
        )
    count, height, width, _ = images.shape
    rows = -(-count // columns)
    grid = np.ones((rows, height + gap, columns, width + gap, 3), "float32")
    for index, image in enumerate(images):
        grid[index // columns, :height, index % columns, :width] = image
    return grid.reshape(rows * (height + gap), columns * (width + gap), 3)[: -gap or None, : -gap or None]


def draw_grid(axes, images, columns=10, title="", rows=None):
    """Draws many images of one size as a grid.

    Args:
        axes: matplotlib axes.
        images: float array `(count, height, width, 1 or 3)` in [-1, 1].
        columns: images per row.
        title: text above it.
        rows: names of the rows, written to their left; none if None.
    """
    draw_image(axes, image_grid(images, columns), title)
    for index, name in enumerate(rows or []):
        axes.text(-2, (index + 0.5) * (images.shape[1] + 1), name, ha="right", va="center", fontsize=8)


def show_grid(images, alt, columns=10, title="", rows=None, width=5.0):
    """Shows many images of one size as a grid.

    Args:
        images: float array `(count, height, width, 1 or 3)` in [-1, 1].
        alt: what the figure shows, in words, for those who do not see it.
        columns: images per row.
        title: text above it.
        rows: names of the rows, written to their left; none if None.
        width: width of the figure in inches.
    """
    shape = image_grid(images, columns).shape
    figure, axes = plt.subplots(figsize=(width, width * shape[0] / shape[1] + 0.3), layout="constrained")
    draw_grid(axes, images, columns, title, rows)
    show_figure(figure, alt)


def show_figure(figure, alt):
    """Displays a figure with an alt text and closes it, so that it does not appear twice.

    Args:
        figure: matplotlib figure.
        alt: what it shows, in words; kept in the notebook, where `jupyter nbconvert --template classic` finds it.
    """
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)
