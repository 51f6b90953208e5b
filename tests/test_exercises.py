"""Every exercise of every lesson, found by itself, and the engine that checks them."""

import ast
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from html.parser import HTMLParser

import jupytext
import numpy as np
import pytest

from gan_course import exercises
from gan_course.exercises import display, engine, time_limit
from gan_course.exercises.engine import Mistake, exercise
from gan_course.paths import ROOT

EXERCISES = exercises.all_exercises()
SHORT = 0.3
LESSONS = {f"lesson_{path.name[:2]}": path for path in (ROOT / "lessons").glob("*.md")}

each_exercise = pytest.mark.parametrize("item", EXERCISES, ids=lambda item: f"{item.lesson}.{item.name}")


def run_source(source):
    """What a notebook has after a cell: its imports and the function."""
    variables = {"np": np}
    if re.search(r"\b(keras|ops|tf)\b", source):
        import keras
        import tensorflow as tf

        variables |= {"keras": keras, "ops": keras.ops, "tf": tf}
    exec(source, variables)
    return variables


def states():
    """What a check must leave alone, as values that can be compared."""
    return (
        random.getstate(),
        np.random.get_state()[1].tolist(),
        np.random.get_state()[2:],
        np.get_printoptions(),
        np.geterr(),
        list(warnings.filters),
        os.getcwd(),
        sys.stdout,
        sys.stderr,
        sys.gettrace(),
        signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None,
        signal.getitimer(signal.ITIMER_REAL) if hasattr(signal, "getitimer") else None,
    )


@pytest.fixture
def unharmed():
    """Whatever the test's learner does, all is afterwards as it was."""
    before = states()
    yield
    assert states() == before


# ---------------------------------------------------------------- every exercise


@each_exercise
@pytest.mark.parametrize("seed", [0, 1, 20])
def test_the_solution_is_right(item, seed):
    result = item.examine(item.answer, seed)
    assert result.outcome == "correct", result.text


@pytest.mark.parametrize("seed", [30, 71, 82])  # pictures with a result so near 0 that float32 has too few digits
def test_a_right_answer_that_comes_near_zero_is_right(seed):
    result = exercises.lesson_07.vgg_input.examine(exercises.lesson_07.vgg_input.answer, seed)
    assert result.outcome == "correct", result.text


@each_exercise
def test_the_solution_works_where_a_notebook_would_have_it(item):
    result = item.examine(run_source(item.solution_source)[item.name])
    assert result.outcome == "correct", result.text


@each_exercise
def test_the_stub_is_not_attempted(item):
    result = item.examine(run_source(item.stub())[item.name])
    assert result.outcome == "not attempted"
    assert item.task in result.text


@each_exercise
def test_the_stub_gives_signature_and_docstring_and_no_more(item):
    (stub,) = ast.parse(item.stub()).body
    (solution,) = ast.parse(item.solution_source).body
    assert ast.dump(stub.args) == ast.dump(solution.args)
    assert ast.get_docstring(stub) == ast.get_docstring(solution)
    assert len(stub.body) == 2
    assert max(map(len, [*item.stub().splitlines(), *item.solution_source.splitlines()])) <= 100, "as wide as a cell"


@each_exercise
def test_every_mistake_is_refused_with_its_own_message(item):
    assert item.mistakes
    assert len({mistake.message for mistake in item.mistakes}) == len(item.mistakes)
    for mistake in item.mistakes:
        for seed in (0, 7):
            result = item.examine(mistake.function, seed)
            assert result.outcome == "not yet"
            given = [other.message for other in item.mistakes if other.message in result.text]
            assert given == [mistake.message], result.text


def constant(item, *arguments):
    return 0.0


def identity(item, *arguments):
    return arguments[0]


def wrong_shape(item, *arguments):
    return np.asarray(item.answer(*arguments))[None, None]


def not_a_number(item, *arguments):
    return np.full_like(np.asarray(item.answer(*arguments), "float32"), np.nan)


