"""Sound effects."""

from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.elements import Task
from jobs.stages import Stage
from media.run import Workspace
from storage.artefacts import Origin
from transforms.hired import is_remote
from transforms.own_sound import take_clip_sound, take_effect
from transforms.perform import Made, PerformTasks
from transforms.remote_effect import sound_remotely
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class FindSoundEffects(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Finds a sound for each query: stereo 48 kHz WAV. No match is a failed, optional part."""

    studio: StudioConfig

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Find" >> PerformTasks(self.studio, {Stage.EFFECT: find_effect})


def find_effect(task: Task, studio: Studio, space: Workspace) -> Made:
    """Finds a sound, makes it with the local foley library, or takes one of the user's."""
    match task.params.get("type"):
        case "file":
            return take_effect(task, studio, space)
        case "clip":
            return take_clip_sound(task, studio, space)
    return sound_remotely(task, studio) if is_remote(task) else _made_here(task)


def _made_here(task: Task) -> Made:
    # Imported when there is something to make: SciPy takes as long to load as Beam.
    from providers.foley import EffectRequest, make_effect

    effect = make_effect(EffectRequest(query=task.params["query"]))
    return Made(
        Origin("local", "foley", licence="CC0-1.0"),
        {"audio": (effect.wav, ".wav")},
        {
            "name": effect.name,
            "matched": effect.matched,
            "samples": round(effect.duration_s * 48_000),
            "loop": effect.loop,
        },
    )
