"""From a mix to the finished sound: at its loudness, under its peak, encoded once, whole.

What counts is what a player hears, so the encoded file is decoded, measured and, where it
misses, made again: AAC moves true peaks by a few tenths of a decibel, in either direction.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from math import log10
from pathlib import Path
from typing import Any

import ffmpeg

from jobs.errors import ToolFailed
from media.loudness import FLOOR_LUFS, Loudness, measured, metered
from media.run import Process, Workspace, compiled, fenced_input
from media.timeline import SAMPLE_RATE_HZ
from media.wave import open_wave

MAX_GAIN_DB = 30.0  # more would lift noise, not a programme
SILENCE_LUFS = -60.0  # quieter is silent by design, e.g. a video with nothing but room tone
MAX_ATTEMPTS = 4
TOLERANCE_LU = 0.2
PROMISED_LU = 0.3  # what a finished video may be off without a note; `media.gate` holds it to that
PREVIEW_TOLERANCE_LU = 0.05
MAX_PREVIEWS = 4
USUAL_LOSS_LU = 0.5  # what a limiter takes from speech with music that is raised to the web's level
AAC_MARGIN_DB = 0.5  # kept under the ceiling: AAC raises most true peaks by less
LIMITER_MARGIN_DB = AAC_MARGIN_DB + 0.3  # coming down from 192 kHz raises limited peaks by 0.3 dB
MIN_SLOPE = 0.25  # loudness per gain while limiting: below this, more gain only adds distortion
# Peaks between samples are samples at four times the rate (BS.1770-4, annex 2).
OVERSAMPLED_HZ = 4 * SAMPLE_RATE_HZ
MIN_LIMIT_DBTP = -24.0  # of FFmpeg's alimiter
AAC_BITRATE = "192k"
PACKETS_BYTES = 64 * 1024  # passed on at once


@dataclass(frozen=True)
class LoudnessTarget:
    """A loudness profile: integrated LUFS (EBU R 128) and the true-peak ceiling in dBTP."""

    lufs: float
    peak_dbtp: float


@dataclass(frozen=True)
class Mastered:
    """What came out, measured on the decoded AAC.

    Attributes:
      lufs: Integrated loudness, -70.0 for silence.
      peak_dbtp: True peak, at least -120.0.
      lra: Loudness range in LU.
      gain_db: Gain from the mix, before limiting.
      limited: Whether a limiter held the peaks.
      attempts: Encodes made.
      note: Why the target was not aimed at or not met; empty when it was met.
    """

    lufs: float
    peak_dbtp: float
    lra: float
    gain_db: float
    limited: bool
    attempts: int
    note: str


@dataclass(frozen=True)
class Setting:
    """What is done to the mix: a gain, then a limiter at `limit_dbtp` unless None."""

    gain_db: float
    limit_dbtp: float | None = None


def master(
    space: Workspace, mix_wav: Path, total_samples: int, target: LoudnessTarget, destination: Path
) -> Mastered:
    """Writes the mix as AAC-LC in M4A: 48 kHz, stereo, 192 kb/s, `total_samples` long when played.

    Within 0.2 LU of the target and not above its peak wherever the programme allows; else the
    nearest that was found, with a note. The peak comes first. The same mix gives the same bytes.

    Raises:
      ToolFailed, TimedOut, ResourceLimit, Cancelled: As `Workspace.run`.
    """
    mix = _measured_mix(space, mix_wav, target)
    aims = mix.lufs > SILENCE_LUFS
    setting = first_setting(mix, target)
    if aims and setting.limit_dbtp is not None:
        setting = _settled(space, mix_wav, setting, target)
    tries: list[tuple[Setting, Loudness]] = []
    files = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        files.append(space.folder / f"master-{attempt}.m4a")
        tries.append((setting, _encoded(space, mix_wav, total_samples, setting, files[-1])))
        setting = corrected(tries, target, aims)
        if setting == tries[-1][0]:
            break
    best = min(range(len(tries)), key=lambda index: _miss(tries[index][1], target, aims))
    files.pop(best).replace(destination)
    for file in files:
        file.unlink()
    chosen, heard = tries[best]
    return Mastered(
        lufs=heard.lufs,
        peak_dbtp=heard.peak_dbtp,
        lra=heard.lra,
        gain_db=chosen.gain_db,
        limited=chosen.limit_dbtp is not None,
        attempts=len(tries),
        note=_note(mix, chosen, heard, target),
    )


def _measured_mix(space: Workspace, mix_wav: Path, target: LoudnessTarget) -> Loudness:
    """Loudness and peak of the mix; the peak between samples only where it decides something.

    It is never lower than that of the samples: where that alone calls for a limiter, the other
    one would, and takes three times as long to find as the loudness.
    """
    sound = fenced_input(mix_wav, "wav").audio
    mix = replace(metered(space, sound, peaks=False), peak_dbtp=_sample_peak_db(mix_wav))
    return mix if first_setting(mix, target).limit_dbtp is not None else measured(space, mix_wav)


def _sample_peak_db(wav: Path) -> float:
    wave = open_wave(wav)
    blocks = (wave[at : at + SAMPLE_RATE_HZ] for at in range(0, len(wave), SAMPLE_RATE_HZ))
    peak = max((max(float(block.max()), -float(block.min())) for block in blocks), default=0.0)
    return 20 * log10(max(peak, 1e-6))


def _encoded(
    space: Workspace, mix_wav: Path, total_samples: int, setting: Setting, destination: Path
) -> Loudness:
    """Encodes, while what has been encoded is decoded and measured: packet for packet the same."""
    arguments = master_arguments(mix_wav, total_samples, setting, destination)
    with Process(space, arguments, feeding=False, reading=True) as encoding:
        packets = iter(partial(encoding.stdout.read, PACKETS_BYTES), b"")
        stream = ffmpeg.input("pipe:0", format="matroska", protocol_whitelist="pipe").audio
        # The file ends there by its edit list.
        sound = stream.filter("atrim", end_sample=total_samples)
        try:
            heard = metered(space, sound, feed=packets)
        except ToolFailed:
            if not encoding.stdout.read(1):  # nothing more came: perhaps the encoder failed first
                encoding.finish()
            raise
        encoding.finish()
    return heard


def master_arguments(
    mix_wav: Path, total_samples: int, setting: Setting, destination: Path
) -> list[str]:
    """FFmpeg arguments of one encode: into a file of the work folder, and as Matroska to stdout."""
    # An edit list hides AAC's priming; it is exact to the sample in this time scale.
    file = f"[f=ipod:movie_timescale={SAMPLE_RATE_HZ}:movflags=+faststart:fflags=+bitexact]"
    return compiled(
        _finished(mix_wav, total_samples, setting).output(
            f"{file}{destination.name}|[f=matroska]pipe\\:1",
            format="tee",
            acodec="aac",
            audio_bitrate=AAC_BITRATE,
            ar=SAMPLE_RATE_HZ,
            ac=2,
            # At this bit rate FFmpeg's default search ("twoloop") is worse and four times slower:
            # on plucked music its error peaked at 0.33 of full scale against 0.009, and true
            # peaks rose by 2 dB.
            aac_coder="fast",
            # Tools for low bit rates: noise that the decoder invents and sides it derives from
            # each other come out with other peaks, up to 2 dB higher.
            aac_pns=0,
            aac_is=0,
            cutoff=20000,
            threads=1,
            map_metadata=-1,
            **{"flags:a": "+bitexact"},
        ),
        "warning",
    )


def first_setting(mix: Loudness, target: LoudnessTarget) -> Setting:
    """The gain that meets the loudness, and a limiter if the peaks would come too high.

    A programme that is silent by design is not turned up.
    """
    gain_db = 0.0
    if mix.lufs > SILENCE_LUFS:
        gain_db = round(min(target.lufs - mix.lufs, MAX_GAIN_DB), 2)
    risen = replace(mix, peak_dbtp=mix.peak_dbtp + gain_db + AAC_MARGIN_DB)
    return _held(Setting(gain_db), risen, target, 0.0)


def corrected(
    tries: Sequence[tuple[Setting, Loudness]], target: LoudnessTarget, aims: bool = True
) -> Setting:
    """The setting to try next, from everything heard so far; the last one when it met the target.

    A limiter gives back less loudness than the gain it is given, and less the harder it works, so
    the step is divided by the slope seen between the last two tries.
    """
    setting, heard = tries[-1]
    # Another limit is another signal to the encoder, whose peaks are partly chance: each try
    # keeps further away.
    following = _held(setting, heard, target, 0.2 * len(tries))
    if aims and abs(target.lufs - heard.lufs) > TOLERANCE_LU:
        following = replace(following, gain_db=_next_gain(tries, target))
    return following


def _held(setting: Setting, heard: Loudness, target: LoudnessTarget, again_db: float) -> Setting:
    """The setting with its limiter lowered by what the peak lies above the ceiling, and a bit."""
    over_db = heard.peak_dbtp - target.peak_dbtp
    if over_db <= 0:
        return setting
    if setting.limit_dbtp is None:
        limit_dbtp = target.peak_dbtp - LIMITER_MARGIN_DB
    else:
        limit_dbtp = setting.limit_dbtp - over_db - again_db
    return replace(setting, limit_dbtp=max(round(limit_dbtp, 2), MIN_LIMIT_DBTP))


def _next_gain(tries: Sequence[tuple[Setting, Loudness]], target: LoudnessTarget) -> float:
    setting, heard = tries[-1]
    slope = 1.0
    if len(tries) > 1:
        earlier, before = tries[-2]
        if earlier.limit_dbtp == setting.limit_dbtp and earlier.gain_db != setting.gain_db:
            slope = (heard.lufs - before.lufs) / (setting.gain_db - earlier.gain_db)
    step = (target.lufs - heard.lufs) / min(max(slope, MIN_SLOPE), 1.0)
    return _allowed(setting.gain_db + step)


def _settled(space: Workspace, mix_wav: Path, setting: Setting, target: LoudnessTarget) -> Setting:
    """The setting with the gain that meets the loudness behind its limiter, before encoding.

    Loudness behind a limiter without oversampling is the same within 0.05 LU, at a sixth of the
    time, and a fifteenth of what another encode would cost.
    """

    def heard(tried: Setting) -> Loudness:
        return metered(space, _limited(_raised(mix_wav, tried), tried), peaks=False)

    # Two at once: from both it is known how loudness follows gain.
    firsts = (setting, replace(setting, gain_db=_allowed(setting.gain_db + USUAL_LOSS_LU)))
    with ThreadPoolExecutor(len(firsts)) as pool:
        tries = list(zip(firsts, pool.map(heard, firsts), strict=True))
    tries.sort(key=lambda one: abs(target.lufs - one[1].lufs), reverse=True)
    while True:
        setting, found = tries[-1]
        off = abs(target.lufs - found.lufs)
        following = replace(setting, gain_db=_next_gain(tries, target))
        if off <= PREVIEW_TOLERANCE_LU or following == setting:
            return setting
        if off <= TOLERANCE_LU or len(tries) == MAX_PREVIEWS:
            return following  # the rest of the way is short
        tries.append((following, heard(following)))


def _allowed(gain_db: float) -> float:
    return round(min(gain_db, MAX_GAIN_DB), 2)


def _finished(mix_wav: Path, total_samples: int, setting: Setting) -> Any:
    sound = _raised(mix_wav, setting)
    if setting.limit_dbtp is not None:
        sound = sound.filter("aresample", OVERSAMPLED_HZ)
        sound = _limited(sound, setting).filter("aresample", SAMPLE_RATE_HZ)
    # Two resamplers round the length; the video's length is not theirs to change.
    return (
        sound.filter("apad", whole_len=total_samples)
        .filter("atrim", end_sample=total_samples)
        .filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    )


def _raised(mix_wav: Path, setting: Setting) -> Any:
    return fenced_input(mix_wav, "wav").audio.filter(
        "volume", f"{setting.gain_db:.2f}dB", precision="float"
    )


def _limited(sound: Any, setting: Setting) -> Any:
    # level=0: by default the limiter turns its result up to full scale. latency=1: by default it
    # leaves the sound late by its look-ahead.
    return sound.filter(
        "alimiter",
        limit=f"{10 ** ((setting.limit_dbtp or 0.0) / 20):.5f}",
        # Longer than half a period of the lowest voice: with 2 ms the gain follows the wave itself
        # (a 110 Hz tone 6 dB over then distorts to -41 dB, here to -110 dB).
        attack=8,
        release=50,
        level=0,
        latency=1,
    )


def _miss(heard: Loudness, target: LoudnessTarget, aims: bool) -> tuple[float, float]:
    over_db = max(heard.peak_dbtp - target.peak_dbtp, 0.0)
    return over_db, abs(heard.lufs - target.lufs) if aims else 0.0


def _note(mix: Loudness, setting: Setting, heard: Loudness, target: LoudnessTarget) -> str:
    if mix.lufs <= FLOOR_LUFS:
        return "silent, or shorter than 400 ms: it has no loudness and was not turned up"
    if mix.lufs <= SILENCE_LUFS:
        return f"nearly silent ({mix.lufs:.1f} LUFS): it was not turned up"
    if heard.peak_dbtp > target.peak_dbtp:
        return f"true peak {heard.peak_dbtp:.2f} dBTP after {MAX_ATTEMPTS} attempts"
    if abs(heard.lufs - target.lufs) <= PROMISED_LU:
        return ""
    if setting.gain_db >= MAX_GAIN_DB:
        return f"turned up by the most allowed, {MAX_GAIN_DB:g} dB: {heard.lufs:.1f} LUFS"
    return f"its peaks allow no more than {heard.lufs:.1f} LUFS"
