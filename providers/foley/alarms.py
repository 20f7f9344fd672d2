"""Signals: alarms, sirens, horns, beeps."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Mono,
    Stereo,
    add_at,
    bandpass,
    count,
    drift,
    glide,
    harmonics,
    line,
    lowpass,
    noise,
    ring,
    saw,
    sine,
    square,
    tap,
    wide_noise,
)


def gated(n: int, on_s: float, period_s: float, edge_s: float = 0.004) -> Mono:
    """1 for `on_s` at the start of every period, else 0, with soft edges."""
    place = (np.arange(n) / RATE) % period_s
    rise = np.clip(place / edge_s, 0, 1)
    fall = np.clip((on_s - place) / edge_s, 0, 1)
    return np.asarray(rise * fall)


def steady_tone(n: int, hz: float) -> Mono:
    return sine(np.full(n, hz))


def alarm_clock(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    buzzer = harmonics(np.full(n, 2048.0), (1.0, 0.0, 0.45, 0.0, 0.2))
    time = np.arange(n) / RATE
    bursts = (time % 1.0 < 0.5).astype(np.float64)  # four beeps, then as long a silence
    return room(rng, placed(buzzer * gated(n, 0.065, 0.125) * bursts), 0.4, 0.25)


def alarm(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    time = np.arange(n) / RATE
    hz = np.where((time * 1.6 * take.pace) % 1.0 < 0.5, 620.0, 830.0)
    horn = np.asarray(bandpass(square(hz), 450, 4200))
    return room(rng, placed(horn), 1.0, 0.35, 4000)


def smoke_detector(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    piezo = harmonics(np.full(n, 3150.0) * drift(rng, n, 0.2, 0.999, 1.001), (1.0, 0.25, 0.2))
    time = (np.arange(n) / RATE) % 4.0  # three half-second pulses, then a pause (ISO 8201)
    pulses = gated(n, 0.5, 1.0) * (time < 3.0)
    return room(rng, placed(piezo * pulses), 0.6, 0.3)


def siren(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    time = np.arange(n) / RATE
    sweep = (time / (3.2 / take.pace)) % 1.0
    # The wail: up in a third of its time, down in the rest.
    height = np.where(sweep < 0.35, sweep / 0.35, 1 - (sweep - 0.35) / 0.65)
    height = 0.5 - 0.5 * np.cos(np.pi * height)
    hz = 580 * (1420 / 580) ** height
    horn = np.tanh(1.6 * harmonics(hz, (1.0, 0.5, 0.45, 0.25, 0.2, 0.12)))
    return room(rng, placed(bandpass(horn, 500, 4500)), 1.8, 0.5, 3500)


def european_siren(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    time = np.arange(n) / RATE
    hz = np.where((time / (1.1 / take.pace)) % 1.0 < 0.5, 440.0, 585.0)  # a fourth: tatü tata
    hz = np.asarray(lowpass(np.pad(hz, (4800, 0), mode="edge"), 25, 1))[4800:]
    horn = np.tanh(1.4 * harmonics(hz, (1.0, 0.7, 0.6, 0.4, 0.35, 0.25, 0.15)))
    return room(rng, placed(horn), 1.6, 0.45, 3500)


def air_raid_siren(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    time = np.arange(n) / RATE
    height = 0.5 - 0.5 * np.cos(2 * np.pi * time / 6.0 + 0.4)
    out = np.zeros((2, n))
    for ratio, side in ((1.0, -0.4), (1.2, 0.4)):  # two rotors, a minor third apart
        hz = ratio * 210 * 2.05**height
        chopped = np.asarray(lowpass(saw(hz) - 0.5 * saw(hz * 2), 2200))
        out += placed(chopped * (0.35 + 0.65 * height), side)
    return room(rng, out, 2.6, 0.7, 2200)


def beep(take: Take) -> Stereo:
    n = take.n
    length = n / RATE
    gate = line(n, (0, 0), (0.006, 1), (length - 0.02, 1), (length - 0.008, 0))
    return placed(steady_tone(n, 1000) * gate)


def censor_beep(take: Take) -> Stereo:
    n = take.n
    edge = line(n, (0, 0), (0.004, 1), (n / RATE - 0.006, 1), (n / RATE - 0.002, 0))
    return placed(harmonics(np.full(n, 1000.0), (1.0, 0.08, 0.12)) * edge)


def buzzer(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    buzz = np.zeros(n)
    for hz in (116.0, 117.5, 164.0):
        buzz += saw(np.full(n, hz), rng.uniform(0, 1))
    shape = line(n, (0, 0), (0.01, 1), (length - 0.12, 1), (length - 0.08, 0))
    return room(rng, placed(np.asarray(lowpass(np.tanh(buzz), 3800)) * shape), 0.4, 0.25)


def foghorn(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    breath = line(n, (0, 0), (0.25, 1), (length - 1.5, 1), (length - 1.15, 0))
    bend = line(n, (0, 0.97), (0.4, 1.0), (length - 1.5, 1.0), (length - 1.1, 0.93))
    reed = harmonics(98 * bend, (0.8, 1.0, 0.8, 0.6, 0.5, 0.35, 0.25, 0.2, 0.12, 0.08))
    reed += harmonics(98.7 * bend, (0.4, 0.5, 0.3, 0.2))
    wind = 0.15 * wide_noise(rng, n, 80, 900, -3)
    return room(rng, (placed(reed) + wind) * breath, 2.8, 0.7, 1400)


def heart_monitor(take: Take) -> Stereo:
    n = take.n
    tone = harmonics(np.full(n, 988.0), (1.0, 0.12, 0.05))
    hum = 0.02 * wide_noise(take.rng, n, 90, 900, -4)
    return room(take.rng, placed(tone * gated(n, 0.11, 0.86 / take.pace)) + hum, 0.5, 0.2)


def whistle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    pea = 1 + 0.035 * sine(np.full(n, 34.0))  # the pea chops the note and bends it
    hz = 2850 * pea * line(n, (0, 0.93), (0.05, 1.0), (length - 0.25, 1.0), (length - 0.15, 0.94))
    tone = harmonics(hz, (1.0, 0.18, 0.08)) * (0.75 + 0.25 * sine(np.full(n, 34.0)))
    air = 0.12 * noise(rng, n, 1800, 8000)
    gate = line(n, (0, 0), (0.02, 1), (length - 0.22, 1), (length - 0.15, 0))
    return room(rng, placed((tone + air) * gate), 0.9, 0.3)


def sonar(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    while at < n / RATE:
        size = count(1.6)
        ping = ring(tap(size, 0.0008), (1120, 1124), (1.1, 0.9), (1.0, 0.4))
        for echo, side in ((0.0, 0.0), (0.55, -0.6), (0.95, 0.5)):
            add_at(out, placed(0.35 ** (echo * 2.2) * ping, side), at + echo)
        at += 2.6
    depth = wide_noise(rng, n, 40, 260, -4)
    wet = room(rng, out, 2.8, 0.9, 2600)
    return wet + 0.08 * float(np.sqrt(np.mean(wet**2))) * depth


def countdown(take: Take) -> Stereo:
    n = take.n
    steps = max(1, round(n / RATE) - 1)
    gate = gated(n, 0.12, 1.0)
    last = (np.arange(n) / RATE) >= steps
    hz = np.where(last, 1320.0, 660.0)
    final = np.clip((steps + 0.7 - np.arange(n) / RATE) / 0.02, 0, 1)
    rise = np.clip((np.arange(n) / RATE - steps) / 0.004, 0, 1)
    return placed(harmonics(hz, (1.0, 0.2, 0.25, 0.05, 0.1)) * np.where(last, final * rise, gate))


def power_up(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    hz = glide(n, (0, 55), (0.8 * length, 880), (length, 900))
    body = harmonics(hz, (1.0, 0.5, 0.35, 0.25, 0.15, 0.1)) * line(
        n, (0, 0.1), (0.75 * length, 1), (length - 0.25, 0.8), (length, 0)
    )
    return room(
        rng,
        placed(body)
        + 0.08
        * wide_noise(rng, n, 500, 6000, -3)
        * line(n, (0, 0), (0.7 * length, 1), (length, 0)),
        0.8,
        0.3,
    )


def power_down(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    hz = glide(n, (0, 620), (length, 32))
    wobble = 1 + 0.03 * sine(np.full(n, 9.0)) * line(n, (0, 0), (length, 1))
    body = harmonics(hz * wobble, (1.0, 0.6, 0.45, 0.35, 0.25, 0.2, 0.12))
    return room(
        rng, placed(body * line(n, (0, 1), (0.7 * length, 0.7), (length - 0.02, 0))), 0.6, 0.25
    )


SOUNDS = (
    CatalogueEntry(
        "alarm",
        listed("alarms, warning, warning alarm, security alarm, emergency alarm, intruder alarm"),
        alarm,
        5.0,
        loop=True,
        periodic=True,
        abroad=listed("alarme, alarma"),
    ),
    CatalogueEntry(
        "alarm clock",
        listed("wake up alarm, digital alarm, clock alarm, timer alarm"),
        alarm_clock,
        5.0,
        loop=True,
        periodic=True,
        abroad=listed("réveil, despertador, Wecker"),
    ),
    CatalogueEntry(
        "smoke detector",
        listed("smoke alarm, fire alarm, carbon monoxide alarm"),
        smoke_detector,
        8.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "siren",
        listed(
            "police siren, ambulance, police, ambulance siren, fire truck, police car, fire engine"
        ),
        siren,
        6.4,
        loop=True,
        periodic=True,
        abroad=listed("sirène, sirena, Polizeisirene"),
    ),
    CatalogueEntry(
        "two-tone siren",
        listed("european siren, european police siren, german siren, french siren, hi-lo siren"),
        european_siren,
        6.6,
        loop=True,
        periodic=True,
        abroad=listed("Martinshorn, pin-pon"),
    ),
    CatalogueEntry(
        "air raid siren",
        listed("air raid, war siren, tornado siren, bomb siren, civil defense siren"),
        air_raid_siren,
        8.0,
        loop=True,
    ),
    CatalogueEntry(
        "beep",
        listed("bleep, electronic beep, single beep, computer beep, tone"),
        beep,
        0.3,
        stretches=True,
        abroad=listed("bip, pitido, Piepton"),
    ),
    CatalogueEntry(
        "censor beep",
        listed("censor, censored, censor bleep, swear beep, tv bleep"),
        censor_beep,
        1.0,
        stretches=True,
    ),
    CatalogueEntry(
        "buzzer",
        listed("wrong answer, game show buzzer, buzz, fail buzzer, incorrect, wrong buzzer"),
        buzzer,
        0.9,
        stretches=True,
    ),
    CatalogueEntry(
        "foghorn",
        listed("fog horn, ship horn, boat horn, ship, ferry, tanker, ocean liner"),
        foghorn,
        4.5,
        stretches=True,
        abroad=listed("corne de brume, sirena de barco, Nebelhorn"),
    ),
    CatalogueEntry(
        "heart monitor",
        listed("hospital monitor, ecg, ekg, hospital beep, medical monitor, hospital"),
        heart_monitor,
        6.0,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "whistle",
        listed("referee whistle, referee, sports whistle, coach whistle, whistle blow"),
        whistle,
        1.0,
        stretches=True,
        abroad=listed("sifflet, silbato, Trillerpfeife"),
    ),
    CatalogueEntry(
        "sonar ping",
        listed("sonar, submarine, submarine ping, ping, radar"),
        sonar,
        7.8,
        loop=True,
        periodic=True,
    ),
    CatalogueEntry(
        "countdown",
        listed("countdown beeps, race start, timer, countdown timer, starting beeps"),
        countdown,
        4.0,
        stretches=True,
        abroad=listed("compte à rebours, cuenta atrás"),
    ),
    CatalogueEntry(
        "power up",
        listed("powering up, machine start, startup, boot up, start up, charging"),
        power_up,
        2.0,
        stretches=True,
    ),
    CatalogueEntry(
        "power down",
        listed("powering down, shutdown, shut down, power failure, power outage"),
        power_down,
        1.8,
        stretches=True,
    ),
)
