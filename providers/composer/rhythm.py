"""Percussion: grooves in three levels of fullness, and the fills that lead out of a section.

A pattern is one or two bars of sixteenths, four characters a beat: `X` accent, `x` normal,
`o` soft, `.` ghost, `-` silence.
"""

import random

from providers.composer.score import Note, Part

STRENGTHS = {"X": 0.95, "x": 0.75, "o": 0.55, ".": 0.34}
Layer = tuple[tuple[str, str], ...]  # (piece of the kit, pattern)

GROOVES: dict[str, tuple[Layer, Layer, Layer]] = {
    "soft": (
        (("soft kick", "o---------------"), ("shaker", "..o-..o-..o-..o-")),
        (("soft kick", "o---------o-----"), ("shaker", "..o-..o-..o-..o-"),
         ("brush", "--------o-------")),
        (("soft kick", "x-----o---o-----"), ("shaker", ".-o-.-o-.-o-.-o-"),
         ("brush", "----o-------o---")),
    ),
    "tick": (
        (("woodblock", "o---.-o-----.---"), ("triangle", "--------o-------")),
        (("woodblock", "o---.-o---o-.---"), ("shaker", "..o...o...o...o."),
         ("soft kick", "o-------o-------")),
        (("woodblock", "x---.-o---o-.-o-"), ("shaker", "..o...o...o...o."),
         ("soft kick", "x-------x-------"), ("rim", "----o-------o---")),
    ),
    "clap": (
        (("shaker", "o-.-o-.-o-.-o-.-"), ("soft kick", "x-------x-------")),
        (("kick", "x-------x---o---"), ("clap", "----x-------x---"),
         ("shaker", "x.o.x.o.x.o.x.o.")),
        (("kick", "X-----o-x---o---"), ("clap", "----X-------X---"),
         ("tambourine", "o-x-o-x-o-x-o-x-"), ("snap", "----o-------o---")),
    ),
    "pop": (
        (("kick", "o-------o-------"), ("shaker", "..o...o...o...o.")),
        (("kick", "x-----o-x-------"), ("rim", "----x-------x---"),
         ("hat", "o-o-o-o-o-o-o-o-")),
        (("kick", "X-----x-x-o-----"), ("snare", "----X-------X---"),
         ("hat", "x.o.x.o.x.o.x.o."), ("tambourine", "----o-------o---")),
    ),
    "taiko": (
        (("boom", "x---------------"), ("taiko", "--------o-----o-")),
        (("boom", "X-------x-------"), ("taiko", "x--x--x-----x-x-"),
         ("shaker", "..o...o...o...o.")),
        (("boom", "X-------X-----x-"), ("taiko", "X--x--X-x-xxX-x-"),
         ("low tom", "----x-------x-oo"), ("snare", "....x.......x..."),
         ("crash", "x-------------------------------")),
    ),
    "clock": (
        (("woodblock", "o---.---o---.---"), ("boom", "o---------------")),
        (("woodblock", "o-.-o-.-o-.-o-.-"), ("boom", "x-----o---------"),
         ("low tom", "----------o---o-")),
        (("woodblock", "x-.-o-.-x-.-o-.-"), ("boom", "X-----x---x-----"),
         ("low tom", "--o-o---o-o---xx"), ("closed hat", "o.o.o.o.o.o.o.o.")),
    ),
    "wood": (
        (("woodblock", "x---o---x---o-o-"),),
        (("woodblock", "x---o---x---o-o-"), ("soft kick", "x-------x-------"),
         ("brush", "----o-------o---")),
        (("woodblock", "x---o-o-x---o-oo"), ("soft kick", "X-------x-------"),
         ("brush", "----x-------x--."), ("triangle", "--o---o---o---o-"),
         ("tambourine", "----o-------o---")),
    ),
    "air": (
        (("shaker", "....o.......o..."), ("soft kick", ".---------------")),
        (("shaker", "....o.......o..."), ("soft kick", "o-------------.-")),
        (("shaker", "..o...o...o...o."), ("soft kick", "o---------o-----"),
         ("triangle", "------------o---")),
    ),
    "house": (
        (("house kick", "x---x---x---x---"), ("closed hat", "--o---o---o---o-")),
        (("house kick", "X---X---X---X---"), ("open hat", "--x---x---x---x-"),
         ("closed hat", "o.-.o.-.o.-.o.-."), ("snap", "----x-------x---")),
        (("house kick", "X---X---X---X---"), ("open hat", "--x---x---x---x-"),
         ("closed hat", "o.o.o.o.o.o.o.o."), ("clap", "----X-------X---"),
         ("shaker", "x.oxx.oxx.oxx.ox")),
    ),
    "ride": (
        (("brush", ".---o--.----o---"), ("soft kick", "o-------.-------")),
        (("ride", "x---x-.-x---x-.-"), ("brush", "----o--.----o---"),
         ("soft kick", "o-------o-------")),
        (("ride", "x---x-o-x---x-o-"), ("brush", "--.-o--.--.-o-.-"),
         ("soft kick", "o---.---o---.---"), ("closed hat", "----x-------x---")),
    ),
    "lofi": (
        (("crackle", "o-------o-------"), ("lofi kick", "x---------o-----"),
         ("closed hat", "o-.-o-.-o-.-o-.-")),
        (("crackle", "o-------o-------"), ("lofi kick", "x-----o---x-----"),
         ("lofi snare", "----x-------x---"), ("closed hat", "o-o-o-o-o-o-o-o-")),
        (("crackle", "o-------o-------"), ("lofi kick", "x-----o---x----ox--o------x-----"),
         ("lofi snare", "----x-------x---"),
         ("closed hat", "o-o-o.o-o-o-o-o."), ("rim", "-------.------.-")),
    ),
    "stomp": (
        (("soft kick", "x-------x-------"), ("shaker", "o-.-o-.-o-.-o-.-")),
        (("soft kick", "X-------x-----o-"), ("tambourine", "----o-------o---"),
         ("shaker", "o.x.o.x.o.x.o.x.")),
        (("soft kick", "X-------X-----o-"), ("clap", "----x-------x---"),
         ("tambourine", "--o-x-o---o-x-o-"), ("shaker", "o.x.o.x.o.x.o.x.")),
    ),
    "heart": (
        (("boom", "o--.------------"),),
        (("boom", "x--o------------"), ("low tom", "----------o-----.")),
        (("boom", "x--o----x--o----"), ("low tom", "----------o---o-o"),
         ("woodblock", "----o-------o---")),
    ),
    "hand": (
        (("conga low", "x-----o---------"), ("shaker", "o.o.o.o.o.o.o.o.")),
        (("conga low", "x-----x---------"), ("conga high", "---o----o--oo-o-"),
         ("shaker", "x.o.x.o.x.o.x.o.")),
        (("conga low", "X-----x-----x---"), ("conga high", "---x.-o-x.-xo.x."),
         ("tambourine", "--o---o---o---o-"), ("shaker", "x.o.x.o.x.o.x.o."),
         ("clap", "----o-------o---")),
    ),
    "bossa": (
        (("soft kick", "o-----.-o-----.-"), ("shaker", "x.o.x.o.x.o.x.o.")),
        (("soft kick", "x-----o-x-----o-"), ("rim", "x-----x-----x-------x-----x-----"),
         ("shaker", "x.o.x.o.x.o.x.o.")),
        (("soft kick", "x-----o-x-----o-"), ("rim", "x-----x-----x-------x-----x-----"),
         ("closed hat", "o.o.o.o.o.o.o.o."), ("shaker", "x.o.x.o.x.o.x.o."),
         ("conga high", "------------o-o-")),
    ),
    "funk": (
        (("kick", "x-----------x---"), ("closed hat", "o.o.o.o.o.o.o.o.")),
        (("kick", "X-o-------x--x--"), ("snare", "----x--.-.--x---"),
         ("closed hat", "x.o.x.o.x.o.x.o.")),
        (("kick", "X-o---x---x--x--"), ("snare", "----X--.-.--X--."),
         ("closed hat", "x.oox.o.x.oox.o."), ("open hat", "--------------o-"),
         ("tambourine", "----o-------o---")),
    ),
    "sleigh": (
        (("sleigh bells", "x-.-o-.-x-.-o-.-"),),
        (("sleigh bells", "x-o-x-o-x-o-x-o-"), ("soft kick", "x-------x-------"),
         ("rim", "----o-------o---")),
        (("sleigh bells", "x-o-x-o-x-o-x-o-"), ("kick", "x-------x-----o-"),
         ("snare", "----o-------o---"), ("triangle", "------o-------o-")),
    ),
    "march": (
        (("snare", "....o.......o..."), ("boom", "o---------------")),
        (("snare", "x..xo.x.x..xo.oo"), ("boom", "X-------x-------"),
         ("low tom", "--------o---o---")),
        (("snare", "X..xo.x.X.oxo.xx"), ("boom", "X-------X---x---"),
         ("taiko", "x-------x---x-x-"), ("crash", "x-------------------------------")),
    ),
    "retro": (
        (("kick", "x-------x-------"), ("closed hat", "o-o-o-o-o-o-o-o-")),
        (("kick", "X-------X-------"), ("gated snare", "----x-------x---"),
         ("closed hat", "o-o-o-o-o-o-o-o-")),
        (("kick", "X-----o-X-------"), ("gated snare", "----X-------X---"),
         ("closed hat", "x.o.x.o.x.o.x.o."), ("low tom", "--------------xx----------------")),
    ),
    "rock": (
        (("kick", "x-------x-------"), ("closed hat", "o-o-o-o-o-o-o-o-")),
        (("kick", "X-------x-x-----"), ("snare", "----x-------x---"),
         ("closed hat", "x-o-x-o-x-o-x-o-")),
        (("kick", "X-----x-x-x-----"), ("snare", "----X-------X---"),
         ("ride", "x-o-x-o-x-o-x-o-"), ("crash", "x-------------------------------"),
         ("tambourine", "----o-------o---")),
    ),
}  # fmt: skip

