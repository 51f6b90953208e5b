"""The command `gan-course`. TensorFlow is loaded only by the commands that paint."""

import argparse
import sys
from pathlib import Path

from gan_course.stylize_command import (
    DONE,
    NOTHING_DONE,
    add_stylize,
    check_named,
    is_out_of_memory,
    pictures_in,
    tell,
)

MOST_MINUTES = 10_000.0


def main(arguments=None):
    """Runs a command.

    Args:
        arguments: list of texts; what was typed if None.

    Returns:
        Exit code: 0 all done, 1 some of a folder failed, 2 nothing done or wrong use.
    """
    try:
        if hasattr(sys.stdout, "reconfigure"):  # a name that cannot be shown must not end the work on other files
            sys.stdout.reconfigure(errors="backslashreplace")
        parser = build_parser()
        options, others = parser.parse_known_args(arguments)
        if others and options.run is not run_lab:
            parser.error(f"unrecognized arguments: {' '.join(others)}")
        options.others = others
        return options.run(options)
    except ValueError as error:
        return _fail(error)
    except OSError as error:
        return _fail(_in_a_sentence(error))
    except KeyboardInterrupt:
        return _fail("Stopped. Files that were finished are complete.")
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return _fail("The memory is not enough. Close other programs, or give smaller pictures, and try again.")


def build_parser():
    """The commands, their arguments and their help."""
    parser = argparse.ArgumentParser(
        prog="gan-course", description="From GANs to GAN-based style transfer: the course's command line."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_stylize(commands)

    train = commands.add_parser(
        "train-style",
        help="train a stylizer on your own painting",
        description="Trains a stylizer on a painting or several, in twenty minutes on two cores. Ctrl-C stops it; what "
        "it has learned so far is kept, and --resume goes on. A picture NAME_samples.jpg shows how it is doing.",
    )
    train.add_argument("paintings", nargs="+", metavar="PAINTING", help="a picture, or a folder of pictures")
    train.add_argument("-o", "--out", required=True, help="the weights file to write: my_style.npz")
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


def run_train_style(options):
    try:
        minutes = float(options.minutes)
    except ValueError:
        minutes = float("nan")
    if not 0.0 < minutes <= MOST_MINUTES:
        raise ValueError(
            f"--minutes must be a number above 0 and at most {MOST_MINUTES:,.0f}, received {options.minutes!r}. Try "
            f"--minutes 20."
        )
    check_named({"PAINTING": options.paintings, "--out": [options.out]})
    paintings, out = pictures_in(options.paintings), Path(options.out)

    from gan_course.images import read_pixels

    for painting in paintings:
        read_pixels(painting)  # what is no picture is said now; loading takes a minute

    from gan_course.startup import import_tensorflow

    import_tensorflow()

    from gan_course.training.own_style import train_own_style

    print("Loading, then tracing the networks: about a minute before the first step.", flush=True)
    step = train_own_style(paintings, out, minutes, options.resume)
    print(f"Step {step}, saved: {out}. Look at {out.stem}_samples.jpg beside it, then paint with")
    print(f"    gan-course stylize PHOTO --style {out} -o PAINTING")
    print(f"or go on: the same command with --resume. {out.stem}.training is only needed for that.")
    return DONE


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


def _in_a_sentence(error):
    """What the system says of a file, with its name and what to try. An error of the course says all that itself."""
    if error.strerror is None:
        return error
    return (
        f"{error.filename or 'A file'} could not be read or written ({error.strerror}). Check that the disk has space "
        f"and that you may read and write there, or choose another name or place."
    )


def _fail(message):
    tell(message)
    return NOTHING_DONE
