"""The table that `gan_course.progress()` shows: a line per lesson, with bars for its exercises and its quiz."""

from typing import NamedTuple

from gan_course import exercises
from gan_course.exercises import progress
from gan_course.exercises.display import escape, paragraphs, show
from gan_course.exercises.quiz import all_quizzes, item_name

TITLES = {
    "lesson_00": "00 Start here",
    "lesson_01": "01 The adversarial game",
    "lesson_02": "02 The formulas",
    "lesson_03": "03 Generator and discriminator in Keras",
    "lesson_04": "04 Training a GAN",
    "lesson_05": "05 When training fails",
    "lesson_06": "06 Measuring quality",
    "lesson_07": "07 Content and style",
    "lesson_08": "08 Style transfer by optimization",
    "lesson_09": "09 A network that paints",
    "lesson_10": "10 The style transfer GAN",
    "lesson_11": "11 Applications",
    "lesson_12": "12 Beyond",
}
BAR = 10


class Part(NamedTuple):
    """How far a learner has come with the exercises, or the quiz questions, of a lesson."""

    correct: int
    begun: int
    total: int

    @property
    def words(self):
        """Such as "1 of 4, 2 not yet"."""
        if not self.total:
            return "none"
        return f"{self.correct} of {self.total}" + (f", {self.begun} not yet" if self.begun else "")


def show_progress(reset=False):
    """Displays the table, and a sentence where there is something to say about the record.

    Args:
        reset: begin a new record first; the old one is kept beside it.
    """
    sentences = [progress.reset()] if reset else []
    recorded, notice = progress.load()
    sentences = [sentence for sentence in (*sentences, notice) if sentence]
    rows = rows_of(recorded)
    text = "\n\n".join([as_text(rows), *sentences])
    show(text, as_html(rows) + paragraphs("\n\n".join(sentences)), "info")


def rows_of(recorded):
    """Counts what is recorded of the exercises and quizzes that exist.

    Args:
        recorded: dictionary from lesson to a dictionary from item to outcome.

    Returns:
        List of `(title, exercises, quiz)`, a title and two `Part`, per lesson and at last for all of them.
    """
    tasks = [(task.lesson, task.name) for task in exercises.all_exercises()]
    questions = [
        (quiz.lesson, item_name(number)) for quiz in all_quizzes() for number in range(1, len(quiz.questions) + 1)
    ]

    def part(items):
        outcomes = [recorded.get(lesson, {}).get(item) for lesson, item in items]
        return Part(outcomes.count("correct"), outcomes.count("not yet"), len(items))

    rows = []
    for lesson, title in TITLES.items():
        parts = [part([item for item in items if item[0] == lesson]) for items in (tasks, questions)]
        if any(one.total for one in parts):
            rows.append((title, *parts))
    return [*rows, ("All together", part(tasks), part(questions))]


def as_text(rows):
    """The table as plain text with bars of characters.

    Args:
        rows: as `rows_of` returns them.
    """
    titles = max(len(title) for title, *_ in rows)
    words = max(len(part.words) for _, *parts in rows for part in parts)

    def cell(part):
        filled = "#" * (part.correct * BAR // max(part.total, 1))
        bar = f"[{filled:.<{BAR}}]" if part.total else " " * (BAR + 2)
        return f"{bar} {part.words:{words}}"

    head = f"{'Your progress':{titles}}  {'exercises':{BAR + 3 + words}}  quiz"
    lines = [f"{title:{titles}}  {cell(tasks)}  {cell(quiz)}".rstrip() for title, tasks, quiz in rows]
    return "\n".join([head, *lines])


def as_html(rows):
    """The table as HTML; a bar repeats the words beside it.

    Args:
        rows: as `rows_of` returns them.
    """

    def cell(part, label):
        bar = f'<progress max="{part.total}" value="{part.correct}" aria-label="{escape(label)}"></progress> '
        return f'<td style="text-align: left;">{bar if part.total else ""}{part.words}</td>'

    lines = "".join(
        f'<tr><th scope="row" style="text-align: left;">{escape(title)}</th>'
        f"{cell(tasks, f'{title}: exercises')}{cell(quiz, f'{title}: quiz')}</tr>"
        for title, tasks, quiz in rows
    )
    head = "".join(f'<th scope="col" style="text-align: left;">{name}</th>' for name in ("lesson", "exercises", "quiz"))
    caption = '<caption style="text-align: left; font-weight: bold;">Your progress</caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