def returns_nothing(item, *arguments):
    pass


def returns_a_text(item, *arguments):
    return "0.5"


def returns_a_ragged_list(item, *arguments):
    return [[1.0], [2.0, 3.0]]


def raises(item, *arguments):
    return {}["no such key"]


def exits(item, *arguments):
    sys.exit(3)


def leaves_a_generator(item, *arguments):
    raise GeneratorExit


def recurses(item, *arguments):
    return recurses(item, *arguments)


def prints(item, *arguments):
    for _ in range(20_000):
        print("a line of a hundred letters " * 4)
    return "nothing"


def loops(item, *arguments):
    while True:
        pass


def loops_and_holds_on(item, *arguments):
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722  the worst that learners write
            pass


def disturbs(item, *arguments):
    random.seed(5)
    np.random.seed(5)
    np.set_printoptions(precision=1)
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    os.chdir("/")
    sys.stdout = None
    return "nothing"


def changes_its_input(item, *arguments):
    result = item.answer(*arguments)
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument[...] = 1
    return result


WRONG_NUMBERS = [constant, identity, wrong_shape, not_a_number, returns_nothing, returns_a_text, returns_a_ragged_list]
ENDLESS = [loops, loops_and_holds_on]
WRONG_AT_ALL = [raises, exits, leaves_a_generator, recurses, prints, *ENDLESS, disturbs]


def check_refused(item, wrong):
    result = item.examine(lambda *arguments: wrong(item, *arguments), limit=SHORT if wrong in ENDLESS else None)
    assert result.outcome == "not yet", result.text
    assert result.failed and result.message
    assert (result.failed == "time") == (wrong in ENDLESS), "for what is wrong with it, not for being slow"
    assert len(result.text) < 3000, "a message fits on a screen"
    assert item.examine(item.answer).outcome == "correct", "and the next one is judged as if nothing had been"


@each_exercise
@pytest.mark.parametrize("wrong", WRONG_AT_ALL, ids=lambda wrong: wrong.__name__)
def test_whatever_a_function_does_it_is_refused_without_harm(item, wrong, unharmed):
    check_refused(item, wrong)


@pytest.mark.parametrize("item", [item for item in EXERCISES if item.numeric], ids=lambda item: item.name)
@pytest.mark.parametrize("wrong", WRONG_NUMBERS, ids=lambda wrong: wrong.__name__)
def test_wrong_results_are_refused_without_harm(item, wrong, unharmed):
    check_refused(item, wrong)


def gets_an_array(item):
    return item.cases and any(isinstance(argument, np.ndarray) for case in item.cases(0) for argument in case)


@pytest.mark.parametrize("item", [item for item in EXERCISES if gets_an_array(item)], ids=lambda item: item.name)
def test_a_function_that_changes_its_input_is_refused(item, unharmed):
    result = item.examine(lambda *arguments: changes_its_input(item, *arguments))
    assert (result.outcome, result.failed) == ("not yet", "argument changed")


@each_exercise
def test_what_is_no_such_function_is_refused(item):
    too_many = [f"parameter_{number}" for number in range(len(item.parameters) + 1)]
    for nothing_useful in (None, 3.0, "a name", item, lambda: 0, eval(f"lambda {', '.join(too_many)}: 0")):
        result = item.examine(nothing_useful)
        assert (result.outcome, result.failed) == ("not yet", "call")


@each_exercise
def test_a_check_is_quick(item):
    start = time.process_time()  # not the clock on the wall: other programs may be busy
    item.examine(item.answer)
    assert time.process_time() - start < time_limit.SECONDS / 2, "half of what is allowed, for slower computers"


@each_exercise
def test_messages_are_sentences(item):
    texts = [*item.hints, *(mistake.message for mistake in item.mistakes), item.task, *filter(None, [item.remark])]
    for text in texts:
        assert text.rstrip("`)")[-1] in ".?!", text


