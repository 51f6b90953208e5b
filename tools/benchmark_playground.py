"""How lively is the playground? Pictures a second, and seconds until it obeys.

    python tools/benchmark_playground.py

On two idle cores it has to show at least five pictures a second, and to obey Pause and a slider within half a second,
also while a loss that was just chosen is being compiled. The exit status is 1 if it does not. Measured without a
browser; `tools/browse_widgets.py` measures Pause in JupyterLab.
"""

import argparse
import asyncio
import statistics
import sys
import time

from gan_course.widgets import Playground

PICTURES_PER_SECOND = 5.0
SECONDS_TO_OBEY = 0.5


async def watch(playground, seconds):
    """Counts the pictures of some seconds and how late the event loop comes back to those who wait for it."""
    moments, lateness = [], []
    playground.picture.observe(lambda change: moments.append(time.perf_counter()), "value")
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        await asyncio.sleep(0.01)
        lateness.append(time.perf_counter() - begun - 0.01)
    playground.picture.unobserve_all("value")
    rate = (len(moments) - 1) / (moments[-1] - moments[0]) if len(moments) > 1 else 0.0
    return rate, max(lateness)


async def pause(playground):
    """Seconds from Pause to the end of the turn that was running."""
    begun = time.perf_counter()
    playground.pause()
    await playground.task
    return time.perf_counter() - begun


async def measure(seconds):
    """Prints the table; returns whether everything was fast enough."""
    playground = Playground(losses=("minimax", "non-saturating"))
    fast = True
    for loss in playground.loss.options:
        playground.loss.value = loss
        playground.start()
        _, late = await watch(playground, 3.0)
        print(f"{loss}: first three seconds, with compiling: the event loop was late by at most {late:.3f} s")
        fast &= late < SECONDS_TO_OBEY
        for discriminator_steps, steps in ((1, 10), (1, 20), (5, 20)):
            playground.discriminator_steps.value, playground.steps_per_picture.value = discriminator_steps, steps
            before = playground.gan.step
            rate, late = await watch(playground, seconds)
            speed = (playground.gan.step - before) / seconds
            waits = []
            for _ in range(5):
                waits.append(await pause(playground))
                playground.start()
                await asyncio.sleep(0.3)
            print(
                f"  D steps {discriminator_steps}, {steps} steps per picture: {rate:4.1f} pictures/s, {speed:4.0f} "
                f"steps/s, loop late by {late:.3f} s, stopped after {statistics.median(waits):.2f} s "
                f"(at most {max(waits):.2f})"
            )
            fast &= rate >= PICTURES_PER_SECOND and max(late, *waits) < SECONDS_TO_OBEY
        await pause(playground)
    return fast


def main():
    """Measures, and says by the exit status whether it was fast enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="to watch each setting (default 5)")
    return 0 if asyncio.run(measure(parser.parse_args().seconds)) else 1


if __name__ == "__main__":
    sys.exit(main())
