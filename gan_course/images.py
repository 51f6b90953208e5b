"""Pictures: files and 0-255 on one side, float32 arrays in [-1, 1] on the other.

Inside the package a picture is always float32, RGB, in [-1, 1], with the shape `(height, width, 3)`, or
`(batch, height, width, 3)` for several. Here is the only place where it is otherwise.
"""

import io
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
from pi_heif import register_heif_opener
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

register_heif_opener()

SHORTEST_SIDE = 16
MEGAPIXELS = 50
WRITABLE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
LONGEST_SIDES = {".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}  # what the formats can hold
LONGEST_NAME = 255  # bytes, on most disks
PICTURE_SUFFIXES = (*WRITABLE_SUFFIXES, ".tif", ".tiff", ".gif", ".bmp", ".heic", ".heif", ".avif")
# what makes a photo upright, by the orientation that its camera noted (1: it is)
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


class ImageError(ValueError):
    """A picture that cannot be read, or written, with one sentence that says why and what to try."""


def read_image(source, max_side=None):
    """Reads a picture and makes it what the networks expect.

    The orientation that a camera noted is applied, an embedded color profile is converted to sRGB, transparency is
    laid on white, gray becomes RGB, 16 bits become 8, and of an animation the first frame is taken.

    Args:
        source: path of the file, or its content as bytes.
        max_side: the longer side is reduced to this many pixels if it is longer; None leaves the size as it is.

    Returns:
        float32 array `(height, width, 3)`, RGB in [-1, 1].

    Raises:
        ImageError: if there is no such file, it is no picture, it is damaged, its shorter side is under 16 pixels or
            it has more than 50 million pixels.
    """
    return from_uint8(read_pixels(source, max_side))


def read_pixels(source, max_side=None, is_mask=False):
    """Reads a picture as `read_image` does, and leaves it in 0-255: a quarter of the memory, for large ones.

    Args:
        source, max_side: as in `read_image`.
        is_mask: whether to refuse transparent pixels: laid on white, they would ask for paint.

    Returns:
        uint8 array `(height, width, 3)`, RGB.

    Raises:
        ImageError: as in `read_image`, or if a mask has transparent pixels.
    """
    name, file = _open(source)
    with file:
        _check_size(name, file.size)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about odd metadata, of no use to someone who wants a painting
                file.load()
                image = _to_rgb(name, _upright(file), is_mask)
        except (ImageError, MemoryError):
            raise
        except Exception as error:  # each of Pillow's decoders has errors of its own
            raise ImageError(
                f"{name} is damaged or incomplete ({error}). A complete picture was expected: copy or download it "
                f"again, or open it in an image viewer and export it as PNG."
            ) from error
    pixels = np.asarray(image)
    return pixels if max_side is None else fit(pixels, max_side)


def _upright(image):
    """Turns a photo as its EXIF says. `ImageOps.exif_transpose` also writes the EXIF anew, and fails at odd entries."""
    turn = UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation))
    return image if turn is None else image.transpose(turn)


def fit(pixels, max_side):
    """Reduces a picture whose longer side is longer than `max_side`, with the Lanczos filter.

    Args:
        pixels: uint8 array `(height, width, 3)`.
        max_side: number of pixels.

    Returns:
        uint8 array, `pixels` itself if it is small enough.
    """
    height, width = pixels.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1.0:
        return pixels
    size = [max(1, round(side * scale)) for side in (width, height)]
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def from_uint8(pixels):
    """Pixels as files hold them → pixels as networks want them: `x / 127.5 - 1`.

    Args:
        pixels: uint8 array of any shape, 0 to 255.

    Returns:
        float32 array of the same shape in [-1, 1].

    Raises:
        ValueError: if `pixels` is not uint8.
    """
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8:
        raise ValueError(
            f"pixels must be uint8 with values 0 to 255, received {pixels.dtype}. An array that is already in [-1, 1] "
            f"needs no conversion."
        )
    return pixels.astype("float32") / np.float32(127.5) - np.float32(1.0)


