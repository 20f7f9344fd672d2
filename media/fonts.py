"""Which installed font draws which characters.

The choice is made here and not by fontconfig, whose order depends on the machine: it would draw
Arabic with DejaVu and Chinese with Japanese forms. Noto is preferred; any font is better than none.
"""

import hashlib
import importlib.util
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

from jobs.errors import ToolMissing
from media.sfnt import Font, read_fonts

_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_OWN_FOLDERS = (".local/share/fonts", ".fonts")
# Packages whose fonts come by pip, for machines without any.
_PIP_FONTS = ("font_roboto",)
# Sans-serif fonts for Latin, Greek and Cyrillic, best first; names of files without their weight.
_TEXT_FONTS = (
    *("notosans", "opensans", "roboto", "inter", "sourcesans3", "lato", "ubuntu", "arimo"),
    *("liberationsans", "dejavusans", "freesans", "arial", "helvetica"),
)
_SYMBOL_FONTS = ("notosanssymbols", "notosanssymbols2", "notosansmath", "notomusic", "dejavusans")
_CJK_FAMILIES = ("Noto Sans CJK", "Source Han Sans")
_CJK_NAMES = frozenset(
    {
        *("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "BOPOMOFO", "KANGXI"),
        *("FULLWIDTH", "HALFWIDTH"),
    }
)
# First words of Unicode character names whose font is called otherwise.
_RENAMED = {"CANADIAN": "canadianaboriginal"}


class Weight(Enum):
    """Stroke weights that are used. Values are the file name endings that give them."""

    REGULAR = ("regular", "", "book", "medium", "vf", "wght")
    BOLD = ("bold", "semibold", "", "regular", "vf", "wght")


@dataclass(frozen=True)
class FontIndex:
    """The font files of this machine, by name.

    Attributes:
      files: Lower-case file name without punctuation and ending -> path, e.g. `notosansbold`.
      fingerprint: SHA-256 over names and sizes.
    """

    files: Mapping[str, Path]
    fingerprint: str


def font_folders() -> tuple[Path, ...]:
    """Where fonts are looked for: the system's, the user's, those that came by pip."""
    home = Path("~").expanduser()
    found = [Path(folder) for folder in _SYSTEM_FOLDERS]
    found += [home / folder for folder in _OWN_FOLDERS]
    for package in _PIP_FONTS:
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            found.append(Path(spec.origin).parent)
    return tuple(found)


def index_fonts(folders: Iterable[Path]) -> FontIndex:
    """Every font file below the folders; the first of a name wins."""
    files: dict[str, Path] = {}
    digest = hashlib.sha256()
    for folder in folders:
        for path in _font_files(folder):
            digest.update(f"{path.name}\0{path.stat().st_size}\n".encode())
            files.setdefault(_plain_name(path.stem), path)
    return FontIndex(files, digest.hexdigest())


@lru_cache(maxsize=1)
def installed_fonts() -> FontIndex:
    """The fonts of this machine; looked up once a process."""
    return index_fonts(font_folders())


def fingerprint() -> str:
    """Changes whenever fonts are installed or removed; part of the key of every drawn picture."""
    return installed_fonts().fingerprint


def _font_files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in _SUFFIXES and path.is_file()
        )
    except OSError:
        return


def _plain_name(stem: str) -> str:
    return "".join(c for c in stem.lower() if c.isalnum())


@dataclass(frozen=True)
class OwnFont:
    """A font of the user's: its faces for the weights that are used, maybe the same."""

    regular: Font
    bold: Font

    def of(self, weight: Weight) -> Font:
        return self.bold if weight is Weight.BOLD else self.regular


@dataclass(frozen=True)
class FontSet:
    """Fonts of one weight for texts in one language.

    Attributes:
      language: BCP 47 tag; decides between Chinese, Japanese and Korean forms of a character.
      own: Draws every character that it has.
    """

    index: FontIndex
    weight: Weight
    language: str
    own: Font | None = None

    def __hash__(self) -> int:
        return hash((self.index.fingerprint, self.weight, self.language, self.own))

    def draws_bold(self, is_wanted: bool) -> bool:
        """Whether libass is asked for bold: a font of the user's is drawn as it is."""
        return self.own.is_bold if self.own else is_wanted

    def main(self) -> Font:
        """The font for Latin.

        Raises:
          ToolMissing: There is no font on this machine.
        """
        return _main_font(self)

    def for_character(self, character: str) -> Font | None:
        """The font that draws a character; None when no known font has it."""
        return _font_for(self, character)

    def named(self, name: str) -> Font | None:
        """The font with this plain name, e.g. `notosansarabic`, in the nearest weight."""
        for ending in self.weight.value:
            for path in (self.index.files.get(name + ending),):
                if path and (fonts := read_fonts(path)):
                    return fonts[0]
        return None


