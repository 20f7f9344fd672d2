"""Sound effects made or found by a service."""

from collections.abc import Iterable

from jobs.elements import Left, Task
from jobs.errors import (
    Charged,
    ProviderError,
    ProviderUnavailable,
    ProviderUnusable,
    UnsupportedMedia,
)
from jobs.stages import Stage
from jobs.wire import plain
from media.received_sound import decoded
from media.run import Workspace
from media.timeline import SAMPLE_RATE_HZ
from media.wave import Samples, pcm_wave
from providers.service import Call
from providers.takes import Offer, Sound
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

    def buy(_call: Call) -> Bought:
        offers: Iterable[Offer] = studio.session(params["provider"]).offers(params)
        sound, left = _taken(offers, params["provider"], studio)
        return Bought(
            {"audio": (sound.data, sound.suffix)},
            {"title": sound.title, "left": [plain(one) for one in left]},
            origin(hire, made, sound),
            sound.cost_usd,
        )

    record, samples = bought(
        made, task, studio, buy, lambda space, came: _heard(space, *came.media["audio"])
    )
    left = record.facts.get("left")
    return Made(
        record.origin,
        {"audio": (pcm_wave(samples), ".wav")},
        {
            "name": record.facts["title"] or params["query"],
            "matched": params["query"],
            "samples": len(samples),
            "loop": False,
            **({"left": left} if left else {}),
        },
    )


def _taken(
    offers: Iterable[Offer], provider: str, studio: Studio
) -> tuple[Sound, tuple[Left, ...]]:
    """The first sound that can be had, and used unless it was paid for; and those before it."""
    best: ProviderError | None = None
    left: list[Left] = []
    for offer in offers:
        try:
            sound = offer.bring()
            if sound.cost_usd == 0.0:
                _check(sound, provider, studio)
            return sound, tuple(left)
        except (ProviderUnavailable, ProviderUnusable) as error:
            best = best or error
            left.append(Left(provider, error.code, f"{offer.name}: {error.message}"[:300]))
    if best is None:
        raise ValueError(f"{provider} offers nothing, and does not say so")
    raise best


def _check(sound: Sound, provider: str, studio: Studio) -> None:
    """Raises `ProviderUnusable`. What was paid for is kept first, and looked at then."""
    try:
        with studio.space() as space:
            _heard(space, sound.data, sound.suffix)
    except UnsupportedMedia as error:
        raise ProviderUnusable(
            f"{provider} sent something that cannot be used: {error.message}",
            charged=Charged.NO,
            provider=provider,
        ) from error


def _heard(space: Workspace, data: bytes, suffix: str) -> Samples:
    samples = decoded(space, data, suffix, 2)
    if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
        raise UnsupportedMedia("a sound of less than 50 ms")
    return samples
