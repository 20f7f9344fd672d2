"""What all makers that ask remote services share: an order, who made what came, and its use."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeAlias, TypeVar

from jobs.casting import LOCAL
from jobs.elements import Task
from jobs.errors import (
    Charged,
    ProviderUnusable,
    RightsRefused,
    StoreUnavailable,
    UnsupportedMedia,
)
from jobs.stages import Stage
from media.received_sound import check_decoding
from media.run import Workspace
from providers.roster import Hire
from providers.takes import Picture, Sound
from storage.artefacts import Origin, Record
from transforms.purchase import CALL, Bought, Buy, Order, purchase
from transforms.studio import Studio

T = TypeVar("T")
Use: TypeAlias = Callable[[Workspace, Bought], T]
"""Makes something of what came. Raises `UnsupportedMedia` when it cannot be used."""


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
        (isinstance(came, Sound) and came.model) or made.model,
        came.request_id,
        made.quote_usd if came.cost_usd is None else came.cost_usd,
        came.licence or hire.licence,
        "\n".join(came.attribution),
        came.source_type,
        came.seed,
    )


def bought(made: Order, task: Task, studio: Studio, buy: Buy, use: Use[T]) -> tuple[Record, T]:
    """Buys something, and makes something of what came. What cannot be used has been paid for all
    the same, and is asked for once more.

    Args:
      use: When it fails otherwise than by `UnsupportedMedia`, what came stays in the store, and
        costs whoever comes next nothing.

    Raises:
      ProviderError, BudgetExceeded, Cancelled, StoreUnavailable, ResourceLimit, ToolFailed.
    """
    while True:
        record = purchase(made, task.run, studio, buy)
        came = Bought(
            {role: _file(name, studio) for role, name in record.media.items()},
            record.facts,
            record.origin,
        )
        try:
            with studio.space(task.run) as space:
                return record, _used(space, came, use)
        except UnsupportedMedia as error:
            refusal = ProviderUnusable(
                f"{made.provider} sent something that cannot be used: {error.message}",
                charged=Charged.YES,
                provider=made.provider,
            )
            if not studio.calls.spoil(record.facts.get(CALL, ""), refusal.message):
                raise refusal from error


def _file(name: str, studio: Studio) -> tuple[bytes, str]:
    data = studio.blobs.read(name)
    if data is None:
        raise StoreUnavailable(f"the stored file {name} is gone")
    return data, PurePosixPath(name).suffix


def _used(space: Workspace, came: Bought, use: Use[T]) -> T:
    try:
        return use(space, came)
    except UnsupportedMedia:
        # Before somebody is paid once more: is it FFmpeg, or a mishap of this machine?
        check_decoding(space)
        return use(space, came)
