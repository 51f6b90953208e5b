"""`gan-course stylize`: which photos, which styles where, and what must not go together."""

import os
import sys
from functools import partial
from itertools import chain
from pathlib import Path

DONE, SOME_FAILED, NOTHING_DONE = 0, 1, 2
LONGER_SIDE, LONGER_SIDE_OF_ANIMATION = 1024, 512


def add_stylize(commands):
    """Adds the command to the command line.

    Args:
        commands: what `ArgumentParser.add_subparsers` returned.
    """
    stylize = commands.add_parser("stylize", help="repaint photos", description="Repaints photos, or folders of them.")
    stylize.add_argument("photos", nargs="+", metavar="PHOTO", help="a picture, or a folder of pictures")
    stylize.add_argument("--style", help="name of a shipped style, or a .npz weights file")
    stylize.add_argument(
        "--style-image", metavar="PAINTING", help="or any painting, a picture: its statistics are the style (AdaIN)"
    )
    stylize.add_argument(
        "-o",
        "--out",
        required=True,
        help="the painting; for several photos a folder, which is made; a name in .gif is an animation from the photo "
        "to the painting and back",
    )
    stylize.add_argument("--strength", default=1.0, help="0 is the photo, 1 the painting (default 1)")
    stylize.add_argument("--keep-colors", action="store_true", help="brightness of the painting, colors of the photo")
    stylize.add_argument("--mask", help="a picture, white where the photo is painted and black where it stays")
    stylize.add_argument(
        "--region",
        nargs=2,
        action="append",
        default=[],
        metavar=("STYLE", "MASK"),
        help="another style where its mask is white; can be given several times",
    )
    stylize.add_argument("--blend", metavar="STYLE", help="a second style: paints with the mean of both networks")
    stylize.add_argument(
        "--share", help="of the second style, 0 to 1 (default 0.5; an animation without it goes from 0 to 1)"
    )
    stylize.add_argument("--frames", help="of an animation, 2 to 60 (default 12)")
    stylize.add_argument(
        "--max-side", help=f"longer side of the result in pixels (default {LONGER_SIDE}, of an animation 512)"
    )
    stylize.add_argument(
        "--stroke", default=1.0, help="how broad strokes are, 0.25 to 8: 2 is twice as broad (default 1)"
    )
    stylize.add_argument("--force", action="store_true", help="replace paintings that exist already")
    stylize.set_defaults(run=run_stylize)


