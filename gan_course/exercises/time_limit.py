"""A limit on how long a learner's function may run: a loop without end must not cost anyone their notebook."""

import os
import signal
import sys
import threading

SECONDS = 5.0
REMINDER = 0.05
HOW_TO_INTERRUPT = (
    "Your function has been running for {seconds:g} seconds and cannot be stopped from here. If one of its loops has "
    "no end, stop it yourself: in JupyterLab choose Kernel → Interrupt Kernel, in a terminal press Ctrl + C."
)


class TimeUp(BaseException):
    """The limit is reached. No `Exception`, so that `except Exception` in a learner's loop does not swallow it."""


def seconds_allowed():
    """Seconds that a check may take: 5, or what the environment variable `GAN_COURSE_CHECK_SECONDS` says.

    Returns:
        Positive float.

    Raises:
        ValueError: if the variable holds something else.
    """
    setting = os.environ.get("GAN_COURSE_CHECK_SECONDS", "").strip()
    try:
        seconds = float(setting or SECONDS)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds < float("inf"):
        raise ValueError(
            f"GAN_COURSE_CHECK_SECONDS must be a number of seconds above 0, received {setting!r}. Remove it, or set it "
            f"to 5, for instance."
        )
    return seconds


def can_interrupt():
    """Whether a running Python function can be stopped from within: not on Windows, and in the main thread only."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def run_limited(function, seconds, tell=print):
    """Calls a function and stops it when its time is up.

    Where that is impossible, a message that says how to interrupt appears instead, once the time is up.

    Args:
        function: takes no argument.
        seconds: how long it may run.
        tell: function that shows this message.

    Returns:
        What the function returns.

    Raises:
        TimeUp: if it was stopped.
    """
    return _stop_after(function, seconds) if can_interrupt() else _speak_after(function, seconds, tell)


def _stop_after(function, seconds):
    """An alarm raises `TimeUp` inside the function, again and again until it has come through.

    It acts only above the frame of `limited`: an alarm that comes late cannot hit the code that cleans up.
    """

    time_up = TimeUp()  # the same at every alarm, so that its traceback knows where the first one struck

    def limited():
        return function()

    def frames_above(frame):
        frames = []
        while frame is not None and frame.f_code is not limited.__code__:
            frames.append(frame)
            frame = frame.f_back
        return frames if frame is not None else []

    def refuse_next_line(frame, event, argument):
        if event == "line" and frames_above(frame):
            raise time_up
        return refuse_next_line

    def on_alarm(number, frame):
        frames = frames_above(frame)
        if not frames:
            return
        # A bare `except:` in the learner's loop swallows this TimeUp; the first line of its body raises the next.
        for inner in frames:
            inner.f_trace = refuse_next_line
        sys.settrace(refuse_next_line)
        raise time_up

    previous_trace = sys.gettrace()
    previous_handler = signal.signal(signal.SIGALRM, on_alarm)
    previous_timer = signal.setitimer(signal.ITIMER_REAL, seconds, REMINDER)
    try:
        return limited()
    finally:
        sys.settrace(previous_trace)
        signal.setitimer(signal.ITIMER_REAL, *previous_timer)
        signal.signal(signal.SIGALRM, previous_handler)


def _speak_after(function, seconds, tell):
    """A second thread says how to interrupt."""
    timer = threading.Timer(seconds, lambda: tell(HOW_TO_INTERRUPT.format(seconds=seconds)))
    timer.daemon = True
    timer.start()
    try:
        return function()
    finally:
        timer.cancel()
