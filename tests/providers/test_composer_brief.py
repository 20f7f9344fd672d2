import pytest

from providers.composer.mood import read_brief


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [
        pytest.param("calm and peaceful", "calm", id="calm"),
        pytest.param("a curious documentary about tide pools", "curious", id="curious"),
        pytest.param("cheerful summer song", "happy", id="happy"),
        pytest.param("uplifting corporate", "inspiring", id="inspiring"),
        pytest.param("melancholic, lonely", "sad", id="sad"),
        pytest.param("cinematic trailer", "epic", id="epic"),
        pytest.param("suspense thriller", "tense", id="tense"),
        pytest.param("funny cartoon", "playful", id="playful"),
        pytest.param("dreamy, floating", "ambient", id="ambient"),
        pytest.param("techno for a club", "electronic", id="electronic"),
        pytest.param("smooth lounge jazz", "jazzy", id="jazzy"),
        pytest.param("lo fi to study by", "lo-fi", id="lo-fi in two words"),
        pytest.param("country campfire", "folk", id="folk"),
        pytest.param("haunted house", "dark", id="dark"),
        pytest.param("wedding, love", "romantic", id="romantic"),
        pytest.param("desert caravan", "world", id="world"),
        pytest.param("bossa nova on the beach", "latin", id="latin"),
        pytest.param("groovy funk", "funky", id="funky"),
        pytest.param("a lullaby", "lullaby", id="lullaby"),
        pytest.param("Christmas morning", "festive", id="festive"),
        pytest.param("heroic victory", "triumphant", id="triumphant"),
        pytest.param("mystery in the fog", "mysterious", id="mysterious"),
        pytest.param("80s neon", "synthwave", id="synthwave"),
        pytest.param("workout rock", "energetic", id="energetic"),
        pytest.param("musique triste", "sad", id="French"),
        pytest.param("música alegre", "happy", id="Spanish, with an accent"),
        pytest.param("spannend und gefährlich", "tense", id="German"),
        pytest.param("calm, curious", "calm", id="the first of two feelings"),
        pytest.param("calm jazz", "jazzy", id="a genre before a feeling"),
        pytest.param("fast corporate", "inspiring", id="a tempo is not a mood"),
        pytest.param("not sad but hopeful", "inspiring", id="what it is not"),
        pytest.param("world", "world", id="a mood by its name"),
        pytest.param("a sad story about the world", "sad", id="world is a common word"),
        pytest.param("", "inspiring", id="nothing said"),
        pytest.param("紅葉", "inspiring", id="nothing understood"),
    ],
)
def test_mood_is_read_from_words(prompt: str, mood: str) -> None:
    assert read_brief(prompt, 0).mood.name == mood


@pytest.mark.parametrize(
    ("prompt", "bpm"),
    [
        pytest.param("calm, 90 bpm", 90, id="number"),
        pytest.param("techno 140BPM", 140, id="written together"),
        pytest.param("72 beats per minute", 72, id="spelled out"),
        pytest.param("999 bpm", 200, id="faster than people play"),
        pytest.param("10 bpm", 40, id="slower than people play"),
    ],
)
def test_tempo_is_read(prompt: str, bpm: float) -> None:
    assert read_brief(prompt, 0).tempo_bpm == bpm


def test_slow_and_fast_change_the_tempo() -> None:
    slow, fast = (read_brief(f"{word} electronic", 1).tempo_bpm for word in ("slow", "fast"))

    assert slow < 120 < 128 < fast


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        pytest.param("calm, in D minor", "D minor", id="minor"),
        pytest.param("happy in Eb major", "Eb major", id="flat"),
        pytest.param("epic, f# minor", "F# minor", id="sharp"),
        pytest.param("sad in B flat major", "Bb major", id="flat in a word"),
        pytest.param("calm, c♯ minor", "C# minor", id="typographic sharp"),
        pytest.param("G dorian groove", "G dorian", id="mode"),
        pytest.param("ruhig, a-moll", "A minor", id="German"),
        pytest.param("calme, ré mineur", "D minor", id="French"),
        pytest.param("alegre, sol mayor", "G major", id="Spanish"),
        pytest.param("jazz in minor", "D minor", id="mode without a note"),
    ],
)
def test_key_is_read(prompt: str, key: str) -> None:
    read = str(read_brief(prompt, 0).key)

    assert read.split()[1:] == key.split()[1:]
    if "in minor" not in prompt:
        assert read == key


