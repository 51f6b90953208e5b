"""What a recording leaves behind: a table and a card that says how it was made."""

import csv
import io
import json

from gan_course.images import write_atomically


def write_table(path, columns, rows):
    """Writes dictionaries as CSV, all of the file or nothing."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def write_card(path, card):
    """Writes a dictionary as JSON, all of the file or nothing."""
    write_atomically(path, (json.dumps(card, indent=2) + "\n").encode())
