"""A quiz as a panel: radio buttons or checkboxes, a button to check the answer, and the reasons under it."""

import ipywidgets
from IPython import get_ipython
from IPython.display import display

from gan_course.exercises.display import box, paragraphs
from gan_course.exercises.quiz_text import as_html, as_text, question_as_html

# ipywidgets gives an option one line and cuts it off there. Here it wraps, beside its button or box.
STYLE = """<style>
.gan-course-quiz .widget-checkbox, .gan-course-quiz .widget-radio-box label, .gan-course-quiz .widget-checkbox label {
  height: auto; width: auto; max-width: none;
}
.gan-course-quiz .widget-radio-box label, .gan-course-quiz .widget-checkbox .widget-label-basic {
  display: flex; gap: 0.5em; margin: 0.15em 0; white-space: normal; line-height: 1.4;
}
.gan-course-quiz .widget-radio-box label { flex-direction: row-reverse; justify-content: flex-end; }
.gan-course-quiz .widget-radio-box input, .gan-course-quiz .widget-checkbox input[type='checkbox'] {
  flex: none; align-self: flex-start; height: 1em; width: 1em; margin: 0.2em 0 0 2px; font-size: inherit;
}
.gan-course-quiz .widget-html-content { line-height: 1.4; }
</style>"""
# Each radio button of ipywidgets is a stop of its own, and JupyterLab keeps the arrow keys for itself.
HOW_TO = "<p>Choose, then check. With the keyboard, Tab goes to the next option and Space chooses it.</p>"


class QuestionPanel(ipywidgets.VBox):
    """A question with its options, a button and the answer to the answer.

    Args:
        quiz: `Quiz`.
        number: of the question, from 1.
    """

    def __init__(self, quiz, number):
        self.quiz, self.number = quiz, number
        self.question = quiz.questions[number - 1]
        pairs = [
            (f"{letter}) {option.text}", letter)
            for letter, option in zip(self.question.letters, self.question.options, strict=True)
        ]
        if self.question.has_several:
            self.choices = [
                ipywidgets.Checkbox(value=False, description=text, indent=False, layout={"width": "100%"})
                for text, letter in pairs
            ]
        else:
            self.choices = [ipywidgets.RadioButtons(options=pairs, value=None, layout={"width": "100%"})]
        self.button = ipywidgets.Button(description=f"Check answer {number}")
        self.feedback = ipywidgets.HTML()
        text = ipywidgets.HTML(question_as_html(number, self.question))
        super().__init__([text, *self.choices, self.button, self.feedback])
        self.button.on_click(lambda button: self.check())
        for choice in self.choices:
            choice.observe(self._on_choice, "value")

    @property
    def chosen(self):
        """The letters of the chosen options."""
        if self.question.has_several:
            return "".join(
                letter for letter, choice in zip(self.question.letters, self.choices, strict=True) if choice.value
            )
        return self.choices[0].value or ""

    def check(self):
        """Says under the button whether the chosen options are right and why."""
        if self.chosen:
            result = self.quiz.grade(self.number, self.chosen)
            self.feedback.value = box(result.html, result.outcome)
        else:
            self.feedback.value = box(paragraphs("Choose an option first."), "info")

    def _on_choice(self, change):
        self.feedback.value = ""  # it was about another choice


class QuizPanel(ipywidgets.VBox):
    """All questions of a quiz, one below the other.

    Args:
        quiz: `Quiz`.
    """

    def __init__(self, quiz):
        self.questions = [QuestionPanel(quiz, number) for number in range(1, len(quiz.questions) + 1)]
        super().__init__([ipywidgets.HTML(STYLE + HOW_TO), *self.questions])
        self.add_class("gan-course-quiz")


def show_quiz_panel(quiz):
    """Displays a `QuizPanel`; the questions as HTML and as text stand beside it for front ends without widgets.

    Args:
        quiz: `Quiz`.
    """
    if get_ipython() is None:
        print(as_text(quiz))
        return
    bundle = QuizPanel(quiz)._repr_mimebundle_()
    bundle["text/plain"] = as_text(quiz)
    bundle["text/html"] = box(as_html(quiz), "quiz")
    display(bundle, raw=True)
