"""Figures. `draw_*` draws on axes it is given; `show_*` makes a figure around it, displays it and returns nothing."""

import matplotlib.pyplot as plt
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
    """
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


def show_figure(figure, alt):
    """Displays a figure with an alt text and closes it, so that it does not appear twice.

    Args:
        figure: matplotlib figure.
        alt: what it shows, in words; HTML exports hand it to screen readers.
    """
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)
