"""The languages a narration can be spoken in offline, and which espeak-ng voice speaks each.

The table is what espeak-ng 1.52 brings with its data (voices without a dictionary are left out).
Tags are BCP 47; a tag that is not in the table is looked up as RFC 4647 section 3.4 says, by
dropping its last parts: `de-AT` is spoken as `de`.
"""

import difflib
import re
from dataclasses import dataclass
from enum import Enum

from jobs.errors import InvalidInput

_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*")


class Script(Enum):
    """How a language is written, as far as layout and reading time care."""

    LEFT_TO_RIGHT = "left_to_right"
    RIGHT_TO_LEFT = "right_to_left"
    CJK = "cjk"  # wide characters: Chinese, Japanese, Korean


@dataclass(frozen=True)
class Language:
    """A language that can be spoken.

    Attributes:
      tag: BCP 47 tag of the table's row.
      name: English name.
      voice: espeak-ng voice name.
      script: Writing direction, or wide characters.
    """

    tag: str
    name: str
    voice: str
    script: Script


def find_language(tag: str) -> Language | None:
    """The language that speaks a tag, in any case and with `-` or `_`; None without one."""
    wanted = tag.replace("_", "-").lower()
    if not _TAG.fullmatch(wanted):
        return None
    while wanted:
        wanted = _ALIASES.get(wanted, wanted)
        if name := _NAMES.get(wanted):
            return Language(canonical_tag(wanted), name, _voice(wanted), _script(wanted))
        wanted = wanted.rpartition("-")[0]
    return None


def espeak_voice(tag: str) -> str:
    """The espeak-ng voice of a language tag: `zh` gives `cmn`, `en` gives `en-us`.

    Raises:
      InvalidInput: Nothing speaks this language.
    """
    if language := find_language(tag):
        return language.voice
    raise InvalidInput(f"the language {tag!r} cannot be spoken")


def close_languages(tag: str, limit: int = 3) -> tuple[Language, ...]:
    """Languages whose tag or English name is close to what was given, closest first."""
    wanted = tag.replace("_", "-").lower()[:40]
    by_word = {row.lower(): row for row in (*_NAMES, *_ALIASES)}
    for row, name in _NAMES.items():
        by_word.setdefault(name.lower(), row)
        by_word.setdefault(name.lower().partition(" (")[0], row)
    by_word["english"] = "en"
    close = difflib.get_close_matches(wanted, by_word, n=limit * 3, cutoff=0.7)
    found = (find_language(by_word[word]) for word in close)
    return tuple({language.tag: language for language in found if language}.values())[:limit]


def spoken_languages() -> tuple[Language, ...]:
    """Every row of the table, by tag."""
    return tuple(language for row in _NAMES if (language := find_language(row)))


def canonical_tag(tag: str) -> str:
    """A tag in the usual case: `ZH-hant-tw` gives `zh-Hant-TW` (RFC 5646 section 2.1.1)."""
    first, *rest = tag.replace("_", "-").lower().split("-")
    parts = [first]
    for part in rest:
        if len(parts[-1]) == 1 or "x" in parts[1:]:
            parts.append(part)
        elif len(part) == 4 and part.isalpha():
            parts.append(part.capitalize())
        else:
            parts.append(part.upper() if len(part) == 2 else part)
    return "-".join(parts)


def _voice(row: str) -> str:
    return "en" if row == "en-gb" else row


def _script(row: str) -> Script:
    if row in _RIGHT_TO_LEFT:
        return Script.RIGHT_TO_LEFT
    return Script.CJK if row in _CJK else Script.LEFT_TO_RIGHT


_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "sd", "ug", "ur"})
_CJK = frozenset({"cmn", "ja", "ko", "yue"})

# Tags people write -> rows of the table.
_ALIASES = {
    "en": "en-us",
    **dict.fromkeys(("en-au", "en-ie", "en-in", "en-nz", "en-sg", "en-za", "en-uk"), "en-gb"),
    **dict.fromkeys(("en-ag", "en-bb", "en-jm", "en-tt"), "en-029"),
    **dict.fromkeys(
        (
            *("es-ar", "es-bo", "es-cl", "es-co", "es-cr", "es-cu", "es-do", "es-ec", "es-gt"),
            *("es-hn", "es-mx", "es-ni", "es-pa", "es-pe", "es-pr", "es-py", "es-sv", "es-us"),
            *("es-uy", "es-ve"),
        ),
        "es-419",
    ),
    **dict.fromkeys(("zh", "zh-cmn"), "cmn"),
    **dict.fromkeys(("zh-yue", "zh-hk", "zh-mo", "zh-hant-hk", "zh-hant-mo"), "yue"),
    "zh-hak": "hak",
    **dict.fromkeys(("no", "nn"), "nb"),
    # Codes that were replaced, and members of macrolanguages.
    **{"iw": "he", "in": "id", "mo": "ro", "sh": "hr", "tlh": "piqd", "arb": "ar"},
    **{"prs": "fa", "pes": "fa", "swh": "sw", "zsm": "ms", "lvs": "lv", "ekk": "et"},
}

