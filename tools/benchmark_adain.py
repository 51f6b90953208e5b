"""How long AdaIN takes to paint 512 × 512 pixels in a style it meets for the first time, beside a trained stylizer.

    python tools/benchmark_adain.py

One pass reads nothing and traces nothing: it computes the features of a painting of 256 × 256 pixels and those of the
photo, exchanges the statistics and decodes. The two take turns, so other work on the machine disturbs both alike; run
it on idle cores all the same, because the mark is in seconds.
"""

import argparse
import os
import time

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
from benchmark_stylizer import PAUSE, SIZE, TIMED_PAINTING, TIMED_PHOTO  # noqa: E402

from gan_course import datasets, images  # noqa: E402
from gan_course.any_style import STYLE_SIDE, load_decoder  # noqa: E402
from gan_course.networks import ADAIN_LAYER, build_adain_stylizer, build_vgg16_features  # noqa: E402
from gan_course.pretrained import load_stylizer  # noqa: E402
from gan_course.stylize import compiled, paint  # noqa: E402

MARK = 1.5  # seconds on two cores


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--style", default="van_gogh", help="trained stylizer to compare with")
    parser.add_argument("--decoder", default="adain", help="shipped decoder or .npz file")
    parser.add_argument("--rounds", type=int, default=7, help="turns to time (default 7)")
    parser.add_argument("--size", type=int, default=SIZE, help=f"side of the photo (default {SIZE})")
    arguments = parser.parse_args()
    photo = images.resize(datasets.picture(TIMED_PHOTO), (arguments.size, arguments.size))
    style = images.resize(datasets.picture(TIMED_PAINTING), (STYLE_SIDE, STYLE_SIDE))
    stylizer = load_stylizer(arguments.style)
    any_style = build_adain_stylizer(load_decoder(arguments.decoder), style)
    encoder = compiled_encoder()

    def adain():
        encoder(style[None])
        paint(any_style, photo)

    found = take_turns({"AdaIN": adain, arguments.style: lambda: paint(stylizer, photo)}, arguments.rounds)
    print(f"Painting {arguments.size} × {arguments.size} pixels, {arguments.rounds} turns, {os.cpu_count()} cores:")
    medians = {}
    for name, rows in found.items():
        medians[name], cpu = np.median(rows, axis=0)
        print(f"  {name}: median {medians[name]:.2f} s, {cpu:.2f} CPU seconds")
    verdict = "pass" if medians["AdaIN"] <= MARK else "FAIL"
    print(f"AdaIN, at most {MARK} s at {SIZE} × {SIZE}: {medians['AdaIN']:.2f} s, {verdict}")
    print(f"AdaIN / {arguments.style}: {medians['AdaIN'] / medians[arguments.style]:.1f}")


def compiled_encoder():
    """VGG16 up to `ADAIN_LAYER` as a graph."""
    network = build_vgg16_features([ADAIN_LAYER])
    return compiled(lambda pictures, training: network(pictures, training=training)[ADAIN_LAYER])


def take_turns(works, rounds):
    """Does each work `rounds` times in turn, after two times that do not count.

    Returns:
        Dictionary from name to a list of (seconds, CPU seconds).
    """
    for work in works.values():
        work(), work()
    found = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            time.sleep(PAUSE)
            seconds, cpu = time.perf_counter(), time.process_time()
            work()
            found[name].append((time.perf_counter() - seconds, time.process_time() - cpu))
    return found


if __name__ == "__main__":
    main()
