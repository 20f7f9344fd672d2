"""Where words end in scripts that write no spaces: Chinese, Japanese, Thai.

By the models of BudouX, which are small and give phrases in Japanese, words in Chinese and Thai.
"""

from functools import lru_cache
from itertools import accumulate

import budoux

from media.fonts import cjk_region

_MODELS = {
    "ja": budoux.load_default_japanese_parser,
    "th": budoux.load_default_thai_parser,
    "zh-hans": budoux.load_default_simplified_chinese_parser,
    "zh-hant": budoux.load_default_traditional_chinese_parser,
}


def word_ends(text: str, language: str) -> frozenset[int] | None:
    """Offsets at which a word ends; None for a text in no script whose words are known.

    The script decides, for a narration may quote; between Chinese and Japanese the kana, then the
    language.
    """
    model = _model(text, language)
    return frozenset(accumulate(map(len, _parser(model).parse(text)))) if model else None


def _model(text: str, language: str) -> str | None:
    if any("\u0e01" <= character <= "\u0e5b" for character in text):
        return "th"
    region = cjk_region(language)
    if region == "JP" or any("\u3041" <= character <= "\u30fa" for character in text):
        return "ja"
    if any("\u4e00" <= character <= "\u9fff" for character in text):
        return "zh-hant" if region in ("TC", "HK") else "zh-hans"
    return None


@lru_cache(maxsize=len(_MODELS))
def _parser(model: str) -> budoux.Parser:
    return _MODELS[model]()
