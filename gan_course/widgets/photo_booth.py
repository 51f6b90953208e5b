"""The photo booth: a learner's own photo, repainted."""

import threading
from pathlib import Path

import ipywidgets
import numpy as np

from gan_course import images
from gan_course.datasets import picture
from gan_course.pretrained import load_stylizer, shipped_styles
from gan_course.stylize import stylize
from gan_course.widgets.names import check_names
from gan_course.widgets.stand_in import show_with_stand_in

PREVIEW_SIDE = 512
FAILURES = (ValueError, OSError, MemoryError)  # that a picture or a disk may cause: said in the panel


class PhotoBooth(ipywidgets.VBox):
    """Repaints a photo of the user's: upload it or type its path, choose a style, save the painting.

    The panel begins with a shipped photo and its painting, and paints again when a control is changed.

    Args:
        photo: name of the shipped photo to begin with.
        style: name of the style to begin with; the first shipped one if None.

    Raises:
        ValueError: if no style of this name ships.
    """

    def __init__(self, photo="photos/animals/owl.jpg", style=None):
        styles = {card["title"]: name for name, card in shipped_styles().items()}
        if style is not None:
            check_names("style", [style], styles.values())
        wide = {"description_width": "9em"}
        self.upload = ipywidgets.FileUpload(
            accept="image/*,.heic,.heif", description="Upload a photo", layout={"width": "14em"}
        )
        self.path = ipywidgets.Text(
            description="or its path", placeholder="C:/pictures/me.jpg", continuous_update=False, style=wide
        )
        self.style_choice = ipywidgets.Dropdown(
            options=styles,
            value=style or next(iter(styles.values())),
            description="Style",
            style=wide,
            layout={"width": "30em"},
        )
        self.strength = ipywidgets.FloatSlider(
            value=1.0, min=0.0, max=1.0, step=0.05, description="Strength", continuous_update=False, style=wide
        )
        self.keep_colors = ipywidgets.Checkbox(value=False, description="Keep the photo's colors", style=wide)
        self.save_as = ipywidgets.Text(value="painting.jpg", description="Save as", style=wide)
        self.save_button = ipywidgets.Button(description="Save", button_style="primary")
        self.message = ipywidgets.HTML()
        self.before = ipywidgets.Image(format="png", layout={"width": "49%"})
        self.after = ipywidgets.Image(format="png", layout={"width": "49%"})
        self.pair = picture(photo)  # alone, until it has been painted
        self.source = images.image_bytes(self.pair)
        self.loaded_style = None
        # JupyterLab may handle two controls in two threads. Without this, an answer to an older one that takes longer
        # would overwrite the answer to the newer one.
        self.lock = threading.Lock()
        super().__init__(
            [
                ipywidgets.HBox([self.upload, self.path]),
                self.style_choice,
                ipywidgets.HBox([self.strength, self.keep_colors]),
                ipywidgets.HBox([self.save_as, self.save_button]),
                self.message,
                ipywidgets.HBox([self.before, self.after]),
            ]
        )
        self.repaint()
        self.upload.observe(self._on_upload, "value")
        self.path.observe(self._on_path, "value")
        for control in (self.style_choice, self.strength, self.keep_colors):
            control.observe(lambda change: self.repaint(), "value")
        self.save_button.on_click(lambda button: self.save())

    def paint(self, max_side):
        """Reads the photo and paints it as the controls say. Returns photo and painting."""
        photo = images.read_image(self.source, max_side)
        if self.style_choice.value != self.loaded_style:
            self.stylizer = load_stylizer(self.style_choice.value)
            self.loaded_style = self.style_choice.value
        return photo, stylize(self.stylizer, photo, self.strength.value, self.keep_colors.value)

    def repaint(self, source=None):
        """Paints the preview; a photo that cannot be read leaves everything as it is and says why.

        Args:
            source: another photo from now on, its path or content; the one before if None.
        """
        with self.lock:
            before, self.source = self.source, self.source if source is None else source
            try:
                photo, painting = self.paint(PREVIEW_SIDE)
            except FAILURES as error:
                if isinstance(error, (images.ImageError, MemoryError)):  # else the photo is good, and the style is not
                    self.source = before
                self.say(_reason(error))
                return
            self.before.value, self.after.value = images.image_bytes(photo), images.image_bytes(painting)
            self.pair = np.concatenate([photo, painting], axis=1)
            self.say(f"{photo.shape[1]} × {photo.shape[0]} pixels painted. Left your photo, right the painting.")

    def save(self):
        """Paints at up to 1024 pixels and writes the file; an existing file is never replaced."""
        with self.lock:
            try:
                path = images.check_writable(_path(self.save_as.value.strip()))
                self.say("Painting ...")
                images.save_image(path, self.paint(1024)[1])
            except FAILURES as error:
                self.say(_reason(error).replace(", or add --force to replace it", ""))
            else:
                self.say(f"Saved as {path.absolute()}.")

    def say(self, text):
        """Shows a line of text above the pictures."""
        escaped = str(text).replace("&", "&amp;").replace("<", "&lt;")
        self.message.value = f'<p role="status">{escaped}</p>'

    def _on_upload(self, change):
        if self.upload.value:
            self.repaint(bytes(self.upload.value[0]["content"]))

    def _on_path(self, change):
        name = self.path.value.strip().strip("\"'")
        if not name:
            return
        try:
            source = _path(name)
        except images.ImageError as error:
            self.say(error)
        else:
            self.repaint(source)


def _path(text):
    """A path as it was typed, `~` for a home folder included."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        name = Path(text).parts[0]
        raise images.ImageError(
            f"No home folder was found for {name}. Give the whole path, or begin it with ~/ for your own."
        ) from error


def _reason(error):
    """What went wrong, as a sentence for the panel."""
    if isinstance(error, MemoryError):
        return "The memory is not enough. Shut down other notebooks, or take a smaller picture, and try again."
    return str(error)


def show_photo_booth(photo="photos/animals/owl.jpg", style=None):
    """Displays a `PhotoBooth`. Where no kernel runs, its first photo and painting stand in its place.

    Args:
        photo: name of the shipped photo to begin with.
        style: name of the style to begin with; the first shipped one if None.
    """
    booth = PhotoBooth(photo, style)
    height, width = booth.pair.shape[:2]
    pair = images.image_bytes(images.resize(booth.pair, (height * 640 // width, 640)))
    alt = "A photo and, to its right, the painting that the photo booth made of it."
    show_with_stand_in(booth, "Photo booth: run this cell to use it with your own photo.", pair, alt)
