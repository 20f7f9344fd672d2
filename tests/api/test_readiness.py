import asyncio
import threading

from api.readiness import REMEMBERED_S, ReadinessChecks
from jobs.errors import StoreUnavailable
from tests.api.service import WAIT_S, Service


class Asked:
    """A check that counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0
        self.is_away = False

    def __call__(self) -> None:
        self.times += 1
        if self.is_away:
            raise StoreUnavailable("away")


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_an_answer_is_remembered_for_a_while() -> None:
    check, clock = Asked(), Hands()

    async def ask() -> list[dict[str, str]]:
        checks = ReadinessChecks({"blobs": check}, clock)
        found: list[dict[str, str]] = [{**await checks.outcomes()}]
        check.is_away = True
        clock.at += REMEMBERED_S - 0.1
        found.append({**await checks.outcomes()})
        clock.at += 0.1
        found.append({**await checks.outcomes()})
        return found

    assert asyncio.run(ask()) == [{"blobs": "ok"}, {"blobs": "ok"}, {"blobs": "failed"}]
    assert check.times == 2


def test_many_who_ask_at_once_are_one() -> None:
    check = Asked()

    async def ask() -> None:
        checks = ReadinessChecks({"blobs": check})
        await asyncio.gather(*(checks.outcomes() for _ in range(100)))

    asyncio.run(ask())

    assert check.times == 1


def test_who_leaves_does_not_take_the_answer_along() -> None:
    gate = threading.Event()

    async def ask() -> dict[str, str]:
        checks = ReadinessChecks({"blobs": lambda: _wait(gate)})
        leaves, stays = (asyncio.create_task(checks.outcomes()) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        gate.set()
        return {**await stays}

    assert asyncio.run(ask()) == {"blobs": "ok"}


def test_a_check_that_hangs_has_failed_and_is_not_asked_again() -> None:
    gate = threading.Event()
    asked: list[str] = []

    def hang() -> None:
        asked.append("once")
        _wait(gate)

    async def ask() -> list[dict[str, str]]:
        clock = Hands()
        checks = ReadinessChecks({"blobs": hang, "queue": Asked()}, clock, limit_s=0.2)
        found: list[dict[str, str]] = []
        for _ in range(3):
            found.append({**await checks.outcomes()})
            clock.at += REMEMBERED_S
        gate.set()
        return found

    found = asyncio.run(ask())

    assert found == [{"blobs": "failed", "queue": "ok"}] * 3
    assert asked == ["once"]


def test_a_service_asks_its_stores_seldom(embedded: Service) -> None:
    answers = [embedded.anonymous.get("/ready") for _ in range(50)]

    assert {answer.status_code for answer in answers} == {200}
    assert embedded.rings.checks < 10  # a slow machine may take some seconds


def _wait(gate: threading.Event) -> None:
    assert gate.wait(WAIT_S)
