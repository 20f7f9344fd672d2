"""The language of a track in an MP4 file, which has three letters: ISO 639-2/T."""

_CODES = {
    "af": "afr", "am": "amh", "an": "arg", "ar": "ara", "as": "asm", "az": "aze", "ba": "bak",
    "be": "bel", "bg": "bul", "bn": "ben", "bs": "bos", "ca": "cat", "cmn": "zho", "cs": "ces",
    "cv": "chv", "cy": "cym", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "eo": "epo",
    "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra", "ga": "gle",
    "gd": "gla", "gn": "grn", "gu": "guj", "he": "heb", "hi": "hin", "hr": "hrv", "ht": "hat",
    "hu": "hun", "hy": "hye", "hyw": "hye", "ia": "ina", "id": "ind", "io": "ido", "is": "isl",
    "it": "ita", "ja": "jpn", "ka": "kat", "kk": "kaz", "kl": "kal", "kn": "kan", "ko": "kor",
    "ku": "kur", "ky": "kir", "la": "lat", "lb": "ltz", "lt": "lit", "lv": "lav", "mi": "mri",
    "mk": "mkd", "ml": "mal", "mr": "mar", "ms": "msa", "mt": "mlt", "my": "mya", "nb": "nob",
    "ne": "nep", "nl": "nld", "no": "nor", "om": "orm", "or": "ori", "pa": "pan", "pl": "pol",
    "pt": "por", "qu": "que", "ro": "ron", "ru": "rus", "sd": "snd", "si": "sin", "sk": "slk",
    "sl": "slv", "sq": "sqi", "sr": "srp", "sv": "swe", "sw": "swa", "ta": "tam", "te": "tel",
    "th": "tha", "ti": "tir", "tk": "tuk", "tn": "tsn", "tr": "tur", "tt": "tat", "ug": "uig",
    "uk": "ukr", "ur": "urd", "uz": "uzb", "vi": "vie", "yue": "zho", "zh": "zho",
}  # fmt: skip


def track_language(tag: str) -> str:
    """The code of a BCP 47 tag: `pt-BR` gives `por`; `und` where there is none."""
    first = tag.partition("-")[0].lower()
    return _CODES.get(first, first if len(first) == 3 else "und")
