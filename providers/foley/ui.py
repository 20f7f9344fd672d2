"""Sounds of screens and of magic: chimes, notices, sparkles, beams."""

import numpy as np

from providers.foley.entry import CatalogueEntry, Take, listed
from providers.foley.space import placed, room
from providers.foley.synthesis import (
    RATE,
    Mono,
    Stereo,
    add_at,
    burst,
    count,
    drift,
    glide,
    harmonics,
    hump,
    line,
    lowpass,
    moving_band,
    noise,
    ring,
    saw,
    sine,
    square,
    tap,
    wide_noise,
)


def _bar(length_s: float, hz: float, t60_s: float) -> Mono:
    """A soft mallet on a tuned bar: the fundamental, its fourth partial, a touch of the tenth."""
    size = count(length_s)
    partials = (hz, 3.99 * hz, 9.6 * hz)
    return ring(tap(size, 0.4 / hz), partials, (t60_s, 0.3 * t60_s, 0.1 * t60_s), (1.0, 0.3, 0.08))


def success_chime(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for step, hz in enumerate((523.3, 659.3, 784.0, 1046.5)):
        add_at(out, placed(_bar(1.3, hz, 1.2), -0.3 + 0.2 * step), 0.095 * step)
    return room(rng, out, 1.0, 0.3)


def notification(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at, hz in ((0.0, 1174.7), (0.11, 1568.0)):
        add_at(out, _bar(0.7, hz, 0.6), at)
    return room(rng, placed(out), 0.5, 0.2)


def message(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    drop = sine(glide(n, (0, 620), (0.07, 1240), (0.12, 1300))) * burst(n, 0.004, 0.13)
    return room(rng, placed(drop), 0.3, 0.2)


def error(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for at, hz in ((0.0, 311.1), (0.17, 233.1)):
        size = count(0.26)
        tone = harmonics(np.full(size, hz), (1.0, 0.0, 0.33, 0.0, 0.2, 0.0, 0.12))
        add_at(out, tone * burst(size, 0.004, 0.28), at)
    return room(rng, placed(lowpass(out, 3500)), 0.3, 0.15)


def game_coin(take: Take) -> Stereo:
    n = take.n
    hz = np.where(np.arange(n) / RATE < 0.075, 987.8, 1318.5)  # B5, then E6, as in arcades
    level = line(n, (0, 0.7), (0.075, 0.7), (0.08, 1.0), (n / RATE - 0.02, 0.0))
    return placed(np.asarray(lowpass(square(hz), 9000)) * level)


def level_up(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    for step, semitones in enumerate((0, 4, 7, 12, 16, 19, 24)):
        size = count(0.42 if step == 6 else 0.09)
        hz = np.full(size, 392.0 * 2 ** (semitones / 12))
        fade = line(size, (0, 0), (0.003, 1), (size / RATE - 0.01, 0.45), (size / RATE, 0))
        add_at(out, np.asarray(lowpass(square(hz), 7000)) * fade, 0.085 * step)
    return room(rng, placed(out), 0.4, 0.2)


def game_over(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros(n)
    # The sad trombone: three falling half-steps and one that wilts.
    for step, (semitones, length) in enumerate(((0, 0.32), (-1, 0.32), (-2, 0.32), (-3, 1.1))):
        size = count(length)
        base = 233.1 * 2 ** (semitones / 12)
        vibrato = 1 + 0.025 * sine(np.full(size, 5.5)) * line(size, (0.1, 0), (0.4, step / 3))
        wilt = glide(size, (0, 1.0), (length, 0.94 if step == 3 else 1.0))
        brass = harmonics(base * vibrato * wilt, (0.7, 1.0, 0.9, 0.7, 0.5, 0.35, 0.22, 0.14, 0.08))
        shape = line(size, (0, 0), (0.04, 1), (length - 0.12, 0.8), (length - 0.01, 0))
        add_at(out, brass * shape, 0.36 * step)
    return room(rng, placed(out), 0.7, 0.3)


def fanfare(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    for at, length, chord in (
        (0.0, 0.13, (261.6, 329.6, 392.0)),
        (0.17, 0.13, (261.6, 329.6, 392.0)),
        (0.34, 0.13, (261.6, 329.6, 392.0)),
        (0.51, 1.25, (349.2, 440.0, 523.3, 698.5)),
    ):
        size = count(length)
        shape = line(size, (0, 0), (0.025, 1), (length - 0.09, 0.85), (length - 0.005, 0))
        for voice, hz in enumerate(chord):
            brass = harmonics(
                np.full(size, hz) * drift(rng, size, 0.1, 0.997, 1.003),
                (0.8, 1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12),
            )
            add_at(out, placed(brass * shape, -0.5 + 0.33 * voice), at)
    return room(rng, out, 1.4, 0.4)


def magic_sparkle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    out = np.zeros((2, n))
    scale = 1046.5 * 2 ** (np.array([0, 2, 4, 7, 9]) / 12)
    for _ in range(max(8, int(26 * length))):
        # Most stars fall early and rise in pitch as the spell flies up.
        place = float(rng.beta(1.2, 2.0))
        octave = 2 ** int(np.clip(place * 3 + rng.uniform(-0.6, 0.6), 0, 2))
        hz = float(rng.choice(scale)) * octave
        size = count(0.55)
        star = ring(tap(size, 0.0003), (hz, 2.76 * hz), (0.5, 0.2), (1.0, 0.3))
        at = place * max(0.1, length - 0.5)
        add_at(out, placed(rng.uniform(0.2, 1.0) * star, rng.uniform(-0.9, 0.9)), at)
    dust = wide_noise(rng, n, 7000, 16_000, 0, 1.0) * hump(n, 0.35, 1.5)
    return room(rng, out + 0.01 * dust, 1.6, 0.5, 9000)


def spell(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    rise = moving_band(
        wide_noise(rng, n, 200, 12_000, -2, 0.8),
        glide(n, (0, 300), (0.35 * length, 3600), (length, 900)),
        1.0,
    ) * line(n, (0, 0), (0.33 * length, 1), (0.4 * length, 0.5), (length, 0))
    out = 1.3 * rise
    for ratio, side in ((1.0, -0.4), (1.5, 0.4), (2.01, 0.0)):
        hz = ratio * 196 * (1 + 0.02 * sine(np.full(n, 6.0 + ratio)))
        out += placed(0.35 * sine(hz) * hump(n, 0.4, 1.5), side)
    for at in rng.uniform(0.35 * length, 0.9 * length, 14):
        add_at(
            out,
            placed(0.9 * _bar(0.4, rng.uniform(1800, 5200), 0.3), rng.uniform(-0.9, 0.9)),
            float(at),
        )
    return room(rng, out, 1.6, 0.5)


def laser(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    hz = glide(n, (0, 3400), (0.07, 1300), (0.3, 190))
    beam = harmonics(hz, (1.0, 0.5, 0.4, 0.25, 0.2)) * burst(n, 0.002, 0.42)
    zap = noise(rng, n, 1500, 9000) * burst(n, 0.001, 0.03)
    return room(rng, placed(beam + 0.3 * zap), 0.5, 0.25)


def teleport(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    shimmer = 0.5 + 0.5 * sine(glide(n, (0, 9), (length, 46)))
    out = np.zeros((2, n))
    for ratio, side in ((1.0, -0.6), (1.33, 0.6), (1.77, 0.0), (2.4, 0.2)):
        hz = ratio * glide(n, (0, 320), (0.7 * length, 1500), (length, 2600))
        out += placed(0.4 * sine(hz) * shimmer * hump(n, 0.6, 1.3), side)
    veil = wide_noise(rng, n, 2500, 12_000, -1, 0.9) * hump(n, 0.65, 2.0) * shimmer
    return room(rng, out + 0.25 * veil, 1.0, 0.4)


def boing(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    wobble = 1 + 0.32 * sine(glide(n, (0, 19), (0.9, 9))) * burst(n, 0.01, 1.6)
    hz = glide(n, (0, 175), (0.9, 118)) * wobble
    spring = harmonics(hz, (1.0, 0.6, 0.5, 0.3, 0.25, 0.15, 0.1)) * burst(n, 0.003, 0.9)
    return room(rng, placed(spring), 0.3, 0.15)


def slide_whistle(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    length = n / RATE
    hz = glide(n, (0, 420), (0.9 * length, 1900)) * (1 + 0.008 * sine(np.full(n, 6.5)))
    pipe = harmonics(hz, (1.0, 0.08, 0.18, 0.02, 0.04)) + 0.04 * noise(rng, n, 600, 5000)
    gate = line(n, (0, 0), (0.04, 1), (0.88 * length, 1), (0.95 * length, 0))
    return room(rng, placed(pipe * gate), 0.4, 0.2)


def dream_harp(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    notes = 21
    steps = np.array([0, 2, 4, 5, 7, 9, 11])
    gap = 0.55 * n / RATE / notes
    for note in range(notes):
        hz = 261.6 * 2 ** ((steps[note % 7] + 12 * (note // 7)) / 12)
        size = count(1.5)
        partials = hz * np.arange(1.0, 6.0)
        string = ring(
            tap(size, 0.0006), partials, 1.4 / np.arange(1.0, 6.0) ** 0.7, (1, 0.5, 0.35, 0.2, 0.1)
        )
        add_at(out, placed(string, -0.6 + 1.2 * note / notes), gap * note)
    return room(rng, out, 1.8, 0.4) * line(n, (n / RATE - 0.4, 1), (n / RATE, 0))


def digital_data(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    while at < n / RATE:
        size = count(float(rng.choice((0.03, 0.045, 0.07))))
        hz = np.full(size, float(rng.choice((880, 1320, 1760, 2217, 2640, 3520))))
        blip = sine(hz) * hump(size, 0.3, 0.5)
        add_at(out, placed(rng.uniform(0.3, 1.0) * blip, rng.uniform(-0.6, 0.6)), at)
        at += size / RATE + float(rng.choice((0.01, 0.02, 0.05, 0.12))) / take.pace
    return room(rng, out, 0.4, 0.2)


def glitch(take: Take) -> Stereo:
    rng, n = take.rng, take.n
    out = np.zeros((2, n))
    at = 0.0
    while at < n / RATE - 0.03:
        size = count(rng.uniform(0.012, 0.09))
        kind = int(rng.integers(4))
        hz = np.full(size, float(np.exp(rng.uniform(np.log(60), np.log(3000)))))
        if kind == 0:
            bit = square(hz)
        elif kind == 1:  # a fragment stuck in a loop
            piece = noise(rng, max(24, size // 7), 300, 9000)
            bit = np.resize(piece, size)
        elif kind == 2:  # samples held: the treble folds down
            bit = np.repeat(rng.uniform(-1, 1, size // 11 + 1), 11)[:size]
        else:
            bit = saw(hz * line(size, (0, 1), (size / RATE, rng.uniform(0.3, 3.0))))
        add_at(out, placed(rng.uniform(0.3, 0.8) * bit, rng.uniform(-0.7, 0.7)), at)
        at += size / RATE + (0.0 if rng.uniform() < 0.55 else rng.uniform(0.02, 0.1))
    return np.asarray(lowpass(out, 11_000))


SOUNDS = (
    CatalogueEntry(
        "success chime",
        listed("success, correct, right answer, correct answer, win, achievement, complete, bingo"),
        success_chime,
        1.8,
        abroad=listed("succès, bonne réponse, éxito, Erfolg"),
    ),
    CatalogueEntry(
        "notification",
        listed("notification bell, alert, app notification, ui chime, reminder"),
        notification,
        0.9,
        abroad=listed("notificación, Benachrichtigung"),
    ),
    CatalogueEntry(
        "message pop",
        listed("message, text message, chat bubble, chat, send message, sms"),
        message,
        0.3,
    ),
    CatalogueEntry(
        "error",
        listed("error tone, computer error, denied, access denied, failure, fail, invalid"),
        error,
        0.6,
        abroad=listed("erreur, Fehler"),
    ),
    CatalogueEntry(
        "game coin",
        listed("video game coin, pick up, collect, arcade, collect coin, retro game"),
        game_coin,
        0.7,
    ),
    CatalogueEntry(
        "level up",
        listed("video game, power-up item, game win, bonus, 8-bit win, chiptune"),
        level_up,
        1.1,
    ),
    CatalogueEntry(
        "sad trombone",
        listed("game over, trombone, lose, loser, womp womp, wah wah, losing horn"),
        game_over,
        2.6,
    ),
    CatalogueEntry(
        "fanfare",
        listed("trumpet fanfare, trumpet, trumpets, victory, tada, ta-da, royal trumpet"),
        fanfare,
        2.4,
        abroad=listed("trompette, trompeta, Trompete"),
    ),
    CatalogueEntry(
        "magic sparkle",
        listed(
            "magic, sparkle, sparkles, fairy dust, twinkle, glitter, magic wand, fairy, shimmer"
        ),
        magic_sparkle,
        2.4,
        stretches=True,
        abroad=listed("magie, magia, Zauber"),
    ),
    CatalogueEntry(
        "magic spell",
        listed("spell, cast spell, wizard, sorcery, enchantment, spell cast"),
        spell,
        2.2,
        stretches=True,
    ),
    CatalogueEntry(
        "laser", listed("laser gun, blaster, ray gun, laser shot, zap, pew, laser beam"), laser, 0.6
    ),
    CatalogueEntry(
        "teleport",
        listed("teleportation, beam me up, portal, warp, time travel, materialize"),
        teleport,
        2.2,
        stretches=True,
    ),
    CatalogueEntry(
        "boing",
        listed("bounce, metal spring, cartoon spring, cartoon jump, trampoline"),
        boing,
        1.0,
    ),
    CatalogueEntry(
        "slide whistle",
        listed("cartoon whistle, slide flute, cartoon slide, whistle up"),
        slide_whistle,
        1.0,
        stretches=True,
    ),
    CatalogueEntry(
        "dream harp",
        listed("harp, dream, dream sequence, flashback, harp glissando, glissando"),
        dream_harp,
        3.0,
        stretches=True,
    ),
    CatalogueEntry(
        "digital data",
        listed("computer, data, computer processing, sci-fi computer, hacking, loading, interface"),
        digital_data,
        5.0,
        loop=True,
        periodic=True,
        abroad=listed("ordinateur, ordenador"),
    ),
    CatalogueEntry(
        "glitch",
        listed("digital glitch, malfunction, data error, digital noise, screen glitch"),
        glitch,
        1.0,
        stretches=True,
    ),
)
