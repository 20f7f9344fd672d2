"""Every sound of the library, gathered from the families, and the page that lists them."""

from providers.foley import (
    alarms,
    animals,
    bells,
    clicks,
    doors,
    fire,
    impacts,
    machines,
    media_noise,
    motion,
    objects,
    paper,
    people,
    steps,
    telephones,
    ui,
    vehicles,
    water,
    weather,
)

FAMILIES = (
    ("Weather", weather.SOUNDS),
    ("Water", water.SOUNDS),
    ("Fire", fire.SOUNDS),
    ("Steps", steps.SOUNDS),
    ("Doors", doors.SOUNDS),
    ("Impacts", impacts.SOUNDS),
    ("Motion", motion.SOUNDS),
    ("Vehicles", vehicles.SOUNDS),
    ("Machines and tools", machines.SOUNDS),
    ("Alarms and signals", alarms.SOUNDS),
    ("Telephones", telephones.SOUNDS),
    ("Clicks and ticks", clicks.SOUNDS),
    ("Things in hands", objects.SOUNDS),
    ("Paper", paper.SOUNDS),
    ("Bells", bells.SOUNDS),
    ("Animals", animals.SOUNDS),
    ("People", people.SOUNDS),
    ("Interface and magic", ui.SOUNDS),
    ("Old media", media_noise.SOUNDS),
)
ENTRIES = tuple(entry for _, sounds in FAMILIES for entry in sounds)


def names() -> tuple[str, ...]:
    """The names of all sounds, family by family."""
    return tuple(entry.name for entry in ENTRIES)


def effects_page() -> str:
    """The text of docs/effects.md: every sound, its kind, its length, the words that find it."""
    lines = [
        "# Sound effects",
        "",
        f"AIPROD synthesizes {len(ENTRIES)} sounds itself; none is a recording. A scene asks in",
        'words (`{"query": "distant thunder"}`), and the sound whose words cover most of the',
        "query is used; when none does, the effect is left out and the report says so, with the",
        "closest names. A texture fills any duration; an event has its own.",
        "",
        "Extra words change a sound: *distant*, *loud*, *soft*, *fast*, *slow*, *big*, *small*.",
    ]
    for title, sounds in FAMILIES:
        lines += ["", f"## {title}", "", "| Sound | Kind | Also found by |", "| --- | --- | --- |"]
        for entry in sounds:
            kind = "texture" if entry.loop else f"event, {entry.duration_s:g} s"
            words = ", ".join((*entry.synonyms, *entry.abroad))
            lines.append(f"| {entry.name} | {kind} | {words} |")
    return "\n".join(lines) + "\n"
