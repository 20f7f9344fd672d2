"""Prompts as words: folded, without the words every sentence has, and stable numbers from them."""

import hashlib
import re
import unicodedata

# The commonest words of English, French, Spanish, German; they say nothing about a picture.
STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being
    below between both but by can could did do does down each even every few for from had has
    have he her here him his how i if in into is it its just like made make many may me more
    most much must my never no not now of off on once one only or other our out over own same
    she should so some such than that the their them then there these they this those through to
    too two under until up us very was we were what when where which while who whose why will
    with would you your yours au aux avec ce ces cette dans de des du elle en est et il ils je
    la le les leur lui ma mais me mon ne nous on ou par pas pour qu que qui sa se ses son sont
    sur ta te tes ton tu un une vos vous al como con cuando del donde el ella ellos es esta este
    la las lo los mas mi muy nos para pero por se sin sobre su sus tan un una y ya aber als am
    auch auf aus bei bin bis das dass dem den der des die doch ein eine einem einen einer er es
    fur hat ich ihr im ist ja kann mit nach nicht noch nur oder sich sie sind so uber um und uns
    von vor war was wenn wie wir zu zum zur
    """.split()  # noqa: SIM905 - a list of quoted words would hide them
)
_WORD = re.compile(r"[^\W_]+")


def content_words(prompt: str) -> tuple[str, ...]:
    """The prompt's words in order, lower case, accents removed, stop words left out."""
    return tuple(word for word in _WORD.findall(folded(prompt)) if word not in STOP_WORDS)


def folded(text: str) -> str:
    """Lower case without accents or Arabic vowel signs, one form for each letter."""
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in split if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)


def stems(word: str) -> tuple[str, ...]:
    """The word and what it may be without a plural or an article joined to it."""
    forms = [word]
    for ending in ("s", "es", "n", "en", "e", "er", "x"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            forms.append(word.removesuffix(ending))
    if word.endswith("ies"):
        forms.append(word.removesuffix("ies") + "y")
    if word.startswith("ال") and len(word) > 4:
        forms.append(word.removeprefix("ال"))
    return tuple(forms)


def is_unspaced(word: str) -> bool:
    """Whether the word's script writes without spaces (Han, kana): it is then found inside text."""
    return any("\u3040" <= letter <= "\u9fff" for letter in word)


def number(*parts: object) -> int:
    """A stable 64-bit number from values with a stable `str`: the same in every process."""
    joined = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(joined.encode()).digest()[:8], "big")
