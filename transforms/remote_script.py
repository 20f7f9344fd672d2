"""A script written by a service: its plan of scenes, checked, and repaired once."""

from collections.abc import Callable, Mapping
from typing import Any

from jobs.elements import Task
from jobs.stages import Stage
from jobs.wire import sha256
from providers.gemini.plan import Plan, check_plan, music_of, repaired_plan, scenes_of
from providers.outline import script_file
from providers.service import Call
from providers.takes import Commission, Written
from storage.artefacts import Origin, Record
from transforms.hired import hired, order
from transforms.perform import Made
from transforms.purchase import Bought, purchase
from transforms.studio import Studio


def write_remotely(task: Task, studio: Studio) -> Made:
    """Buys the scenes of one prompt.

    Raises:
      ProviderError, BudgetExceeded, Cancelled.
    """
    params = task.params
    session = studio.session(params["provider"])
    wanted = Commission(params["prompt"], params["language"], params["most_scenes"])
    first = _bought(task, studio, params, lambda: session.plan(wanted))
    text = _text(first, studio)
    checked = check_plan(text, wanted.most_scenes)
    if checked.plan is not None:
        return _made(checked.plan, (first,))
    asked = {**params, "text": text, "mistakes": list(checked.mistakes)}
    second = _bought(task, studio, asked, lambda: session.repair(wanted, text, checked.mistakes))
    plan = repaired_plan(_text(second, studio), wanted.most_scenes, params["provider"])
    return _made(plan, (first, second))


def _bought(
    task: Task, studio: Studio, asked: Mapping[str, Any], write: Callable[[], Written]
) -> Record:
    hire = hired(task, studio)
    wanted = order(Stage.SCRIPT, asked, hire)

    def buy(_call: Call) -> Bought:
        written = write()
        cost_usd = wanted.quote_usd if written.cost_usd is None else written.cost_usd
        text = written.text.encode()
        return Bought(
            {"plan": (text, ".txt")},
            {"sha256": sha256(text)},
            Origin(
                wanted.provider, wanted.model, written.request_id, cost_usd, hire.licence,
                source_type="trainedAlgorithmicMedia",
            ),
            cost_usd,
        )  # fmt: skip

    return purchase(wanted, task.run, studio, buy)


def _text(record: Record, studio: Studio) -> str:
    return (studio.blobs.read(record.media["plan"]) or b"").decode()


def _made(plan: Plan, found: tuple[Record, ...]) -> Made:
    last = found[-1].origin
    return Made(
        Origin(
            last.provider,
            last.model,
            ", ".join(record.origin.request_id for record in found),
            sum(record.origin.cost_usd for record in found),
            last.licence,
            source_type=last.source_type,
        ),
        {"script": script_file(scenes_of(plan), music_of(plan))},
    )
