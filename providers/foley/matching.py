"""From a person's words to a sound: which phrases of the library a query contains.

Words are compared without case, accents, plural and -ing/-ed. A phrase counts when all its words
are in the query, in any order; the sound whose phrases cover most of the query wins. What stands
before the first preposition is what sounds, the rest is where: "a dog in the rain" is no rain.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise

from jobs.errors import NoMatch
from providers.foley.entry import CatalogueEntry
from providers.foley.vocabulary import MODIFIERS, PREPOSITIONS, STOP_WORDS

CLOSEST = 3


@dataclass(frozen=True)
class Match:
    """A query understood.

    Attributes:
      entry: The sound.
      words: The query's words that named it, in the query's order and spelling.
      modifiers: The words left over that colour it: distant, loud, small...
    """

    entry: CatalogueEntry
    words: str
    modifiers: frozenset[str]


# Of the phrase that fits best: words covered, words spelled alike, whether it is the name itself.
_Closeness = tuple[int, int, bool]


@dataclass(frozen=True)
class _Query:
    words: tuple[str, ...]  # as written
    bare: tuple[str, ...]  # as `plain` spells them
    forms: tuple[frozenset[str], ...]
    head: frozenset[int]  # positions of content words before the first preposition
    content: frozenset[int]
    heard: frozenset[str]  # every form of every word, and of two neighbours as one


def best_match(query: str, entries: Sequence[CatalogueEntry]) -> Match:
    """The sound that covers most of the query.

    Raises:
      NoMatch: No sound is named, or only one the query does not turn on. The message and the
        fact `closest` carry the three sounds whose words look most alike.
    """
    asked = _parse(query)
    best: tuple[tuple[float, ...], CatalogueEntry, frozenset[int]] | None = None
    for order, entry in enumerate(entries):
        covered, closeness = _coverage(entry, asked)
        if not covered or not _turns_on(covered, asked):
            continue
        in_head = len(covered & asked.head)
        score = (
            in_head + 0.75 * (len(covered) - in_head),
            *closeness,
            -float(min(covered)),
            -float(order),
        )
        if best is None or score > best[0]:
            best = (score, entry, covered)
    if best is None:
        names = closest_names(query, entries)
        raise NoMatch(
            f"no sound effect fits {query!r}; the closest are {', '.join(names)}",
            query=query,
            closest=names,
        )
    _, entry, covered = best
    spare = [plain(word) for index, word in enumerate(asked.words) if index not in covered]
    return Match(
        entry=entry,
        words=" ".join(asked.words[index] for index in sorted(covered)),
        modifiers=frozenset(spare) & MODIFIERS,
    )


def closest_names(query: str, entries: Sequence[CatalogueEntry]) -> tuple[str, ...]:
    """The three sounds with the phrase, or else the word, spelled most like the query's."""
    words = [word for word in plain(query).split() if word not in STOP_WORDS | PREPOSITIONS]
    whole = " ".join(words)

    def likeness(entry: CatalogueEntry) -> float:
        phrases = [plain(phrase) for phrase in entry.phrases]
        parts = {part for phrase in phrases for part in phrase.split() if part not in STOP_WORDS}
        by_phrase = max(_alike(whole, phrase) for phrase in phrases)
        by_word = max((_alike(word, part) for word in words for part in parts), default=0.0)
        return max(by_phrase, 0.9 * by_word)

    ranked = sorted(entries, key=lambda entry: (-likeness(entry), len(entry.name), entry.name))
    return tuple(entry.name for entry in ranked[:CLOSEST])


def _alike(one: str, other: str) -> float:
    compare = SequenceMatcher(None, one, other, autojunk=False)
    # The two quick bounds are cheap, and most pairs are far apart.
    if compare.real_quick_ratio() < 0.5 or compare.quick_ratio() < 0.5:
        return 0.0
    return compare.ratio()