# ---------------------------------------------------------------- exercises and lessons


def cells(item):
    """Tagged sources of the lesson's cells; none if it is not written yet."""
    if item.lesson not in LESSONS:
        return []
    notebook = jupytext.read(LESSONS[item.lesson])
    return [(set(cell.metadata.get("tags", [])), cell.source) for cell in notebook.cells if cell.cell_type == "code"]


@each_exercise
def test_the_lesson_has_the_stub_as_it_is(item):
    found = cells(item)
    call = f"exercises.{item.lesson}.{item.name}."
    if any(call in source for _, source in found):
        assert item.stub() in [source for tags, source in found if "exercise" in tags]


@each_exercise
def test_a_lesson_that_is_written_has_all_of_its_exercises(item):
    found = cells(item)
    if found:
        check = f"exercises.{item.lesson}.{item.name}.check({item.name})"
        assert [source.strip() for tags, source in found if "check" in tags].count(check) == 1
        assert [source for tags, source in found if "exercise" in tags].count(item.stub()) == 1


# ---------------------------------------------------------------- what a learner reads


def few_cases(seed):
    return [(np.array([3.0, 4.0, float(seed)]),), (np.array([1.0, -1.0]),)]


@exercise(
    cases=few_cases,
    hints=["Squares first.", "Then `np.sum`."],
    mistakes=[Mistake(lambda vector: np.sum(np.abs(vector)), "These are absolute values.")],
)
def energy(vector):
    """Sum of squares."""
    return np.sum(vector**2)


@exercise(
    cases=lambda seed: [(np.arange(6.0).reshape(2, 3),)],
    hints=["Divide by 2."],
    mistakes=[Mistake(lambda matrix: matrix.T / 2, "Rows and columns are exchanged.")],
)
def half(matrix):
    """Half of a matrix."""
    return matrix / 2


def test_a_recognized_mistake_is_named_before_the_symptom():
    result = half.examine(lambda matrix: matrix.T / 2)
    assert result.failed == "shape"
    assert result.message.startswith("Rows and columns are exchanged.\n\n")
    assert "shape (3, 2); shape (2, 3) was expected" in result.message


def test_values_are_pointed_at_without_the_answer():
    def almost(matrix):
        result = matrix / 2
        result[1, 0] = 7.125
        return result

    result = half.examine(almost)
    assert result.failed == "value"
    assert "1 of 6 entries is not right yet. The first one, [1, 0], is 7.125: too large." in result.message
    assert "7.125" in result.details["Your result"]
    assert "1.5" not in result.text, "the right entry"
    assert "matrix = [[0, 1, 2]" in result.details["Input"]


def test_a_number_too_small_is_said_to_be():
    result = energy.examine(lambda vector: 2.0)
    assert "Your result, 2, is too small." in result.message
    assert "25" not in result.text


@pytest.mark.parametrize(("value", "word"), [(np.nan, "2 of 6 entries are NaN"), (np.inf, "2 of 6 entries are inf")])
def test_nan_and_infinity_are_counted(value, word):
    assert word in half.examine(lambda matrix: np.where(matrix > 3, value, matrix / 2)).message


def test_a_shape_that_should_have_been_a_number():
    message = energy.examine(lambda vector: np.sum(vector**2, keepdims=True)).message
    assert "shape (1,); a single number was expected" in message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Did you forget `return`?"),
        (..., "a placeholder"),
        ("25", "a str; an array, a tensor or a number was expected"),
        ([[1.0], [2.0, 3.0]], "a list;"),
        ({"energy": 25}, "a dict;"),
        (np.sum, "was expected"),
        (True, "True or False"),
        (25j, "complex"),
    ],
)
def test_wrong_types_are_named(value, words):
    result = energy.examine(lambda vector: value)
    assert result.failed == "type"
    assert words in result.message


