"""Music."""

from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.elements import Task
from jobs.stages import Stage
from jobs.wire import plain
from media.loudness import integrated_lufs
from media.run import Workspace
from media.wave import samples_of
from storage.artefacts import Origin
from transforms.hired import is_remote
from transforms.own_sound import take_track
from transforms.perform import Made, PerformTasks
from transforms.remote_music import compose_remotely
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class GenerateMusic(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Makes the music of a job: stereo 48 kHz in sections that the mix puts together to length."""

    studio: StudioConfig

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Compose" >> PerformTasks(self.studio, {Stage.MUSIC: score})


def score(task: Task, studio: Studio, space: Workspace) -> Made:
    """Composes, with the local composer or another, or takes a track of the user's."""
    if task.params.get("type") == "file":
        return take_track(task, studio, space)
    return compose_remotely(task, studio) if is_remote(task) else _composed_here(task)


def _composed_here(task: Task) -> Made:
    # Imported when there is something to make: SciPy takes as long to load as Beam.
    from providers.composer import MusicRequest, compose

    music = compose(MusicRequest(prompt=task.params["prompt"]))
    return Made(
        Origin("local", "composer", licence="CC0-1.0"),
        {"audio": (music.wav, ".wav")},
        {
            "sections": [plain(section) for section in music.sections],
            "bar_samples": music.bar_samples,
            "ending_downbeat": music.ending_downbeat,
            "tempo_bpm": music.tempo_bpm,
            "summary": music.summary,
            "lufs": round(integrated_lufs(samples_of(music.wav)), 2),
        },
    )
