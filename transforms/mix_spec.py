"""The specification of the mix, from takes and times."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from jobs.assets import CLIP_SOUND, effect_task
from jobs.bookends import leading, visual_place
from jobs.document import Job
from jobs.elements import Problem
from jobs.errors import ErrorCode
from jobs.scene import Clip, ClipSound, Effect, Scene, WhenShort
from jobs.sound import Music
from jobs.wire import canonical, from_json
from jobs.words import Word
from media.bar_fit import TrackBars
from media.master import LoudnessTarget
from media.music_fit import Section
from media.timeline import SAMPLE_RATE_HZ, SceneTime, Timeline, sample_of
from transforms.takes import Takes

# Level of the voices before mastering; everything else is set relative to it. Mastering brings the
# whole to its target, so the number only has to leave headroom.
VOICE_LUFS = -20.0
# Music at 0 dB stands where a mastered track does beside a voice. At the document's defaults it is
# then 8 dB below the voice in pauses and 18 below while somebody speaks; accessibility advice for
# a bed under speech ranges from 12 to 20 dB.
MUSIC_LUFS = VOICE_LUFS + 6
# Textures such as rain are repeated until their scene ends, each repeat overlapping the last.
LOOP_OVERLAP_SAMPLES = SAMPLE_RATE_HZ
LOOP_IN_MS, LOOP_OUT_MS = 300.0, 600.0
CUT_FADE_MS = 10.0  # of a clip's sound where its picture is cut


@dataclass(frozen=True)
class ClipSpec:
    """A sound in the mix: blob name, first sample, gain, fades, how much of it is used, and whether
    it steps back for the voice."""

    blob: str
    start: int
    gain_db: float
    length: int | None = None
    fade_in_ms: float = 5.0
    fade_out_ms: float = 5.0
    ducks: bool = False


@dataclass(frozen=True)
class MusicSpec:
    """The music of the mix, in the sections its composer made.

    Attributes:
      sections: Empty for a track whose bars nobody knows, which is cut or repeated.
      samples: Length of such a track.
      bars: Those that were found in it.
    """

    blob: str
    sections: tuple[Section, ...]
    bar_samples: int
    ending_downbeat: int
    gain_db: float
    samples: int = 0
    bars: TrackBars | None = None


@dataclass(frozen=True)
class MixSpec:
    """Everything that decides what a video sounds like. Samples at 48 kHz.

    Attributes:
      speech: What the music steps back for.
      encoder: Version of FFmpeg, which limits and encodes.
      stems: Whether voice, effects and music are kept apart, too.
    """

    total_samples: int
    voices: tuple[ClipSpec, ...]
    effects: tuple[ClipSpec, ...]
    speech: tuple[tuple[int, int], ...]
    music: MusicSpec | None
    ducking_db: float
    target: LoudnessTarget
    encoder: str = ""
    stems: bool = False


def mix_spec(
    job: Job, timeline: Timeline, takes: Takes, words: Sequence[Sequence[Word]], encoder: str
) -> tuple[MixSpec, tuple[Problem, ...]]:
    """The mix of a video, and what could not be placed in it.

    Args:
      words: By scene, the spoken words with times relative to the narration's start.
      encoder: Version of FFmpeg.
    """
    voices, effects, speech = list[ClipSpec](), list[ClipSpec](), list[tuple[int, int]]()
    notes: list[Problem] = []
    for index, (scene, time) in enumerate(zip(job.scenes or (), timeline.scenes, strict=True)):
        start = sample_of(time.speech_start, timeline.rate)
        if facts := takes.facts(f"voice/{index:03}"):
            audio = takes.records[f"voice/{index:03}"].media["audio"]
            voices.append(ClipSpec(audio, start, round(VOICE_LUFS - facts["lufs"], 2)))
            speech += _spoken(facts, words[index], start)
        found, told = _effects(job, scene, index, timeline, takes, words[index])
        effects += found
        notes += told
        if isinstance(scene.visual, Clip) and scene.visual.sound is not ClipSound.DROP:
            heard, told = _clip_sound(job, scene.visual, index, timeline, takes)
            effects += heard
            notes += told
            if scene.visual.sound is ClipSound.KEEP:
                speech += [(clip.start, clip.start + (clip.length or 0)) for clip in heard]
    loudness = job.output.loudness
    ducks = job.music or any(clip.ducks for clip in effects)
    spec = MixSpec(
        total_samples=timeline.samples,
        voices=tuple(voices),
        effects=tuple(effects),
        speech=tuple(speech),
        music=_music(job, takes),
        ducking_db=(job.music or Music()).ducking_db if ducks else 0.0,
        target=LoudnessTarget(loudness.lufs, loudness.peak_dbtp),
        encoder=encoder,
        stems=job.output.stems,
    )
    return spec, tuple(notes)


def _spoken(facts: dict[str, Any], words: Sequence[Word], start: int) -> list[tuple[int, int]]:
    """Spans of samples in which a narration speaks; of a recording whose words nobody has timed,
    those in which it sounds."""
    spans = facts.get("speech") or [(word.start_s, word.end_s) for word in words]
    return [
        (start + round(begins_s * SAMPLE_RATE_HZ), start + round(ends_s * SAMPLE_RATE_HZ))
        for begins_s, ends_s in spans
    ]


def _effects(
    job: Job,
    scene: Scene,
    index: int,
    timeline: Timeline,
    takes: Takes,
    words: Sequence[Word],
) -> tuple[list[ClipSpec], list[Problem]]:
    """The effects of a scene, and those that cannot be placed."""
    time = timeline.scenes[index]
    speech = sample_of(time.speech_start, timeline.rate)
    scene_end = sample_of(time.end, timeline.rate)
    text = takes.text(index, scene.narration) or ""
    found, notes = list[ClipSpec](), list[Problem]()
    own = index - leading(job.brand)  # number of the scene in the document
    for number, effect in enumerate(scene.effects):
        task_id = effect_task(index, number)
        facts = takes.facts(task_id)
        if facts is None:
            continue
        at = _effect_start(effect, text, time, timeline.rate, speech, words)
        if at is None:
            notes.append(_unplaced(own, number, effect))
        elif at >= scene_end:
            notes.append(_too_late(own, number, effect, float(time.frames / timeline.rate)))
        else:
            audio = takes.records[task_id].media["audio"]
            gain_db = round(effect.gain_db + facts.get("level_db", 0.0), 2)
            found += _placed(audio, at, gain_db, facts, scene_end)
    return found, notes


def _clip_sound(
    job: Job, clip: Clip, index: int, timeline: Timeline, takes: Takes
) -> tuple[list[ClipSpec], list[Problem]]:
    """The sound of a scene's clip, as long and as often as its picture, fading where it fades."""
    task_id = effect_task(index, CLIP_SOUND)
    shown, facts = takes.facts(f"visual/{index:03}"), takes.facts(task_id)
    if facts is None or shown is None:
        return [], []
    if not facts["samples"]:
        place = visual_place(job.brand, len(timeline.scenes), index)
        note = f"{place}.sound: the clip has no sound, so none is heard"
        return [], [Problem("mix", ErrorCode.INVALID_INPUT, note, False)]
    time, rate = timeline.scenes[index], timeline.rate
    start, end = sample_of(time.start, rate), sample_of(time.end, rate)
    before = timeline.scenes[index - 1].transition_frames if index else 0
    in_ms, out_ms = (
        max(CUT_FADE_MS, float(1000 * frames / rate)) for frames in (before, time.transition_frames)
    )
    # Of the picture, a round is a whole number of frames.
    turn = sample_of(max(1, floor(Fraction(shown["length_s"]) * rate)), rate)
    is_looped = clip.when_short is WhenShort.LOOP and shown["length_s"] > 0
    starts = range(start, end, turn) if is_looped else (start,)
    audio = takes.records[task_id].media["audio"]
    level_db = round(clip.sound_gain_db + facts.get("level_db", 0.0), 2)
    return [
        ClipSpec(
            audio,
            at,
            level_db,
            length=min(facts["samples"], turn, end - at),
            fade_in_ms=in_ms if at == start else CUT_FADE_MS,
            fade_out_ms=out_ms if at + facts["samples"] >= end else CUT_FADE_MS,
            ducks=clip.sound is ClipSound.DUCK,
        )
        for at in starts
    ], []