@pytest.mark.parametrize(
    ("prompt", "beats"),
    [
        pytest.param("a happy waltz", 3, id="waltz"),
        pytest.param("calm in 3/4", 3, id="three four"),
        pytest.param("une valse romantique", 3, id="French"),
        pytest.param("lullaby in 4/4", 4, id="four four where three is usual"),
        pytest.param("lullaby", 3, id="usual metre of the mood"),
        pytest.param("calm", 4, id="four by default"),
    ],
)
def test_metre_is_read(prompt: str, beats: int) -> None:
    assert read_brief(prompt, 0).mood.beats == beats


@pytest.mark.parametrize(
    ("prompt", "roles"),
    [
        pytest.param(
            "calm, curious, piano and soft strings",
            {"comp": "piano", "pad": "strings", "lead": "piano"},
            id="named instruments take their roles, one of them the tune",
        ),
        pytest.param(
            "acoustic guitar and flute", {"comp": "acoustic guitar", "lead": "flute"}, id="two"
        ),
        pytest.param("epic with bells", {"colour": "glockenspiel"}, id="bells"),
        pytest.param("happy synth", {"pad": "synth pad", "lead": "synth lead"}, id="synth"),
        pytest.param("violon et piano, triste", {"lead": "violin", "comp": "piano"}, id="French"),
        pytest.param(
            "solo piano, sad",
            {"lead": "piano", "comp": "piano", "bass": "piano", "pad": "", "colour": ""},
            id="alone, with a left hand",
        ),
        pytest.param(
            "strings only",
            {"pad": "strings", "lead": "violin", "bass": "low strings", "comp": ""},
            id="a section alone",
        ),
        pytest.param("jazz without bass", {"bass": ""}, id="a refused bass is not replaced"),
        pytest.param("folk, no guitar", {"comp": "piano", "bass": "double bass"}, id="stand-in"),
        pytest.param(
            "corporate, no guitars or piano",
            {"comp": "marimba", "lead": "flute", "colour": ""},
            id="two refused at once",
        ),
    ],
)
def test_instruments_are_cast(prompt: str, roles: dict[str, str]) -> None:
    mood = read_brief(prompt, 0).mood

    assert {role: getattr(mood, role) for role in roles} == roles


@pytest.mark.parametrize(
    ("prompt", "level"),
    [
        pytest.param("energetic, no drums", 0, id="English"),
        pytest.param("epic without any percussion", 0, id="percussion"),
        pytest.param("joyeux, sans batterie", 0, id="French"),
        pytest.param("alegre sin batería", 0, id="Spanish"),
        pytest.param("fröhlich, ohne Schlagzeug", 0, id="German"),
        pytest.param("solo guitar", 0, id="solo"),
        pytest.param("sad with drums", 2, id="asked for where there are few"),
    ],
)
def test_percussion_is_refused_or_asked_for(prompt: str, level: int) -> None:
    assert read_brief(prompt, 0).mood.level == level


def test_melody_can_be_left_out() -> None:
    assert not read_brief("calm piano, no melody", 0).has_lead


def test_soft_words_are_played_softer() -> None:
    assert read_brief("gentle folk", 0).mood.energy < read_brief("folk", 0).mood.energy


def test_seed_draws_another_piece() -> None:
    seeds = {read_brief("calm", seed).seed for seed in range(5)}
    drawn = {(read_brief("calm", s).tempo_bpm, str(read_brief("calm", s).key)) for s in range(5)}

    assert len(seeds) == 5
    assert len(drawn) > 2
