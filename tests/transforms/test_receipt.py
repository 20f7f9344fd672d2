from collections.abc import Callable

import pytest

from jobs.elements import Run
from jobs.stages import Stage
from storage.calls import CallStatus, Intent, Ticket
from transforms.manifest import receipt
from transforms.studio import Studio


@pytest.fixture
def order(opened: Studio, run: Run) -> Callable[[str, Stage, float], Ticket]:
    def opening(key: str, stage: Stage, quote_usd: float) -> Ticket:
        ticket = opened.calls.open(
            f"call-{key}", run, Intent(key, stage, "x", "y", quote_usd), (), 9
        )
        assert isinstance(ticket, Ticket)
        return ticket

    return opening


def test_a_receipt_tells_of_calls_that_are_not_known_or_not_over(
    opened: Studio, run: Run, order: Callable[[str, Stage, float], Ticket]
) -> None:
    opened.calls.close(order("a", Stage.VOICE, 0.10), CallStatus.PAID, 0.08)
    opened.calls.close(order("b", Stage.VOICE, 0.10), CallStatus.REFUSED)
    opened.calls.close(order("c", Stage.VISUAL, 0.04), CallStatus.UNKNOWN)
    order("d", Stage.MUSIC, 0.20)

    told = receipt(0.30, opened.calls.of_run(run))

    assert told == {
        "estimated": 0.3,
        "spent": 0.32,
        "difference": 0.02,
        "by_stage": {"music": 0.2, "visual": 0.04, "voice": 0.08},
        "unknown_calls": 2,
        "open_calls": 1,
    }