# From the `lang` folder of espeak-ng 1.52.
_NAMES = {
    "af": "Afrikaans",
    "am": "Amharic",
    "an": "Aragonese",
    "ar": "Arabic",
    "as": "Assamese",
    "az": "Azerbaijani",
    "ba": "Bashkir",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "bpy": "Bishnupriya Manipuri",
    "bs": "Bosnian",
    "ca": "Catalan",
    "ca-ba": "Catalan (Balearic)",
    "ca-nw": "Catalan (North-western)",
    "ca-va": "Catalan (Valencian)",
    "cmn": "Chinese (Mandarin)",
    "cmn-latn-pinyin": "Chinese (Mandarin, pinyin between characters)",
    "cs": "Czech",
    "cv": "Chuvash",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en-029": "English (Caribbean)",
    "en-gb": "English (Great Britain)",
    "en-gb-scotland": "English (Scotland)",
    "en-gb-x-gbclan": "English (Lancaster)",
    "en-gb-x-gbcwmd": "English (West Midlands)",
    "en-gb-x-rp": "English (Received Pronunciation)",
    "en-shaw": "English (Shavian alphabet)",
    "en-us": "English (America)",
    "en-us-nyc": "English (America, New York City)",
    "eo": "Esperanto",
    "es": "Spanish (Spain)",
    "es-419": "Spanish (Latin America)",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fa-latn": "Persian (Pinglish)",
    "fi": "Finnish",
    "fr": "French (France)",
    "fr-be": "French (Belgium)",
    "fr-ch": "French (Switzerland)",
    "ga": "Gaelic (Irish)",
    "gd": "Gaelic (Scottish)",
    "gn": "Guarani",
    "grc": "Greek (Ancient)",
    "gu": "Gujarati",
    "hak": "Hakka Chinese",
    "haw": "Hawaiian",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "ht": "Haitian Creole",
    "hu": "Hungarian",
    "hy": "Armenian (East Armenia)",
    "hyw": "Armenian (West Armenia)",
    "ia": "Interlingua",
    "id": "Indonesian",
    "io": "Ido",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "jbo": "Lojban",
    "ka": "Georgian",
    "kk": "Kazakh",
    "kl": "Greenlandic",
    "kn": "Kannada",
    "ko": "Korean",
    "kok": "Konkani",
    "ku": "Kurdish",
    "ky": "Kyrgyz",
    "la": "Latin",
    "lb": "Luxembourgish",
    "lfn": "Lingua Franca Nova",
    "lt": "Lithuanian",
    "ltg": "Latgalian",
    "lv": "Latvian",
    "mi": "Māori",
    "mk": "Macedonian",
    "ml": "Malayalam",
    "mr": "Marathi",
    "ms": "Malay",
    "mt": "Maltese",
    "mto": "Totontepec Mixe",
    "my": "Myanmar (Burmese)",
    "nb": "Norwegian Bokmål",
    "nci": "Nahuatl (Classical)",
    "ne": "Nepali",
    "nl": "Dutch",
    "nog": "Nogai",
    "om": "Oromo",
    "or": "Oriya",
    "pa": "Punjabi",
    "pap": "Papiamento",
    "piqd": "Klingon",
    "pl": "Polish",
    "pt": "Portuguese (Portugal)",
    "pt-br": "Portuguese (Brazil)",
    "py": "Pyash",
    "qdb": "Lang Belta",
    "qu": "Quechua",
    "quc": "K'iche'",
    "qya": "Quenya",
    "ro": "Romanian",
    "ru": "Russian",
    "ru-cl": "Russian (Classic)",
    "ru-lv": "Russian (Latvia)",
    "sd": "Sindhi",
    "shn": "Shan (Tai Yai)",
    "si": "Sinhala",
    "sjn": "Sindarin",
    "sk": "Slovak",
    "sl": "Slovenian",
    "smj": "Lule Saami",
    "sq": "Albanian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "ti": "Tigrinya",
    "tk": "Turkmen",
    "tn": "Setswana",
    "tr": "Turkish",
    "tt": "Tatar",
    "ug": "Uyghur",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "uz": "Uzbek",
    "vi": "Vietnamese (Northern)",
    "vi-vn-x-central": "Vietnamese (Central)",
    "vi-vn-x-south": "Vietnamese (Southern)",
    "yue": "Chinese (Cantonese)",
    "yue-latn-jyutping": "Chinese (Cantonese, jyutping between characters)",
}
