"""Music composed by a service."""

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from media.loudness import integrated_lufs
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples, pcm_wave
from providers.service import Call
from providers.takes import Music, Sound
from storage.artefacts import Media
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

    def buy(call: Call) -> Bought:
        session = studio.session(params["provider"])
        sound: Sound = session.compose(wanted, call)
        tracks = {
            _role(number): track for number, track in enumerate((sound, *sound.others), start=1)
        }
        return Bought(
            {role: (track.data, track.suffix) for role, track in tracks.items()},
            {"titles": {role: track.title for role, track in tracks.items()}},
            origin(hire, made, sound),
            sound.cost_usd,
        )

    record, heard = bought(made, task, studio, buy, _heard)
    taken, *others = heard  # all are paid for
    samples = heard[taken]
    media: dict[str, Media] = {"audio": (pcm_wave(samples), ".wav")}
    for number, other in enumerate(others, start=2):
        media[_role(number)] = record.media[other]
    return Made(
        record.origin,
        media,
        {
            "samples": len(samples),
            "lufs": round(integrated_lufs(samples), 2),
            "title": record.facts.get("titles", {}).get(taken, ""),
        },
    )


def _role(number: int) -> str:
    """Of the track that is used, and of those beside it."""
    return "audio" if number == 1 else f"track_{number}"


def _heard(space: Workspace, came: Bought) -> dict[str, Samples]:
    """The tracks that are music, by role, the best first.

    Raises:
      UnsupportedMedia: None is; what is wrong with the best.
    """
    heard, faults = {}, []
    for role in sorted(came.media):
        try:
            heard[role] = _samples(space, *came.media[role])
        except UnsupportedMedia as error:
            faults.append(error)
    if not heard:
        raise faults[0]
    return heard


def _samples(space: Workspace, data: bytes, suffix: str) -> Samples:
    samples = decoded(space, data, suffix, 2)
    if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
        raise UnsupportedMedia(f"{len(samples) / SAMPLE_RATE_HZ:.1f} s of music")
    return samples
