"""The comparison slider: two pictures in one place, and a border between them that moves."""

import threading
from html import escape

import ipywidgets
import numpy as np

from gan_course import images
from gan_course.plots import draw_image
from gan_course.widgets.stand_in import new_figure, png, show_with_stand_in

NARROWEST, WIDEST = 320, 640


class Comparison(ipywidgets.VBox):
    """Two pictures of the same size: left of a border the first is seen, right of it the second.

    Args:
        left, right: float arrays `(height, width, 3)` in [-1, 1], of the same shape.
        titles: two texts, what the first and the second picture are.

    Raises:
        ValueError: if one is no picture, they differ in shape, or there are not two titles.
    """

    def __init__(self, left, right, titles):
        if len(titles) != 2:
            raise ValueError(f"titles must be two texts, one per picture; received {len(titles)}.")
        self.left, self.right = _fit(*_check_pair(left, right))
        width = {"width": f"{self.left.shape[1]}px"}
        heading = (
            '<div style="display: flex; justify-content: space-between">'
            f"<span>◀ {escape(titles[0])}</span><span>{escape(titles[1])} ▶</span></div>"
        )
        self.picture = ipywidgets.Image(format="jpeg", layout=width)
        self.border = ipywidgets.IntSlider(50, 0, 100, 2, description="Border (%)", layout=width)
        self.lock = threading.Lock()  # as in the photo booth
        self.border.observe(lambda change: self.redraw(), "value")
        self.redraw()
        super().__init__([ipywidgets.HTML(heading, layout=width), self.picture, self.border])

    def combined(self):
        """Both pictures as the border divides them, with a white line between: `(height, width, 3)` in [-1, 1]."""
        width = self.left.shape[1]
        column = round(width * self.border.value / 100)
        picture = np.concatenate([self.left[:, :column], self.right[:, column:]], axis=1)
        if 0 < column < width:
            picture[:, column - 1 : column + 1] = 1.0
        return picture

    def redraw(self):
        """Shows what belongs to the slider's value."""
        with self.lock:
            # JPEG, because a PNG of a photo takes too long for a slider that is being dragged.
            self.picture.value = images.image_bytes(self.combined(), ".jpg")


def show_comparison(left, right, titles, alt):
    """Displays a `Comparison`. Where no kernel runs, a picture with the border in the middle stands in its place.

    Args:
        left, right: float arrays `(height, width, 3)` in [-1, 1], of the same shape.
        titles: two texts, what the first and the second picture are.
        alt: what both show, in words, for those who do not see them.
    """
    comparison = Comparison(left, right, titles)
    halves = comparison.combined()
    figure = new_figure((6.0, 6.0 * halves.shape[0] / halves.shape[1] + 0.3))
    axes = figure.add_subplot()
    draw_image(axes, halves)
    axes.set_title(f"◀ {titles[0]}", loc="left", fontsize=9)
    axes.set_title(f"{titles[1]} ▶", loc="right", fontsize=9)
    text = f"Comparison of {titles[0]} and {titles[1]}: run this cell to move the border between them."
    show_with_stand_in(comparison, text, png(figure), alt)


def _check_pair(left, right):
    left, right = images.check_image(left, "left"), images.check_image(right, "right")
    if left.shape != right.shape:
        raise ValueError(
            f"left and right must have the same shape, received {left.shape} and {right.shape}. Bring one to the size "
            f"of the other: right = resize(right, left.shape[:2])."
        )
    return left, right


def _fit(*pair):
    """Pictures of a width that suits a notebook: small ones with each pixel as a square, large ones reduced."""
    height, width = pair[0].shape[:2]
    if width > WIDEST:
        return [images.resize(picture, (round(height * WIDEST / width), WIDEST)) for picture in pair]
    times = -(-NARROWEST // width)
    return [picture.repeat(times, axis=0).repeat(times, axis=1) for picture in pair]
