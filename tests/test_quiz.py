"""Quizzes, as learners take them: with the panel, by function, and to read; and what authors may get wrong."""

import re

import pytest

from gan_course import exercises
from gan_course.exercises import display, progress, quiz_panel
from gan_course.exercises.quiz import Option, Question, Quiz, all_quizzes
from gan_course.exercises.quiz_panel import QuizPanel

each_quiz = pytest.mark.parametrize("quiz", all_quizzes(), ids=lambda quiz: quiz.name)


def question(text="What is `x`?", right="b", count=3):
    letters = "abcde"[:count]
    return Question(text, [Option(f"option {at}", at in right, f"reason {at}") for at in letters])


@pytest.fixture
def quiz(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_COURSE_PROGRESS", str(tmp_path / "progress"))
    return Quiz("lesson_07", [question(), question("Which two?", right="ac"), question("A < B & `c < d`?")])


def recorded():
    return progress.load()[0].get("lesson_07", {})


def choose(panel, letters):
    """Sets the widgets as a mouse or the keyboard does, and presses the button."""
    if panel.question.has_several:
        for letter, box in zip(panel.question.letters, panel.choices, strict=True):
            box.value = letter in letters
    else:
        panel.choices[0].value = letters
    panel.button.click()
    return re.sub("<[^>]+>", " ", panel.feedback.value)


def right_letters(question):
    return "".join(at for at, option in zip(question.letters, question.options, strict=True) if option.right)


# ---------------------------------------------------------------- the course's quizzes


@each_quiz
def test_the_right_answers_are_accepted_and_every_option_is_explained(quiz, capsys):
    for number, asked in enumerate(quiz.questions, start=1):
        quiz.answer(number, right_letters(asked))
        printed = capsys.readouterr().out
        assert printed.startswith(f"Correct: question {number}\n")
        for option in asked.options:
            assert option.why in printed


@each_quiz
def test_every_wrong_option_is_refused_with_its_own_reason(quiz, capsys):
    for number, asked in enumerate(quiz.questions, start=1):
        for letter, option in zip(asked.letters, asked.options, strict=True):
            if not option.right:
                quiz.answer(number, letter)
                printed = capsys.readouterr().out
                assert printed.startswith(f"Not yet: question {number}\n")
                assert f"{letter} is wrong. {option.why}" in printed
                assert not any(other.why in printed for other in asked.options if other is not option)


@each_quiz
def test_a_lesson_names_its_quiz_as_learners_call_it(quiz):
    assert getattr(exercises, quiz.name) is quiz
    assert quiz.name in dir(exercises)


def test_a_quiz_that_does_not_exist_is_said():
    with pytest.raises(AttributeError, match="quiz_00"):
        _ = exercises.quiz_99


def test_a_quiz_asked_for_without_show_says_how_to_see_it():
    assert "exercises.quiz_00.show()" in repr(exercises.quiz_00)


# ---------------------------------------------------------------- by function


def test_a_learner_answers_by_function(quiz, capsys):
    quiz.answer(1, "a")
    printed = capsys.readouterr().out
    assert "Not yet: question 1" in printed and "a is wrong. reason a" in printed and "reason b" not in printed
    assert recorded() == {"quiz 1": "not yet"}
    quiz.answer(1, "b")
    assert "Correct: question 1" in capsys.readouterr().out
    assert recorded() == {"quiz 1": "correct"}


@pytest.mark.parametrize("letters", ["ac", "ca", "AC", " a, c ", ["a", "c"], {"c", "a"}])
def test_several_letters_in_any_order_and_spelling(quiz, letters, capsys):
    quiz.answer(2, letters)
    assert capsys.readouterr().out.startswith("Correct")


def test_half_of_the_right_options_is_not_yet_and_does_not_say_which_is_missing(quiz, capsys):
    quiz.answer(2, "a")
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet") and "at least one more option is right" in printed
    assert "reason c" not in printed and "c is" not in printed


def test_a_wrong_option_beside_the_right_ones_is_not_yet(quiz, capsys):
    quiz.answer(2, "abc")
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet") and "b is wrong" in printed and "missing" not in printed


@pytest.mark.parametrize("letters", ["z", "", "ab", 9, None, "option b"])
def test_letters_that_cannot_be_meant_get_a_sentence_and_are_not_recorded(quiz, letters, capsys):
    quiz.answer(1, letters)
    printed = capsys.readouterr().out
    assert "Question 1 expects one letter from a to c" in printed and str(letters) in printed
    assert 'exercises.quiz_07.answer(1, "a")' in printed
    assert recorded() == {}


def test_where_several_are_right_the_sentence_says_so(quiz, capsys):
    quiz.answer(2, "ad")
    assert "one or more letters from a to c; 'ad' came" in capsys.readouterr().out


@pytest.mark.parametrize("number", [0, 4, -1, "b", None, 1.5])
def test_a_question_that_does_not_exist(quiz, number, capsys):
    quiz.answer(number, "a")
    assert f"The number of a question, 1 to 3, was expected first; {number!r} came." in capsys.readouterr().out


# ---------------------------------------------------------------- with the panel


def test_a_learner_answers_with_the_panel_and_tries_again(quiz):
    first, several, _ = QuizPanel(quiz).questions
    assert "Not yet: question 1" in (told := choose(first, "c")) and "c is wrong. reason c" in told
    assert "reason b" not in told
    assert "Correct: question 1" in choose(first, "b")
    assert "Not yet: question 2" in choose(several, "ab")
    assert "Correct: question 2" in choose(several, "ac")
    assert recorded() == {"quiz 1": "correct", "quiz 2": "correct"}


def test_another_choice_takes_the_old_feedback_away(quiz):
    first, several, _ = QuizPanel(quiz).questions
    choose(first, "b")
    first.choices[0].value = "c"
    assert first.feedback.value == ""
    choose(several, "a")
    several.choices[2].value = True
    assert several.feedback.value == ""


def test_nothing_is_chosen_at_first_and_checking_that_asks_for_a_choice(quiz):
    for panel in QuizPanel(quiz).questions:
        assert panel.chosen == ""
        panel.button.click()
        assert "Choose an option first." in panel.feedback.value
    assert recorded() == {}


def test_options_keep_their_order(quiz):
    for _ in range(2):
        first, several, _ = QuizPanel(quiz).questions
        assert [label for label, _ in first.choices[0].options] == ["a) option a", "b) option b", "c) option c"]
        assert [box.description for box in several.choices] == ["a) option a", "b) option b", "c) option c"]


def test_buttons_say_which_question_they_check(quiz):
    names = [panel.button.description for panel in QuizPanel(quiz).questions]
    assert names == ["Check answer 1", "Check answer 2", "Check answer 3"]


def test_the_panel_says_when_the_record_was_damaged(quiz, tmp_path):
    (tmp_path / "progress").mkdir()
    (tmp_path / "progress" / "progress.json").write_text("{")
    assert "damaged" in choose(QuizPanel(quiz).questions[0], "b")
    assert recorded() == {"quiz 1": "correct"}


# ---------------------------------------------------------------- to read


@pytest.fixture
def displayed(monkeypatch):
    """What a notebook receives; the tests themselves run where there is none."""
    bundle = {}
    for module in (quiz_panel, display):
        monkeypatch.setattr(module, "get_ipython", lambda: "a notebook")
        monkeypatch.setattr(module, "display", lambda data, raw: bundle.update(data))
    return bundle


def test_a_front_end_finds_a_panel_and_two_twins(quiz, displayed):
    quiz.show()
    assert set(displayed) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    for twin in (displayed["text/plain"], displayed["text/html"]):
        assert "Which two?" in twin and "option c" in twin and "exercises.quiz_07.answer(1" in twin


def test_the_answers_are_folded_away_in_html_and_absent_from_the_text(quiz, displayed):
    quiz.show()
    assert "reason" not in displayed["text/plain"]
    html = displayed["text/html"]
    assert html.count("<details>") == 3
    assert "reason" not in re.sub("<details>.*?</details>", "", html)
    for letter in "abc":
        assert html.count(f"reason {letter}") == 3


def test_code_and_signs_are_shown_as_written(quiz, displayed):
    quiz.show()
    assert "A &lt; B &amp; <code>c &lt; d</code>?" in displayed["text/html"]
    assert "A < B & `c < d`?" in displayed["text/plain"]


def test_in_a_terminal_the_questions_are_printed(quiz, capsys):
    quiz.show()
    printed = capsys.readouterr().out
    assert "1. What is `x`? Choose one.\n   a) option a\n" in printed
    assert "2. Which two? Choose all that are right." in printed


# ---------------------------------------------------------------- what an author may get wrong


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([Option("a", True, "so")], "at least two"),
        ([Option("a", False, "so"), Option("b", False, "so")], "right=True"),
        ([Option("a", True, "so"), Option("b", False, " ")], "why 'b' is wrong"),
        ([Option("a", True, "so"), Option("a ", False, "so")], "differ"),
        ([Option("a", True, "so"), Option("", False, "so")], "say something"),
    ],
)
def test_an_unfair_question_is_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        Question("Why?", options)


@pytest.mark.parametrize("count", [2, 6])
def test_a_quiz_has_three_to_five_questions(count):
    with pytest.raises(ValueError, match=f"three to five questions, received {count}"):
        Quiz("lesson_00", [question()] * count)


def test_a_quiz_belongs_to_a_lesson():
    with pytest.raises(ValueError, match="'lesson_00', received '00'"):
        Quiz("00", [question()] * 3)
