"""What the brand kit of a job looks like, as it is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager

from jobs.assets import CAPTION_FONT_TASK, LOGO_TASK, TITLE_FONT_TASK
from jobs.brand import Brand, Colors, is_font_file
from jobs.document import Job
from jobs.errors import InvalidInput
from jobs.output import CaptionStyle
from media.fonts import OwnFont
from media.logo import LogoSpec
from media.own_fonts import font_of_family, font_of_file
from media.text_style import GOLD, WHITE, TextStyle
from storage.blobs import Blobs
from transforms.takes import Takes

_NONE = Brand()


def title_style(job: Job, takes: Takes) -> TextStyle:
    """Of titles: with colours of the brand, they stand on its background."""
    return _style(job, takes, has_ground=bool(job.brand and job.brand.colors))


def quote_style(job: Job, takes: Takes) -> TextStyle:
    """Of words over a picture: white, with a shadow, whatever the brand."""
    style = _style(job, takes, has_ground=False)
    return TextStyle(font=style.font, font_file=style.font_file)


def lower_third_style(job: Job, takes: Takes) -> TextStyle:
    """Of lower thirds."""
    return _style(job, takes, has_ground=False)


def caption_style(job: Job, takes: Takes) -> TextStyle:
    """Of captions: white; in the karaoke style, the spoken word has the colour of the brand."""
    brand = job.brand or _NONE
    is_lit = brand.colors and job.captions.style is CaptionStyle.KARAOKE
    lit = brand.colors.primary if brand.colors and is_lit else GOLD
    family, file = _font(brand.fonts.captions, CAPTION_FONT_TASK, takes)
    return TextStyle(WHITE, lit, font=family, font_file=file)


def logo_spec(job: Job, takes: Takes) -> LogoSpec | None:
    """The logo over every frame of a video."""
    logo = job.brand.logo if job.brand else None
    if logo is None:
        return None
    blob = takes.records[LOGO_TASK].facts["blob"]
    is_below = logo.corner.value.startswith("bottom")
    captions = job.captions.style.value if job.captions.burn_in and is_below else ""
    return LogoSpec(blob, logo.corner.value, logo.width, logo.opacity, logo.margin, captions)


@contextmanager
def caption_font(job: Job, takes: Takes, blobs: Blobs) -> Iterator[OwnFont | None]:
    """The brand's font of captions, which they are broken into lines with; None: the usual one.

    A file that is not there yet is none: nothing can be rendered with it either.
    """
    style = caption_style(job, takes)
    if style.font_file and blobs.exists(style.font_file):
        with blobs.as_file(style.font_file) as path:
            yield font_of_file(path)
    else:
        yield font_of_family(style.font) if style.font else None


def font_mistakes(job: Job) -> Iterator[str]:
    """A sentence for each font family that a job names and that is not installed here."""
    fonts = (job.brand or _NONE).fonts
    for place, name in (("titles", fonts.titles), ("captions", fonts.captions)):
        if name and not is_font_file(name):
            try:
                font_of_family(name)
            except InvalidInput as error:
                yield f"brand.fonts.{place}: {error.message}"


def _style(job: Job, takes: Takes, *, has_ground: bool) -> TextStyle:
    brand = job.brand or _NONE
    colors = brand.colors or Colors()
    family, file = _font(brand.fonts.titles, TITLE_FONT_TASK, takes)
    return TextStyle(colors.text, colors.primary, colors.background, has_ground, family, file)


def _font(name: str | None, task_id: str, takes: Takes) -> tuple[str, str]:
    if name and is_font_file(name):
        return "", takes.records[task_id].facts["blob"]
    return name or "", ""
