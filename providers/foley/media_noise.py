"""What old media add to a recording: crackle, static, tape, film."""

import numpy as np

from providers.foley.clicks import tick
from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Stereo,
    add_at,
    bandpass,
    count,
    decay,
    drift,
    glide,
    hump,
    line,
    moving_band,
    noise,
    poisson_times,
    saw,
    scatter,
    sine,
    wide_noise,
)


def vinyl_crackle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    grains = []
    for _ in range(12):
        size = count(rng.uniform(0.0008, 0.004))
        grains.append(noise(rng, size, 700, 9000) * decay(size, 0.003))
    at = poisson_times(rng, n, 34 * drift(rng, n, 0.3, 0.4, 1.6))
    dust = scatter(rng, n, at, rng.pareto(2.4, at.size).clip(0.1, 2.2), grains, 0.5)
    # A scratch comes round with the record: 33 1/3 turns a minute, 1.8 s a turn.
    for turn in np.arange(rng.uniform(0, 1.8), n / RATE, 1.8):
        for scratch in (0.0, 0.07):
            add_at(dust, placed(1.2 * grains[0], 0.2), float(turn) + scratch)
    hiss = wide_noise(rng, n, 300, 9000, -3, 0.6)
    rumble = wide_noise(rng, n, 30, 90, 0, 0.5)
    return dust + 0.055 * hiss + 0.06 * rumble


