"""Turns a finished (or interrupted) training into what ships: weights in float16, card, curves, contact sheet.

    python tools/ship_stylizer.py van_gogh runs/van_gogh
    python tools/ship_stylizer.py van_gogh

It measures the moving-average stylizer on held-out photos, writes data/weights/van_gogh.* and records the checksums.
The style that `gan-course train-style` starts from ships with its discriminator. The second form leaves weights, log
and curves as they are, and measures and draws again what they paint.
"""

import argparse
import csv
import json
from pathlib import Path

from gan_course.startup import import_tensorflow

import_tensorflow()

import matplotlib  # noqa: E402

matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import train_styles as recipe  # noqa: E402
from PIL import Image, ImageFilter  # noqa: E402
from tables import record_checksum  # noqa: E402

from gan_course import datasets, images, metrics  # noqa: E402
from gan_course.discriminators import save_discriminator  # noqa: E402
from gan_course.networks import build_vgg16_features, cut_border  # noqa: E402
from gan_course.paths import data_path  # noqa: E402
from gan_course.pretrained import load_stylizer, save_stylizer  # noqa: E402
from gan_course.stylize import stylize  # noqa: E402
from gan_course.training import own_style, style_recipe  # noqa: E402
from gan_course.training.style_transfer_gan import layer_gram  # noqa: E402

# layers that no loss uses
CONTENT_LAYER, PATCH_LAYER = "block3_conv2", "block3_conv1"
GRAM_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1")
PATCH, PATCHES = 96, 256


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("style", choices=recipe.STYLES)
    parser.add_argument("run", type=Path, nargs="?", help="folder that tools/train_styles.py wrote")
    options = parser.parse_args()
    name = options.style
    weights = data_path("weights") / f"{name}.npz"
    if options.run:
        card = ship_weights(name, options.run, weights)
    elif not weights.with_suffix(".json").exists():
        parser.error(f"{name} has not shipped yet. Name the folder of its training, too.")
    else:
        card = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))

    stylizer = load_stylizer(weights)  # what is measured is what ships, float16 and all
    card["network"] = f"build_stylizer(), {stylizer.count_params():,} weights, {weights.stat().st_size / 1e6:.2f} MB"
    photos = {photo: datasets.picture(photo) for photo in datasets.picture_files("photos", "heldout")}
    painted = {photo: stylize(stylizer, image) for photo, image in photos.items()}
    card["heldout"] = measure(name, photos, painted)
    weights.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8", newline="\n")
    weights.with_suffix(".md").write_text(card_text(card), encoding="utf-8", newline="\n")
    contact_sheet(photos, painted, weights.with_name(f"{name}_heldout.jpg"))
    example = next(photo for photo in photos if "neuschwanstein" in photo)
    pair = np.concatenate([photos[example], painted[example]], axis=1)
    images.save_image(weights.with_name(f"{name}_pair.jpg"), pair, force=True)
    print(json.dumps(card["heldout"], indent=2))


def ship_weights(name, run, weights):
    """Writes the weights, the log and the curves of a training; returns what its card says of it."""
    gan, training_photos, paintings = recipe.build(name)
    gan.load_weights(run / "training.weights.h5")
    save_stylizer(weights, gan.averaged_stylizer, name)
    record_checksum(f"weights/{name}.npz")
    if name == own_style.START:
        path = weights.with_name(f"{name}_discriminator.npz")
        save_discriminator(path, gan.discriminator, "patch_discriminator", {})
        record_checksum(f"weights/{name}_discriminator.npz")
    log = read_log(run / "log.csv", gan.step)
    draw_curves(log, weights.with_name(f"{name}_curves.png"))
    write_log(log, weights.with_name(f"{name}_log.csv"))
    style = recipe.STYLES[name]
    return {
        "title": style["title"],
        "style": name,
        "paintings": recipe.painting_files(name),
        "photos": f"{len(datasets.picture_files('photos'))}, shorter side {style_recipe.PHOTO_SHORT_SIDES} pixels",
        "painting_scales": style_recipe.PAINTING_SCALES,
        "start": recipe.START,
        "before": recipe.BEFORE,
        "seed": style["seed"],
        "steps": gan.step,
        "crops": f"{style_recipe.CROPS} of {style_recipe.CROP} pixels a step",
        "cpu_minutes": round(sum(log["cpu_seconds"]) / 60),
        "wall_minutes": round(sum(log["wall_seconds"]) / 60),
        "loss_weights": style_recipe.WEIGHTS,
        "gradient_shares": {
            part: {term: round(float(np.mean(values)), 2) for term, values in shares.items()}
            for part, shares in (("first tenth", shares_of(log, 0.0, 0.1)), ("last third", shares_of(log, 2 / 3, 1.0)))
        },
        "variation_share_at_weight_0.02": round(
            variation_share(gan, training_photos, paintings, 0.02, style["seed"] + 2), 4
        ),
        "command": f"python tools/train_styles.py {name} --out runs/{name} && "
        f"python tools/ship_stylizer.py {name} runs/{name}",
    }


