"""A code cell that an assignment does not run, shown with the results that the course ships."""

import nbformat


def as_shown(cell):
    """A text cell that holds the code and, below it, what came out when the lesson was built.

    Pictures travel inside the cell, with their alt texts.

    Args:
        cell: executed code cell of a shipped notebook.

    Returns:
        Text cell with the same id.
    """
    parts, attachments = [fenced(cell.source, "python")], {}
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            name = f"result-{len(attachments) + 1}.png"
            attachments[name] = {"image/png": "".join(data["image/png"].split())}
            parts.append(f"![{_alt(output)}](attachment:{name})")
        elif output.output_type == "error":
            parts.append(fenced(f"{output.ename}: {output.evalue}"))
        elif text := output.get("text") or data.get("text/plain"):
            parts.append(fenced(text.rstrip("\n")))
    shown = nbformat.v4.new_markdown_cell("\n\n".join(parts), id=cell.id)
    if attachments:
        shown["attachments"] = attachments
    return shown


def fenced(text, language="text"):
    """Plain text as a block of code in Markdown, whatever backticks it holds.

    Args:
        text: plain text.
        language: what the block is called, for its colors.

    Returns:
        Markdown.
    """
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _alt(output):
    alt = output.metadata.get("image/png", {}).get("alt", "Result of the code above")
    return alt.replace("\n", " ").replace("[", "(").replace("]", ")")
