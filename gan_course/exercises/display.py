"""How exercises and quizzes speak: a box in a notebook, plain text in a terminal.

The words are the same in both. The color of the box's edge repeats what they say and never replaces it; all colors
are those of JupyterLab's theme, so that they follow it into the dark.
"""

import re
from html import escape as escape_html

from IPython import get_ipython
from IPython.display import display

# The first color is the theme's, the second serves where there is no theme, in an exported page for instance.
EDGES = {
    "correct": "var(--jp-success-color1, #388e3c)",
    "not yet": "var(--jp-warn-color1, #d66b00)",
    "not attempted": "var(--jp-border-color1, #9e9e9e)",
    "hint": "var(--jp-info-color1, #0288d1)",
    "solution": "var(--jp-info-color1, #0288d1)",
    "quiz": "var(--jp-brand-color1, #1976d2)",
    "info": "var(--jp-border-color1, #9e9e9e)",
}


def show(text, html, kind):
    """Displays a message as one output with two twins, so that every front end finds one that it can show.

    In a notebook the box is shown; in a terminal, or in a script, the text is printed.

    Args:
        text: the whole message as plain text. It says the outcome in words.
        html: the same message as HTML, whatever a learner wrote in it escaped.
        kind: what the message is: "correct", "not yet", "not attempted", "hint", "solution", "quiz" or "info".

    Raises:
        ValueError: if there is no such kind.
    """
    wrapped = box(html, kind)
    if get_ipython() is None:
        print(text)
    else:
        display({"text/plain": text, "text/html": wrapped}, raw=True)


def box(html, kind):
    """Puts HTML into the course's box.

    Args:
        html: content of the box.
        kind: one of the keys of `EDGES`. A quiz is a group of things to use; all others are announced by a screen
            reader as soon as they appear.

    Returns:
        HTML as a string.

    Raises:
        ValueError: if there is no such kind.
    """
    if kind not in EDGES:
        raise ValueError(f"kind must be one of {', '.join(EDGES)}, received {kind!r}.")
    role = 'role="group"' if kind == "quiz" else 'role="status"'
    style = (
        f"border-left: 4px solid {EDGES[kind]}; padding: 0.2em 1em; margin: 0.3em 0; max-width: 62em; "
        "color: var(--jp-content-font-color1, inherit); font-family: var(--jp-content-font-family, sans-serif);"
    )
    return f'<div {role} aria-label="{kind}" style="{style}">{html}</div>'


def escape(text):
    """Makes any text safe inside HTML.

    Args:
        text: what to show; anything that is not a string is converted.

    Returns:
        HTML as a string.
    """
    return escape_html(str(text))


def paragraphs(text):
    """Plain text → HTML: a blank line begins a paragraph, `words in backticks` become code, all else is escaped.

    Args:
        text: plain text.

    Returns:
        HTML as a string.
    """
    parts = [escape(part) for part in re.split(r"\n\s*\n", str(text).strip()) if part]
    return "".join("<p>" + re.sub("`([^`]+)`", r"<code>\1</code>", part) + "</p>" for part in parts)


def code_block(source):
    """Lines of code or of output → HTML that keeps them as they are.

    Args:
        source: plain text.

    Returns:
        HTML as a string.
    """
    return f"<pre><code>{escape(source)}</code></pre>"
