"""Music composed by a service."""

from collections.abc import Callable
from functools import partial

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from media.loudness import integrated_lufs
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples, pcm_wave
from providers.takes import Music, Sound
from transforms.hired import bought, hired, order, origin
from transforms.perform import Made
from transforms.purchase import Bought
from transforms.studio import Studio

SHORTEST_S = 3.0  # the shortest that any service makes


def compose_remotely(task: Task, studio: Studio) -> Made:
    """Buys the music of a job: stereo 48 kHz, one track that the mix repeats or cuts.

    Raises:
      ProviderError, BudgetExceeded, Cancelled.
    """
    params = task.params
    hire = hired(task, studio)
    made = order(Stage.MUSIC, params, hire)
    wanted = Music(params["prompt"], float(params["length_s"]))

    def buy(remote_id: str | None, started: Callable[[str], None]) -> Bought:
        session = studio.session(params["provider"])
        sound: Sound = session.compose(wanted, remote_id, started, partial(studio.pause, task.run))
        media = {"audio": (sound.data, sound.suffix)}
        for number, other in enumerate(sound.others, start=2):
            media[f"track_{number}"] = (other.data, other.suffix)  # paid for, too
        return Bought(media, {"title": sound.title}, origin(hire, made, sound), sound.cost_usd)

    record, (samples, lufs) = bought(made, "audio", task, studio, buy, _heard)
    return Made(
        record.origin,
        {**record.media, "audio": (pcm_wave(samples), ".wav")},
        {"samples": len(samples), "lufs": lufs, "title": record.facts["title"]},
    )


def _heard(space: Workspace, data: bytes, suffix: str) -> tuple[Samples, float]:
    samples = decoded(space, data, suffix, 2)
    if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
        raise UnsupportedMedia(f"{len(samples) / SAMPLE_RATE_HZ:.1f} s of music")
    return samples, round(integrated_lufs(samples), 2)
