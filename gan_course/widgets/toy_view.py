"""The playground's picture: points, and what the discriminator thinks of every place in the plane."""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

HALF_WIDTH = 3.0
CELLS = 60
# Orange and blue are told apart by every kind of color vision, and the points differ in shape as well. Ten steps of
# color read like a map's contour lines.
FIELD_COLORS = LinearSegmentedColormap.from_list("fake_to_real", ["#f2a974", "#fbfbfb", "#85b4dd"], N=10)
REAL_STYLE = {"marker": "o", "markersize": 3.5, "color": "#555555", "label": "real"}
FAKE_STYLE = {"marker": "^", "markersize": 5.5, "color": "#b34700", "label": "generated"}


def field_points():
    """Middles of the cells in which the discriminator is asked.

    Returns:
        float32 array `(CELLS², 2)`, row by row from below.
    """
    middles = (np.arange(CELLS) + 0.5) / CELLS * 2.0 * HALF_WIDTH - HALF_WIDTH
    return np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2).astype("float32")


class ToyView:
    """A figure of its own, drawn again and again: its artists stay, only their data change."""

    def __init__(self):
        self.canvas = FigureCanvasAgg(Figure((5.0, 4.7), dpi=100))
        axes = self.canvas.figure.add_axes((0.07, 0.06, 0.79, 0.84), aspect="equal")
        limits = (-HALF_WIDTH, HALF_WIDTH)
        self.field = axes.imshow(
            np.full((CELLS, CELLS), 0.5),
            extent=limits * 2,
            origin="lower",
            cmap=FIELD_COLORS,
            vmin=0.0,
            vmax=1.0,
            interpolation="bilinear",
            interpolation_stage="data",
        )
        style = {"linestyle": "none", "markeredgecolor": "white", "markeredgewidth": 0.4}
        (self.real,) = axes.plot([], [], **style, **REAL_STYLE)
        (self.fake,) = axes.plot([], [], **style, **FAKE_STYLE)
        axes.set(xlim=limits, ylim=limits, xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)
        bar_axes = self.canvas.figure.add_axes((0.88, 0.06, 0.03, 0.84))
        bar = self.canvas.figure.colorbar(self.field, cax=bar_axes, ticks=(0.0, 0.5, 1.0))
        bar.ax.set_yticklabels(("0", "½", "1"))
        bar.ax.set_title("σ(D(x))", fontsize=10)

    def draw(self, real, fake, probability_real):
        """Draws one picture.

        Args:
            real, fake: arrays `(count, 2)`.
            probability_real: array `(CELLS²,)`, 0 to 1, at `field_points()`.

        Returns:
            bytes of a PNG file.
        """
        self.real.set_data(*real.T)
        self.fake.set_data(*fake.T)
        self.field.set_data(probability_real.reshape(CELLS, CELLS))
        buffer = io.BytesIO()
        # Little compression: the usual one takes 16 ms more and saves a fifth.
        self.canvas.print_png(buffer, pil_kwargs={"compress_level": 1})
        return buffer.getvalue()