def run_stylize(options):
    check_together(options)
    jobs = plan_paintings(options.photos, options.out)

    from tqdm import tqdm

    from gan_course.images import check_fits, check_writable, read_pixels, save_image
    from gan_course.stylize import SMALLEST_SIDE

    for mask in mask_files(options):
        read_pixels(mask, is_mask=True)  # a mask that cannot be used is said once, before any work
    if options.animated:
        from gan_course.animation import ENDINGS, save_animation
    # Loading takes seconds. So one photo is read first, and what is wrong with it said; for a folder, the style first.
    paint = Painter(options) if len(jobs) > 1 else None
    failures = []
    in_terminal = sys.stderr is not None and sys.stderr.isatty()
    show_tiles = partial(tqdm, unit="tile", disable=len(jobs) > 1 or not in_terminal)
    for photo, painting in tqdm(jobs, unit="photo", disable=len(jobs) == 1 or not in_terminal):
        try:
            check_no_input(painting, photo, options)
            check_writable(painting, options.force, *([ENDINGS] if options.animated else []))
            pixels = read_pixels(photo, options.max_side)
            check_fits(painting, pixels.shape)
            paint = paint or Painter(options)
            if options.animated:
                save_animation(painting, paint.frames(pixels, show_tiles), options.force)
            else:
                save_image(painting, paint(pixels, show_tiles), options.force)
        except ValueError as error:
            failures.append(error)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            smaller = max(SMALLEST_SIDE, options.max_side // 2)
            failures.append(f"{photo} needs more memory than there is. Try --max-side {smaller}.")
    done = len(jobs) - len(failures)
    if done:
        print(f"{done} painted: {jobs[0][1] if len(jobs) == 1 else options.out}")
    for failure in failures:
        tell(failure)
    return DONE if not failures else SOME_FAILED if done else NOTHING_DONE


def check_together(options):
    """Checks all numbers, that no name is empty, and that no option is without what it belongs to.

    Args:
        options: what was typed. Numbers and the place to write to are replaced by what they say, and `animated` is
            added.

    Raises:
        ValueError: says which option lacks what.
    """
    from gan_course.applications import check_share
    from gan_course.stylize import LONGEST_SIDE, check_max_side, check_strength, check_stroke

    check_named(
        {
            "PHOTO": options.photos,
            "--style": [options.style],
            "--style-image": [options.style_image],
            "--out": [options.out],
            "--mask": [options.mask],
            "--region": chain(*options.region),
            "--blend": [options.blend],
        }
    )
    options.out = Path(options.out)
    options.animated = options.out.suffix.lower() == ".gif" and not options.out.is_dir()
    if (options.style is None) == (options.style_image is None):
        raise ValueError(
            "Name one style: either --style, a shipped style or a .npz weights file, or --style-image, a painting."
        )
    options.strength, options.stroke = check_strength(options.strength), check_stroke(options.stroke)
    usual = LONGER_SIDE_OF_ANIMATION if options.animated else LONGER_SIDE
    options.max_side = check_max_side(usual if options.max_side is None else options.max_side)
    if options.style_image and options.stroke != 1.0:
        raise ValueError("--stroke needs --style: in --style-image the size of the strokes is that of the picture.")
    if options.style_image and options.max_side > LONGEST_SIDE:
        raise ValueError(
            f"--style-image paints in one piece, at most {LONGEST_SIDE} pixels on the longer side, received --max-side "
            f"{options.max_side}. Try --max-side {LONGEST_SIDE}, or --style, which paints in tiles."
        )
    if options.style_image and options.blend:
        raise ValueError(
            "--blend needs --style: it averages the weights of two stylizers, and --style-image has none of its own."
        )
    if options.share is not None:
        if not options.blend:
            raise ValueError("--share needs --blend: it says how much of the second style there is.")
        options.share = check_share(options.share)
    if options.animated:
        check_animation(options)
    elif options.frames is not None:
        raise ValueError("--frames needs an animation: a name for -o that ends in .gif.")


def check_named(names):
    """Checks that no name of a file, a folder or a style is empty: for a path that would be the current folder.

    Args:
        names: dictionary from what was asked for to a list of what was typed.

    Raises:
        ValueError: says which is empty.
    """
    for option, typed in names.items():
        if "" in typed:
            raise ValueError(f"{option} is empty; a name was expected. In a script, look whether its variable is set.")


def check_animation(options):
    """Checks what an animation needs: one photo, few pixels, a number of frames.

    Args:
        options: what was typed; `frames` is replaced by a number.

    Raises:
        ValueError: says what is expected.
    """
    from gan_course.animation import LARGEST_SIDE, check_frames

    if len(options.photos) > 1 or Path(options.photos[0]).is_dir():
        raise ValueError(f"{options.out} is one animation and needs one photo. Animate several one after another.")
    if options.max_side > LARGEST_SIDE:
        raise ValueError(
            f"An animation has at most {LARGEST_SIDE} pixels on the longer side, received --max-side "
            f"{options.max_side}: its file would be tens of megabytes. Name a picture in .jpg for a large one."
        )
    options.frames = check_frames(12 if options.frames is None else options.frames)


class Painter:
    """The stylizers that were asked for, loaded once, and what they make of a photo.

    Args:
        options: what was typed, checked.
    """

    def __init__(self, options):
        from gan_course.applications import blend_stylizers, check_same_architecture

        self.options = options
        self.ground = load_style(options.style, options.style_image)
        self.second = None
        if options.blend:
            second = load_style(options.blend, None)
            if options.animated and options.share is None:
                check_same_architecture(self.ground, second)
                self.second = second
            else:
                self.ground = blend_stylizers(self.ground, second, 0.5 if options.share is None else options.share)
        self.tops = [load_style(style, None) for style, _ in options.region]

    def __call__(self, pixels, progress, ground=None):
        """Paints a photo.

        Args:
            pixels: uint8 array `(height, width, 3)`.
            progress: function that wraps the list of tiles.
            ground: another stylizer in place of the first.

        Returns:
            uint8 array of the same shape.
        """
        from gan_course.applications import paint_regions
        from gan_course.images import from_uint8, to_uint8
        from gan_course.stylize import stylize
        from gan_course.tiles import THUMBNAIL_SIDE, stylize_large

        options, ground = self.options, ground or self.ground
        large = max(pixels.shape) > THUMBNAIL_SIDE or options.stroke != 1.0

        def paint(stylizer, pixels, strength=1.0, keep_colors=False):
            if large and not (options.style_image and stylizer is ground):
                return stylize_large(stylizer, pixels, strength, keep_colors, options.stroke, progress)
            return to_uint8(stylize(stylizer, from_uint8(pixels), strength, keep_colors))

        if not options.mask and not options.region:
            return paint(ground, pixels, options.strength, options.keep_colors)
        regions = list(zip([*self.tops, ground], self.masks(pixels.shape[:2]), strict=True))
        return paint_regions(pixels, regions, options.strength, options.keep_colors, paint)

    def masks(self, size):
        """A mask for each region, and at the end one for the first style: what they leave, within `--mask`."""
        from gan_course.applications import read_mask, region_weights

        whole = read_mask(self.options.mask, size) if self.options.mask else None
        if not self.tops:
            return [whole]
        masks = region_weights([read_mask(mask, size) for _, mask in self.options.region])
        return list(masks if whole is None else masks * whole)

    def frames(self, pixels, progress):
        """Frames of an animation: from the photo to its painting, or from the first style to the second.

        Args:
            pixels, progress: as above.

        Returns:
            List of pictures.
        """
        from gan_course.animation import frames_between, frames_between_styles
        from gan_course.images import from_uint8

        if self.second is not None:
            paint = lambda stylizer: self(pixels, progress, ground=stylizer)  # noqa: E731
            return frames_between_styles(self.ground, self.second, paint, self.options.frames)
        photo, painting = (from_uint8(x) for x in (pixels, self(pixels, progress)))
        return frames_between(photo, painting, self.options.frames)


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


def mask_files(options):
    """Names of all masks that were given."""
    return [*([options.mask] if options.mask else []), *(mask for _, mask in options.region)]


def check_no_input(painting, photo, options):
    """Checks that a painting would not replace a picture that it is made from, `--force` or not.

    Args:
        painting: path of the file to write.
        photo: path of the photo.
        options: what was typed.

    Raises:
        ValueError: names the picture.
    """
    inputs = {options.style_image: "the style picture", **dict.fromkeys(mask_files(options), "a mask")}
    if not os.path.exists(painting):  # unlike pathlib's, this one takes a name that is too long
        return
    if photo.exists() and painting.samefile(photo):
        raise ValueError(f"{photo} would be overwritten by its own painting. Choose another place with -o.")
    for name, what in inputs.items():
        if name and os.path.exists(name) and painting.samefile(name):
            raise ValueError(f"{painting} is {what} and would be overwritten. Choose another place with -o.")


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
        ValueError: if a folder holds no pictures, several photos would go to one picture, or two photos would have the
            same painting.
    """
    from gan_course.images import PICTURE_SUFFIXES, WRITABLE_SUFFIXES

    files = pictures_in(photos)
    one_file = len(photos) == 1 and not Path(photos[0]).is_dir()
    if one_file and out.suffix.lower() in PICTURE_SUFFIXES and not out.is_dir():
        return [(files[0], out)]
    if one_file and out.suffix[1:].isalpha() and not out.exists():
        raise ValueError(
            f"{out} must end in one of {', '.join(WRITABLE_SUFFIXES)}, received {out.suffix!r}. Or name a folder, "
            f"{out.with_suffix('')} for instance."
        )
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; a folder was expected for several paintings. Choose another name with -o.")
    if out.suffix.lower() in PICTURE_SUFFIXES and not out.is_dir():
        raise ValueError(
            f"{out} is a picture's name; a folder was expected for several paintings. Name one with -o, "
            f"{out.with_suffix('')} for instance."
        )
    jobs = {}
    for file in files:
        name = file.name if file.suffix.lower() in WRITABLE_SUFFIXES else file.name + ".png"
        if out / name in jobs:
            raise ValueError(f"{file} and {jobs[out / name]} would both be painted to {out / name}. Rename one.")
        jobs[out / name] = file
    return [(photo, painting) for painting, photo in jobs.items()]


def is_out_of_memory(error):
    """Whether an error says that the memory is used up: Python's own, or TensorFlow's, which need not be loaded here.

    Args:
        error: exception.
    """
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def tell(message):
    """Says on stderr what was not done and why."""
    print(f"gan-course: {message}", file=sys.stderr)