def _music(job: Job, takes: Takes) -> MusicSpec | None:
    record = takes.records.get("music/000")
    if not job.music or not record:
        return None
    facts = record.facts
    gain_db = round(MUSIC_LUFS - facts["lufs"] + job.music.gain_db, 2)
    if "sections" not in facts:
        bars = from_json(TrackBars, canonical(facts["bars"])) if facts.get("bars") else None
        return MusicSpec(record.media["audio"], (), 0, 0, gain_db, facts["samples"], bars)
    return MusicSpec(
        record.media["audio"],
        tuple(Section(**section) for section in facts["sections"]),
        facts["bar_samples"],
        facts["ending_downbeat"],
        gain_db,
    )


def _effect_start(
    effect: Effect,
    text: str,
    time: SceneTime,
    rate: Fraction,
    speech: int,
    words: Sequence[Word],
) -> int | None:
    at = effect.at
    if at is None:
        return sample_of(time.start, rate)
    if at.offset_s is not None:
        return sample_of(time.start, rate) + round(at.offset_s * SAMPLE_RATE_HZ)
    word = spoken_word(at.word or "", text, words)
    return speech + round(word.start_s * SAMPLE_RATE_HZ) if word else None


def spoken_word(wanted: str, narration: str, words: Sequence[Word]) -> Word | None:
    """The first spoken word that is, or else holds, the wanted word or begins the wanted phrase."""
    form = _spoken_form(wanted)
    for word in words:
        if form in (_spoken_form(piece) for piece in (word.text, *word.text.split())):
            return word
    place = narration.lower().find(wanted.strip().lower())
    if place < 0:
        return None
    return next((w for w in words if w.at <= place < w.at + len(w.text)), None)


