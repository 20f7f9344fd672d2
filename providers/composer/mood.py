"""From the words of a prompt to a brief: mood, tempo, metre, key, instruments."""

import hashlib
import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from providers.composer import vocabulary
from providers.composer.casting import cast, kinship, relatives
from providers.composer.harmony import (
    MAJOR_ANSWERS,
    MAJOR_LOOPS,
    MINOR_ANSWERS,
    MINOR_LOOPS,
)
from providers.composer.moods import MOODS, Mood
from providers.composer.theory import LETTERS, SCALES, Key

SLOWEST_BPM, FASTEST_BPM = 40.0, 200.0

_TEMPO = re.compile(r"(\d{2,3})\s*(?:bpm|beats per minute)")
_METRE = re.compile(r"\b(3/4|6/8|4/4|waltz|waltzing|valse|vals|walzer|valzer)\b")
_KEY = re.compile(
    r"\b(?:in |en |key of )?\b([a-g])\s?(#|b|sharp|flat|diese|bemol|-?sharp|-?flat)?[\s-]+"
    r"(major|maj|minor|min|dur|moll|majeur|mineur|mayor|menor|dorian|lydian|mixolydian|phrygian)\b"
)
_SOLFEGE = re.compile(
    r"\b(do|re|mi|fa|sol|la|si)\s?(#|b|diese|bemol|sostenido)?\s"
    r"(majeur|mineur|mayor|menor|maggiore|minore|maior)\b"
)
_SYLLABLES = {"do": "c", "re": "d", "mi": "e", "fa": "f", "sol": "g", "la": "a", "si": "b"}
_MODES = {
    **dict.fromkeys(("minor", "min", "moll", "mineur", "menor", "minore"), "minor"),
    **{mode: mode for mode in ("dorian", "lydian", "mixolydian", "phrygian")},
}
_SHARPS = frozenset({"#", "sharp", "-sharp", "diese", "sostenido"})


@dataclass(frozen=True)
class Brief:
    """What is to be composed.

    Attributes:
      mood: The style, with the instruments, metre and percussion level asked for.
      tempo_bpm: Quarter notes per minute.
      key: Tonic and scale.
      has_lead: Whether a melody is wanted.
      named: Instruments the prompt names, in its order.
      seed: Seeds every later choice.
    """

    mood: Mood
    tempo_bpm: float
    key: Key
    has_lead: bool
    named: tuple[str, ...]
    seed: int


def read_brief(prompt: str, seed: int) -> Brief:
    """Understands a prompt; whatever it leaves open is drawn from the prompt and the seed.

    Words it does not know are ignored: every prompt gives music.
    """
    text = reading(prompt)
    digest = hashlib.sha256(f"{seed}\n{text}".encode()).digest()
    rng = random.Random(digest)
    wanted, unwanted, has_drums, text_left = _instruments(text)
    mood, shade = _moods(text_left, wanted)
    words = set(text_left.split())
    key, mood = _key(text, mood, rng)
    alone = _says(words, vocabulary.ONLY_WORDS)
    mood = cast(mood, wanted, unwanted, alone=alone, has_drums=has_drums)
    mood = _played(mood, shade, words)
    metre = _METRE.search(text)
    if metre:
        mood = replace(mood, beats=4 if metre[1] == "4/4" else 3)
    return Brief(
        mood=mood,
        tempo_bpm=_tempo(text, words, mood, shade, rng),
        key=key,
        has_lead=bool(mood.lead) and not _absent(text, vocabulary.MELODY_WORDS),
        named=wanted,
        seed=int.from_bytes(digest[:8], "big"),
    )


def reading(prompt: str) -> str:
    """The prompt in lower case, without accents and punctuation, one space between words."""
    plain = unicodedata.normalize("NFKD", prompt.replace("♯", "#").replace("♭", "b").lower())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = " ".join(re.sub(r"[^\w#&/+.-]|\.(?!\d)|(?<!\d)\.", " ", plain).split())
    for phrase, word in vocabulary.PHRASES:
        plain = plain.replace(phrase, word)
    return plain


def _matches(text: str, alternatives: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w-])(?:{_longest_first(alternatives)})(?![\w-])", text)


def _longest_first(alternatives: str) -> str:
    return "|".join(map(re.escape, sorted(alternatives.split("|"), key=len, reverse=True)))


def _says(words: set[str], alternatives: str) -> bool:
    return not words.isdisjoint(alternatives.split("|"))


def _absent(text: str, alternatives: str) -> bool:
    """Whether the text says to leave out any of these: `no drums`, `without any bass or drums`."""
    refused = rf"\b(?:{vocabulary.NO_WORDS})\s(?:any\s|heavy\s|\w+\s(?:or|and|nor|ou|o|oder)\s)?"
    return bool(re.search(rf"{refused}(?:{_longest_first(alternatives)})(?![\w-])", text))


