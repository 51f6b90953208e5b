"""The playground, driven as a learner drives it: buttons clicked, sliders moved, while it trains."""

import asyncio
import io
import re
import time

import numpy as np
import pytest
from PIL import Image

from gan_course import widgets
from gan_course.training import toy_gan
from gan_course.widgets import playground as module
from gan_course.widgets import stand_in

PATIENCE = 240  # seconds, to tell "slow" from "never": a busy machine takes long to compile the first turn
KNOBS = ("data", "loss", "discriminator_rate", "generator_rate", "discriminator_steps", "steps_per_picture")


@pytest.fixture(scope="module")
def shared():
    """One playground for most tests: what it has compiled need not be compiled again."""
    playground = widgets.Playground()
    return playground, {name: getattr(playground, name).value for name in KNOBS}


@pytest.fixture
def playground(shared):
    """A playground as it is at the beginning."""
    playground, values = shared
    for name, value in values.items():
        getattr(playground, name).value = value
    playground.restart()
    return playground


async def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        await asyncio.sleep(0.01)


async def finished(playground):
    playground.pause()
    await asyncio.wait_for(playground.task, PATIENCE)


def shown_step(playground):
    return int(re.search(r"Step ([\d,]+)", playground.numbers.value)[1].replace(",", ""))


def pixels(playground):
    return np.asarray(Image.open(io.BytesIO(playground.picture.value)).convert("RGB"), "int32")


def test_nothing_trains_until_start():
    playground = widgets.Playground()
    before = playground.picture.value
    asyncio.run(asyncio.sleep(0.3))
    assert playground.gan.step == shown_step(playground) == 0
    assert playground.picture.value == before
    assert "press Start" in playground.message.value


def test_start_trains_and_moves_and_pause_stops(playground):
    async def use():
        first, points = pixels(playground), playground.gan.samples(100)
        playground.start_button.click()
        assert playground.start_button.description == "Pause"
        await until(lambda: shown_step(playground) >= 30)
        assert np.abs(pixels(playground) - first).mean() > 1
        assert np.abs(playground.gan.samples(100) - points).max() > 0.05

        playground.start_button.click()
        await until(lambda: "Paused" in playground.message.value)
        assert playground.start_button.description == "Start"
        step, picture = playground.gan.step, playground.picture.value
        assert f"step {step:,}." in playground.message.value
        await asyncio.sleep(0.3)
        assert playground.gan.step == shown_step(playground) == step
        assert playground.picture.value == picture

        playground.start_button.click()
        await until(lambda: shown_step(playground) > step)
        await finished(playground)

    asyncio.run(use())


def test_clicks_and_sliders_are_heard_while_it_trains_from_the_first_turn_on():
    """The event loop, which hears them, goes on turning; tools/benchmark_playground.py measures how long it takes."""
    playground = widgets.Playground()

    async def use():
        heard = []
        playground.start_button.click()
        for loss in playground.loss.options:  # each is compiled when it is first used
            playground.loss.value = loss
            begun = turns = playground.gan.step
            while playground.gan.step < begun + 20:
                await asyncio.sleep(0)
                turns += 1
            heard.append((turns - begun) / (playground.gan.step - begun))
        await finished(playground)
        return heard

    # a training that held the loop would let it turn once for several steps
    assert min(asyncio.run(asyncio.wait_for(use(), PATIENCE))) > 10


def test_one_step_is_one_step(playground):
    async def use():
        for count in (1, 2):
            playground.step_button.click()
            await playground.task
            assert playground.gan.step == shown_step(playground) == count

    asyncio.run(use())


def test_restart_returns_to_the_first_picture(playground):
    first = playground.picture.value

    async def use():
        playground.start(steps=20)
        await playground.task
        assert playground.picture.value != first
        playground.restart_button.click()

    asyncio.run(use())
    assert playground.gan.step == 0
    assert playground.picture.value == first


def test_restart_while_it_trains_goes_on_from_the_beginning(playground):
    async def use():
        playground.start()
        await until(lambda: playground.gan.step >= 50)
        playground.restart_button.click()
        await until(lambda: playground.gan.step < 50)
        assert playground.is_training
        await until(lambda: playground.gan.step >= 50)
        await finished(playground)

    asyncio.run(use())


def test_pause_and_restart_at_once_end_at_the_beginning(playground):
    async def use():
        playground.start()
        await until(lambda: playground.gan.step >= 20)
        playground.start_button.click()
        playground.restart_button.click()
        await playground.task

    asyncio.run(use())
    assert playground.gan.step == shown_step(playground) == 0


def test_knobs_act_on_the_running_training(playground):
    async def use():
        playground.start()
        await until(lambda: playground.gan.step >= 10)
        playground.generator_rate.value = 1e-5
        playground.discriminator_rate.value = 1e-2
        playground.discriminator_steps.value = 4
        playground.steps_per_picture.value = 1
        playground.loss.value = "non-saturating"
        await asyncio.sleep(0)
        step = playground.gan.step
        await until(lambda: playground.gan.step >= step + 25)
        moves = int(playground.gan.discriminator_optimizer.iterations)
        assert moves >= step + 4 * 5
        await finished(playground)

    asyncio.run(use())
    assert float(playground.gan.generator_optimizer.learning_rate) == pytest.approx(1e-5)
    assert float(playground.gan.discriminator_optimizer.learning_rate) == pytest.approx(1e-2)
    assert playground.gan.loss == "non-saturating"