def to_uint8(images):
    """Pixels as networks make them → pixels as files hold them: `round((x + 1) · 127.5)`.

    Args:
        images: float array of any shape in [-1, 1]; values a little outside are clipped.

    Returns:
        uint8 array of the same shape.

    Raises:
        ValueError: if `images` are no floats, or hold NaN or infinity.
    """
    images = np.asarray(images)
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"images must be floats in [-1, 1], received {images.dtype}. Pixels from 0 to 255 become such floats with "
            f"images.from_uint8(pixels.astype('uint8'))."
        )
    if not np.isfinite(images).all():
        raise ValueError(
            "images must be finite, received NaN or infinity. Look for a division by zero or a training gone wrong."
        )
    return np.round((np.clip(images, -1.0, 1.0) + 1.0) * 127.5).astype("uint8")


def resize(image, size):
    """Changes the size of a picture with the Lanczos filter, which averages when it shrinks.

    Args:
        image: float array `(height, width, 3)` in [-1, 1].
        size: `(height, width)` in pixels.

    Returns:
        float32 array `(*size, 3)` in [-1, 1].
    """
    height, width = size
    resized = Image.fromarray(to_uint8(image)).resize((width, height), Image.Resampling.LANCZOS)
    return from_uint8(np.asarray(resized))


def check_images(images, name="images"):
    """Checks pictures at the door: four axes, channels last, float, in [-1, 1].

    Args:
        images: what should be a float array `(batch, height, width, 3)` in [-1, 1].
        name: what to call it in the message.

    Returns:
        float32 array of the same shape.

    Raises:
        ValueError: says what was expected, what came and what to try.
    """
    images = np.asarray(images)
    expected = f"{name} must be a float array (batch, height, width, 3) in [-1, 1]"
    if images.ndim == 3:
        raise ValueError(f"{expected}, received three axes {images.shape}. Add the batch axis: {name}[None].")
    if images.ndim != 4:
        raise ValueError(f"{expected}, received {images.ndim} axes {images.shape}.")
    if images.shape[-1] != 3:
        hint = "Convert gray pictures with np.repeat(images, 3, axis=-1); drop an alpha channel with images[..., :3]."
        if images.shape[1] == 3:
            hint = "Its channels come first; move them to the end with np.moveaxis(images, 1, -1)."
        raise ValueError(f"{expected}, received shape {images.shape}. {hint}")
    if 0 in images.shape:
        raise ValueError(f"{expected}, received shape {images.shape}, which holds no pixels.")
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"{expected}, received {images.dtype}. Convert 0-255 with gan_course.images.from_uint8.")
    if not np.isfinite(images).all():
        raise ValueError(f"{expected}, received NaN or infinity. Look for a division by zero or a training gone wrong.")
    if images.min() < -1.0 or images.max() > 1.0:
        raise ValueError(
            f"{expected}, received values from {images.min():.3g} to {images.max():.3g}. Values in 0-255 are converted "
            f"with x / 127.5 - 1, values in 0-1 with 2 * x - 1."
        )
    return images.astype("float32", copy=False)


def check_image(image, name="image"):
    """Checks one picture at the door, as `check_images` does a batch: three axes, channels last, float, in [-1, 1].

    Args:
        image: what should be a float array `(height, width, 3)` in [-1, 1].
        name: what to call it in the message.

    Returns:
        float32 array of the same shape.

    Raises:
        ValueError: says what was expected, what came and what to try.
    """
    image = np.asarray(image)
    _check_axes(image, f"{name} must be a float array (height, width, 3) in [-1, 1]", name)
    return check_images(image[None], f"{name}[None]")[0]


def luminance(image):
    """Brightness as the eye weighs it: `0.299 R + 0.587 G + 0.114 B`.

    Args:
        image: array `(..., 3)`, RGB.

    Returns:
        Array `(..., 1)` in the same range.
    """
    return image @ np.array([[0.299], [0.587], [0.114]], "float32")


def keep_colors(photo, painting):
    """Luminance of the painting, chroma of the photo.

    The difference in luminance is added to the three channels of the photo alike, which leaves `B - Y` and `R - Y`,
    and so the chroma, as they are. What leaves [-1, 1] is clipped.

    Args:
        photo, painting: float arrays of the same shape `(..., 3)` in [-1, 1].

    Returns:
        float array of the same shape in [-1, 1].

    Reference:
        Gatys et al., "Preserving Color in Neural Artistic Style Transfer", 2016.
    """
    return np.clip(photo + luminance(painting) - luminance(photo), -1.0, 1.0)


