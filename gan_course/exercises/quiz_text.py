"""The questions of a quiz to read, as plain text and as HTML."""

import re
import textwrap

from gan_course.exercises.display import escape, paragraphs
from gan_course.exercises.quiz import verdict

LINE = 88


def as_text(quiz):
    """The questions as plain text, without the answers.

    Args:
        quiz: `Quiz`.
    """
    lines = [f"Quiz: {len(quiz.questions)} questions", "", *textwrap.wrap(how_to_answer(quiz), LINE)]
    for number, question in enumerate(quiz.questions, start=1):
        lines += ["", *_hanging(f"{number}. ", f"{question.text} {question.task}")]
        for letter, option in zip(question.letters, question.options, strict=True):
            lines += _hanging(f"   {letter}) ", option.text)
    return "\n".join(lines)


def as_html(quiz):
    """The questions as HTML, the answers to each folded away under it.

    Args:
        quiz: `Quiz`.
    """
    parts = [f"<p><strong>Quiz: {len(quiz.questions)} questions</strong></p>", paragraphs(how_to_answer(quiz))]
    for number, question in enumerate(quiz.questions, start=1):
        pairs = list(zip(question.letters, question.options, strict=True))
        # The letters are written out: JupyterLab turns <ol type="a"> into numbers.
        options = "".join(f"<li>{letter}) {inline(option.text)}</li>" for letter, option in pairs)
        reasons = "".join(f"<p>{letter} is {verdict(option)}. {inline(option.why)}</p>" for letter, option in pairs)
        parts.append(
            f'{question_as_html(number, question)}<ul style="list-style-type: none;">{options}</ul>'
            f"<details><summary>Answer to question {number}</summary>{reasons}</details>"
        )
    return "".join(parts)


def question_as_html(number, question):
    """The text of a question as HTML.

    Args:
        number: of the question, from 1.
        question: `Question`.
    """
    words = f"<strong>{number}.</strong> {inline(question.text)} <em>{question.task}</em>"
    return f'<p style="margin: 1em 0 0.5em;">{words}</p>'


def how_to_answer(quiz):
    """A sentence that says how to answer without a widget.

    Args:
        quiz: `Quiz`.
    """
    several = [number for number, question in enumerate(quiz.questions, start=1) if question.has_several]
    name = f"exercises.{quiz.name}"
    sentence = f'Run `{name}.show()` in JupyterLab to choose there, or answer with `{name}.answer(1, "a")`'
    if several:
        sentence += f'; where several options are right, with all their letters: `answer({several[0]}, "ab")`'
    return sentence + "."


def inline(text):
    """One line of plain text → HTML: `words in backticks` become code, all else is escaped.

    Args:
        text: plain text.
    """
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _hanging(mark, text):
    return textwrap.wrap(text, LINE, initial_indent=mark, subsequent_indent=" " * len(mark))
