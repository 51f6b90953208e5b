"""Which code cells of a lesson have to run so that its exercises can be solved and checked."""

import builtins
import symtable


def needed_cells(sources, answers):
    """The cells to keep: the first one, the exercises, and what these take their names from.

    A cell is needed if an answer, or another needed cell, reads a name that it is the last one above to define.

    Args:
        sources: list of the code of all cells, in order. The first one sets the lesson up.
        answers: dictionary from the position of an exercise's cell to the solution that belongs there.

    Returns:
        Set of positions.
    """
    tables = [_table(answers.get(position, source)) for position, source in enumerate(sources)]
    defined = [{name.get_name() for name in table.get_symbols() if _is_given_a_value(name)} for table in tables]
    needed, waiting = set(), [0, *answers]
    while waiting:
        position = waiting.pop()
        if position in needed:
            continue
        needed.add(position)
        for name in _names_read(tables[position]) - defined[position]:
            waiting += [above for above in range(position) if name in defined[above]][-1:]
    return needed


def _table(source):
    """Python's own table of the names in a cell; lines that only IPython understands are left out."""
    lines = ["pass" if line.startswith(("%", "!")) else line for line in source.splitlines()]
    return symtable.symtable("\n".join(lines), "a cell", "exec")


def _is_given_a_value(name):
    return name.is_assigned() or name.is_imported()


def _names_read(table):
    """Names that a cell takes from outside of it, those inside of its functions included."""
    whole_cell = table.get_type() == "module"
    names = {
        name.get_name() for name in table.get_symbols() if name.is_referenced() and (whole_cell or name.is_global())
    }
    return names.union(*map(_names_read, table.get_children())) - set(dir(builtins))
