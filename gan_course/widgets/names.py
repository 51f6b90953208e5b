"""Names that a panel is asked for: the known ones, or a sentence."""


def check_names(argument, names, known):
    """Checks names before a control is made of them.

    Args:
        argument: what they are an argument of, for the message.
        names: list of what should be known names, at least one.
        known: the names to choose from.

    Raises:
        ValueError: names the unknown and the known ones.
    """
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValueError(f"{argument} must be among {', '.join(map(repr, known))}; received {unknown or names!r}.")