def test_arrays_tensors_lists_and_numbers_are_all_fine():
    import tensorflow as tf

    for kind in (np.float32, float, tf.constant, lambda value: tf.Variable(value), np.asarray):
        assert energy.examine(lambda vector, kind=kind: kind(np.sum(vector**2))).outcome == "correct"
    assert half.examine(lambda matrix: (matrix / 2).tolist()).outcome == "correct"


def test_a_model_in_place_of_a_tensor_is_named():
    import keras

    assert "a Sequential; an array" in energy.examine(lambda vector: keras.Sequential([])).message


def test_an_exception_comes_with_the_line_and_the_input():
    def energy_by_hand(vector):
        return sum(vector[index] ** 2 for index in range(len(vector) + 1))

    result = energy.examine(energy_by_hand)
    assert result.failed == "error"
    assert "IndexError: index 3 is out of bounds" in result.message
    (line,) = [content for label, content in result.details.items() if label.startswith("Your code, line ")]
    assert line.startswith("return sum(vector[index]")
    assert result.details["Input"].startswith("vector = [3, 4, 0]")


def test_the_line_is_the_learners_own_even_if_numpy_raised():
    def energy_of_two(vector):
        return np.concatenate([vector, 1.0]).sum()

    details = energy.examine(energy_of_two).details
    assert "return np.concatenate([vector, 1.0]).sum()" in details.values()


def test_an_unfinished_function_of_keras_is_no_untouched_stub():
    """Keras raises NotImplementedError for a layer without `call`; the learner did attempt it."""
    import keras

    result = energy.examine(lambda vector: keras.layers.Layer()(vector))
    assert (result.outcome, result.failed) == ("not yet", "error")


def test_prints_and_warnings_are_shown_and_shortened():
    def talks(vector):
        print("vector:", vector)
        np.log(np.zeros(1))
        print("x" * 5000)
        return 0.0

    printed = energy.examine(talks).details["It printed"]
    assert "vector: [3. 4. 0.]" in printed
    assert "RuntimeWarning: divide by zero" in printed
    assert "more letters" in printed and len(printed) < 1000


def test_an_argument_changed_in_place_is_named():
    def squares(vector):
        vector *= vector
        return vector.sum()

    result = energy.examine(squares)
    assert result.failed == "argument changed"
    assert "`vector`" in result.message


def test_a_call_in_place_of_the_function_is_explained():
    assert "without parentheses" in energy.examine(None).message
    assert "`check(name)`, not `check(name(...))`" in energy.examine(np.zeros(3)).message
    message = energy.examine(lambda vector, axis: 0).message
    assert "1 argument, (vector)" in message and "(vector, axis)" in message
    assert energy.examine(lambda vector, axis=0: np.sum(vector**2)).outcome == "correct"


def knows_its_weights(build, seed):
    model = build(2)
    return None if model.count_params() == 3 else f"The model has {model.count_params()} weights; 3 were asked for."


@exercise(numeric=False, properties=[knows_its_weights], hints=["One layer."], mistakes=[])
def build(inputs):
    """A model with one weight for each input, and a bias."""
    import keras

    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(1)])


def test_a_function_that_returns_a_model_is_judged_by_its_properties():
    import keras

    assert build.examine(build.answer).outcome == "correct"
    two = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    result = build.examine(lambda inputs: two)
    assert result.failed == "wanted: knows its weights"
    assert "has 6 weights; 3 were asked for" in result.message
    assert "AttributeError" in build.examine(lambda inputs: 3.0).message


def test_a_class_can_be_checked():
    class Model:
        def __init__(self, inputs):
            self.inputs = inputs

        def count_params(self):
            return self.inputs + 1

    assert build.examine(Model).outcome == "correct"


# ---------------------------------------------------------------- orders of a training step


