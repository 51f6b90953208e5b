"""The explorer: a table of recorded results in, a picture of the chosen ones out."""

import threading
from html import escape
from numbers import Number

import ipywidgets

from gan_course.widgets.stand_in import DOTS_PER_INCH, new_figure, png, show_with_stand_in


class Explorer(ipywidgets.VBox):
    """Shows the rows of a table that agree with some choices.

    Every choice becomes a control: a slider if its values are three numbers or more, else a list. The explorer begins
    with the choices of the first row.

    Args:
        rows: the table: a list of dictionaries, or a dictionary of columns of the same length.
        choices: names of the columns to choose by, in the order of their controls.
        draw: function of a matplotlib figure, empty, and of the list of chosen rows, which draws them;
            `gan_course.widgets.curves` and `gan_course.widgets.grid` make such functions.
        size: `(width, height)` of the figure in inches.

    Raises:
        ValueError: if the table is empty, its columns differ in length, or a choice is no column.
    """

    def __init__(self, rows, choices, draw, size=(6.0, 3.6)):
        self.rows, self.draw, self.size = _check_table(rows, choices), draw, size
        self.lock = threading.Lock()  # as in the photo booth
        self.controls = {name: self._control(name) for name in choices}
        # A panel would stretch the picture to its own width.
        layout = {"width": f"{size[0] * DOTS_PER_INCH:.0f}px", "max_width": "100%"}
        self.message, self.picture = ipywidgets.HTML(), ipywidgets.Image(format="png", layout=layout)
        super().__init__([*self.controls.values(), self.message, self.picture])
        self.redraw()
        for control in self.controls.values():
            control.observe(lambda change: self.redraw(), "value")

    def _control(self, name):
        values = list(dict.fromkeys(row[name] for row in self.rows))
        kind = ipywidgets.Dropdown
        if len(values) > 2 and all(isinstance(value, Number) for value in values):
            kind, values = ipywidgets.SelectionSlider, sorted(values)
        return kind(
            options=[(_text(value), value) for value in values],
            value=self.rows[0][name],
            description=name.replace("_", " "),
            style={"description_width": "10em"},
            layout={"width": "30em"},
        )

    def chosen(self, **others):
        """Rows that agree with the controls.

        Args:
            **others: values to use in place of a control's.

        Returns:
            List of dictionaries, empty if there is no such record.
        """
        wanted = {name: control.value for name, control in self.controls.items()} | others
        return [row for row in self.rows if all(row[name] == value for name, value in wanted.items())]

    def redraw(self):
        """Draws the chosen rows; where there are none, says so and what there is."""
        with self.lock:
            rows = self.chosen()
            self.picture.layout.visibility = "visible" if rows else "hidden"
            self.message.value = "" if rows else f'<div role="status">{escape(self._what_there_is())}</div>'
            if rows:
                figure = new_figure(self.size)
                self.draw(figure, rows)
                self.picture.value = png(figure)

    def _what_there_is(self):
        """One sentence: what is missing, and a change of a single choice that helps."""
        wanted = ", ".join(f"{name} = {_text(control.value)}" for name, control in self.controls.items())
        for name in reversed(self.controls):
            there = [text for text, value in self.controls[name].options if self.chosen(**{name: value})]
            if there:
                return f"There is no record of {wanted}, but there is one with {name} = {' or '.join(there)}."
        return f"There is no record of {wanted}; change two of the choices."


def show_explorer(rows, choices, draw, alt, size=(6.0, 3.6)):
    """Displays an `Explorer`. Where no kernel runs, the picture of its first choice stands in its place.

    Args:
        rows, choices, draw, size: as in `Explorer`.
        alt: what the first picture shows, in words, for those who do not see it.
    """
    explorer = Explorer(rows, choices, draw, size)
    text = f"Explorer of recorded results by {', '.join(choices)}: run this cell to choose."
    show_with_stand_in(explorer, text, explorer.picture.value, alt)


def _check_table(rows, choices):
    """The table as a list of dictionaries."""
    if isinstance(rows, dict):
        lengths = {name: len(column) for name, column in rows.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"All columns of rows must have the same length, received {lengths}.")
        rows = [dict(zip(rows, cells, strict=True)) for cells in zip(*rows.values(), strict=True)]
    if not rows:
        raise ValueError("rows must hold at least one row, received none.")
    for name in choices:
        if not all(name in row for row in rows):
            raise ValueError(f"choices must be columns of every row, {', '.join(rows[0])}; received {name!r}.")
    return rows


def _text(value):
    return f"{value:g}" if isinstance(value, float) else str(value)