# What a groove becomes in three: twelve sixteenths a bar.
THREE: tuple[Layer, Layer, Layer] = (
    (("soft kick", "o-----------"), ("shaker", "..o-..o-..o-")),
    (("soft kick", "x-----------"), ("brush", "----o---o---"), ("shaker", ".-o-.-o-.-o-")),
    (("kick", "x-----------"), ("rim", "----o---o---"), ("shaker", "x.o.x.o.x.o."),
     ("tambourine", "----o---o---")),
)  # fmt: skip
THREE_STRONG: tuple[Layer, Layer, Layer] = (
    (("boom", "o-----------"), ("low tom", "--------o---")),
    (("boom", "x-----------"), ("taiko", "----x---x-o-"), ("snare", "....o...o...")),
    (("boom", "X-----o-----"), ("taiko", "x---x-o-x-xx"), ("snare", "..o.x...x.o.")),
)
STRONG_GROOVES = frozenset({"taiko", "march", "clock"})

# The last beat, or two, of a section: what comes in, in sixteenths from the beat the fill starts.
FILLS: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "acoustic": (
        (("snare", "--ooxx"), ("low tom", "------")),
        (("snare", "o-x-"), ("high tom", "---o")),
        (("high tom", "x-x-----"), ("mid tom", "----x---"), ("low tom", "------xx")),
    ),
    "soft": ((("brush", "o.o."),), (("brush", "--oo"),), (("shaker", "xxxx"),)),
    "epic": (
        (("taiko", "x-xxx-xx"), ("low tom", "--x---xx")),
        (("taiko", "xxxxxxxx"), ("snare", "...oooxx")),
    ),
    "electronic": (
        (("snare", "..oooxxx"),),
        (("clap", "--x---xx"), ("closed hat", "xxxxxxxx")),
    ),
    "hand": ((("conga high", "x.xx"), ("conga low", "--x-")), (("conga high", "oxox"),)),
}
FILL_OF = {
    "pop": "acoustic", "rock": "acoustic", "funk": "acoustic", "retro": "acoustic",
    "clap": "acoustic", "sleigh": "acoustic", "taiko": "epic", "march": "epic", "clock": "epic",
    "house": "electronic", "hand": "hand", "bossa": "hand",
}  # fmt: skip
HEAVY = frozenset({"kick", "house kick", "lofi kick", "soft kick", "boom"})