HALVES = {
    "discriminator": "draw_noise generate score_real score_fake discriminator_gradient update_discriminator",
    "generator": "draw_noise generate score_fake generator_gradient update_generator",
}
RIGHT_ORDERS = [
    f"{HALVES['discriminator']} {HALVES['generator']}",
    f"{HALVES['generator']} {HALVES['discriminator']}",
    f"score_real {HALVES['generator']} generate score_fake discriminator_gradient update_discriminator",
    f"{HALVES['discriminator']} score_fake generator_gradient update_generator",
    f"{HALVES['discriminator']} {HALVES['discriminator']} {HALVES['generator']}",
]


@pytest.mark.parametrize("order", RIGHT_ORDERS)
def test_every_right_order_of_a_training_step_is_accepted(order):
    def training_step(networks):
        for call in order.split():
            getattr(networks, call)()

    result = exercises.lesson_01.training_step.examine(training_step)
    assert result.outcome == "correct", result.text


def test_a_gradient_serves_one_update():
    def training_step(networks):
        for call in f"{RIGHT_ORDERS[0]} update_generator".split():
            getattr(networks, call)()

    result = exercises.lesson_01.training_step.examine(training_step)
    assert result.failed == "wanted: each follows its own gradient"


# ---------------------------------------------------------------- time


def endless(vector):
    while True:
        pass


def patient(vector):
    while True:
        try:
            time.sleep(1)
        except:  # noqa: E722
            pass


def stubborn(vector):
    try:
        while True:
            pass
    finally:
        while True:
            pass


@pytest.mark.skipif(not time_limit.can_interrupt(), reason="this system cannot interrupt a function")
@pytest.mark.parametrize("function", [endless, patient, stubborn])
def test_a_loop_without_end_is_stopped(function, unharmed):
    result = energy.examine(function, limit=SHORT)  # that it comes back at all is the point
    assert result.failed == "time"
    assert "Stopped after 0.3 s" in result.message
    assert result.details["Input"].startswith("vector = ")
    assert any(label.startswith("Your code, line ") for label in result.details)


def test_the_limit_is_a_setting(monkeypatch):
    monkeypatch.setenv("GAN_COURSE_CHECK_SECONDS", "0.2")
    assert "Stopped after 0.2 s" in energy.examine(endless).message
    for useless in ("soon", "0", "-1", "nan", "inf"):
        monkeypatch.setenv("GAN_COURSE_CHECK_SECONDS", useless)
        with pytest.raises(ValueError, match="GAN_COURSE_CHECK_SECONDS must be"):
            energy.examine(endless)
    monkeypatch.delenv("GAN_COURSE_CHECK_SECONDS")
    assert time_limit.seconds_allowed() == 5


def test_long_work_of_the_judge_is_not_taken_from_the_learners_time(monkeypatch):
    order = []

    def limited(function, seconds, tell):
        order.append("the learner's time")
        return function()

    monkeypatch.setattr(engine, "run_limited", limited)
    monkeypatch.setattr(energy, "prepare", lambda: order.append("the judge's work"))
    assert energy.examine(energy.answer).outcome == "correct"
    assert order == ["the judge's work", "the learner's time"]


def reminders():
    return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_where_nothing_can_interrupt_the_learner_is_told_how(monkeypatch, capsys):
    def slow(vector):
        print("held back")
        for reminder in reminders():
            reminder.join(60)  # slower than the limit on any computer
        return np.sum(vector**2)

    monkeypatch.setattr(time_limit, "can_interrupt", lambda: False)
    result = energy.examine(slow, limit=0.1)
    assert result.outcome == "correct", "it ended by itself after all"
    told = capsys.readouterr().out
    assert "Kernel → Interrupt" in told and "0.1 seconds" in told
    assert told.count("\n") == 1 and "held back" not in told
    seen = []
    energy.examine(lambda vector: seen.extend(reminders()) or np.sum(vector**2), limit=600)
    for reminder in seen:
        reminder.join(10)
    assert seen and not reminders(), "a quick function needs no advice later"
    assert capsys.readouterr().out == ""


