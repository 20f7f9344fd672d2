import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest

from api.app import create_app
from jobs.elements import Run
from jobs.errors import AiprodError
from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from tests.api.service import listening, services_over
from tests.fakes.gemini_media import FakeGeminiMedia
from tests.fakes.service import FakeService
from tests.fakes.suno import FakeSuno
from tests.fakes.suno_callbacks import Callbacks
from tests.transforms.claimed import claimed
from tests.transforms.fault_clients import CLIENTS, Client, all_fakes, roster
from tests.transforms.fault_matrix import Row, applying
from tests.transforms.fault_outcomes import Outcome
from tests.transforms.fault_page import page
from transforms.studio import Studio, StudioConfig

Told = TypeVar("Told")
REPOSITORY = Path(__file__).parents[2]
KEY = "fake-key"
# Long enough for the fault to happen; nothing has to come in time.
HURRIED = {"silence_s": 0.05, "total_s": 0.06}
PERSISTENT = 99
CELLS = [
    pytest.param(row, CLIENTS[name], cell, id=f"{row.name}-{name}")
    for row, name, cell in applying()
]


@pytest.fixture(scope="module")
def fakes() -> Iterator[Mapping[str, FakeService]]:
    for client in CLIENTS.values():
        for media in client.media.values():
            media()  # is encoded before anybody waits for it
    with all_fakes() as serving, pytest.MonkeyPatch.context() as patch:
        for client in CLIENTS.values():
            patch.setenv(client.key, KEY)
        yield serving


@dataclass(frozen=True)
class Buyer:
    """A worker that buys for one run, and how long it has waited in between."""

    studio: Studio
    run: Run
    waits: list[float]


@pytest.fixture(scope="module")
def buyer(
    fakes: Mapping[str, FakeService], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Row, Client], Buyer]]:
    """Who asks a client in a row: all do so for one job, since no row orders what another does."""
    data = tmp_path_factory.mktemp("faults")
    with closing(open_database(sqlite_url(data))) as database:
        prepare(database)
    opened: dict[tuple[bool, bool, bool], Buyer] = {}

    def of(row: Row, client: Client) -> Buyer:
        kind = row.is_impatient, client.is_earlier, row.is_called_back
        if kind not in opened:
            limits = HURRIED if row.is_impatient else {}
            found = roster(fakes, is_earlier=client.is_earlier, **limits)
            if row.is_called_back:
                suno = replace(found.suno, callback_url=stack.enter_context(called_back(data)))
                found = replace(found, suno=suno)
            waits: list[float] = []
            config = StudioConfig(
                str(data), str(data / "work"), sqlite_url(data), str(data / "out"), None, 2,
                lease_s=3600.0, roster=found,
            )  # fmt: skip
            studio = stack.enter_context(closing(Studio(config, waits.append)))
            opened[kind] = Buyer(studio, claimed(studio, f"job-{len(opened)}"), waits)
        return opened[kind]

    with ExitStack() as stack:
        yield of


@contextmanager
def called_back(data: Path) -> Iterator[str]:
    """Where the API listens to callbacks."""
    with closing(open_database(sqlite_url(data))) as database:
        services, _rings = services_over(database, data)
        with listening(create_app(services)) as url:
            yield f"{url}/callbacks/suno"


@dataclass(frozen=True)
class Seen:
    """What was seen of an order while a fault lasted."""

    error: type[AiprodError] | None
    calls: tuple[str, ...]
    said: str
    waited_s: float
    cost_usd: float


def ordered(row: Row, client: Client, buyer: Buyer) -> Seen:
    studio, run = buyer.studio, buyer.run
    before = {call.id for call in studio.calls.of_run(run)}
    buyer.waits.clear()
    studio.breaker(client.provider).answered()  # whatever it failed in before
    error = None
    try:
        client.make(run, f"{row.word} {client.words} {run.job_id} {len(before)}", studio)
    except AiprodError as raised:
        error = raised
    calls = [call for call in studio.calls.of_run(run) if call.id not in before]
    return Seen(
        type(error) if error else None,
        tuple(call.status for call in calls),
        error.message if error else "",
        sum(buyer.waits),
        sum(call.cost_usd for call in calls),
    )


def break_down(fake: FakeService, row: Row, client: Client) -> None:
    """Lets the fault of a row happen, for as long as it is asked."""
    fake.clear()
    fake.key = "another-key" if row.is_key_wrong else KEY
    if fault := _of(row.fault, client):
        path = fault.path or client.path(row.at)
        fake.plan(replace(fault, path=path), times=PERSISTENT)
    if row.media:
        fake.media = client.media[row.media]()
    if row.is_called_back and isinstance(fake, FakeSuno):
        fake.callbacks = Callbacks(is_untidy=True)
    if row.at == "file" and isinstance(fake, FakeGeminiMedia):
        fake.is_inline = False


def _of(told: Mapping[str, Told], client: Client) -> Told | None:
    """What is told of the service of a client, else of all."""
    return told.get(client.service, told.get(""))


@pytest.mark.parametrize(("row", "client", "expected"), CELLS)
def test_an_order_ends_as_the_table_says(
    row: Row,
    client: Client,
    expected: Outcome,
    fakes: Mapping[str, FakeService],
    buyer: Callable[[Row, Client], Buyer],
) -> None:
    fake = fakes[client.service]
    break_down(fake, row, client)

    seen = ordered(row, client, buyer(row, client))

    assert (seen.error, seen.calls) == (expected.error, expected.calls)
    assert re.search(row.says, seen.said)
    assert KEY not in seen.said
    assert client.words not in seen.said or not client.is_paid
    if waits_s := _of(row.waits_s, client):
        assert waits_s[0] <= seen.waited_s <= waits_s[1]
    counted = [status for status in seen.calls if status != "refused"]
    if not client.is_paid:
        assert (fake.charges, seen.cost_usd) == ([], 0.0)
    elif "unknown" in counted:
        assert len(fake.charges) <= len(counted)
    else:
        assert len(fake.charges) == len(counted)


def test_the_page_is_what_the_rows_say() -> None:
    shown = REPOSITORY / "docs" / "fault-matrix.md"

    assert shown.read_text(encoding="utf-8") == page(), "run `make matrix`"