def drums(
    groove: str,
    level: int,
    bars: int,
    beats_per_bar: int,
    rng: random.Random,
    *,
    fill: bool,
    gain: float = 1.0,
) -> tuple[Part, ...]:
    """The percussion of a section, one part for each piece of the kit.

    Args:
      groove: A name in `GROOVES`.
      level: 0 silent to 3 full.
      bars: Length.
      beats_per_bar: 3 or 4.
      rng: Small differences from hit to hit, and the choice of fill.
      fill: Whether the last bar leads into what follows.
      gain: Multiplies the velocities.
    """
    if level <= 0:
        return ()
    layers = GROOVES[groove]
    if beats_per_bar == 3:
        layers = THREE_STRONG if groove in STRONG_GROOVES else THREE
    steps = bars * beats_per_bar * 4
    hits: dict[str, dict[int, float]] = {}
    for piece, pattern in layers[level - 1]:
        for step in range(steps):
            sign = pattern[step % len(pattern)]
            if sign in STRENGTHS:
                hits.setdefault(piece, {})[step] = STRENGTHS[sign]
    if fill and bars > 0:
        _fill(hits, groove, level, steps, rng)
    return tuple(
        Part("drums", piece, _played(steps_of, rng, gain)) for piece, steps_of in hits.items()
    )


def _fill(
    hits: dict[str, dict[int, float]], groove: str, level: int, steps: int, rng: random.Random
) -> None:
    kind = FILL_OF.get(groove, "soft") if level > 1 else "soft"
    choice = FILLS[kind][rng.randrange(len(FILLS[kind]))]
    length = max(len(pattern) for _, pattern in choice)
    first = steps - length
    for piece, played in hits.items():
        if piece not in HEAVY and piece not in ("shaker", "crackle"):
            for step in [step for step in played if step >= first]:
                del played[step]
    for piece, pattern in choice:
        for index, sign in enumerate(pattern):
            if sign in STRENGTHS:
                grow = 0.8 + 0.2 * index / length
                hits.setdefault(piece, {})[first + index] = STRENGTHS[sign] * grow


def _played(steps: dict[int, float], rng: random.Random, gain: float) -> tuple[Note, ...]:
    notes = []
    for step, strength in sorted(steps.items()):
        velocity = min(1.0, gain * strength * rng.uniform(0.9, 1.06))
        notes.append(Note(step / 4, 0.25, 0, velocity, rng.gauss(0.003, 0.003)))
    return tuple(notes)
