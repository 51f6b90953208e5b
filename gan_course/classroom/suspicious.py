"""What in a student's code a person should look at: no proof of anything, and no hindrance to one who hides it."""

import ast

# Modules and functions that no exercise needs, and what they are good for.
UNUSUAL = {
    **dict.fromkeys(("open", "pathlib", "glob", "shutil"), "files"),
    **dict.fromkeys(("sys", "importlib", "builtins", "inspect", "setattr"), "Python's own objects"),
    **dict.fromkeys(("exec", "eval", "get_ipython"), "code in texts"),
    **dict.fromkeys(("os", "subprocess", "signal", "ctypes", "gc"), "the system"),
    **dict.fromkeys(("socket", "requests", "urllib"), "the network"),
}


def worth_a_look(sources, exercises):
    """Reasons to read a submission.

    Args:
        sources: list of the code that the student wrote, a cell each.
        exercises: list of the `Exercise` of the lesson.

    Returns:
        List of short texts, each once.
    """
    references = {one.reference.__name__ for one in exercises if one.reference is not one.answer} - {"<lambda>"}
    found = []
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        own = _own_names(tree)
        for node in ast.walk(tree):
            found += _of_names(node, own) + _of_package(node, own, references)
    return list(dict.fromkeys(found))


def _own_names(tree):
    """Names of functions, arguments and variables that the code itself makes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _of_names(node, own):
    names = []
    if isinstance(node, ast.Name):
        names = [node.id]
    elif isinstance(node, ast.Import):
        names = [alias.name.split(".")[0] for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [(node.module or "").split(".")[0]]
    return [f"uses {name} ({UNUSUAL[name]})" for name in names if name in UNUSUAL and name not in own]


def _of_package(node, own, references):
    """The reference itself, what leads to the solution, and what changes other people's functions."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gan_course"):
        called = {alias.name for alias in node.names} & references
        return [f"imports the course's own {name}" for name in sorted(called)]
    if not isinstance(node, ast.Attribute):
        return []
    if isinstance(node.ctx, ast.Store):
        root = ast.unparse(node).split(".")[0]
        return [] if root in own else [f"sets {ast.unparse(node)}"]
    if node.attr in references:
        return [f"uses the course's own {ast.unparse(node)}"]
    if node.attr in ("solution", "solution_source", "answer", "reference"):
        return [f"asks for {ast.unparse(node)}"]
    return []
