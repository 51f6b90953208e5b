"""The command `gan-course`. TensorFlow is loaded only by the commands that paint."""

import argparse
import sys
from functools import partial
from pathlib import Path

DONE, SOME_FAILED, NOTHING_DONE = 0, 1, 2


def main(arguments=None):
    """Runs a command.

    Args:
        arguments: list of texts; what was typed if None.

    Returns:
        Exit code: 0 all done, 1 some of a folder failed, 2 nothing done or wrong use.
    """
    parser = build_parser()
    options, others = parser.parse_known_args(arguments)
    if others and options.run is not run_lab:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    options.others = others
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        return _fail(error)
    except KeyboardInterrupt:
        return _fail("Stopped. Pictures that were finished are complete, no file is half written.")


def build_parser():
    """The commands, their arguments and their help."""
    parser = argparse.ArgumentParser(
        prog="gan-course", description="From GANs to GAN-based style transfer: the course's command line."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    stylize = commands.add_parser("stylize", help="repaint photos", description="Repaints photos, or folders of them.")
    stylize.add_argument("photos", nargs="+", metavar="PHOTO", help="a picture, or a folder of pictures")
    stylize.add_argument("--style", help="name of a shipped style, or a .npz weights file")
    stylize.add_argument(
        "--style-image", metavar="PAINTING", help="or any painting, a picture: its statistics are the style (AdaIN)"
    )
    stylize.add_argument(
        "-o", "--out", required=True, type=Path, help="the painting; for several photos a folder, which is made"
    )
    stylize.add_argument("--strength", default=1.0, help="0 is the photo, 1 the painting (default 1)")
    stylize.add_argument("--keep-colors", action="store_true", help="brightness of the painting, colors of the photo")
    stylize.add_argument("--max-side", default=1024, help="longer side of the result in pixels (default 1024)")
    stylize.add_argument("--stroke", default=1.0, help="how broad strokes are: 2 is twice as broad (default 1)")
    stylize.add_argument("--force", action="store_true", help="replace paintings that exist already")
    stylize.set_defaults(run=run_stylize)

    train = commands.add_parser(
        "train-style",
        help="train a stylizer on your own painting",
        description="Trains a stylizer on a painting or several, in twenty minutes on two cores. Ctrl-C stops it; what "
        "it has learned so far is kept, and --resume goes on. A picture NAME_samples.jpg shows how it is doing.",
    )
    train.add_argument("paintings", nargs="+", metavar="PAINTING", help="a picture, or a folder of pictures")
    train.add_argument("-o", "--out", required=True, type=Path, help="the weights file to write: my_style.npz")
    train.add_argument("--minutes", default=20.0, help="how long to train from now (default 20)")
    train.add_argument("--resume", action="store_true", help="go on with a training that was stopped")
    train.set_defaults(run=run_train_style)

    styles = commands.add_parser("styles", help="list the shipped styles")
    styles.set_defaults(run=run_styles)

    doctor = commands.add_parser("doctor", help="check that everything the course needs is there and works")
    doctor.set_defaults(run=run_doctor)

    lab = commands.add_parser("lab", help="open the course in JupyterLab; further arguments are handed on to it")
    lab.set_defaults(run=run_lab)

    reset = commands.add_parser("reset", help="put a lesson back as it was shipped; your own stays beside it")
    reset.add_argument("lesson", help="its number: 03")
    reset.set_defaults(run=run_reset)

    from gan_course.classroom.commands import add_classroom

    add_classroom(commands)
    return parser


def run_stylize(options):
    from gan_course.stylize import check_max_side, check_strength, check_stroke

    if (options.style is None) == (options.style_image is None):
        raise ValueError(
            "Name one style: either --style, a shipped style or a .npz weights file, or --style-image, a painting."
        )
    strength, stroke = check_strength(options.strength), check_stroke(options.stroke)
    max_side = check_max_side(options.max_side)
    if options.style_image and stroke != 1.0:
        raise ValueError("--stroke needs --style: in --style-image the size of the strokes is that of the picture.")
    jobs = plan_paintings(options.photos, options.out)

    from tqdm import tqdm

    from gan_course.images import check_writable, from_uint8, read_pixels, save_image
    from gan_course.stylize import stylize
    from gan_course.tiles import THUMBNAIL_SIDE, stylize_large

    failures = []
    stylizer = load_style(options.style, options.style_image)
    in_terminal = sys.stderr.isatty()
    show_tiles = partial(tqdm, unit="tile", disable=len(jobs) > 1 or not in_terminal)
    for photo, painting in tqdm(jobs, unit="photo", disable=len(jobs) == 1 or not in_terminal):
        try:
            if photo.exists() and painting.exists() and painting.samefile(photo):
                raise ValueError(f"{photo} would be overwritten by its own painting. Choose another place with -o.")
            if options.style_image and painting.exists() and painting.samefile(options.style_image):
                raise ValueError(f"{painting} is the style picture and would be overwritten. Choose another place.")
            check_writable(painting, options.force)
            pixels = read_pixels(photo, max_side)
            if options.style and (max(pixels.shape) > THUMBNAIL_SIDE or stroke != 1.0):
                image = stylize_large(stylizer, pixels, strength, options.keep_colors, stroke, show_tiles)
            else:
                image = stylize(stylizer, from_uint8(pixels), strength, options.keep_colors)
            save_image(painting, image, options.force)
        except ValueError as error:
            failures.append(error)
        except MemoryError:
            failures.append(f"{photo} needs more memory than there is. Try --max-side {max_side // 2}.")
    done = len(jobs) - len(failures)
    if done:
        print(f"{done} painted: {jobs[0][1] if len(jobs) == 1 else options.out}")
    for failure in failures:
        _fail(failure)
    return DONE if not failures else SOME_FAILED if done else NOTHING_DONE


def load_style(style, style_image):
    """The stylizer that is meant, by name or by painting.

    Args:
        style: name of a shipped style, or a weights file; None if a painting is given.
        style_image: name of a picture, or None.

    Returns:
        `keras.Model`, `(batch, height, width, 3)` in [-1, 1] → the same.
    """
    if style_image is not None:
        from gan_course.any_style import stylizer_for

        return stylizer_for(style_image)
    from gan_course.pretrained import load_stylizer

    return load_stylizer(style)


def run_train_style(options):
    try:
        minutes = float(options.minutes)
    except ValueError:
        minutes = float("nan")
    if not 0.0 < minutes <= 10_000.0:
        raise ValueError(f"--minutes must be a number above 0, received {options.minutes!r}. Try --minutes 20.")
    paintings = pictures_in(options.paintings)

    from gan_course.startup import import_tensorflow

    import_tensorflow()

    from gan_course.training.own_style import train_own_style

    print("Loading, then tracing the networks: about a minute before the first step.", flush=True)
    step = train_own_style(paintings, options.out, minutes, options.resume)
    print(f"Step {step}, saved: {options.out}. Look at {options.out.stem}_samples.jpg beside it, then paint with")
    print(f"    gan-course stylize PHOTO --style {options.out} -o PAINTING")
    print(f"or go on: the same command with --resume. {options.out.stem}.training is only needed for that.")
    return DONE


def pictures_in(names):
    """The files that are meant: those named, and the pictures in the folders named.

    Args:
        names: names of files and folders.

    Returns:
        List of paths.

    Raises:
        ValueError: if a folder holds no pictures.
    """
    from gan_course.images import PICTURE_SUFFIXES

    files = []
    for name in map(Path, names):
        if name.is_dir():
            found = sorted(
                file
                for file in name.iterdir()
                if file.suffix.lower() in PICTURE_SUFFIXES and file.is_file() and not file.name.startswith(".")
            )
            if not found:
                raise ValueError(f"{name} holds no pictures. Give a folder with JPEG, PNG, WebP, TIFF or HEIC files.")
            files += found
        else:
            files.append(name)
    return files


def plan_paintings(photos, out):
    """Which photo goes where.

    One photo goes to `out` itself if `out` is named like a picture; otherwise `out` is a folder and every painting
    keeps its photo's name. A format that cannot be written, HEIC for instance, gets `.png` added.

    Args:
        photos: names of files and folders.
        out: path of the picture or folder to write.

    Returns:
        List of pairs of paths (photo, painting).

    Raises:
        ValueError: if a folder holds no pictures, or two photos would have the same painting.
    """
    from gan_course.images import PICTURE_SUFFIXES, WRITABLE_SUFFIXES

    files = pictures_in(photos)
    one_file = len(photos) == 1 and not Path(photos[0]).is_dir()
    if one_file and out.suffix.lower() in PICTURE_SUFFIXES and not out.is_dir():
        return [(files[0], out)]
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; a folder was expected for several paintings. Choose another name with -o.")
    jobs = {}
    for file in files:
        name = file.name if file.suffix.lower() in WRITABLE_SUFFIXES else file.name + ".png"
        if out / name in jobs:
            raise ValueError(f"{file} and {jobs[out / name]} would both be painted to {out / name}. Rename one.")
        jobs[out / name] = file
    return [(photo, painting) for painting, photo in jobs.items()]


def run_styles(options):
    from gan_course.pretrained import shipped_styles

    for name, card in shipped_styles().items():
        print(f"{name:14} {card['title']}")
    return DONE


def run_doctor(options):
    from gan_course.doctor import examine

    return DONE if examine() else NOTHING_DONE


def run_lab(options):
    from gan_course.lab import start_lab

    return start_lab(options.others) or DONE


def run_reset(options):
    from gan_course.lab import reset_notebook

    kept = reset_notebook(options.lesson)
    print(f"Lesson {options.lesson} is as it was shipped." + (f" Your own is kept as {kept}." if kept else ""))
    return DONE


def _fail(message):
    print(f"gan-course: {message}", file=sys.stderr)
    return NOTHING_DONE
