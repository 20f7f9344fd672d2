"""Who plays: named and refused instruments, and the mood's own, put into their roles."""

from collections.abc import Sequence
from dataclasses import replace

from providers.composer.moods import Mood

ROLES = ("lead", "colour", "comp", "pad", "bass")

# Where a named instrument goes, the first free role first.
SUITS: dict[str, tuple[str, ...]] = {
    "piano": ("comp", "lead", "colour"),
    "felt piano": ("comp", "lead", "colour"),
    "electric piano": ("comp", "lead", "colour"),
    "harpsichord": ("comp", "lead", "colour"),
    "organ": ("pad", "comp"),
    "accordion": ("lead", "pad"),
    "music box": ("lead", "colour"),
    "celesta": ("colour", "lead"),
    "glockenspiel": ("colour", "lead"),
    "tubular bells": ("colour",),
    "vibraphone": ("lead", "colour", "comp"),
    "marimba": ("comp", "colour", "lead"),
    "kalimba": ("colour", "lead", "comp"),
    "acoustic guitar": ("comp", "lead"),
    "nylon guitar": ("comp", "lead"),
    "electric guitar": ("comp", "lead"),
    "ukulele": ("comp",),
    "lute": ("comp", "lead"),
    "harp": ("comp", "colour"),
    "pizzicato": ("comp", "colour"),
    "spiccato": ("comp",),
    "tremolo strings": ("pad",),
    "strings": ("pad",),
    "low strings": ("bass", "pad"),
    "violin": ("lead", "colour"),
    "cello": ("lead", "colour"),
    "choir": ("pad",),
    "warm pad": ("pad",),
    "glass pad": ("pad",),
    "synth pad": ("pad", "comp"),
    "synth lead": ("lead",),
    "synth pluck": ("comp", "colour"),
    "flute": ("lead", "colour"),
    "clarinet": ("lead", "colour"),
    "whistle": ("lead", "colour"),
    "trumpet": ("lead", "colour"),
    "muted trumpet": ("lead", "colour"),
    "horn": ("lead", "colour"),
    "double bass": ("bass",),
    "bass guitar": ("bass",),
    "synth bass": ("bass",),
    "sub bass": ("bass",),
}

# Who plays the tune when only these are named.
SINGERS = {
    "strings": "violin",
    "tremolo strings": "violin",
    "spiccato": "violin",
    "pizzicato": "violin",
    "low strings": "cello",
    "synth pad": "synth lead",
    "synth bass": "synth lead",
    "synth pluck": "synth lead",
    "choir": "choir",
    "organ": "organ",
    "harp": "harp",
}
# Who plays the bass notes of an instrument by itself: a left hand, a thumb, a desk of cellos.
FOUNDATIONS = {
    **{
        name: name
        for name in (
            "piano", "felt piano", "electric piano", "harp", "acoustic guitar", "nylon guitar",
            "organ",
        )
    },
    **dict.fromkeys(("strings", "spiccato", "pizzicato", "tremolo strings"), "low strings"),
    **dict.fromkeys(("synth pad", "synth pluck", "synth lead"), "synth bass"),
}  # fmt: skip
# Who plays when the mood's own instrument is not wanted, and the fallback is not either.
STAND_INS = {
    "lead": ("piano", "flute", "vibraphone"),
    "comp": ("piano", "acoustic guitar", "marimba"),
    "pad": ("strings", "warm pad"),
}
# "no guitar" means no guitar of any kind; a bass guitar is a bass.
FAMILIES = ("bass", "guitar", "piano", "strings", "synth", "trumpet", "pad")


def cast(
    mood: Mood,
    wanted: Sequence[str],
    unwanted: frozenset[str],
    *,
    alone: bool,
    has_drums: bool | None,
) -> Mood:
    """The mood with the instruments asked for in their roles, and without the refused ones.

    Args:
      mood: Gives every role that is left open.
      wanted: Instruments named, the most important first.
      unwanted: Instruments refused.
      alone: Whether the named ones are to play by themselves.
      has_drums: Percussion asked for, refused, or (None) not mentioned.
    """
    if alone and (wanted or has_drums):
        roles = {**dict.fromkeys(ROLES, ""), **_by_themselves(wanted)}
        level = max(mood.level, 2) if has_drums else 0
    else:
        named = _named(wanted)
        roles = {role: named.get(role, getattr(mood, role)) for role in ROLES}
        level = max(mood.level, 2) if has_drums else mood.level
        if len(wanted) > 1 and "colour" not in named:
            roles["colour"] = roles["lead"]
        for role, name in roles.items():
            if name in unwanted:
                others = STAND_INS.get(role, ())
                roles[role] = next((other for other in others if other not in unwanted), "")
        if not roles["comp"] and not roles["pad"]:
            fallbacks = ("warm pad", "strings", "choir", "organ")
            roles["pad"] = next((name for name in fallbacks if name not in unwanted), "")
    return replace(
        mood,
        lead=roles["lead"],
        colour=roles["colour"],
        comp=roles["comp"],
        pad=roles["pad"],
        bass=roles["bass"],
        level=0 if has_drums is False else level,
    )


def _named(wanted: Sequence[str]) -> dict[str, str]:
    """Each named instrument in its first free role; one of them has the tune."""
    roles: dict[str, str] = {}
    for name in wanted:
        free = next((role for role in SUITS[name] if role not in roles), None)
        if free:
            roles[free] = name
    if "lead" not in roles:
        # What was named plays the tune, rather than an instrument nobody asked for.
        able = [name if "lead" in SUITS[name] else SINGERS.get(name, "") for name in wanted]
        singer = next(filter(None, able), None)
        if singer:
            roles["lead"] = singer
    return roles


def _by_themselves(wanted: Sequence[str]) -> dict[str, str]:
    roles = _named(wanted)
    if wanted and "comp" not in roles and "pad" not in roles:
        roles["comp"] = wanted[0]
    ground = roles.get("comp") or roles.get("pad", "")
    if "bass" not in roles and ground in FOUNDATIONS:
        roles["bass"] = FOUNDATIONS[ground]
    return roles


def relatives(name: str) -> frozenset[str]:
    """The instrument and all others of its family."""
    return frozenset({name, *(known for known in SUITS if _family(known) == _family(name))})


def _family(name: str) -> str:
    return next((word for word in FAMILIES if word in name), name)


def kinship(mood: Mood, named: Sequence[str]) -> float:
    """How much of a mood's own cast these instruments are, the accompaniment counting most."""
    own = (mood.comp, mood.lead, mood.pad, mood.bass, mood.colour)
    return sum(len(own) - own.index(name) for name in named if name in own)
