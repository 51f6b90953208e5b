"""How a panel is displayed: with a sentence and a picture that stand in for it where no kernel is running."""

import io

from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 100


def new_figure(size):
    """A figure that pyplot knows nothing of, so that drawing in a callback disturbs no figure of the notebook.

    Args:
        size: `(width, height)` in inches.

    Returns:
        `matplotlib.figure.Figure`.
    """
    figure = Figure(size, dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def png(figure):
    """The figure as the content of a PNG file: bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def show_with_stand_in(widget, text, picture, alt):
    """Displays a widget so that a stored notebook, and a page made of it, show something in its place.

    All three lie in one output: the live widget where there is a kernel, the picture where there is none, the text in a
    terminal. The text has to be the same in every run, because notebooks are tested by comparing it.

    Args:
        widget: an `ipywidgets` widget.
        text: one sentence.
        picture: content of a PNG file.
        alt: what the picture shows, in words.
    """
    bundle = widget._repr_mimebundle_()
    bundle["text/plain"] = text
    bundle["image/png"] = bytes(picture)  # a widget keeps its picture as a memoryview, which no kernel can send
    display(bundle, metadata={"image/png": {"alt": alt}}, raw=True)
