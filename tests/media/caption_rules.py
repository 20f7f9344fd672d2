"""What an editor of subtitles would strike out in planned captions, told rule by rule.

The lists here are the editor's own, apart from those by which captions are cut.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from media.breaks import has_no_spaces, is_wide
from media.caption_look import CaptionLook
from media.cues import Cue
from media.lettering import measure
from media.reading import read_characters, reading_speed

# Words that nobody leaves at the end of a line: articles and short prepositions.
_CLINGING = {
    "en": "a an the of to in at from with my its her his",
    "de": "der die das den dem des ein eine einen einem einer von zu in am im zur zum mit für",
    "fr": "le la les un une des du de ce ces à en dans son sa par pour",
    "es": "el la los las un una de del al en con a por",
    "pt": "o a os as um uma de do da dos das no na nos nas em com ao à por",
    "it": "il lo la i gli le un una di del della dei al a in da con nello nelle su",
    "nl": "de het een van in op met bij te voor",
    "pl": "w z na o do i po od",
    "ru": "в на при с о к и по от",
    "ar": "في من على إلى عن هذه هذا",
    "he": "את על של",
}
_ENDING = "。、，．・：；？！」』）】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?;:%)]}”’»،؛؟।"
_OPENING = "「『（【〔〈《([{“‘«¿¡„"
_TITLES = ("dr.", "mrs.", "mme", "sr.", "dra.", "sig.", "dott.ssa", "डॉ.", "ดร.", "ד״ר")
_INITIAL = re.compile(r"(?:^|\s)\w\.$")


# Words of the corpus that are written without spaces and yet are words.
_WHOLE = {
    "th": (
        "วันละ ครั้ง ทะเล ลืม โขดหิน เหล่านี้ เหลือ อยู่ ต้อง กลั้น หายใจ นาน ชั่วโมง อุณหภูมิ "
        "ฤดูหนาว เกือบ ฤดูร้อน "
        "สมชาย เรียก มัน คืน ยาวนาน ที่สุด ชายฝั่ง และ เขา นับ มาก กว่า ชนิด ทุก ตัว รอด หรือไม่ "
        "ไม่ใช่ แต่ "
        "กลับมา เดิม เสมอ เพื่อ น้ำขึ้น อ่าน เพิ่มเติม ก่อน ต่อไป"
    ),
    "zh": (
        "大海 每天 忘记 这些 岩石 留下来 生物 必须 呼吸 长达 小时 冬天 接近 夏天 王小明 博士 "
        "叫做 海岸 夜晚 多种 "
        "动物 它们 活下来 但是 那些 每次 回到 同一个 地方 等待 潮水 再次 更多 内容 访问 或者 "
        "参观 海洋 博物馆 周二 周日 开放"
    ),
    "ja": (
        "一日 二度 これら 忘れます 残された 最大 時間 止めなければ 山田太郎 博士 それ 海辺 いちば"
        "ん 長い 呼び 生き物 "
        "数えました すべて 生き残る でしょうか いいえ しかし 生き残った 必ず 場所 戻り 待ちます "
        "コミュニケーション "
        "プログラミング について 詳しく ご覧ください"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Violation:
    """A broken rule. `forced`: nothing else was possible, as when speech itself is too fast."""

    rule: str
    text: str
    forced: bool = False


def violations(
    narration: str, cues: Sequence[Cue], look: CaptionLook, rate: Fraction
) -> Iterator[Violation]:
    """Every broken rule of a narration's captions."""
    for number, cue in enumerate(cues):
        yield from _times(cue, cues[number + 1 :], rate)
        yield from _speeds(cue, look.language, rate)
        lines = cue.text.split("\n")
        if len(lines) > 2:
            yield Violation("lines", cue.text)
        for line, width in zip(lines, measure(look, lines), strict=True):
            if width > look.text_width:
                yield Violation("width", line)
    for before, after in pairwise(cues):
        gap, longer = after.start - before.end, after.start - 2 - before.start
        if 0 != gap < 2:
            yield Violation("gap", after.text)
        if 2 < gap < rate / 2:  # a flicker; only a caption of 7 s cannot close it
            yield Violation("flicker", after.text, forced=longer > 7 * rate)
    lines = [line for cue in cues for line in cue.text.split("\n")]
    at = 0
    for line, below in pairwise(lines):
        at = narration.index(line, at) + len(line)
        yield from _break(line, below, look)
        yield from _inside(narration, at, f"{line} / {below}", look)


def _times(cue: Cue, later: Sequence[Cue], rate: Fraction) -> Iterator[Violation]:
    shown = cue.end - cue.start
    if shown > 7 * rate:
        yield Violation("longest", cue.text)
    if shown < Fraction(5, 6) * rate:
        # The next one begins with its own voice.
        forced = bool(later) and later[0].start - cue.start < Fraction(5, 6) * rate + 2
        yield Violation("shortest", cue.text, forced)


def _speeds(cue: Cue, language: str, rate: Fraction) -> Iterator[Violation]:
    read = read_characters(cue.text, language)
    if read * rate / (cue.end - cue.start) > reading_speed(language).fastest:
        # No caption is slower than the voice it follows.
        words = [word for line in cue.lines for word in line]
        lasts = words[-1].end - words[0].start
        yield Violation("speed", cue.text, read * rate / lasts > reading_speed(language).fastest)


def _break(line: str, below: str, look: CaptionLook) -> Iterator[Violation]:
    last = line.split(" ")[-1]
    told = f"{line} / {below}"
    if last.lower() in _CLINGING.get(look.language, "").split():
        # With it the next line would be too wide.
        forced = measure(look, [f"{last} {below}"])[0] > look.text_width
        yield Violation("clinging word", told, forced)
    if re.search(r"\d$", last) and not re.fullmatch(r"20\d\d", last) and below[0] not in "(—–":
        yield Violation("number", told)  # from its unit, from what it counts, from its month
    if re.fullmatch(r"\d{1,2}\.", last) and look.language == "de":
        yield Violation("number", told)
    if last.lower() in ("mar.", "z.") or re.search(r"\b([a-z]\.){2}$", line):
        yield Violation("abbreviation", told)
    if _INITIAL.search(line) or last.lower() in _TITLES:
        yield Violation("name", told)
    if below[0] in _ENDING or line[-1] in _OPENING:
        yield Violation("kinsoku", told)


def _inside(narration: str, at: int, told: str, look: CaptionLook) -> Iterator[Violation]:
    """Breaks inside what is one word: between white spaces, or of the editor's list."""
    around = (narration[at - 1], narration[at])
    if any(character.isspace() for character in around):
        return
    for word in _WHOLE.get(look.language, "").split():
        for found in re.finditer(word, narration):
            if found.start() < at < found.end():
                yield Violation("inside a word", told)
                return
    if all(c.isalnum() and not is_wide(c) and not has_no_spaces(c) for c in around):
        begins, ends = narration.rfind(" ", 0, at) + 1, narration.find(" ", at)
        token = narration[begins : ends if ends > 0 else None]
        forced = measure(look, [token])[0] > look.text_width
        yield Violation("inside a word", told, forced)
