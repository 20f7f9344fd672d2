"""Telephones and the telegraph."""

import numpy as np

from providers.foley.alarms import gated, steady_tone
from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Stereo,
    add_at,
    count,
    drift,
    harmonics,
    lowpass,
    noise,
    ring,
    sine,
    tap,
)


def phone_ring(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    strikes = np.zeros((2, n))
    at, left = 0.0, True
    while at < n / RATE:
        if at % 3.0 < 1.3:  # the exchange rings, then waits
            strikes[0 if left else 1, min(n - 1, int(at * RATE))] = rng.uniform(0.8, 1.0)
            left = not left
        at += 0.025  # the clapper follows 20 Hz, two blows a period
    out = np.zeros(n)
    for gong, base in ((strikes[0], 1180.0), (strikes[1], 1395.0)):
        hz = base * np.array([1.0, 2.02, 2.76, 4.07, 5.4])
        out += ring(gong, hz, (0.7, 0.6, 0.45, 0.3, 0.2), (1.0, 0.5, 0.8, 0.4, 0.3))
    return room(rng, placed(out), 0.4, 0.25)


def ringtone(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    at = 0.0
    while at < n / RATE:
        for step, semitones in enumerate((0, 7, 12, 7, 4, 12)):
            size = count(0.5)
            hz = 740 * 2 ** (semitones / 12)
            note = ring(
                tap(size, 0.0006), (hz, 3.98 * hz, 9.2 * hz), (0.5, 0.2, 0.08), (1.0, 0.35, 0.1)
            )
            add_at(out, 4 * note, at + 0.15 * step)
        at += 2.0
    return room(rng, placed(out), 0.5, 0.25)


def phone_vibration(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    hz = 162 * drift(rng, n, 0.1, 0.99, 1.01)
    motor = harmonics(hz, (1.0, 0.5, 0.6, 0.3, 0.25, 0.2, 0.15, 0.1))
    rattle = noise(rng, n, 600, 4000, -2) * np.clip(sine(hz), 0, 1) ** 3
    return room(rng, placed((motor + 0.5 * rattle) * gated(n, 0.9, 1.6, 0.05)), 0.25, 0.2)


def dial_tone(take: Take) -> Stereo:
    line_noise = 0.004 * noise(take.rng, take.n, 300, 3400)
    return placed(steady_tone(take.n, 350) + steady_tone(take.n, 440) + line_noise)


def busy_signal(take: Take) -> Stereo:
    n = take.n
    return placed((steady_tone(n, 480) + steady_tone(n, 620)) * gated(n, 0.5, 1.0))


def morse(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    unit = 0.07 / take.pace
    gate = np.zeros(n)
    at = 0.0
    while at < n / RATE:
        for _ in range(int(rng.integers(1, 5))):
            on = unit * float(rng.choice((1, 3)))
            start, stop = int(at * RATE), int((at + on) * RATE)
            gate[start:stop] = 1.0
            at += on + unit
        at += 2 * unit
    key = np.asarray(lowpass(gate, 180, 2)) * steady_tone(n, 690)
    radio = noise(rng, n, 350, 2800, -2) * drift(rng, n, 0.5, 0.03, 0.06)
    return placed(key + radio)


SOUNDS = (
    CatalogueEntry(
        "phone ring",
        listed("phone, telephone, telephone ringing, phone ringing, old phone, rotary phone"),
        phone_ring,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("teléfono, Telefon"),
    ),
    CatalogueEntry(
        "ringtone",
        listed("cell phone, mobile phone, smartphone, cellphone, mobile ringtone, phone ringtone"),
        ringtone,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("sonnerie de portable, teléfono móvil, Klingelton"),
    ),
    CatalogueEntry(
        "phone vibration",
        listed("vibration, vibrating phone, vibrate, phone vibrating, phone buzz, silent phone"),
        phone_vibration,
        4.8,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "dial tone",
        listed("phone dial tone, telephone line, line tone"),
        dial_tone,
        4.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "busy signal",
        listed("busy tone, phone busy, engaged tone, line busy"),
        busy_signal,
        4.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "morse code",
        listed("morse, telegraph, telegram, morse signal"),
        morse,
        5.0,
        loop=True,
        periodic=True,
    ),
)
