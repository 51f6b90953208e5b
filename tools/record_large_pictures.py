"""Lesson 11's large pictures: what the statistics of a shrunk picture change, and fifty megapixels in tiles.

    python tools/record_large_pictures.py                 # the contact sheet, two CPU minutes
    python tools/record_large_pictures.py --megapixels    # and the picture of 50 megapixels, ten more

Two pictures of 1536 × 1152 pixels are painted in tiles, with statistics taken from the picture as it is and from it
shrunk: one is a photo enlarged three times, with nothing fine in it; one is a wall of sixteen photos, as fine as they
are. Then a photo is enlarged to 8192 × 6144 pixels and painted by a process of its own, whose peak memory is noted,
with all that it has loaded. Written: data/experiments/11_large/*.jpg (a piece of each painting) and 11_large.json.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from tables import write_card  # noqa: E402

from gan_course import datasets  # noqa: E402
from gan_course.images import fit, read_pixels, save_image  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.pretrained import load_stylizer  # noqa: E402
from gan_course.tiles import paint_in_tiles, stylize_large  # noqa: E402

RECIPE = {
    "style": "van_gogh",
    "photo": "photos/monuments/bent_pyramid.jpg",
    "width": 1536,
    "height": 1152,
    "statistics_from": [1536, 1024, 512, 256],
    "piece": 768,
    "shown": 256,
}
LARGE = {"style": "van_gogh", "photo": "photos/monuments/neuschwanstein_castle.jpg", "width": 8192, "height": 6144}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="JSON file (default data/experiments/11_large.json)")
    parser.add_argument("--megapixels", action="store_true", help="paint 50 megapixels as well")
    parser.add_argument("--paint-large", help=argparse.SUPPRESS)  # for the process that is measured: its settings
    arguments = parser.parse_args()
    if arguments.paint_large:
        print(json.dumps(paint_large(json.loads(arguments.paint_large))))
        return
    path = arguments.out or data_path("experiments") / "11_large.json"
    record(path, RECIPE, LARGE if arguments.megapixels else None)


def record(path, recipe, large=None):
    """Writes the pieces and the card. A part that is there, made by the same recipe, is left as it is."""
    card = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if card.get("recipe") != recipe:
        begun = time.process_time()
        pictures = contact_sheet(path.with_suffix(""), recipe)
        card = {
            "command": "python tools/record_large_pictures.py --megapixels",
            "recipe": recipe,
            "pictures": pictures,
            "cpu_seconds": round(time.process_time() - begun),
        }
        write_card(path, card)
    if large and {key: card.get("large", {}).get(key) for key in large} != large:
        command = [sys.executable, __file__, "--paint-large", json.dumps(large)]
        found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        card["large"] = large | json.loads(found.splitlines()[-1])
        write_card(path, card)
    return card


def large_pictures(recipe):
    """The two pictures of the contact sheet: `{name: uint8 array}`."""
    width, height = recipe["width"], recipe["height"]
    photos = [enlarged(name, width // 4, height // 4) for name in datasets.picture_files("photos")[::3][:16]]
    rows = [np.concatenate(photos[start : start + 4], axis=1) for start in range(0, 16, 4)]
    return {"enlarged": enlarged(recipe["photo"], width, height), "wall": np.concatenate(rows)}


def enlarged(name, width, height):
    """The middle of a shipped photo in these proportions, resized."""
    pixels = read_pixels(data_path(name))
    across, down = pixels.shape[1], pixels.shape[0]
    wide, high = min(across, down * width / height), min(down, across * height / width)
    box = ((across - wide) / 2, (down - high) / 2, (across + wide) / 2, (down + high) / 2)
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS, box=box))


def contact_sheet(folder, recipe):
    """Paints with statistics from every size and saves a piece of each. Returns what changed, in levels of 255."""
    stylizer, found = load_stylizer(recipe["style"]), {}
    for name, pixels in large_pictures(recipe).items():
        paintings = {side: paint_in_tiles(stylizer, pixels, thumbnail_side=side) for side in recipe["statistics_from"]}
        reference = paintings[recipe["statistics_from"][0]].astype("float32")
        other = float(np.abs(pixels.astype("float32") - reference).mean())
        found[name] = {"photo": round(other, 2)}
        for side, painting in {"photo": pixels, **paintings}.items():
            if side in paintings:
                found[name][str(side)] = round(float(np.abs(painting - reference).mean()), 2)
            save_image(folder / f"{name}_{side}.jpg", piece(painting, recipe), force=True)
    return found


def piece(pixels, recipe):
    """The part that is shown: a window in the middle, reduced."""
    top, left = ((side - recipe["piece"]) // 2 for side in pixels.shape[:2])
    return fit(pixels[top : top + recipe["piece"], left : left + recipe["piece"]], recipe["shown"])


def paint_large(large):
    """Paints one large picture in this process. Returns its peak memory, in GB (2³⁰ bytes), and its CPU seconds."""
    pixels = enlarged(large["photo"], large["width"], large["height"])
    painting = stylize_large(load_stylizer(large["style"]), pixels)
    # The mark of Linux for this process alone; getrusage counts what the parent held when it started this one.
    kilobytes = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
    return {
        "megapixels": round(painting.shape[0] * painting.shape[1] / 1e6, 1),
        "peak_gigabytes": round(kilobytes / 2**20, 2),
        "cpu_seconds": round(time.process_time()),
    }


if __name__ == "__main__":
    main()
