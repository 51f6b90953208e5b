"""A shipped lesson becomes an nbgrader assignment: the source version, solutions included.

Kept are all texts, and the code that the exercises need in order to run; other code is shown with the results that
ship. So grading a submission costs the imports and the checks, whatever the lesson trains.
"""

import re

import nbformat

from gan_course.classroom.needed import needed_cells
from gan_course.classroom.own_words import own_words
from gan_course.classroom.shown import as_shown
from gan_course.exercises.quiz_text import inline, question_as_html

SCHEMA = 3
EXERCISE_POINTS, QUESTION_POINTS, OWN_WORDS_POINTS = 3, 1, 3
HIDDEN_SEEDS = 101, 202
IMPORTS = "from gan_course import exercises\nfrom gan_course.classroom import {name}\n\n"
NO_SOLUTIONS = 'import os\n\nos.environ["GAN_COURSE_GRADED"] = "1"  # hints are shown, solutions are not\n\n'
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_assignment(notebook, lesson, exercises, quiz):
    """The source notebook of an assignment.

    Args:
        notebook: the shipped lesson, executed.
        lesson: "lesson_01" for instance.
        exercises: list of the `Exercise` of this lesson.
        quiz: its `Quiz`.

    Returns:
        Notebook.

    Raises:
        ValueError: if the notebook does not hold these exercises, or one of them needs a cell tagged `long`.
    """
    answers = _answers(notebook, lesson, exercises)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = {index: answers[cell.id].solution_source for index, cell in enumerate(code) if cell.id in answers}
    needed = {code[index].id for index in needed_cells([cell.source for cell in code], sources)}
    _check_quick([cell for cell in code if cell.id in needed], lesson)
    cells = [_head(notebook, exercises, quiz)]
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code":
            cells.append(nbformat.v4.new_markdown_cell(cell.source, id=cell.id))
        elif cell.id in answers:
            cells += exercise_cells(lesson, answers[cell.id])
        elif "quiz" in tags:
            cells += [*quiz_cells(quiz), *own_words_cells(lesson)]
        elif cell.id in needed:
            source = NO_SOLUTIONS + cell.source if cell is code[0] else cell.source
            cells.append(_code(f"code-{cell.id}", source, locked=True))
        elif "check" not in tags:
            cells.append(as_shown(cell))
    return nbformat.v4.new_notebook(metadata=METADATA, cells=cells)


def exercise_cells(lesson, exercise):
    """The solution between nbgrader's markers, and the check with its hidden cases."""
    kept = exercise.stub().splitlines()[:-1]
    body = exercise.solution_source.splitlines()[len(kept) :]
    solution = "\n".join([*kept, "    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"])
    call = f"require(exercises.{lesson}.{exercise.name}, {exercise.name}"
    hidden = "\n".join(f"{call}, seed={seed})" for seed in HIDDEN_SEEDS)
    return [
        _code(exercise.name, solution, solution=True),
        _test(exercise.name, IMPORTS.format(name="require") + f"{call})", hidden, EXERCISE_POINTS),
    ]


def quiz_cells(quiz):
    """For each question its text, a function that returns the letters, and their check."""
    cells = []
    for number, question in enumerate(quiz.questions, start=1):
        pairs = zip(question.letters, question.options, strict=True)
        options = "".join(f"<li>{letter}) {inline(option.text)}</li>" for letter, option in pairs)
        text = f'{question_as_html(number, question)}<ul style="list-style-type: none;">{options}</ul>'
        right = "".join(
            letter for letter, option in zip(question.letters, question.options, strict=True) if option.right
        )
        what, example = ("Letters", "ab") if question.has_several else ("Letter", "a")
        solution = (
            f'def question_{number}():\n    """{what} of your choice: `return "{example}"` for instance."""\n'
            f'    ### BEGIN SOLUTION\n    return "{right}"\n    ### END SOLUTION'
        )
        arguments = f"(exercises.{quiz.name}, {number}, question_{number})"
        visible = IMPORTS.format(name="require_letters") + "require_letters" + arguments
        hidden = IMPORTS.format(name="require_right") + "require_right" + arguments
        cells += [
            nbformat.v4.new_markdown_cell(text, id=f"question-{number}-text"),
            _code(f"question-{number}", solution, solution=True),
            _test(f"question-{number}", visible, hidden, QUESTION_POINTS),
        ]
    return cells


