"""The sound of a video: voices, effects and music, mixed and mastered once, whole."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import apache_beam as beam
import numpy as np
from apache_beam.pvalue import PCollection
from numpy.typing import NDArray

from jobs.elements import Task
from jobs.stages import Stage
from jobs.wire import from_json, plain
from media.bar_fit import bar_bed, stretches
from media.clipping import clipped_spans
from media.master import master
from media.mix import Clip, MixPlan, Stems, write_mix
from media.music_fit import arrange, bed
from media.run import Workspace
from media.stills import Span
from media.timeline import SAMPLE_RATE_HZ
from media.track_fit import TrackFit, track_bed
from media.voice_chain import write_clean_voice
from media.wave import open_wave
from storage.artefacts import Media, Origin
from transforms.mix_spec import ClipSpec, MixSpec, MusicSpec
from transforms.perform import Made, PerformTasks
from transforms.side_by_side import side_by_side
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class MixAudio(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Mixes and masters: AAC in M4A, as long as the video, at the loudness asked for."""

    studio: StudioConfig

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Mix" >> PerformTasks(self.studio, {Stage.MIX: mix})


def mix(task: Task, studio: Studio, space: Workspace) -> Made:
    """Mixes the sound of one video."""
    spec = from_json(MixSpec, studio.blobs.read(task.params["spec"]) or b"")
    with ExitStack() as stack:

        def file(name: str) -> Path:
            return stack.enter_context(studio.blobs.as_file(name))

        plan = MixPlan(
            total_samples=spec.total_samples,
            voices=tuple(_voices(spec.voices, file, studio, space)),
            effects=tuple(_clip(clip, file(clip.blob)) for clip in spec.effects),
            speech=spec.speech,
            music_gain_db=spec.music.gain_db if spec.music else 0.0,
            ducking_db=spec.ducking_db,
        )
        music = None
        if spec.music:
            music = _MusicBlocks(spec.music, spec.total_samples, file(spec.music.blob))
        mixed = space.folder / "mix.wav"
        stems = _stems(spec, space.folder)
        levels = write_mix(plan, music, mixed, space.check_cancelled, stems=Stems(**stems))
        clipped = sorted(_clipped(spec, file), key=lambda span: span.start_s)
    mastered = master(space, mixed, spec.total_samples, spec.target, space.folder / "sound.m4a")
    media: dict[str, Media] = {"sound": space.folder / "sound.m4a", **stems}
    silent = levels.silent(_sounding(plan, music), mastered.gain_db)
    facts = {
        **asdict(mastered),
        "clipped": [plain(span) for span in clipped],
        "silent": [plain(span) for span in silent],
    }
    return Made(Origin("aiprod"), media, facts)


def _clipped(spec: MixSpec, file: Callable[[str], Path]) -> Iterator[Span]:
    """Where voices are clipped, in the programme. They came so: nothing is over full scale here."""
    found: dict[str, tuple[Span, ...]] = {}
    for clip in spec.voices:
        if clip.blob not in found:
            found[clip.blob] = clipped_spans(open_wave(file(clip.blob)))
        start_s, end_s = clip.start / SAMPLE_RATE_HZ, spec.total_samples / SAMPLE_RATE_HZ
        for span in found[clip.blob]:
            begin, end = start_s + span.start_s, min(start_s + span.end_s, end_s)
            if begin < end:
                yield Span(round(begin, 3), round(end, 3))


def _sounding(plan: MixPlan, music: "_MusicBlocks | None") -> list[tuple[int, int]]:
    """Where something is to be heard. Effects are not asked: most of them die away."""
    if music:
        return [(0, plan.total_samples)]
    return [
        (clip.start, min(clip.start + len(open_wave(clip.path)), plan.total_samples))
        for clip in plan.voices
    ]


def _voices(
    specs: tuple[ClipSpec, ...], file: Callable[[str], Path], studio: Studio, space: Workspace
) -> Iterator[Clip]:
    """The voices, each cleaned; what several scenes say is cleaned once."""
    names = dict.fromkeys(clip.blob for clip in specs)
    cleaned = {name: space.folder / f"voice-{n}.wav" for n, name in enumerate(names)}
    cleaning = [partial(write_clean_voice, file(name), path) for name, path in cleaned.items()]
    side_by_side(cleaning, studio.config.workers, space.check_cancelled)
    return (_clip(clip, cleaned[clip.blob]) for clip in specs)


def _clip(spec: ClipSpec, path: Path) -> Clip:
    return Clip(
        path,
        spec.start,
        spec.gain_db,
        fade_in_ms=spec.fade_in_ms,
        fade_out_ms=spec.fade_out_ms,
        length=spec.length,
        ducks=spec.ducks,
    )


def _stems(spec: MixSpec, folder: Path) -> Mapping[str, Path]:
    """Where the stems go that were asked for and that something sounds in."""
    sounds = {"voice": spec.voices, "effects": spec.effects, "music": spec.music}
    return {role: folder / f"{role}.wav" for role, found in sounds.items() if found and spec.stems}


class _MusicBlocks:
    """The music, fitted to the length of the video, by block."""

    def __init__(self, spec: MusicSpec, total_samples: int, path: Path) -> None:
        audio = open_wave(path)
        if spec.sections:
            placed = arrange(spec.sections, spec.bar_samples, spec.ending_downbeat, total_samples)
            self._block = partial(bed, audio, placed, total_samples)
        elif spec.bars and (heard := stretches(spec.bars, total_samples)):
            self._block = partial(bar_bed, audio, heard, total_samples)
        else:
            self._block = partial(track_bed, audio, TrackFit(spec.samples, total_samples))

    def __call__(self, start: int, stop: int) -> NDArray[np.float32]:
        return self._block(start, stop)