def image_bytes(image, suffix=".png"):
    """A picture as the content of a file.

    Args:
        image: float array `(height, width, 3)` in [-1, 1], or uint8 array of the pixels themselves.
        suffix: one of .jpg, .jpeg, .png and .webp, in small letters or capitals.

    Returns:
        bytes.

    Raises:
        ValueError: if `image` is not one picture as above or `suffix` is another one.
    """
    image, suffix = np.asarray(image), suffix.lower()
    _check_axes(image, "image must be an array (height, width, 3): floats in [-1, 1] or uint8", "image")
    if suffix not in WRITABLE_SUFFIXES:
        raise ValueError(f"suffix must be one of {', '.join(WRITABLE_SUFFIXES)}, received {suffix!r}.")
    buffer = io.BytesIO()
    options = {} if suffix == ".png" else {"quality": 92}
    kind = {".png": "PNG", ".webp": "WEBP"}.get(suffix, "JPEG")
    pixels = image if image.dtype == np.uint8 else to_uint8(image)
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def check_writable(path, force=False, endings=WRITABLE_SUFFIXES):
    """Checks, before any work is done, that a picture can be written.

    Args:
        path: the file to write.
        force: whether an existing file may be replaced.
        endings: what its name may end in.

    Returns:
        The path as `pathlib.Path`.

    Raises:
        ImageError: says what is in the way and what to try.
    """
    path = Path(path)
    for part in path.parts:
        if len(os.fsencode(part)) > LONGEST_NAME:
            raise ImageError(
                f"The name {part[:40]}… is too long: {len(os.fsencode(part))} bytes, and a file's name has at most "
                f"{LONGEST_NAME}. Choose a shorter one."
            )
    if path.is_dir():
        raise ImageError(f"{path} is a folder; a picture's name was expected, {path / 'painting.jpg'} for instance.")
    if path.suffix.lower() not in endings:
        raise ImageError(f"{path} must end in one of {', '.join(endings)}, received {path.suffix or 'no ending'!r}.")
    if os.path.lexists(path) and not force:  # a link that points nowhere, too
        raise ImageError(f"{path} exists already. Choose another name, or add --force to replace it.")
    folder = next((parent for parent in path.absolute().parents if parent.exists()), None)
    if folder is None:
        raise ImageError(f"{path.absolute().anchor}, where {path} would be, does not exist. Choose another place.")
    if not folder.is_dir():
        raise ImageError(f"{folder} is a file; a folder was expected there. Choose another place for {path.name}.")
    if not os.access(folder, os.W_OK):
        raise ImageError(
            f"The folder {folder} cannot be written to. Choose another one, your home folder for instance."
        )
    return path


def check_fits(path, size):
    """Checks, as soon as the size of a picture is known, that the format of its file can hold it.

    Args:
        path: `pathlib.Path` of the file to write.
        size: `(height, width)`; further numbers, as in a shape, are not looked at.

    Raises:
        ImageError: if a side is too long.
    """
    height, width = size[:2]
    longest = LONGEST_SIDES.get(path.suffix.lower())
    if longest and max(height, width) > longest:
        raise ImageError(
            f"{path} would have {width} × {height} pixels; a file in {path.suffix} holds at most {longest} on a side. "
            f"Choose a name that ends in .png, or a smaller picture."
        )


def save_image(path, image, force=False):
    """Writes a picture, all of it or nothing.

    It is written under another name first and renamed when it is complete, so an interruption or a full disk leaves
    an existing file as it was. Missing folders are made.

    Args:
        path: the file to write, ending in .jpg, .jpeg, .png or .webp.
        image: float array `(height, width, 3)` in [-1, 1], or uint8 array of the pixels themselves.
        force: whether an existing file may be replaced.

    Raises:
        ImageError: says what is in the way and what to try.
    """
    path = check_writable(path, force)
    check_fits(path, np.shape(image))
    save_bytes(path, image_bytes(image, path.suffix))


