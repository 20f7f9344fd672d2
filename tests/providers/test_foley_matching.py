from pathlib import Path

import pytest

from jobs.errors import NoMatch
from providers.foley import EffectRequest, effects_page, find_effect, make_effect
from providers.foley.catalogue import ENTRIES
from providers.foley.matching import best_match, phrase_words, plain, word_forms

PAGE = Path(__file__).parents[2] / "docs" / "effects.md"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("rain", "rain"),
        ("RAIN!", "rain"),
        ("raining", "rain"),
        ("the sound of rain on a tin roof", "rain"),
        ("heavy rain", "heavy rain"),
        ("torrential rain pouring", "heavy rain"),
        ("gentle rain", "drizzle"),
        ("a clap of thunder", "thunder"),
        ("rain and thunder", "storm"),
        ("thunder storm", "storm"),
        ("wind howling through the night", "howling wind"),
        ("wind in the trees", "rustling leaves"),
        ("seashore", "ocean waves"),
        ("surf", "ocean waves"),
        ("waves crashing on the beach", "ocean waves"),
        ("babbling brook", "stream"),
        ("dripping tap", "water drip"),
        ("under water", "underwater"),
        ("fireplace", "fire crackle"),
        ("camp fire", "campfire"),
        ("someone knocking at the door", "door knock"),
        ("old rusty gate opening", "door creak"),
        ("door bell", "doorbell"),
        ("doorbells", "doorbell"),
        ("carhorn", "car horn"),
        ("slamming doors", "door slam"),
        ("person walking on gravel", "footsteps on gravel"),
        ("footsteps in the snow", "footsteps on snow"),
        ("heavy footsteps", "footsteps"),
        ("wine glass falling and breaking", "glass break"),
        ("big explosion far away", "explosion"),
        ("gunshots", "gunshot"),
        ("cinematic whoosh", "whoosh"),
        ("car", "engine idle"),
        ("car driving by", "car pass-by"),
        ("car horn", "car horn"),
        ("police siren in the distance", "siren"),
        ("fire alarm", "smoke detector"),
        ("alarm clock ringing", "alarm clock"),
        ("steam train whistle", "train horn"),
        ("helicopter flying overhead", "helicopter"),
        ("train arriving in a station", "train"),
        ("beep", "beep"),
        ("wrong answer buzzer", "buzzer"),
        ("correct answer", "success chime"),
        ("text message", "message pop"),
        ("typing on a keyboard", "keyboard typing"),
        ("camera click", "camera shutter"),
        ("tick-tock", "clock ticking"),
        ("car keys", "keys jingle"),
        ("church bells ringing in the village", "church bell"),
        ("small bell", "small bell"),
        ("tiny bell", "bell"),
        ("a bird", "bird chirp"),
        ("flock of birds", "birds"),
        ("sea gulls", "seagulls"),
        ("crickets at night", "crickets"),
        ("crowd of people cheering", "crowd cheering"),
        ("roar of the crowd", "crowd cheering"),
        ("heart beating fast", "heartbeat"),
        ("white noise", "white noise"),
        ("pluie", "rain"),
        ("bruit de la mer", "ocean waves"),
        ("oiseaux qui chantent", "birds"),
        ("l'orage", "storm"),
        ("sonido de lluvia fuerte", "heavy rain"),
        ("olas del mar", "ocean waves"),
        ("pájaros", "birds"),
        ("Geräusch von Regen", "rain"),
        ("Meeresrauschen", "ocean waves"),
        ("Tür zuschlagen", "door slam"),
    ],
)
def test_a_query_finds_its_sound(query: str, name: str) -> None:
    assert find_effect(query).name == name


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("purple elephants philosophy", id="nothing we know"),
        pytest.param("a dog barking in the rain", id="the rain is only where the dog is"),
        pytest.param("business plan", id="a plan is no plane"),
        pytest.param("rainbow", id="whole words only"),
        pytest.param("take care", id="care is no car"),
        pytest.param("violin solo", id="music is not an effect"),
        pytest.param("laughter", id="not feasible, so not faked"),
        pytest.param("white horse of philosophy and logic", id="a detail among other things"),
        pytest.param("thundr", id="a misspelling is offered, not guessed"),
        pytest.param("loud", id="a modifier alone"),
        pytest.param("the sound of", id="stop words alone"),
        pytest.param("", id="empty"),
        pytest.param("🎉", id="no letters"),
        pytest.param("雨", id="a script the library does not know"),
    ],
)
def test_a_query_without_a_sound_is_refused_with_the_closest(query: str) -> None:
    with pytest.raises(NoMatch) as refused:
        make_effect(EffectRequest(query))

    closest = refused.value.facts["closest"]
    assert isinstance(closest, tuple)
    assert len(set(closest)) == 3
    assert set(closest) <= {entry.name for entry in ENTRIES}
    assert repr(query) in refused.value.message
    assert all(name in refused.value.message for name in closest)


@pytest.mark.parametrize(
    ("query", "offered"), [("thundr", "thunder"), ("a dog barking in the rain", "rain")]
)
def test_the_closest_come_first(query: str, offered: str) -> None:
    with pytest.raises(NoMatch) as refused:
        find_effect(query)

    assert refused.value.facts["closest"][0] == offered  # type: ignore[index]  # facts are objects


@pytest.mark.parametrize(
    ("query", "words", "modifiers"),
    [
        ("Distant Thunder", "Thunder", {"distant"}),
        ("the sound of Ocean waves", "Ocean waves", set()),
        ("loud knock on the door", "knock door", {"loud"}),
        ("heavy rain", "heavy rain", set()),
        ("small bell", "small bell", set()),
        ("tiny bell", "bell", {"tiny"}),
    ],
)
def test_a_match_tells_the_words_it_took_and_those_that_colour(
    query: str, words: str, modifiers: set[str]
) -> None:
    match = best_match(query, ENTRIES)

    assert (match.words, set(match.modifiers)) == (words, modifiers)


def test_every_phrase_of_the_library_finds_its_own_sound() -> None:
    strays = [
        (phrase, entry.name, found.name)
        for entry in ENTRIES
        for phrase in entry.phrases
        if (found := find_effect(phrase)) is not entry
    ]

    assert strays == []


def test_no_phrase_belongs_to_two_sounds() -> None:
    owners: dict[tuple[str, ...], str] = {}
    for entry in ENTRIES:
        for phrase in entry.phrases:
            words = tuple(sorted(phrase_words(phrase)[0]))
            assert owners.setdefault(words, entry.name) == entry.name, phrase
    spellings = [plain(phrase) for entry in ENTRIES for phrase in entry.phrases]
    assert sorted(spellings) == sorted(set(spellings))


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("waves", "wave"),
        ("glasses", "glass"),
        ("cherries", "cherry"),
        ("knocking", "knock"),
        ("running", "run"),
        ("closing", "close"),
        ("slammed", "slam"),
    ],
)
def test_inflected_words_are_understood(word: str, form: str) -> None:
    assert form in word_forms(word)


def test_plain_text_has_no_accents_case_or_punctuation() -> None:
    assert plain("Pluie d'ÉTÉ, große Tür, CŒUR!") == "pluie d ete grosse tur coeur"


def test_the_page_of_effects_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == effects_page()
