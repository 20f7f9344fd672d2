"""What all makers that ask remote services share: an order, and who made what came."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jobs.casting import LOCAL
from jobs.elements import Task
from jobs.errors import Charged, ProviderUnusable, RightsRefused, UnsupportedMedia
from jobs.stages import Stage
from media.run import Workspace
from providers.roster import Hire
from providers.takes import Picture, Sound
from storage.artefacts import Origin
from transforms.purchase import Order
from transforms.studio import Studio


def is_remote(task: Task) -> bool:
    """Whether somebody has to be asked who is not on this machine."""
    return task.params.get("provider", "local") not in LOCAL


def hired(task: Task, studio: Studio) -> Hire:
    """The configuration of the service that a task names.

    Raises:
      InvalidInput: This worker does not have it.
      RightsRefused: It has it with other rights than the task was planned with: what it makes would
        be kept as something that it is not.
    """
    name, planned = task.params["provider"], task.params.get("clearance")
    found = studio.config.roster.named(name)
    rights = {choice.clearance.value for choice in found.choices(task.stage)}
    if planned is not None and planned not in rights:
        raise RightsRefused(
            f"{name} is configured with other rights ({', '.join(sorted(rights))}) on this worker "
            f"than where the job was planned ({planned})"
        )
    return found


def order(stage: Stage, params: Mapping[str, Any], hire: Hire) -> Order:
    """The order of one call, by the parameters that decide about its result."""
    return Order(
        stage,
        params["provider"],
        params["model"],
        params,
        hire.quote_usd(stage, params),
        hire.most_open,
    )


def origin(hire: Hire, made: Order, came: Sound | Picture) -> Origin:
    """Who made what came, under which terms."""
    return Origin(
        made.provider,
        made.model,
        came.request_id,
        made.quote_usd if came.cost_usd is None else came.cost_usd,
        came.licence or hire.licence,
        "\n".join(came.attribution),
        came.source_type,
        came.seed,
    )


@contextmanager
def usable(provider: str, studio: Studio) -> Iterator[Workspace]:
    """Where what came is looked at: a folder of its own, since it is kept also when the run that
    asked for it was stopped. What cannot be used has been paid for all the same."""
    try:
        with studio.space() as space:
            yield space
    except UnsupportedMedia as error:
        raise ProviderUnusable(
            f"{provider} sent something that cannot be used: {error.message}",
            charged=Charged.YES,
            provider=provider,
        ) from error
