from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest

from media.caption_look import CaptionLook
from media.cues import Cue, cut_cues
from media.fonts import script_coverage
from media.lettering import measure
from media.sidecar import captions_of, parse_srt, parse_vtt, srt, vtt
from tests.media.caption_corpus import CORPUS, spoken
from tests.media.caption_rules import Violation, violations

RATE = Fraction(30)
SHAPES = ((1920, 1080), (1080, 1920))
# What the model of Thai words does not know, in one of four layouts: ชายฝั่ง, the coast.
KNOWN = {"th": {"inside a word": 1}}
# Words and addresses wider than a line, and words before them that have no better place; captions
# of 7 s, which cannot reach the next.
FORCED = {"en": 4, "de": 9, "es": 1, "pt": 2, "it": 2, "nl": 2, "ru": 2, "tr": 1, "hi": 2, "ko": 2}
_SCRIPTS = {"ar": "Arabic", "he": "Hebrew", "hi": "Devanagari", "th": "Thai", "ru": "Cyrillic"}
_SCRIPTS |= {"zh": "Chinese", "ja": "Japanese", "ko": "Korean"}
COVERED = script_coverage()


def planned(language: str) -> Iterator[tuple[str, CaptionLook, tuple[Cue, ...]]]:
    """Captions of each narration in both shapes and styles, at 30 frames a second."""
    for narration, size, kind in product(CORPUS[language], SHAPES, ("block", "karaoke")):
        look = CaptionLook(kind, *size, language)
        yield narration, look, cut(narration, look)


def cut(narration: str, look: CaptionLook) -> tuple[Cue, ...]:
    words = spoken(narration, look.language)
    return cut_cues(
        narration,
        words,
        first_frame=0,
        frame_rate=RATE,
        until=round(words[-1].end_s * RATE) + 30,
        language=look.language,
        fits=lambda line: measure(look, [line])[0] <= look.text_width,
    )


@pytest.mark.parametrize("language", CORPUS)
def test_captions_keep_the_rules_in(language: str) -> None:
    if COVERED[_SCRIPTS.get(language, "Latin")] is None:
        pytest.skip(f"no font for {language} is installed")

    found = [
        one
        for narration, look, cues in planned(language)
        for one in violations(narration, cues, look, RATE)
    ]

    free = Counter(one.rule for one in found if not one.forced)
    assert free == Counter(KNOWN.get(language, {})), [one for one in found if not one.forced]
    assert sum(one.forced for one in found) <= FORCED.get(language, 0), found


@pytest.mark.parametrize("language", CORPUS)
def test_caption_files_say_every_word_in_its_place(language: str) -> None:
    for narration, _, cues in planned(language):
        said = captions_of(cues, RATE)

        assert parse_srt(srt(cues, RATE)) == parse_vtt(vtt(cues, RATE)) == said
        assert "".join("".join(one.text.split()) for one in said) == "".join(narration.split())


def test_speech_that_is_too_quick_for_any_caption_is_told() -> None:
    look = CaptionLook("block", 1920, 1080, "ja")
    narration = "速い。とても速い。もう間に合わない。"
    words = tuple(
        type(word)(word.text, word.start_s / 4, word.end_s / 4, word.at)
        for word in spoken(narration, "ja")
    )

    cues = cut_cues(
        narration,
        words,
        first_frame=0,
        frame_rate=RATE,
        until=round(words[-1].end_s * RATE),
        language="ja",
        fits=lambda line: measure(look, [line])[0] <= look.text_width,
    )

    assert Violation("speed", cues[0].text, True) in violations(narration, cues, look, RATE)
