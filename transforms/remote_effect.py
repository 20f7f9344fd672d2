"""Sound effects made or found by a service."""

from collections.abc import Callable

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples, pcm_wave
from providers.takes import Sound
from transforms.hired import bought, hired, order, origin
from transforms.perform import Made
from transforms.purchase import Bought
from transforms.studio import Studio

SHORTEST_S = 0.05


def sound_remotely(task: Task, studio: Studio) -> Made:
    """Buys or finds a sound: stereo 48 kHz WAV.

    Raises:
      ProviderError, NoMatch, BudgetExceeded, Cancelled.
    """
    params = task.params
    hire = hired(task, studio)
    made = order(Stage.EFFECT, params, hire)

    def buy(_remote_id: str | None, _started: Callable[[str], None]) -> Bought:
        sound: Sound = studio.session(params["provider"]).effect(params)
        return Bought(
            {"audio": (sound.data, sound.suffix)},
            {"title": sound.title},
            origin(hire, made, sound),
            sound.cost_usd,
        )

    record, samples = bought(made, "audio", task, studio, buy, _heard)
    return Made(
        record.origin,
        {"audio": (pcm_wave(samples), ".wav")},
        {
            "name": record.facts["title"] or params["query"],
            "matched": params["query"],
            "samples": len(samples),
            "loop": False,
        },
    )


def _heard(space: Workspace, data: bytes, suffix: str) -> Samples:
    samples = decoded(space, data, suffix, 2)
    if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
        raise UnsupportedMedia("a sound of less than 50 ms")
    return samples
