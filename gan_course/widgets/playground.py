"""The playground: a GAN on toy data that trains while one watches it and turns its knobs."""

import asyncio
import math
import threading
import time
import weakref
from html import escape

import ipywidgets

from gan_course.networks import build_toy_discriminator, build_toy_generator
from gan_course.toy import RING_MODES, TOY_DATA, ring, ring_coverage
from gan_course.training.toy_gan import LOSSES, ToyGAN
from gan_course.widgets.names import check_names
from gan_course.widgets.stand_in import show_with_stand_in
from gan_course.widgets.toy_view import ToyView, field_points

SEED = 0
REAL_POINTS = 10_000
JUDGED_POINTS = 2_500
SHOWN_POINTS = 500
SECONDS_PER_PICTURE = 0.08
# Whoever starts a training and then closes the page can no longer pause it.
LONGEST_RUN = 10_000
# JupyterLab takes the arrow keys from a closed list, ipywidgets issue 3912; Space opens it in every front end.
KEYS = "Keys: Tab goes to the next control, Space presses a button or opens a list, arrows move a slider."
ALT = (
    "The {data} as gray points, and as orange triangles what the untrained generator makes. The color of the plane "
    "says what the discriminator thinks of each place, from orange for fake to blue for real."
)

_last_started = None  # weak reference to a `Playground`: a kernel trains one at a time