def _spoken_form(word: str) -> str:
    """A word as compared with others: no case, no punctuation at its ends."""
    ends = "".join({c for c in word if not c.isalnum()})
    return word.casefold().strip(ends)


def _placed(
    audio: str, at: int, gain_db: float, facts: dict[str, int], scene_end: int
) -> list[ClipSpec]:
    length = int(facts["samples"])
    if not facts["loop"]:
        return [ClipSpec(audio, at, gain_db)]
    clips: list[ClipSpec] = []
    step = max(length - LOOP_OVERLAP_SAMPLES, 1)
    overlap_ms = LOOP_OVERLAP_SAMPLES * 1000 / SAMPLE_RATE_HZ
    while at < scene_end:
        is_last = at + step >= scene_end
        clips.append(
            ClipSpec(
                audio,
                at,
                gain_db,
                length=min(length, scene_end - at),
                fade_in_ms=overlap_ms if clips else LOOP_IN_MS,
                fade_out_ms=LOOP_OUT_MS if is_last else overlap_ms,
            )
        )
        at += step
        if is_last:
            break
    return clips


def _unplaced(scene: int, number: int, effect: Effect) -> Problem:
    word = effect.at.word if effect.at else ""
    return _left_out(scene, number, effect, f".word: {word!r} is not spoken in this scene")


def _too_late(scene: int, number: int, effect: Effect, length_s: float) -> Problem:
    offset_s = effect.at.offset_s if effect.at else None
    return _left_out(
        scene,
        number,
        effect,
        f".offset_s: {offset_s or 0:g} s lies at or behind the scene's end "
        f"(the scene lasts {round(length_s, 2):g} s)",
    )


def _left_out(scene: int, number: int, effect: Effect, why: str) -> Problem:
    return Problem(
        "mix",
        ErrorCode.INVALID_INPUT,
        f"scenes[{scene}].effects[{number}].at{why}, so the effect {effect.name!r} was left out",
        False,
    )