def static(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    snow = wide_noise(rng, n, 150, 14_000, 0, 0.3) * drift(rng, n, 0.04, 0.75, 1.0)
    dropouts = np.where(drift(rng, n, 0.09, 0.0, 1.0) > 0.93, 0.35, 1.0)
    return snow * dropouts


def radio_tuning(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    dial = drift(rng, n, 0.7, -1.0, 1.0)
    whistle = sine(150 + 2600 * np.abs(dial)) * np.exp(-4 * np.abs(dial))
    speech = bandpass(saw(drift(rng, n, 0.12, 100, 190)), 400, 2200) * drift(rng, n, 0.09, 0, 1)
    station = speech * np.exp(-40 * (np.abs(dial) - 0.4) ** 2)
    hiss = moving_band(noise(rng, n, 200, 6000, -1), drift(rng, n, 0.5, 900, 2600), 2.5)
    return placed(bandpass(hiss + 0.9 * whistle + 1.1 * station, 250, 4500))


def tape_rewind(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    speed = glide(n, (0, 0.25), (0.35, 1.0), (length - 0.35, 1.25), (length - 0.12, 0.3))
    # Speech run backwards at speed: syllables become a fast high warble.
    babble = moving_band(
        noise(rng, n, 700, 9000) + 1.2 * saw(1150 * speed * drift(rng, n, 0.018, 0.6, 1.6)),
        2600 * speed * drift(rng, n, 0.025, 0.6, 1.5),
        1.1,
    ) * (0.35 + 0.65 * drift(rng, n, 0.02, 0.0, 1.0))
    reel = 0.18 * saw(185 * speed) + 0.15 * noise(rng, n, 150, 900, -2)
    gate = line(n, (0, 0), (0.05, 1), (length - 0.16, 1), (length - 0.1, 0))
    out = placed((babble + reel) * gate)
    add_at(out, placed(0.5 * tick(rng, 0.09, (420, 1150, 2600), 0.04, 0.3)), max(0.0, length - 0.1))
    return room(rng, out, 0.15, 0.1)


def tape_stop(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    speed = np.maximum(1 - (np.arange(n) / n) ** 1.4, 0.02)
    chord = sum((saw(hz * speed, rng.uniform(0, 1)) for hz in (220.0, 277.2, 329.6)), np.zeros(n))
    tone = moving_band(chord, 1800 * speed + 60, 3.0)
    return room(
        rng, placed(tone * line(n, (0, 1), (0.75 * length, 0.9), (length - 0.03, 0))), 0.3, 0.15
    )


def record_scratch(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    speed = np.interp(
        np.arange(n) / n,
        (0, 0.06, 0.28, 0.36, 0.62, 0.72, 1.0),
        (0.3, 2.6, 0.25, 2.0, 0.2, 1.5, 0.15),
    )
    groove = saw(240 * speed) * 0.6 + 0.8 * noise(rng, n, 500, 8000, -1)
    scratch = moving_band(groove, 1150 * speed, 1.6)
    gaps = np.interp(
        np.arange(n) / n,
        (0, 0.02, 0.3, 0.33, 0.36, 0.66, 0.7, 0.95),
        (0, 1, 0.8, 0.1, 1, 0.8, 0.7, 0),
    )
    return room(rng, placed(scratch * gaps), 0.2, 0.1)


def film_projector(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    frames = 1 / (18.0 * take.pace)
    clatter = [tick(rng, 0.045, (980, 2150, 3900, 6100), 0.012, 0.5) for _ in range(6)]
    at, frame = 0.0, 0
    while at < n / RATE:
        claw = (1.0 if frame % 2 else 0.75) * clatter[int(rng.integers(6))]
        add_at(out, placed(claw * rng.uniform(0.8, 1.0), rng.uniform(-0.1, 0.1)), at)
        at += frames
        frame += 1
    motor = 0.05 * saw(np.full(n, 118.0)) + 0.05 * noise(rng, n, 200, 3000, -2)
    return room(rng, out + placed(motor), 0.3, 0.25)


def white_noise(take: Take) -> Stereo:
    return wide_noise(take.rng, take.n, 30, 20_000, 0, 0.8)


def dial_up_modem(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros(n)
    tones = ((697, 1209), (770, 1336), (852, 1477), (941, 1336), (697, 1477), (770, 1209))
    at = 0.0
    for low, high in tones:  # DTMF, ITU-T Q.23
        size = count(0.085)
        pair = sine(np.full(size, float(low))) + sine(np.full(size, float(high)))
        add_at(out, 0.5 * pair * hump(size, 0.5, 0.2), at)
        at += 0.13
    answer = count(0.7)
    add_at(out, 0.7 * sine(np.full(answer, 2100.0)) * hump(answer, 0.5, 0.1), at + 0.15)
    at += 0.95
    talk = count(0.8)
    bits = np.repeat(rng.integers(0, 2, talk // 160 + 1), 160)[:talk]  # 300 baud, V.21
    add_at(out, 0.7 * sine(np.where(bits, 1650.0, 1850.0)), at)
    at += 0.8
    rest = max(1, n - count(at) - count(0.05))
    hiss = bandpass(noise(rng, rest, 300, 3400), 600, 3100) + 0.35 * sine(np.full(rest, 1800.0))
    add_at(
        out,
        0.55 * hiss * line(rest, (0, 0), (0.02, 1), (rest / RATE - 0.02, 1), (rest / RATE, 0)),
        at,
    )
    return placed(out * line(n, (length - 0.03, 1), (length, 0)))


SOUNDS = (
    CatalogueEntry(
        "vinyl crackle",
        listed("vinyl, record player, gramophone, needle, old record, phonograph, lp crackle"),
        vinyl_crackle,
        7.2,
        loop=True,
        abroad=listed("vinyle, tourne-disque, vinilo, Schallplatte"),
    ),
    CatalogueEntry(
        "static",
        listed("tv static, television static, radio static, interference, tv snow, no signal"),
        static,
        6.0,
        loop=True,
        abroad=listed("parasites, interferencia, Rauschen"),
    ),
    CatalogueEntry(
        "radio tuning",
        listed("radio, tuning, tuning radio, old radio, shortwave, searching station"),
        radio_tuning,
        5.0,
        loop=True,
    ),
    CatalogueEntry(
        "tape rewind",
        listed("rewind, rewinding, cassette, cassette tape, vhs, vhs rewind, fast forward, tape"),
        tape_rewind,
        1.8,
        stretches=True,
        abroad=listed("rembobinage, rebobinar, zurückspulen"),
    ),
    CatalogueEntry(
        "tape stop",
        listed("vinyl stop, slow down, record stop, music stop"),
        tape_stop,
        1.2,
        stretches=True,
    ),
    CatalogueEntry(
        "record scratch",
        listed("scratch, dj scratch, needle scratch, vinyl scratch"),
        record_scratch,
        0.8,
    ),
    CatalogueEntry(
        "film projector",
        listed("projector, old film, movie projector, cinema projector, film reel, super 8"),
        film_projector,
        6.0,
        loop=True,
        periodic=True,
        abroad=listed("projecteur, proyector, Filmprojektor"),
    ),
    CatalogueEntry(
        "white noise", listed("noise, pure noise, pink noise"), white_noise, 6.0, loop=True
    ),
    CatalogueEntry(
        "modem",
        listed("dial-up, dial up modem, internet connection, fax, fax machine"),
        dial_up_modem,
        4.2,
    ),
)
