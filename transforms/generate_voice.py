"""Narration."""

from dataclasses import dataclass

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.elements import Task
from jobs.languages import espeak_voice
from jobs.stages import Stage
from jobs.wire import plain
from media.loudness import integrated_lufs
from media.run import Workspace
from media.wave import samples_of
from providers.speech import SpeechRequest
from storage.artefacts import Origin
from transforms.hired import is_remote
from transforms.own_voice import record_narration
from transforms.perform import Made, PerformTasks
from transforms.remote_voice import speak_remotely
from transforms.studio import Studio, StudioConfig


@dataclass(eq=False)
class GenerateVoice(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Speaks the narration of scenes: 48 kHz mono WAV and the time of every word."""

    studio: StudioConfig

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Speak" >> PerformTasks(self.studio, {Stage.VOICE: speak})


def speak(task: Task, studio: Studio, space: Workspace) -> Made:
    """Speaks one narration, with the local voice or another, or takes a recording of it."""
    if task.params.get("type") == "recording":
        return record_narration(task, studio, space)
    return speak_remotely(task, studio) if is_remote(task) else _spoken_here(task, studio)


def _spoken_here(task: Task, studio: Studio) -> Made:
    params = task.params
    speech = studio.voice().speak(
        SpeechRequest(
            text=params["text"],
            voice=espeak_voice(params["language"]),
            speed=params["speed"],
            voice_id=params["voice_id"],
        )
    )
    samples = samples_of(speech.wav)
    return Made(
        Origin(speech.provider, speech.model, licence="CC0-1.0"),
        {"audio": (speech.wav, ".wav")},
        {
            "samples": len(samples),
            "lufs": round(integrated_lufs(samples), 2),
            "words": [plain(word) for word in speech.words],
        },
    )
