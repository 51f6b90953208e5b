"""What an explorer draws: curves, or a grid of pictures. Each function here makes a `draw(figure, rows)`."""

from itertools import cycle

import numpy as np

from gan_course.images import read_image
from gan_course.paths import data_path
from gan_course.plots import draw_image

# Okabe and Ito's colors, which every kind of color vision tells apart, and dashes for those who print in gray.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
DASHES = ("-", "--", "-.", ":")


def curves(x, ys, line=None, y_label="", limits=None, log=False):
    """Draws columns of the chosen rows against one another.

    Args:
        x: name of the column along the horizontal axis.
        ys: names of the columns to draw, a list; each gets a color.
        line: name of a column, the seed of a run for instance: rows that differ in it are not connected.
        y_label: text beside the vertical axis; the names of the columns if there is none.
        limits: `(lowest, highest)` of the vertical axis. Without it each picture has its own, which makes small
            differences look large when one goes from choice to choice.
        log: whether the vertical axis is logarithmic.

    Returns:
        Function of a matplotlib figure and a list of rows.
    """

    def draw(figure, rows):
        axes = figure.add_subplot()
        for y, color, dashes in zip(ys, cycle(COLORS), cycle(DASHES), strict=False):
            for index, part in enumerate(_split(rows, line)):
                part = sorted(part, key=lambda row: row[x])
                values = [[row[name] for row in part] for name in (x, y)]
                axes.plot(*values, dashes, color=color, linewidth=1.2, label=None if index else y.replace("_", " "))
        axes.set(
            xlabel=x.replace("_", " "),
            ylabel=y_label or " and ".join(ys).replace("_", " "),
            yscale="log" if log else "linear",
        )
        axes.grid(alpha=0.3)
        if limits:
            axes.set_ylim(limits)
        if len(ys) > 1:
            axes.legend(fontsize=9)

    return draw


def grid(image, title=None, columns=None):
    """Draws one picture per chosen row.

    Args:
        image: name of the column with the pictures: float arrays `(height, width, 3)` in [-1, 1], or names of files
            below the data folder.
        title: name of the column whose value stands above a picture.
        columns: pictures per line; all in one line if None.

    Returns:
        Function of a matplotlib figure and a list of rows.
    """

    def draw(figure, rows):
        across = min(columns or len(rows), len(rows))
        panels = figure.subplots(-(-len(rows) // across), across, squeeze=False)
        for axes in panels.flat:
            axes.set_axis_off()
        for axes, row in zip(panels.flat, rows, strict=False):
            picture = row[image]
            if isinstance(picture, str):
                picture = read_image(data_path(picture))
            draw_image(axes, np.asarray(picture), "" if title is None else f"{title.replace('_', ' ')} {row[title]}")

    return draw


def _split(rows, line):
    """Groups of rows with the same value in the column `line`."""
    if line is None:
        return [rows]
    return [[row for row in rows if row[line] == value] for value in dict.fromkeys(row[line] for row in rows)]