def read_log(path, last_step):
    """The training log as columns, up to the step that ships; a resumed training may have logged a step twice."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = {int(float(row["step"])): row for row in csv.DictReader(file)}
    steps = sorted(step for step in rows if step <= last_step)
    names = [name for name in rows[steps[0]] if name != "epoch" and not name.startswith("val_")]
    return {name: [float(rows[step][name]) for step in steps] for name in names}


def write_log(log, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(log)
        writer.writerows([f"{value:.4g}" for value in row] for row in zip(*log.values(), strict=True))


def shares_of(log, start, end):
    """The columns of gradient shares between two fractions of the training."""
    count = len(log["step"])
    part = slice(int(start * count), max(int(end * count), 1))
    return {name.removeprefix("share_"): log[name][part] for name in log if name.startswith("share_")}


def measure(style, photos, painted):
    """Distances of the held-out paintings, each beside what gives it meaning."""
    network = build_vgg16_features(sorted({CONTENT_LAYER, PATCH_LAYER, *GRAM_LAYERS}))
    features = lambda image: network(image[None], training=False)  # noqa: E731
    content = lambda image: np.asarray(cut_border(features(image)[CONTENT_LAYER], CONTENT_LAYER))  # noqa: E731
    names = list(photos)
    # one size for all, so that an unrelated photo can be compared position by position
    fit = lambda image: images.resize(image, (384, 512))  # noqa: E731
    photo_content = {name: content(fit(photos[name])) for name in names}
    average = lambda values: round(float(np.mean(list(values))), 3)  # noqa: E731
    content_distance = {
        "painting against its photo": average(
            metrics.content_distance(photo_content[name], content(fit(painted[name]))) for name in names
        ),
        "same photo": average(metrics.content_distance(photo_content[name], photo_content[name]) for name in names),
        "photo blurred (Gaussian, 4 pixels)": average(
            metrics.content_distance(photo_content[name], content(blur(fit(photos[name])))) for name in names
        ),
        "unrelated photo": average(
            metrics.content_distance(photo_content[name], photo_content[names[i - 1]]) for i, name in enumerate(names)
        ),
    }

    def grams(image):
        found = features(image)
        return {name: np.asarray(layer_gram(found[name], name))[0] for name in GRAM_LAYERS}

    originals = {name: datasets.picture(name) for name in recipe.painting_files(style)}
    targets = {name: grams(image) for name, image in originals.items()}
    to_targets = lambda found, leave_out="": average(  # noqa: E731
        metrics.style_distance(target, found) for name, target in targets.items() if name != leave_out
    )
    style_distance = {
        "painting of a held-out photo against the original": average(
            to_targets(grams(painted[name])) for name in names
        ),
        "held-out photo against the original": average(to_targets(grams(photos[name])) for name in names),
    }
    if len(originals) > 1:
        style_distance["one original against the others"] = average(
            to_targets(gram, name) for name, gram in targets.items()
        )
    else:
        left, right = halves(*originals.values())
        style_distance["right half of the original against its left half"] = round(
            metrics.style_distance(grams(left), grams(right)), 3
        )
    for name in recipe.STYLES[style].get("heldout", ()):
        style_distance["an original held out against the others"] = to_targets(grams(datasets.picture(name)))

    def patches(pictures, seed):
        crops = datasets.CropSampler(list(pictures))(PATCHES, PATCH, [seed, 0])
        found = [network(crops[i : i + 32], training=False)[PATCH_LAYER] for i in range(0, PATCHES, 32)]
        return np.concatenate([np.asarray(cut_border(part, PATCH_LAYER)).mean(axis=(1, 2)) for part in found])

    own = patches(originals.values(), 1)
    distance = lambda first, second: round(  # noqa: E731
        metrics.patch_distance(first / own.std(), second / own.std()), 3
    )
    pictures = list(originals.values())
    first, second = (pictures[::2], pictures[1::2]) if len(pictures) > 1 else ([part] for part in halves(pictures[0]))
    other = "paintings/hokusai" if style == "van_gogh" else "paintings/van_gogh"
    patch_distance = {
        "paintings of held-out photos against the originals' own patches": distance(own, patches(painted.values(), 2)),
        "one half of the originals against the other": distance(patches(first, 3), patches(second, 4)),
        f"{'Hokusai' if style == 'van_gogh' else 'van Gogh'} against the originals": distance(
            own, patches([datasets.picture(name) for name in datasets.picture_files(other)], 5)
        ),
        "held-out photos against the originals": distance(own, patches(photos.values(), 6)),
    }
    return {"content_distance": content_distance, "style_distance": style_distance, "patch_distance": patch_distance}


def variation_share(gan, photos, paintings, weight, seed, batches=8):
    """What total variation would contribute, had it this weight."""
    drawn = datasets.style_transfer_batches(
        datasets.CropSampler(photos),
        datasets.CropSampler(sum(paintings, [])),
        style_recipe.CROPS,
        style_recipe.CROP,
        seed,
    )
    gan.term_weights["variation"] = weight
    return float(np.mean([gan.gradient_shares(batch)["variation"] for batch in drawn.take(batches)]))


def halves(image):
    """Left and right half of a picture."""
    middle = image.shape[1] // 2
    return image[:, :middle], image[:, middle:]


def blur(image):
    return images.from_uint8(np.asarray(Image.fromarray(images.to_uint8(image)).filter(ImageFilter.GaussianBlur(4))))


def card_text(card):
    """The card for people to read."""
    name = card["style"]
    lines = [f"# {card['title']}", "", f"![Held-out photos and their paintings]({name}_heldout.jpg)", ""]
    lines += [
        f"These fourteen photos were not used in training. `gan-course stylize PHOTO --style {name} -o OUT` uses",
        "these weights.",
        "",
        "| | |",
        "| --- | --- |",
    ]
    for key in ("network", "photos", "painting_scales", "start", "crops", "seed", "steps"):
        value = card[key]
        lines.append(f"| {key.replace('_', ' ')} | {value if isinstance(value, str) else json.dumps(value)} |")
    lines.append(f"| time | {card['cpu_minutes']} CPU minutes |")
    before = card["before"]
    lines.append(f"| before, in the start | {before['steps']:,} steps, {before['cpu_minutes']} CPU minutes |")
    lines.append(f"| loss weights | {', '.join(f'{k} {v:g}' for k, v in card['loss_weights'].items())} |")
    for part, shares in card["gradient_shares"].items():
        text = ", ".join(f"{term} {share:.0%}" for term, share in shares.items())
        lines.append(f"| gradient shares at the stylizer's output, {part} | {text} |")
    lines += [f"| remade by | `{card['command']}` |", "", "Trained on:", ""]
    titles = {row["file"]: f"{row['title']} ({row['author']})" for row in datasets.attribution()}
    lines += [f"- {titles[painting]}" for painting in card["paintings"]]
    share = card["variation_share_at_weight_0.02"]
    lines += ["", f"Total variation is not used: with a weight of 0.02 its share would be {share:.2%}.", ""]
    lines += ["The distances below are measured in VGG16 layers that no loss used, on the held-out photos.", ""]
    explanations = {
        "content_distance": f"1 - mean cosine of centered VGG16 {CONTENT_LAYER} features, position by position.",
        "style_distance": f"Relative squared distance of Gram matrices, averaged over {', '.join(GRAM_LAYERS)}.",
        "patch_distance": f"Unbiased KID of {PATCHES} patches of {PATCH} pixels, mean {PATCH_LAYER} features.",
    }
    for measure_name, rows in card["heldout"].items():
        lines += [f"## {measure_name.replace('_', ' ').capitalize()}", "", explanations[measure_name], ""]
        lines += ["| | |", "| --- | --- |", *(f"| {what} | {value:.3f} |" for what, value in rows.items()), ""]
    patch = card["heldout"]["patch_distance"]
    if patch["held-out photos against the originals"] < patch["one half of the originals against the other"]:
        lines += ["Photos are nearer to the originals than one half of these is to the other: with so few paintings"]
        lines += ["this distance does not tell paint from photo, and small values of it mean little.", ""]
    lines += ["## Curves", "", f"![Losses and gradient shares over the steps]({name}_curves.png)", ""]
    lines += [f"The figures are in `{name}_log.csv`.", ""]
    return "\n".join(lines)


def draw_curves(log, path):
    figure, (losses, shares) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for name in ("discriminator", "adversarial", "style", "content"):
        losses.plot(log["step"], log[name], label=name)
    for name in log:
        if name.startswith("share_"):
            shares.plot(log["step"], log[name], label=name.removeprefix("share_"))
    losses.set(title="Losses before their weights, mean of 25 steps", xlabel="step")
    shares.set(title="Share of the gradient at the stylizer's output", xlabel="step", ylim=(0, 1))
    for axes in (losses, shares):
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


def contact_sheet(photos, painted, path, columns=2, height=384):
    """All held-out photos beside their paintings, in rows."""
    cell = (height, 2 * 576)
    cells = []
    for name, photo in photos.items():
        pair = np.concatenate([photo, painted[name]], axis=1)
        scale = min(cell[0] / pair.shape[0], cell[1] / pair.shape[1], 1.0)
        pair = images.resize(pair, (int(pair.shape[0] * scale), int(pair.shape[1] * scale)))
        canvas = np.ones((*cell, 3), "float32")
        canvas[: pair.shape[0], : pair.shape[1]] = pair
        cells.append(canvas)
    while len(cells) % columns:
        cells.append(np.ones((*cell, 3), "float32"))
    rows = [np.concatenate(cells[i : i + columns], axis=1) for i in range(0, len(cells), columns)]
    images.save_image(path, np.concatenate(rows), force=True)


if __name__ == "__main__":
    main()
