"""Sound effects made or found by a service."""

from collections.abc import Callable

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from media.received_sound import decoded
from media.timeline import SAMPLE_RATE_HZ
from media.wave import pcm_wave
from providers.takes import Sound
from transforms.hired import hired, order, origin, usable
from transforms.perform import Made
from transforms.purchase import Bought, purchase
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
        with usable(params["provider"], studio) as space:
            samples = decoded(space, sound.data, sound.suffix, 2)
            if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
                raise UnsupportedMedia("a sound of less than 50 ms")
        return Bought(
            {"audio": (pcm_wave(samples), ".wav")},
            {
                "name": sound.title or params["query"],
                "matched": params["query"],
                "samples": len(samples),
                "loop": False,
            },
            origin(hire, made, sound),
            sound.cost_usd,
        )

    record = purchase(made, task.run, studio, buy)
    return Made(record.origin, {**record.media}, record.facts)