def test_a_check_in_another_thread_works():
    results = []
    thread = threading.Thread(target=lambda: results.append(energy.examine(energy.answer)))
    thread.start()
    thread.join()
    assert results[0].outcome == "correct"


def test_an_interrupt_by_the_user_ends_the_check(unharmed):
    def interrupted(vector):
        np.random.seed(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        energy.examine(interrupted)


# ---------------------------------------------------------------- cells after a check


def draws():
    """Numbers of every global generator; the names of layers too."""
    import keras
    import tensorflow as tf

    dense = keras.layers.Dense(1)
    weight = float(keras.Sequential([keras.Input((1,)), dense])(np.ones((1, 1)))[0, 0])
    numbers = [random.random(), np.random.rand(), float(tf.random.normal([])), float(keras.random.normal([]))]
    return [*numbers, float(tf.random.get_global_generator().normal([])), weight, dense.name]


def draws_everything(vector):
    import tensorflow as tf

    draws()
    tf.random.normal([], seed=5)
    return np.sum(vector**2)


def seeds_everything(vector):
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(4)
    tf.random.set_global_generator(tf.random.Generator.from_seed(1))
    draws()
    return np.sum(vector**2)


def forgets_everything(vector):
    import keras

    keras.utils.clear_session()
    draws()
    return np.sum(vector**2)


@pytest.mark.parametrize("learner", [draws_everything, seeds_everything, forgets_everything])
@pytest.mark.parametrize("drawn_before", [False, True])
def test_cells_after_a_check_print_the_same_whether_it_ran_or_not(learner, drawn_before):
    import keras
    import tensorflow as tf

    def notebook(with_check):
        keras.utils.clear_session()
        keras.utils.set_random_seed(4)
        tf.random.set_global_generator(tf.random.Generator.from_seed(8))
        printed = draws() if drawn_before else []
        if with_check:
            assert energy.examine(learner).outcome == "correct"
        return printed + draws() + draws()

    assert notebook(with_check=True) == notebook(with_check=False)


def test_draws_with_a_seed_of_their_own_go_on_after_a_check():
    import tensorflow as tf

    def notebook(with_check):
        tf.random.set_seed(4)
        printed = [float(tf.random.normal([], seed=5))]
        if with_check:
            energy.examine(draws_everything)
        return [*printed, float(tf.random.normal([], seed=5))]

    assert notebook(with_check=True) == notebook(with_check=False)


def test_a_generator_among_the_learners_variables_is_put_back():
    variables = {"np": np, "rng": np.random.default_rng(0)}
    exec("def energy(vector):\n    rng.random(5)\n    return np.sum(vector**2)", variables)
    assert energy.examine(variables["energy"]).outcome == "correct"
    assert variables["rng"].random() == np.random.default_rng(0).random()


def test_importing_the_exercises_does_not_load_tensorflow():
    code = "import sys; from gan_course import exercises; exercises.lesson_00; print('tensorflow' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_exercises_that_do_not_exist_are_named():
    with pytest.raises(AttributeError, match="no 'lesson_99'.*lesson_00"):
        exercises.lesson_99  # noqa: B018
    assert "lesson_00" in dir(exercises)


# ---------------------------------------------------------------- what is shown


@pytest.fixture
def shown(monkeypatch):
    """Every message that is displayed, as (text, html, kind)."""
    messages = []
    monkeypatch.setattr(engine, "show", lambda *message: messages.append(message))
    return messages


class Tags(HTMLParser):
    """Which tags HTML opens, and that it closes them in order."""

    def __init__(self, html):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_check_shows_its_result_and_returns_nothing(shown):
    assert energy.check(energy.answer) is None
    assert energy.check(lambda vector: 0.0) is None
    assert [kind for _, _, kind in shown] == ["correct", "not yet"]
    assert shown[0][0].startswith("Correct: energy")
    for text, html, _ in shown:
        assert text.splitlines()[0] in html


def test_progress_is_recorded_unless_nothing_was_attempted(shown, monkeypatch):
    recorded = []
    monkeypatch.setattr(engine.progress, "record", lambda *entry: recorded.append(entry))
    energy.check(run_source(energy.stub())["energy"])
    energy.check(lambda vector: 0.0)
    energy.check(energy.answer)
    assert [entry[1:] for entry in recorded] == [("energy", "not yet"), ("energy", "correct")]
    assert exercises.lesson_00.to_unit_range.lesson == "lesson_00"


def test_what_a_learner_writes_is_text_in_html_and_as_it_is_in_text():
    class Odd:
        def __repr__(self):
            return "<b onclick='x'>&"

    for wrong in (lambda vector: Odd(), lambda vector: 1 / len([])):
        result = energy.examine(wrong)
        assert "b" not in Tags(result.html).seen
        assert "<b onclick" not in result.html
        assert not re.search("</|&lt;", result.text)

    def fails(vector):
        print("<script>alert(1)</script>")
        raise ValueError("<img src=x onerror=alert(1)>")

    result = energy.examine(fails)
    assert not {"script", "img"} & set(Tags(result.html).seen)
    assert "<img src=x onerror=alert(1)>" in result.text


@each_exercise
def test_both_twins_say_the_same(item):
    for function in (item.answer, run_source(item.stub())[item.name], *(mistake.function for mistake in item.mistakes)):
        result = item.examine(function)
        Tags(display.box(result.html, result.outcome))
        assert not re.search(r"</?(p|div|dl|dt|dd|pre|code|strong)\b", result.text)
        assert display.paragraphs(result.message) in result.html


def test_the_box_follows_the_theme_and_is_announced():
    for kind in display.EDGES:
        box = display.box("<p>words</p>", kind)
        assert "var(--jp-" in box and "background" not in box
        assert f'role="{"group" if kind == "quiz" else "status"}"' in box
    with pytest.raises(ValueError, match="received 'nearly'"):
        display.box("", "nearly")


def test_in_a_terminal_the_text_is_printed(capsys):
    display.show("plain `words`", "<p>words</p>", "info")
    assert capsys.readouterr().out == "plain `words`\n"


def test_in_a_notebook_both_twins_are_one_output(monkeypatch):
    outputs = []
    monkeypatch.setattr(display, "get_ipython", lambda: object())
    monkeypatch.setattr(display, "display", lambda data, raw: outputs.append((data, raw)))
    assert display.show("words", "<p>words</p>", "correct") is None
    ((data, raw),) = outputs
    assert raw and data["text/plain"] == "words" and "<p>words</p>" in data["text/html"]


def test_hints_come_one_at_a_time(shown):
    energy._next_hint = 0
    for _ in range(4):
        energy.hint()
    energy.hint(all=True)
    texts = [text for text, _, kind in shown if kind == "hint"]
    assert texts[:2] == ["Hint 1 of 2. Squares first.", "Hint 2 of 2. Then `np.sum`."]
    assert texts[2] == texts[3] and "no more hints" in texts[2]
    assert texts[4] == "\n\n".join(texts[:2])


def test_the_solution_is_shown_but_not_in_an_assignment(shown, monkeypatch):
    energy.solution()
    assert "return np.sum(vector**2)" in shown[0][0] and "@exercise" not in shown[0][0]
    monkeypatch.setenv("GAN_COURSE_GRADED", "1")
    energy.solution()
    assert "return" not in shown[1][0] and "not shown while this notebook is graded" in shown[1][0]


def test_an_exercise_that_nobody_could_judge_is_refused():
    with pytest.raises(ValueError, match="energy needs hints, and cases or properties"):
        exercise(hints=["Squares."], mistakes=[])(energy.answer)
    with pytest.raises(ValueError, match="needs a property of its own"):
        exercise(
            hints=["Squares."],
            mistakes=[Mistake(np.sum, "Sum.", fails=knows_its_weights)],
            cases=few_cases,
        )(energy.answer)