def _instruments(text: str) -> tuple[tuple[str, ...], frozenset[str], bool | None, str]:
    """Instruments asked for and refused, percussion asked for or refused, and the other words."""
    found: dict[str, int] = {}
    refused: set[str] = set()
    left = text
    pairs = [
        (phrase, name)
        for name, alternatives in vocabulary.INSTRUMENT_WORDS.items()
        for phrase in alternatives.split("|")
    ]
    for phrase, name in sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])):
        match = _matches(left, phrase)
        if match:
            if _absent(text, phrase):
                refused |= relatives(name)
            else:
                found.setdefault(name, match.start())
            # Blanked, not removed: positions keep their meaning.
            left = left[: match.start()] + " " * len(match[0]) + left[match.end() :]
    has_drums: bool | None = None
    if _absent(text, vocabulary.DRUM_WORDS):
        has_drums = False
    elif _matches(left, vocabulary.DRUM_WORDS):
        has_drums = True
    ordered = tuple(sorted(found, key=lambda name: found[name]))
    return ordered, frozenset(refused), has_drums, left


def _moods(text: str, wanted: Sequence[str]) -> tuple[Mood, Mood | None]:
    """The mood with most weight in the text, and the next one, which shades it.

    A genre weighs more than a feeling: calm jazz is jazz.
    """
    by_name = {mood.name: mood for mood in MOODS}
    votes: dict[str, float] = {}
    words = text.split()
    for name, known in vocabulary.MOOD_WORDS.items():
        for index, word in enumerate(words):
            refused = index > 0 and words[index - 1] in vocabulary.NO_WORDS.split("|")
            if word in known.split() and not refused:
                # A word's weight falls slowly along the prompt: "calm, curious" is calm.
                weight = 1 / (1 + 0.08 * index) + (0.25 if word == name else 0.0)
                weight *= vocabulary.GENRE_WEIGHT if name in vocabulary.GENRES else 1.0
                weight *= vocabulary.SHADE_WEIGHT if _says({word}, vocabulary.SHADES) else 1.0
                votes[name] = votes.get(name, 0.0) + weight
    if votes:
        first, *others = sorted(votes, key=lambda name: -votes[name])
        return by_name[first], by_name[others[0]] if others else None
    if not wanted:
        # "world" alone asks for it; among other words it seldom does.
        return by_name[next((name for name in by_name if name in words), "inspiring")], None
    # Only instruments: the mood whose own instruments they are.
    return max(MOODS, key=lambda mood: kinship(mood, wanted)), None


def _key(text: str, mood: Mood, rng: random.Random) -> tuple[Key, Mood]:
    drawn = Key(mood.tonics[rng.randrange(len(mood.tonics))], mood.scale)
    match = _KEY.search(text) or _SOLFEGE.search(text)
    if match:
        letter = _SYLLABLES.get(match[1], match[1])
        shift = 0 if not match[2] else 1 if match[2] in _SHARPS else -1
        tonic = (LETTERS[letter.upper()] + shift) % 12
        wanted = _MODES.get(match[3], "major")
    else:
        tonic = drawn.tonic
        mode = _matches(text, "|".join((*_MODES, "major", "majeur", "mayor")))
        if not mode:
            return drawn, mood
        wanted = _MODES.get(mode[0], "major")
    was_minor = 3 in SCALES[mood.scale]
    if wanted == mood.scale or (wanted in ("major", "minor") and was_minor == (wanted == "minor")):
        # The mood's own colour of major or minor, under the plain name that was asked for.
        return Key(tonic, mood.scale if wanted == mood.scale else wanted), mood
    is_minor = 3 in SCALES[wanted]
    if is_minor == was_minor:
        return Key(tonic, wanted), mood
    return Key(tonic, wanted), replace(
        mood,
        loops=MINOR_LOOPS if is_minor else MAJOR_LOOPS,
        answers=MINOR_ANSWERS if is_minor else MAJOR_ANSWERS,
        cadence="minor" if is_minor else "gentle",
    )


def _played(mood: Mood, shade: Mood | None, words: set[str]) -> Mood:
    energy = mood.energy if shade is None else 0.75 * mood.energy + 0.25 * shade.energy
    if _says(words, vocabulary.SOFTER_WORDS):
        energy = max(0.2, energy - 0.15)
    if _says(words, vocabulary.LOUDER_WORDS):
        energy = min(1.0, energy + 0.15)
    return replace(mood, energy=round(energy, 2))


def _tempo(text: str, words: set[str], mood: Mood, shade: Mood | None, rng: random.Random) -> float:
    low, high = mood.bpm
    if shade is not None:  # the half of the range that lies nearer to the other mood's
        middle = (low + high) // 2
        low, high = (low, middle) if sum(shade.bpm) < sum(mood.bpm) else (middle, high)
    drawn = rng.randint(low, high)
    asked = _TEMPO.search(text)
    if asked:
        return min(max(float(asked[1]), SLOWEST_BPM), FASTEST_BPM)
    if _says(words, vocabulary.SLOWER_WORDS):
        return float(round(drawn * 0.9))
    if _says(words, vocabulary.FASTER_WORDS):
        return float(round(drawn * 1.08))
    return float(drawn)