def plain(text: str) -> str:
    """Lower case, without accents and punctuation: "Pluie d'été" is "pluie d ete"."""
    # Ligatures are letters of their own to Unicode: nothing else would open them.
    opened = text.casefold().replace("œ", "oe").replace("æ", "ae")
    folded = unicodedata.normalize("NFKD", opened)
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


@cache
def word_forms(word: str) -> frozenset[str]:
    """A plain word and what it may be a plural, -ing or -ed form of.

    Forms are compared as sets, so a wrong guess ("string" of "stre") does no harm.
    """
    forms = {word}
    if word.endswith("ies") and len(word) > 4:
        forms.add(word[:-3] + "y")
    elif word.endswith(("ses", "xes", "zes", "ches", "shes")):
        forms |= {word[:-1], word[:-2]}
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        forms.add(word[:-1])
    for ending in ("ing", "ed"):
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= 3:
            forms.add(stem + "e")
            if len(stem) >= 4:
                forms.add(stem)
                if stem[-1] == stem[-2]:
                    forms.add(stem[:-1])
    return frozenset(forms)


@cache
def phrase_words(phrase: str) -> tuple[tuple[str, ...], ...]:
    """The content words of a library phrase; two words also as one ("doorbell", "door bell").

    A phrase that would shrink to one word keeps them all: "white" is not yet "white noise".
    """
    every = tuple(plain(phrase).split())
    words = tuple(word for word in every if word not in STOP_WORDS | PREPOSITIONS)
    if len(words) < 2:
        words = every
    return (words, ("".join(words),)) if len(words) == 2 else (words,)


def _parse(query: str) -> _Query:
    # Punctuation and apostrophes part words: "l'orage" is "l" and "orage".
    words = tuple(re.findall(r"[^\W_]+", query))
    bare = tuple(plain(word) for word in words)
    content: set[int] = set()
    head: set[int] = set()
    past_head = False
    for index, word in enumerate(bare):
        if word in PREPOSITIONS:
            past_head = past_head or bool(head)
        elif word and word not in STOP_WORDS | MODIFIERS:
            content.add(index)
            if not past_head:
                head.add(index)
    forms = tuple(word_forms(word) for word in bare)
    joined = {a + b for first, second in pairwise(forms) for a in first for b in second}
    heard = joined.union(*forms)
    return _Query(words, bare, forms, frozenset(head), frozenset(content), frozenset(heard))


def _coverage(entry: CatalogueEntry, asked: _Query) -> tuple[frozenset[int], _Closeness]:
    covered: set[int] = set()
    closest: _Closeness = (0, 0, False)
    for phrase in entry.phrases:
        for words in phrase_words(phrase):
            if asked.heard.isdisjoint(word_forms(words[0])):
                continue  # most phrases end here: their first word is not in the query
            if places := _places(words, asked.forms):
                covered |= places
                literal = len({asked.bare[place] for place in places} & set(words))
                closest = max(closest, (len(places), literal, phrase == entry.name))
    return frozenset(covered), closest


def _places(words: Iterable[str], forms: Sequence[frozenset[str]]) -> set[int]:
    places: set[int] = set()
    for word in words:
        wanted = word_forms(word)
        at = {index for index, form in enumerate(forms) if form & wanted and index not in places}
        if at:
            places.add(min(at))
            continue
        joined = [
            index
            for index in range(len(forms) - 1)
            if any(a + b == word for a in forms[index] for b in forms[index + 1])
        ]
        if not joined:
            return set()
        places |= {joined[0], joined[0] + 1}
    return places


def _turns_on(covered: frozenset[int], asked: _Query) -> bool:
    if asked.content <= covered:
        return True
    head = asked.head
    named = head & covered
    # English puts the noun last ("old church bell") or before what it does ("train arriving");
    # other languages put it first: half of the words do as well.
    last_or_acting = max(head, default=-1) in covered or any(
        place + 1 < len(asked.bare) and asked.bare[place + 1].endswith("ing") for place in named
    )
    return bool(named) and (last_or_acting or 2 * len(named) >= len(head))