def font_set(language: str, weight: Weight = Weight.BOLD, own: OwnFont | None = None) -> FontSet:
    """The installed fonts for a language, behind a font of the user's if there is one."""
    return FontSet(installed_fonts(), weight, language, own.of(weight) if own else None)


@lru_cache(maxsize=64)
def _main_font(fonts: FontSet) -> Font:
    if fonts.own:
        return fonts.own
    for name in _TEXT_FONTS:
        if font := fonts.named(name):
            return font
    for path in fonts.index.files.values():
        for font in read_fonts(path):
            if font.has("Aaé1"):
                return font
    raise ToolMissing(
        "no font is installed: install fonts-noto-core (Debian), or font-roboto by pip"
    )


@lru_cache(maxsize=4096)
def _font_for(fonts: FontSet, character: str) -> Font | None:
    candidates = _candidates(fonts, character)
    return next((font for font in candidates if font.has(character)), None)


def _candidates(fonts: FontSet, character: str) -> Iterator[Font]:
    if fonts.own:
        yield fonts.own
    name = unicodedata.name(character, "")
    is_cjk = name.partition(" ")[0].partition("-")[0] in _CJK_NAMES
    cjk = cjk_region(fonts.language)
    if (is_cjk or cjk) and (font := _cjk_font(fonts, cjk or "SC")):
        yield font
    yield fonts.main()
    words = name.replace("-", " ").lower().split()
    scripts = [_RENAMED.get(words[0].upper(), words[0])] if words else []
    scripts += ["".join(words[:2]), "".join(words[:3])]
    for family in ("notosans", "notoserif"):
        for script in scripts:
            if font := fonts.named(family + script):
                yield font
    for symbols in _SYMBOL_FONTS:
        if font := fonts.named(symbols):
            yield font
    if not is_cjk and (font := _cjk_font(fonts, "SC")):
        yield font


def cjk_region(language: str) -> str | None:
    """`SC`, `TC`, `HK`, `JP` or `KR`: whose forms of Han characters a language uses; else None."""
    first, *rest = language.lower().replace("_", "-").split("-")
    if first == "ja":
        return "JP"
    if first == "ko":
        return "KR"
    if first == "yue" or (first == "zh" and {"hk", "mo", "yue"} & set(rest)):
        return "HK"
    if first == "hak" or (first == "zh" and {"tw", "hant"} & set(rest)):
        return "TC"
    return "SC" if first in ("zh", "cmn") else None


@lru_cache(maxsize=16)
def _cjk_font(fonts: FontSet, region: str) -> Font | None:
    wanted = {f"{family} {region}" for family in _CJK_FAMILIES}
    for ending in fonts.weight.value:
        for name in ("notosanscjk", f"notosanscjk{region.lower()}", f"notosans{region.lower()}"):
            path = fonts.index.files.get(name + ending)
            faces = read_fonts(path) if path else ()
            if faces:
                return next((font for font in faces if font.family in wanted), faces[0])
    return None


# A character of each script that only a font for that script has.
_PROBES = {
    **{"Latin": ("A", "en"), "Arabic": ("ع", "ar"), "Hebrew": ("ש", "he"), "Greek": ("Ω", "el")},
    **{"Cyrillic": ("Ж", "ru"), "Devanagari": ("अ", "hi"), "Bengali": ("অ", "bn")},
    **{"Tamil": ("அ", "ta"), "Thai": ("ก", "th"), "Chinese": ("这", "zh")},
    **{"Japanese": ("あ", "ja"), "Korean": ("한", "ko")},
}


def script_coverage() -> dict[str, str | None]:
    """By script, the family that draws it on this machine; None where none does."""
    found: dict[str, str | None] = {}
    for script, (character, language) in _PROBES.items():
        try:
            font = font_set(language).for_character(character)
        except ToolMissing:
            font = None
        found[script] = font.family if font else None
    emoji = emoji_font(installed_fonts())
    return found | {"Colour emoji": emoji.family if emoji else None}


def emoji_font(index: FontIndex) -> Font | None:
    """The colour emoji font with bitmaps, which is the kind that can be drawn here."""
    path = index.files.get("notocoloremoji")
    faces = read_fonts(path) if path else ()
    return next((font for font in faces if "CBDT" in font.tables), None)