class Playground(ipywidgets.VBox):
    """A small GAN on points in the plane. It trains while the kernel stays free, and obeys its controls at once.

    Nothing trains until Start. The loss, the learning rates and the discriminator's steps act on the training as it
    runs; other data begin a new one. Restart returns to the same initial weights, so that two settings can be compared.

    A training is a task on the kernel's event loop. Each of its turns trains some steps and draws a picture, in a
    thread, because the first turn with a loss compiles a graph for a second; clicks are handled all the while.

    Args:
        data: name of the data to begin with, a key of `gan_course.toy.TOY_DATA`.
        losses: names of the losses to choose from, keys of `gan_course.training.toy_gan.LOSSES`. The first one is
            chosen at the beginning.
        spectral_normalization: whether the discriminator's layers are spectrally normalized, with every loss.

    Raises:
        ValueError: if the data or a loss is unknown.
    """

    def __init__(self, data="ring of 8 Gaussians", losses=("minimax", "non-saturating"), spectral_normalization=False):
        check_names("data", [data], TOY_DATA)
        check_names("losses", losses, LOSSES)
        # D's seeds are not G's: their first layers have the same shape, and would begin with the same weights.
        networks = (
            build_toy_generator(width=64, seed=SEED),
            build_toy_discriminator(width=64, seed=SEED + 100, spectral_normalization=spectral_normalization),
        )
        self.gan = ToyGAN(*networks, TOY_DATA[data](REAL_POINTS, SEED), seed=SEED)
        self.view, self.task = ToyView(), None
        self.steps_to_go, self.begins_anew = 0, False
        self.lock = threading.Lock()  # a restart and a turn may come from two threads, as in the photo booth
        self._make_controls(data, losses)
        self._show(*self._turn(0))
        self.say(f"Nothing has been trained yet: press Start. {KEYS}")
        sliders = [self.discriminator_rate, self.generator_rate, self.discriminator_steps, self.steps_per_picture]
        buttons = ipywidgets.HBox([self.start_button, self.step_button, self.restart_button])
        rows = [self.data, self.loss, *sliders, buttons, self.message, self.numbers]
        controls = ipywidgets.VBox(rows, layout={"width": "30em"})
        super().__init__([ipywidgets.HBox([controls, self.picture], layout={"flex_flow": "row wrap"})])

    def _make_controls(self, data, losses):
        labeled = {"style": {"description_width": "10em"}, "layout": {"width": "29em"}}
        rate = {"value": 1e-3, "base": 10, "min": -5, "max": -1, "step": 0.25, "readout_format": ".1e", **labeled}
        self.data = ipywidgets.Dropdown(options=list(TOY_DATA), value=data, description="Data", **labeled)
        self.loss = ipywidgets.Dropdown(options=list(losses), description="Loss", **labeled)
        self.discriminator_rate = ipywidgets.FloatLogSlider(description="Learning rate of D", **rate)
        self.generator_rate = ipywidgets.FloatLogSlider(description="Learning rate of G", **rate)
        self.discriminator_steps = ipywidgets.IntSlider(1, 1, 5, description="D steps per G step", **labeled)
        self.steps_per_picture = ipywidgets.SelectionSlider(
            options=[1, 2, 5, 10, 20], value=10, description="Steps per picture", **labeled
        )
        narrow = {"layout": {"width": "9em"}}
        self.start_button = ipywidgets.Button(description="Start", icon="play", button_style="primary", **narrow)
        self.step_button = ipywidgets.Button(description="One step", icon="step-forward", **narrow)
        self.restart_button = ipywidgets.Button(description="Restart", icon="undo", **narrow)
        self.message, self.numbers = ipywidgets.HTML(), ipywidgets.HTML()
        self.picture = ipywidgets.Image(format="png")
        self.data.observe(lambda change: self.restart(), "value")
        self.start_button.on_click(lambda button: self.pause() if self.steps_to_go else self.start())
        self.step_button.on_click(lambda button: self.start(steps=1))
        self.restart_button.on_click(lambda button: self.restart())

    @property
    def is_training(self):
        """Whether a training runs, or its last turn is not over yet."""
        return self.task is not None and not self.task.done()

    def start(self, steps=None):
        """Trains until `pause`, but not for ever. A playground that trains elsewhere in this kernel is paused.

        Args:
            steps: number of steps after which it pauses by itself; 10,000 if None.
        """
        global _last_started
        pause_last_started()
        _last_started = weakref.ref(self)
        self.steps_to_go = steps or LONGEST_RUN
        self.start_button.description, self.start_button.icon = "Pause", "pause"
        self.say("Training ...")
        if not self.is_training:
            self.task = asyncio.get_running_loop().create_task(self._run())

    def pause(self):
        """Stops the training after the turn that it is in."""
        self.steps_to_go = 0

    def restart(self):
        """Returns to the initial weights, with the data that are chosen. A training goes on from there."""
        self.begins_anew = True
        if not self.is_training:
            self._show(*self._turn(0))
            self.say("Back at the beginning: press Start.")

    def close(self):
        """Stops the training and removes the panel."""
        self.pause()
        super().close()

    def say(self, text):
        """Shows a line of text, which screen readers read out."""
        self.message.value = f'<div role="status">{escape(text)}</div>'

    async def _run(self):
        """Takes turns until there are no steps to go."""
        try:
            while self.steps_to_go or self.begins_anew:
                begun = time.perf_counter()
                steps = min(self.steps_to_go, self.steps_per_picture.value)
                self._show(*await asyncio.to_thread(self._turn, steps))
                self.steps_to_go = max(0, self.steps_to_go - steps)
                await asyncio.sleep(max(0.0, SECONDS_PER_PICTURE - (time.perf_counter() - begun)))
            self.say(f"Paused at step {self.gan.step:,}.")
        except Exception as error:  # a loss that a learner has entered may raise anything
            self.say(f"The training has stopped, {type(error).__name__}: {error}")
        self.steps_to_go = 0
        self.start_button.description, self.start_button.icon = "Start", "play"

    def _turn(self, steps):
        """Trains and draws. Returns the picture and a line of numbers."""
        with self.lock:
            losses = self._train(steps)
            fake = self.gan.samples(JUDGED_POINTS)
            real = self.gan.real_points[:SHOWN_POINTS].numpy()
            picture = self.view.draw(real, fake[:SHOWN_POINTS], self.gan.probability_real(field_points()))
            return picture, self._numbers(losses, fake)

    def _train(self, steps):
        """Trains as the controls say. Returns the losses, none for no steps."""
        if self.begins_anew:
            self.begins_anew = False
            self.gan.real_points.assign(TOY_DATA[self.data.value](REAL_POINTS, SEED))
            self.gan.restart()
        self.gan.loss = self.loss.value
        self.gan.discriminator_steps = self.discriminator_steps.value
        self.gan.discriminator_optimizer.learning_rate = self.discriminator_rate.value
        self.gan.generator_optimizer.learning_rate = self.generator_rate.value
        losses = self.gan.train(steps) if steps else {}
        if not all(map(math.isfinite, losses.values())):
            raise ValueError("the losses are no longer numbers. Press Restart and take smaller learning rates.")
        return losses

    def _numbers(self, losses, fake):
        parts = [f"Step {self.gan.step:,}"]
        parts += [f"loss of {name[0].upper()} {value:.2f}" for name, value in losses.items()]
        if TOY_DATA[self.data.value] is ring:
            modes, share = ring_coverage(fake)
            parts += [f"{modes} of {RING_MODES} modes", f"{share:.0%} of the points on a mode"]
        return ", ".join(parts) + "."

    def _show(self, picture, numbers):
        self.picture.value, self.numbers.value = picture, numbers


def pause_last_started():
    """Pauses the playground that was started last in this kernel, if it is still there."""
    playground = _last_started and _last_started()
    if playground is not None:
        playground.pause()


def show_playground(data="ring of 8 Gaussians", losses=("minimax", "non-saturating"), spectral_normalization=False):
    """Displays a `Playground`, and pauses the one before. Where no kernel runs, its first picture stands in its place.

    Args:
        data: name of the data to begin with, a key of `gan_course.toy.TOY_DATA`.
        losses: names of the losses to choose from, keys of `gan_course.training.toy_gan.LOSSES`.
        spectral_normalization: whether the discriminator's layers are spectrally normalized, with every loss.
    """
    pause_last_started()
    playground = Playground(data, losses, spectral_normalization)
    text = "GAN playground: run this cell to train a small GAN and watch it."
    show_with_stand_in(playground, text, playground.picture.value, ALT.format(data=data))
