"""One sound effect, from the words that ask for it to a WAV file."""

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy import signal

from jobs.errors import InvalidInput
from providers.foley import finishing
from providers.foley.catalogue import ENTRIES
from providers.foley.entry import CatalogueEntry, Take
from providers.foley.matching import best_match
from providers.foley.synthesis import RATE, Generator, Stereo, count
from providers.foley.vocabulary import BIG, DISTANT, FAST, LOUD, SLOW, SMALL, SOFT

SHORTEST_S, LONGEST_S = 0.05, 600.0
LONGEST_RENDER_S = 30.0  # a longer texture repeats this much of it; a gesture is no longer
SEAM_S = 0.5
SHORTEST_TEXTURE_S = 2.0  # a shorter one is cut from this much, so that something is in it
SHORTEST_SHARE = 0.4  # of a gesture: squeezed further, it would lose its shape; it is cut
PRE_ROLL_S = 0.005  # silence that takes the fade in, so that it never blunts an attack


@dataclass(frozen=True)
class EffectRequest:
    """What to look for and how long it should last.

    Attributes:
      query: What sounds, in words: "distant thunder", "footsteps on gravel".
      duration_s: Length wanted, 0.05 to 600 s. A texture fills it exactly; so does a gesture such
        as a riser, up to 30 s; any other event is cut to it and never made longer. None: the
        natural length.
      seed: Another seed is another take of the same sound.
    """

    query: str
    duration_s: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.duration_s is not None and not SHORTEST_S <= self.duration_s <= LONGEST_S:
            raise InvalidInput(
                f"sound effect {self.query!r}: duration {self.duration_s:g} s, "
                f"expected {SHORTEST_S:g} to {LONGEST_S:g} s"
            )


@dataclass(frozen=True)
class Effect:
    """A sound effect, ready to mix.

    Attributes:
      wav: Stereo, 48 kHz, 16-bit PCM; peaks at most -1 dBFS; both ends silent.
      name: The library's name of the sound.
      duration_s: Its exact length.
      matched: The words of the query that named it.
      loop: A texture whose end leads into its start, or an event that happens once.
    """

    wav: bytes
    name: str
    duration_s: float
    matched: str
    loop: bool


@dataclass(frozen=True)
class _Character:
    pace: float
    size: tuple[int, int]  # a ratio of lengths: (4, 3) is a third larger, and as much lower
    gain_lu: float
    is_distant: bool


def find_effect(query: str) -> CatalogueEntry:
    """The sound a query names.

    Raises:
      NoMatch: None does; the message and the fact `closest` name the three nearest.
    """
    return best_match(query, ENTRIES).entry


def make_effect(request: EffectRequest) -> Effect:
    """Finds and synthesizes a sound; the same request gives the same bytes.

    Events peak at -20 LUFS momentary, textures lie at -23 LUFS; "distant" and "soft" take 6 LU
    off, "loud" adds 4. "Small" and "big" scale the sounding body, "slow" and "fast" its rhythm.

    Raises:
      NoMatch: Nothing in the library fits the query.
    """
    match = best_match(request.query, ENTRIES)
    entry, character = match.entry, _character(match.modifiers)
    digest = hashlib.sha256(f"{entry.name}\n{request.seed}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
    sound = _texture if entry.loop else _event
    wave = sound(entry, request.duration_s, character, rng)
    return Effect(
        wav=finishing.wav_bytes(wave),
        name=entry.name,
        duration_s=wave.shape[1] / RATE,
        matched=match.words,
        loop=entry.loop,
    )


def _character(words: frozenset[str]) -> _Character:
    size = (4, 3) if words & BIG else (3, 4) if words & SMALL else (1, 1)
    is_distant = bool(words & DISTANT)
    return _Character(
        pace=1.4 if words & FAST else 0.7 if words & SLOW else 1.0,
        size=size,
        gain_lu=4.0 * bool(words & LOUD) - 6.0 * bool(words & SOFT) - 6.0 * is_distant,
        is_distant=is_distant,
    )


def _event(
    entry: CatalogueEntry, asked_s: float | None, character: _Character, rng: Generator
) -> Stereo:
    length_s = entry.duration_s * character.size[0] / character.size[1]
    if asked_s and entry.stretches:
        length_s = min(max(asked_s, SHORTEST_SHARE * length_s), LONGEST_RENDER_S)
    lead = count(PRE_ROLL_S)
    dry = _rendered(entry, max(1, count(length_s) - lead), character, rng)
    wave = np.pad(dry, ((0, 0), (lead, 0)))
    if character.is_distant:
        wave = finishing.distant(rng, np.pad(wave, ((0, 0), (0, count(1.2)))))
    n = min(wave.shape[1], count(asked_s)) if asked_s else wave.shape[1]
    is_cut = n < wave.shape[1]
    wave = finishing.levelled(
        finishing.cleaned(wave[:, :n]), finishing.EVENT_LUFS + character.gain_lu, momentary=True
    )
    return finishing.faded(wave, min(0.12 if is_cut else 0.03, 0.2 * n / RATE))


def _texture(
    entry: CatalogueEntry, asked_s: float | None, character: _Character, rng: Generator
) -> Stereo:
    n = count(asked_s or entry.duration_s)
    core = min(n, count(LONGEST_RENDER_S))
    seam = 0 if entry.periodic else min(count(SEAM_S), core // 4)
    wave = _rendered(entry, max(core + seam, count(SHORTEST_TEXTURE_S)), character, rng)
    wave = wave[:, : core + seam]
    if character.is_distant:
        wave = finishing.distant(rng, wave)
    wave = finishing.cleaned(wave)
    if seam:
        wave = finishing.seamless(wave, core)
    if n > core:
        wave = np.tile(wave, -(-n // core))[:, :n]
    wave = finishing.levelled(wave, finishing.TEXTURE_LUFS + character.gain_lu, momentary=False)
    return finishing.faded(wave, finishing.FADE_S)


def _rendered(entry: CatalogueEntry, n: int, character: _Character, rng: Generator) -> Stereo:
    up, down = character.size
    inner = -(-n * down // up)
    wave = entry.render(Take(rng=rng, n=inner, pace=character.pace))
    if up != down:
        # Resampling stretches every length of the body alike: frequencies fall, decays lengthen.
        wave = np.asarray(signal.resample_poly(wave, up, down, axis=1))
    return wave[:, :n]