def save_bytes(path, content):
    """Writes a file whose name `check_writable` has approved, and the folders it needs: all of it or nothing.

    Args:
        path: `pathlib.Path` of the file.
        content: bytes.

    Raises:
        ImageError: if the disk is full or the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise ImageError(
            f"{path} could not be written ({error.strerror or error}). Check that the disk has space and the folder "
            f"can be written to, or choose another place."
        ) from error


def write_atomically(path, content):
    """Writes bytes to a file beside `path` and renames it over `path` when they are all there.

    Args:
        path: `pathlib.Path` of the file.
        content: bytes.
    """
    # only the beginning of the name, because a long one has no room for more
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:20]}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(partial, 0o666 & ~mask)  # mkstemp makes files that only their owner may read
        os.replace(partial, path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _open(source):
    """Opens a file or bytes with Pillow. Returns a name for messages and the opened file."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        name, source = "The uploaded file", io.BytesIO(bytes(source))
    elif not isinstance(source, (str, os.PathLike)):
        raise ImageError(
            f"A picture's path, or its content as bytes, was expected; received {type(source).__name__}. An array of "
            f"pixels needs no reading: from_uint8 converts one."
        )
    else:
        name = str(source)
        if not os.path.exists(source):
            raise ImageError(f"{name} does not exist. Check the spelling and the folder.")
        if os.path.isdir(source):
            raise ImageError(f"{name} is a folder; a picture was expected. Give the name of a file in it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata; the size, of which it warns too, is checked next
            return name, Image.open(source)
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{name} is not a picture, or a damaged or unusual one. A JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF or HEIC "
            f"file was expected: open it in an image viewer and export it as JPEG or PNG."
        ) from error
    except PermissionError as error:
        raise ImageError(f"{name} may not be read. Change its permissions or copy it to your own folder.") from error
    except MemoryError:
        raise
    except Exception as error:
        raise ImageError(
            f"{name} cannot be read ({error}). Copy or download it again, or export it as PNG from an image viewer."
        ) from error


def _check_axes(image, expected, name):
    """Refuses what does not have the axes of one picture, with advice for what it seems to be."""
    if image.ndim == 3 and image.shape[-1] == 3:
        return
    hint = "Give one picture in color."
    if image.ndim == 4:
        hint = f"Take one picture of the batch: {name}[0]."
    elif image.ndim == 2:
        hint = f"It is gray; repeat its brightness for red, green and blue: np.repeat({name}[..., None], 3, -1)."
    elif image.ndim == 3 and image.shape[-1] == 1:
        hint = f"It is gray; repeat its brightness for red, green and blue: np.repeat({name}, 3, -1)."
    elif image.ndim == 3 and image.shape[-1] == 4:
        hint = f"Drop its alpha channel: {name}[..., :3]."
    elif image.ndim == 3 and image.shape[0] == 3:
        hint = f"Its channels come first; move them to the end: np.moveaxis({name}, 0, -1)."
    raise ValueError(f"{expected}, received {image.ndim} axes {image.shape}. {hint}")


def _check_size(name, size):
    width, height = size
    if width * height > MEGAPIXELS * 1_000_000:
        raise _too_large(name, f"{width} × {height}")
    if min(size) < SHORTEST_SIDE:
        raise ImageError(
            f"{name} has {width} × {height} pixels; at least {SHORTEST_SIDE} on the shorter side are needed. Choose a "
            f"larger picture."
        )


def _too_large(name, size="far too many"):
    return ImageError(
        f"{name} has {size} pixels; at most {MEGAPIXELS} megapixels are accepted. Reduce it in an image viewer first, "
        f"to 4000 pixels on the longer side for instance."
    )


def _to_rgb(name, image, is_mask):
    """Any Pillow image → mode RGB in sRGB, transparency on white, of which a mask may have none."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype("uint32")
        image = Image.fromarray((values / 257.0).round().astype("uint8"))
    elif image.mode in ("I", "F"):
        raise ImageError(
            f"{name} has 32 bits per channel, whose range nobody can know. Export it as a PNG with 8 or 16 bits."
        )
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        if is_mask and alpha.getextrema()[0] < 255:
            raise ImageError(
                f"{name} has transparent pixels; a mask says everywhere whether to paint, white, or not, black. In an "
                f"image editor, put a black layer below it, leave white what is to be painted, and flatten it."
            )
    elif image.mode not in ("RGB", "CMYK", "L"):
        image = image.convert("RGB")
    rgb = _to_srgb(image if alpha is None else image.convert("RGB"))
    if alpha is not None:
        white = Image.new("RGB", rgb.size, "white")
        rgb = Image.composite(rgb, white, alpha)
    return rgb


def _to_srgb(image):
    profile = image.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a damaged profile, or one of another kind of pixels: the pixels themselves are still good
    return image.convert("RGB")