def test_a_larger_rate_moves_the_points_further(playground):
    async def distance(rate):
        playground.restart()
        playground.generator_rate.value = rate
        before = playground.gan.samples(100)
        playground.start(steps=10)
        await playground.task
        return np.abs(playground.gan.samples(100) - before).mean()

    async def use():
        return await distance(1e-4), await distance(1e-2)

    small, large = asyncio.run(use())
    assert large > 10 * small


def test_other_data_begin_a_new_training(playground):
    assert "of 8 modes" in playground.numbers.value

    async def use():
        playground.start(steps=5)
        await playground.task
        playground.data.value = "Gaussian"

    asyncio.run(use())
    assert playground.gan.step == 0
    np.testing.assert_allclose(playground.gan.real_points.numpy().mean(axis=0), [1.0, -0.5], atol=0.05)
    assert "modes" not in playground.numbers.value


def test_closing_stops_the_training():
    playground = widgets.Playground()

    async def use():
        playground.start()
        await until(lambda: playground.gan.step >= 10)
        playground.close()
        await asyncio.wait_for(playground.task, PATIENCE)

    asyncio.run(use())
    assert not playground.is_training


def test_it_stops_by_itself(playground, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_RUN", 25)

    async def use():
        playground.start_button.click()
        await asyncio.wait_for(playground.task, PATIENCE)

    asyncio.run(use())
    assert playground.gan.step == 25
    assert playground.start_button.description == "Start"


def test_running_the_cell_again_stops_the_training_of_before(playground, monkeypatch):
    monkeypatch.setattr(stand_in, "display", lambda *args, **options: None)

    async def use():
        playground.start()
        await until(lambda: playground.gan.step >= 10)
        widgets.show_playground()
        await asyncio.wait_for(playground.task, PATIENCE)

    asyncio.run(use())
    assert not playground.is_training


def test_starting_one_pauses_the_other(playground):
    other = widgets.Playground("spiral")

    async def use():
        playground.start()
        await until(lambda: playground.gan.step >= 10)
        other.start()
        await asyncio.wait_for(playground.task, PATIENCE)
        await until(lambda: other.gan.step >= 10)
        assert other.is_training
        await finished(other)

    asyncio.run(use())


@pytest.mark.parametrize(
    ("generator_loss", "message"),
    [
        (lambda fake_logits: fake_logits[0, 0] * float("nan"), "no longer numbers"),
        (lambda fake_logits: fake_logits @ fake_logits, "has stopped"),
    ],
    ids=["not a number", "an error"],
)
def test_a_loss_that_goes_wrong_is_said_and_can_be_left(monkeypatch, generator_loss, message):
    discriminator_loss, _ = toy_gan.LOSSES["minimax"]
    monkeypatch.setitem(toy_gan.LOSSES, "mine", (discriminator_loss, generator_loss))
    playground = widgets.Playground(losses=("mine", "minimax"))

    async def use():
        playground.start()
        await asyncio.wait_for(playground.task, PATIENCE)
        assert message in playground.message.value
        assert playground.start_button.description == "Start"
        playground.loss.value = "minimax"
        playground.restart()
        playground.start(steps=3)
        await asyncio.wait_for(playground.task, PATIENCE)

    asyncio.run(use())
    assert playground.gan.step == 3
    assert "Paused" in playground.message.value


def test_losses_are_unlocked_by_name():
    assert widgets.Playground(losses=("hinge", "minimax")).loss.options == ("hinge", "minimax")


def test_a_discriminator_with_spectral_normalization_trains_and_starts_anew():
    playground = widgets.Playground(losses=("hinge",), spectral_normalization=True)
    first = playground.picture.value

    async def use():
        playground.start(steps=5)
        await asyncio.wait_for(playground.task, PATIENCE)

    asyncio.run(use())
    assert playground.gan.step == 5 and playground.picture.value != first
    playground.restart()
    assert playground.picture.value == first


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"data": "circle"}, "data must be among 'Gaussian'.*'circle'"),
        ({"losses": ("minimax", "maximin")}, "losses must be among 'minimax'.*'maximin'"),
        ({"losses": ()}, "losses must be among"),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(options, message):
    with pytest.raises(ValueError, match=message):
        widgets.Playground(**options)


def test_without_a_front_end_there_is_a_picture_and_always_the_same_sentence(monkeypatch):
    displayed = []
    monkeypatch.setattr(stand_in, "display", lambda data, **options: displayed.append((data, options)))
    widgets.show_playground("spiral")
    widgets.show_playground("spiral")
    (first, options), (second, _) = displayed
    assert first["image/png"] == second["image/png"] and first["image/png"][:4] == b"\x89PNG"
    assert first["text/plain"] == second["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in first
    assert "spiral" in options["metadata"]["image/png"]["alt"]


def test_every_control_says_what_it_is(playground):
    assert all(getattr(playground, name).description for name in (*KNOBS, "start_button", "step_button"))
    assert playground.restart_button.description