def own_words_cells(lesson):
    """A question of thought, and the cell for its answer, which a person grades."""
    question, good_answer = own_words(lesson)
    text = f"## In your own words\n\n{question} ({OWN_WORDS_POINTS} points, read by your teacher.)"
    answer = nbformat.v4.new_markdown_cell(f"*A good answer says:* {good_answer}", id="own-words")
    answer.metadata["nbgrader"] = grade_metadata("own-words", grade=True, solution=True, points=OWN_WORDS_POINTS)
    return [nbformat.v4.new_markdown_cell(text, id="own-words-text"), answer]


def points_of(exercises, quiz):
    """Points of an assignment: those of the exercises, of the quiz and of the answer in words."""
    return len(exercises) * EXERCISE_POINTS, len(quiz.questions) * QUESTION_POINTS, OWN_WORDS_POINTS


def minutes_of(notebook):
    """Minutes that a lesson says it takes, or None."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.search(r"## Time and prerequisites\s+(\d+) minutes", text)
    return int(found[1]) if found else None


def _answers(notebook, lesson, exercises):
    """The exercise of each cell that holds a stub, by the cell's id."""
    stubs = {exercise.stub(): exercise for exercise in exercises}
    tagged = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    if sorted(cell.source for cell in tagged) != sorted(stubs):
        raise ValueError(
            f"The notebook of {lesson} was expected to hold the stubs of {', '.join(one.name for one in exercises)}, "
            f"and holds others. Take both from the same version of the course, or build the notebook again."
        )
    return {cell.id: stubs[cell.source] for cell in tagged}


def _check_quick(cells, lesson):
    """A cell that takes long runs in no assignment, so no exercise may build on it."""
    for cell in cells:
        if "long" in cell.metadata.get("tags", []):
            raise ValueError(
                f"An exercise of {lesson} takes a name from a cell tagged `long`, which would run for each submission: "
                f"{cell.source.splitlines()[0]!r}. Let the exercise take it as an argument."
            )


def _head(notebook, exercises, quiz):
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    minutes = minutes_of(notebook)
    of_exercises, of_quiz, of_words = points_of(exercises, quiz)
    names = ", ".join(f"`{exercise.name}`" for exercise in exercises)
    text = f"""# Assignment: {title}

| part | points |
| --- | --- |
| exercises: {names}; {EXERCISE_POINTS} each | {of_exercises} |
| quiz: {len(quiz.questions)} questions, {QUESTION_POINTS} each | {of_quiz} |
| in your own words | {of_words} |
| **together** | **{of_exercises + of_quiz + of_words}** |

{f"Time: about {minutes} minutes, reading included." if minutes else ""}

Write only where it says `your code takes the place of this line`. The cell below an answer checks it; when you hand in,
it is checked again, with other numbers. Cells of your own are welcome. `hint()` helps here too, `solution()` does not.
Code that the exercises do not need is shown with its results and cannot be run here; it runs in the lesson's own
notebook."""
    return nbformat.v4.new_markdown_cell(text, id="assignment")


def grade_metadata(name, grade=False, solution=False, locked=False, points=None):
    """What nbgrader wants to know about a cell.

    Args:
        name: of the cell, unique in its notebook.
        grade: whether it earns points.
        solution: whether the student writes here.
        locked: whether it is put back as it was handed out.
        points: how many points; None for cells without.

    Returns:
        Dictionary.
    """
    metadata = {"grade": grade, "grade_id": name, "locked": locked, "schema_version": SCHEMA, "solution": solution}
    return metadata | {"task": False} | ({} if points is None else {"points": points})


def _code(name, source, **kind):
    cell = nbformat.v4.new_code_cell(source, id=name)
    cell.metadata["nbgrader"] = grade_metadata(name, **kind)
    return cell


def _test(name, visible, hidden, points):
    source = f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return _code(f"{name}-check", source, grade=True, locked=True, points=points)
