"""What each mood sounds like: the table a composition starts from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mood:
    """A style of music, in the terms of the composer.

    Attributes:
      name: As the summary says it.
      bpm: Slowest and fastest tempo, beats (quarter notes) per minute.
      scale: Name in `theory.SCALES`.
      tonics: Pitch classes that suit its instruments.
      loops: Four-bar progressions from the tonic, a chord symbol per bar.
      answers: Four-bar progressions that contrast and lead back to the tonic.
      cadence: Name in `harmony.CADENCES`.
      lead, colour, comp, pad, bass: Instruments by role; a role may be empty.
      comp_style, colour_style, bass_style: Names in `accompaniment`.
      melody: Name of a rhythm style in `melody`.
      groove: Name in `rhythm.GROOVES`.
      level: Fullest percussion it comes to, 0 none to 3.
      swing: Where the second half of a beat falls: 0.5 straight, 0.67 triplets.
      swing_unit: What swings, in beats: 0.5 eighths, 0.25 sixteenths.
      room: Name in `room.ROOMS`.
      energy: 0 to 1; loudness of the playing, not of the file.
      beats: Quarter notes in a bar, 3 or 4.
    """

    name: str
    bpm: tuple[int, int]
    scale: str
    tonics: tuple[int, ...]
    loops: tuple[str, ...]
    answers: tuple[str, ...]
    cadence: str
    lead: str
    colour: str
    comp: str
    pad: str
    bass: str
    comp_style: str
    colour_style: str
    bass_style: str
    melody: str
    groove: str
    level: int
    swing: float = 0.5
    room: str = "hall"
    energy: float = 0.5
    beats: int = 4
    swing_unit: float = 0.5


MOODS = (
    Mood(
        "calm", (66, 76), "major", (0, 2, 5, 7),
        ("Iadd9 V/3 vi7 IVmaj7", "Imaj7 IVmaj7/t Imaj7 IVadd9", "Iadd9 iii7 IVmaj7 V7sus4"),
        ("IVmaj7 I/3 ii7 V7sus4", "vi7 IVmaj7 I/3 V7sus4"), "gentle",
        "flute", "celesta", "felt piano", "strings", "double bass",
        "broken", "sparkle", "long", "slow", "soft", 2, energy=0.3,
    ),
    Mood(
        "curious", (92, 104), "lydian", (0, 2, 5, 10),
        ("I II/t Imaj7 II/t", "Iadd9 iii7 IVadd9 II", "I bVII IVadd9 I/3"),
        ("vi7 II IVmaj7 Vsus4", "IVmaj7 I/3 II Vsus4+V"), "lydian",
        "clarinet", "celesta", "pizzicato", "strings", "double bass",
        "plucks", "arp", "half", "lively", "tick", 2, room="chamber", energy=0.45,
    ),
    Mood(
        "happy", (112, 124), "major", (0, 2, 5, 7),
        ("I V vi7 IV", "I IV vi7 V", "Iadd9 iii7 IV V"),
        ("IV V I/3 vi7", "vi7 IV I V", "IV I/3 IV Vsus4+V"), "bright",
        "whistle", "glockenspiel", "ukulele", "", "bass guitar",
        "strum", "sparkle", "pop", "lively", "clap", 3, room="studio", energy=0.7,
    ),
    Mood(
        "inspiring", (106, 118), "major", (0, 2, 4, 7, 9),
        ("I V/3 vi7 IVadd9", "Iadd9 IVadd9 vi7 Vsus4+V", "I I/3 IVadd9 V"),
        ("IVadd9 vi7 I/3 Vsus4+V", "vi7 IVadd9 I/3 V"), "bright",
        "piano", "electric guitar", "piano", "strings", "bass guitar",
        "pulse", "muted", "pulse", "song", "pop", 3, energy=0.65,
    ),
    Mood(
        "sad", (58, 68), "minor", (9, 11, 2, 4),
        ("i bVImaj7 bIII bVII", "iadd9 iv7 bVImaj7 v7", "i v7/3 bVImaj7 iv6"),
        ("bVImaj7 bVII i v7", "iv7 i bVImaj7 Vsus4+V"), "minor",
        "cello", "violin", "piano", "strings", "double bass",
        "broken", "counter", "long", "slow", "soft", 1, energy=0.3,
    ),
    Mood(
        "epic", (84, 96), "minor", (2, 4, 0, 9),
        ("i bVI bIII bVII", "i bVII bVI bVII", "i bIII bVI iv"),
        ("bVI bVII i bIII", "iv bVI bIII bVII"), "epic",
        "horn", "trumpet", "spiccato", "choir", "low strings",
        "ostinato", "counter", "pulse", "heroic", "taiko", 3, room="cathedral", energy=0.95,
    ),
    Mood(
        "tense", (96, 108), "harmonic minor", (0, 2, 4),
        ("i bVI/t i bII", "i bII/t i V", "i iv6/t bVI V"),
        ("iv6 i/t bII V", "bVI bII iv6 V"), "sombre",
        "violin", "piano", "spiccato", "tremolo strings", "synth bass",
        "ostinato", "sparkle", "drone", "sparse", "clock", 3, energy=0.6,
    ),
    Mood(
        "playful", (116, 128), "major", (0, 5, 7, 10),
        ("I VI7 II7 V7", "I vi7 ii7 V7", "I I7/3 IV V7"),
        ("IV I/3 II7 V7", "IV iv6 I/3 II7+V7"), "bright",
        "clarinet", "marimba", "pizzicato", "", "double bass",
        "offbeat", "answer", "half", "lively", "wood", 3, swing=0.58, room="chamber", energy=0.6,
    ),
    Mood(
        "ambient", (56, 66), "lydian", (0, 2, 3, 5, 9),
        ("Imaj9 II/t Imaj9 vi9", "Imaj9 vi9 IVmaj9 V9sus4", "Iadd9 II/t vi7 IVmaj7"),
        ("IVmaj9 Imaj7/3 ii9 V9sus4", "vi9 IVmaj9 Imaj9 V9sus4"), "dreamy",
        "felt piano", "kalimba", "choir", "glass pad", "sub bass",
        "block", "drops", "drone", "sparse", "air", 1, room="cathedral", energy=0.25,
    ),
    Mood(
        "electronic", (122, 128), "minor", (9, 0, 2, 5),
        ("i bVI bIII bVII", "i bVII bVI bVII", "i7 iv7 bVImaj7 bVII"),
        ("bVI bVII i bIII", "iv7 bVImaj7 i bVII"), "epic",
        "synth lead", "bell pad", "synth pluck", "synth pad", "synth bass",
        "arp16", "sparkle", "offbeat", "syncopated", "house", 3, room="plate", energy=0.85,
    ),
    Mood(
        "jazzy", (104, 126), "major", (5, 10, 3, 0),
        ("Imaj7 vi7 ii9 V13", "Imaj7+vi7 ii9+V13 iii7+VI7b9 ii9+V13", "I69 IV7 Imaj7 V13"),
        ("IVmaj7 iv6 iii7+VI7 ii9+V13", "iii7 VI7b9 ii9 V13"), "jazz",
        "muted trumpet", "vibraphone", "piano", "", "double bass",
        "charleston", "answer", "walk", "swing", "ride", 3, swing=0.65, room="club", energy=0.5,
    ),
    Mood(
        "lo-fi", (72, 84), "minor", (9, 2, 4, 0),
        ("i9 iv9 bVImaj7 v7", "bVImaj7 v7 i9 bIIImaj7", "i9 bIIImaj7 bVImaj7 V7b9"),
        ("iv9 bVII9 bIIImaj7 bVImaj7", "bVImaj7 bVII9 v7 i9"), "minor jazz",
        "vibraphone", "nylon guitar", "electric piano", "warm pad", "bass guitar",
        "stabs", "answer", "lazy", "swing", "lofi", 3, swing=0.6, swing_unit=0.25,
        room="studio", energy=0.4,
    ),
    Mood(
        "folk", (94, 110), "major", (7, 2, 0, 9),
        ("I IVadd9 I V", "Iadd9 V/3 IVadd9 I", "I bVII IVadd9 I"),
        ("vi7 IVadd9 I V", "IVadd9 I/3 ii7 V"), "modal",
        "violin", "whistle", "acoustic guitar", "", "double bass",
        "travis", "counter", "half", "song", "stomp", 2, room="studio", energy=0.5,
    ),
    Mood(
        "dark", (58, 68), "phrygian", (0, 2, 4),
        ("i bII/t i bvi", "i i/t bII/t bvii", "i bvi/t bII v7b5"),
        ("bvi i/t bII bvii", "iv bII/t bvi bII"), "dark",
        "music box", "tubular bells", "tremolo strings", "choir", "sub bass",
        "block", "drops", "drone", "sparse", "heart", 2, room="cathedral", energy=0.45,
    ),
    Mood(
        "romantic", (68, 80), "major", (2, 5, 7, 10),
        ("Imaj7 III7 vi7 IVmaj7", "Iadd9 vi7 ii7 V7sus4+V7", "I V/3 vi7 iv6"),
        ("IVmaj7 iv6 I/3 V7", "ii7 V7 iii7+VI7b9 ii7+V7"), "romantic",
        "violin", "flute", "harp", "strings", "double bass",
        "harp", "counter", "long", "song", "soft", 1, energy=0.45,
    ),
    Mood(
        "world", (92, 106), "phrygian dominant", (2, 4, 7, 9),
        ("I bII I bvii", "I bII bIII bII", "I iv I bII"),
        ("iv bIII bII bvii", "bvii bII iv bII"), "phrygian",
        "flute", "violin", "lute", "warm pad", "double bass",
        "travis", "counter", "tresillo", "ornate", "hand", 3, room="chamber", energy=0.6,
    ),
    Mood(
        "latin", (122, 136), "major", (0, 2, 5, 7),
        ("Imaj9 ii9 Imaj9 V13", "Imaj7 VI7b9 ii9 V13", "I69 II9 ii9 V13"),
        ("IVmaj7 iv6 iii7 VI7b9+V13", "ii9 V13 iii7+VI7b9 ii9+V13"), "jazz",
        "flute", "vibraphone", "nylon guitar", "", "double bass",
        "bossa", "answer", "bossa", "syncopated", "bossa", 3, room="club", energy=0.5,
    ),
    Mood(
        "funky", (98, 110), "dorian", (4, 9, 2, 7),
        ("i9 IV9 i9 IV9", "i7 bVII9 IV9 i7", "i9 i9 iv9 bVII9"),
        ("bVImaj7 bVII9 i9 IV9", "iv9 bVII9 bIIImaj7 V7b9"), "minor jazz",
        "trumpet", "electric guitar", "electric piano", "", "bass guitar",
        "funk", "muted", "funk", "syncopated", "funk", 3, swing=0.55, swing_unit=0.25,
        room="studio", energy=0.8,
    ),
    Mood(
        "lullaby", (80, 92), "major", (0, 2, 5, 7),
        ("I IV I V7", "Iadd9 vi7 IVadd9 V7", "I V/3 IV I"),
        ("IV I/3 ii7 V7", "vi7 IVadd9 I/3 V7"), "gentle",
        "music box", "celesta", "harp", "strings", "double bass",
        "waltz", "sparkle", "long", "song", "soft", 1, energy=0.25, beats=3,
    ),
    Mood(
        "festive", (112, 126), "major", (0, 2, 7, 10),
        ("I vi7 IV V", "I I7/3 IV iv6", "Iadd9 IV I/3 V"),
        ("IV I/3 II7 V", "vi7 II7 ii7 V"), "bright",
        "trumpet", "glockenspiel", "piano", "strings", "double bass",
        "pulse", "arp", "half", "lively", "sleigh", 3, swing=0.56, energy=0.75,
    ),
    Mood(
        "triumphant", (96, 110), "major", (2, 10, 3, 5),
        ("I V/3 vi IV", "I bVII IV I", "I IV/t bVII/t V"),
        ("vi IV I/3 Vsus4+V", "bVI bVII I V"), "modal",
        "trumpet", "horn", "spiccato", "strings", "low strings",
        "ostinato", "counter", "pulse", "heroic", "march", 3, room="cathedral", energy=0.9,
    ),
    Mood(
        "mysterious", (74, 86), "dorian", (2, 4, 9, 11),
        ("iadd9 bIIImaj7 IV bVII", "i IV/t i bvi", "i7 bVImaj7 IV v7"),
        ("bVImaj7 v7 bIIImaj7 IV", "iv9 bVII9 bIIImaj7 v7"), "sombre",
        "clarinet", "celesta", "harp", "tremolo strings", "double bass",
        "harp", "drops", "long", "sparse", "tick", 2, room="cathedral", energy=0.4,
    ),
    Mood(
        "synthwave", (88, 102), "minor", (9, 11, 2, 4),
        ("i bVI bIII bVII", "i bVII bVI V", "iadd9 bVImaj7 bVII i"),
        ("bVI bVII i v7", "iv7 bVImaj7 bVII V"), "epic",
        "synth lead", "bell pad", "synth pluck", "synth pad", "synth bass",
        "arp16", "counter", "eighths", "song", "retro", 3, room="plate", energy=0.75,
    ),
    Mood(
        "energetic", (124, 136), "mixolydian", (4, 9, 2, 7),
        ("I bVII IV I", "Iadd9 IVadd9 bVII IV", "I V/3 bVII IV"),
        ("vi7 IV I Vsus4+V", "bVII IV I Vsus4+V"), "modal",
        "electric guitar", "synth lead", "electric guitar", "organ", "bass guitar",
        "drive", "counter", "eighths", "syncopated", "rock", 3, room="studio", energy=0.95,
    ),
)  # fmt: skip
