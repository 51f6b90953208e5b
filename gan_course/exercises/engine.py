"""Exercises: a function to complete, judged by calling it.

    exercises.lesson_00.to_unit_range.check(to_unit_range)

A lesson's file writes the solution as an ordinary function and says how to judge it in the decorator `exercise`; the
stub in the notebook is derived from the solution. CONTRIBUTING.md shows how to add one.
"""

import ast
import inspect
import os
import sys
import textwrap
from dataclasses import dataclass
from functools import partial

from gan_course.exercises import progress
from gan_course.exercises.display import code_block, escape, paragraphs, show
from gan_course.exercises.global_state import kept_global_state
from gan_course.exercises.judge import judge_properties, judge_values
from gan_course.exercises.learner import Learner, captured_prints
from gan_course.exercises.result import NotAttempted, NotYet, Result
from gan_course.exercises.time_limit import TimeUp, run_limited, seconds_allowed

RAISE = "raise NotImplementedError  # your code takes the place of this line"


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners really give, and what to say about it.

    Args:
        function: the wrong answer.
        message: what the learner reads when theirs does the same.
        fails: the property that it does not have; None if its results on the cases give it away.
    """

    function: object
    message: str
    fails: object = None


@dataclass(eq=False, kw_only=True)
class Exercise:
    """A function to complete, and how it is judged: by its results on cases, by properties, or by both.

    Args:
        answer: the solution, a function with a docstring; the first line of it is the task.
        hints: list of texts, from a nudge to nearly the answer.
        mistakes: list of `Mistake`.
        cases: function of a seed that returns a list of tuples of arguments, new ones at every call. The results are
            compared with those of the reference.
        reference: function of the package to compare with; the solution itself if None.
        properties: list of functions of the learner's function and a seed; each returns None, or a sentence that says
            what is missing. Its name is the name of the property.
        dtype: type that the entries of the result must have, `"float32"` for instance; any if None.
        numeric: whether the result has to be numbers. Properties then receive it as a NumPy array.
        prepare: function without arguments, called before the learner's time begins: long work of the judge itself.
        remark: a sentence for those who got it right.
    """

    answer: object
    hints: list
    mistakes: list
    cases: object = None
    reference: object = None
    properties: tuple = ()
    dtype: str | None = None
    numeric: bool = True
    prepare: object = None
    remark: str = ""

    def __post_init__(self):
        self.name = self.answer.__name__
        self.lesson = self.answer.__module__.rpartition(".")[2]
        self.parameters = list(inspect.signature(self.answer).parameters)
        self.reference = self.reference or self.answer
        self.task = inspect.getdoc(self.answer).splitlines()[0]
        self._next_hint = 0
        if not self.hints or not (self.cases or self.properties):
            raise ValueError(f"The exercise {self.name} needs hints, and cases or properties.")
        named = [mistake.fails for mistake in self.mistakes if mistake.fails]
        if not set(named) <= set(self.properties) or len(set(named)) < len(named):
            raise ValueError(f"Each mistake of {self.name} with `fails` needs a property of its own.")

    def __repr__(self):
        return f"<exercise {self.lesson}.{self.name}: check(function), hint(), solution()>"

    def check(self, function=None, seed=0):
        """Judges the learner's function, shows what came out and notes the progress.

        Args:
            function: the learner's function.
            seed: seed of the cases.
        """
        result = self.examine(function, seed)
        show(result.text, result.html, result.outcome)
        if result.outcome != "not attempted":
            progress.record(self.lesson, self.name, result.outcome)

    def examine(self, function, seed=0, limit=None):
        """Judges a function without showing anything.

        Args:
            function: the learner's function.
            seed: seed of the cases.
            limit: seconds; those of the setting if None.

        Returns:
            `Result`.
        """
        seconds = limit or seconds_allowed()
        try:
            learner = Learner(function, self.parameters, self.numeric)
        except NotYet as problem:
            return Result("not yet", self.name, problem.message, problem.failed)
        if self.prepare:
            self.prepare()
        tell = partial(print, file=sys.stdout, flush=True)  # the output of now: in the block below it is held back
        with kept_global_state(learner.variables), captured_prints() as printed:
            result = self._judge(learner, seed, seconds, tell)
        if printed() and result.outcome != "not attempted":
            result.details["It printed"] = printed()
        return result

    def _judge(self, learner, seed, seconds, tell):
        try:
            run_limited(lambda: self._ask_judges(learner, seed), seconds, tell)
        except NotAttempted:
            message = f"{self.task}\n\nComplete the function, run its cell and then this one again. `hint()` helps."
            return Result("not attempted", self.name, message)
        except NotYet as problem:
            return Result("not yet", self.name, problem.message, problem.failed, problem.details)
        except TimeUp as stop:
            details = (learner.line(stop.__traceback__) | learner.details()) if learner.inside else {}
            message = f"Stopped after {seconds:g} s. Is there a loop without an end?"
            return Result("not yet", self.name, message, "time", details)
        return Result("correct", self.name, self.remark)

    def _ask_judges(self, learner, seed):
        if self.cases:
            judge_values(self, learner, seed)
        judge_properties(self, learner, seed)

    def hint(self, all=False):
        """Shows the next hint.

        Args:
            all: whether to show all of them.
        """
        number = len(self.hints)
        if all:
            texts = [f"Hint {index} of {number}. {text}" for index, text in enumerate(self.hints, 1)]
        elif self._next_hint < number:
            texts = [f"Hint {self._next_hint + 1} of {number}. {self.hints[self._next_hint]}"]
            self._next_hint += 1
        else:
            texts = ["There are no more hints. `hint(all=True)` shows all of them again, `solution()` one solution."]
        text = "\n\n".join(texts)
        show(text, paragraphs(text), "hint")

    def solution(self):
        """Shows one solution; in an assignment (`GAN_COURSE_GRADED=1`) it refuses."""
        if os.environ.get("GAN_COURSE_GRADED") == "1":
            text = "Solutions are not shown while this notebook is graded; hint() still helps."
            show(text, paragraphs(text), "info")
            return
        title = f"One solution of {self.name}:"
        html = f"<p>{escape(title)}</p>{code_block(self.solution_source)}"
        show(f"{title}\n\n{self.solution_source}", html, "solution")

    @property
    def solution_source(self):
        """Source of the solution, as it would stand in a notebook."""
        return "\n".join(self._source()[0])

    def stub(self):
        """Source of the cell that the learner completes: signature, docstring and an exception.

        Returns:
            Plain text.
        """
        lines, docstring_end = self._source()
        return "\n".join([*lines[:docstring_end], f"    {RAISE}"])

    def _source(self):
        """Lines of the solution without its decorator, and the number of those that end with the docstring."""
        lines = textwrap.dedent(inspect.getsource(self.answer)).rstrip().splitlines()
        node = ast.parse("\n".join(lines)).body[0]
        return lines[node.lineno - 1 :], node.body[0].end_lineno - node.lineno + 1


def exercise(**parts):
    """Makes an exercise of the function below it, which is the solution.

    Args:
        **parts: those of `Exercise`, without the answer.

    Returns:
        Decorator that turns a function into an `Exercise`.
    """
    return lambda answer: Exercise(answer=answer, **parts)
