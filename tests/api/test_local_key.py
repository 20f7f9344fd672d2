import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.local_key import local_key
from api.settings import Settings
from storage.api_keys import SCOPES, ApiKeys, Caller
from storage.database import Database, open_database
from storage.migrate import prepare


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"AIPROD_DATA": str(tmp_path / "data")})


@pytest.fixture
def opened(settings: Settings) -> Iterator[Database]:
    with contextlib.closing(open_database(settings.database_url)) as database:
        prepare(database)
        yield database


def caller_of(database: Database, path: Path) -> Caller | None:
    return ApiKeys(database).find(path.read_text(encoding="ascii").strip())


def test_the_key_of_this_machine_may_do_everything(settings: Settings, opened: Database) -> None:
    path = local_key(settings)

    caller = caller_of(opened, path)
    assert caller is not None
    assert (caller.tenant, caller.scopes) == ("local", frozenset(SCOPES))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_works_is_kept(settings: Settings) -> None:
    before = local_key(settings).read_text()

    assert local_key(settings).read_text() == before


def test_a_revoked_key_is_replaced(settings: Settings, opened: Database) -> None:
    before = caller_of(opened, local_key(settings))
    assert before is not None
    ApiKeys(opened).revoke("local", before.key_id)

    after = caller_of(opened, local_key(settings))

    assert after is not None
    assert after.key_id != before.key_id


def test_a_key_of_before_there_were_operators_is_renewed_and_works_on(
    settings: Settings, opened: Database
) -> None:
    old = ApiKeys(opened).make("local", "this machine", ("jobs:read", "jobs:write", "admin"))
    path = settings.data / "api-key"
    path.write_text(f"{old.secret}\n")

    renewed = caller_of(opened, local_key(settings))

    assert renewed is not None
    assert renewed.scopes == frozenset(SCOPES)
    assert ApiKeys(opened).find(old.secret) == Caller("local", old.id, frozenset(SCOPES[:3]))


@pytest.mark.parametrize(
    ("tenant", "scopes"),
    [
        pytest.param("local", ("jobs:read",), id="fewer scopes"),
        pytest.param("acme", ("admin",), id="another tenant"),
    ],
)
def test_a_key_that_somebody_put_there_stays(
    settings: Settings, opened: Database, tenant: str, scopes: tuple[str, ...]
) -> None:
    chosen = ApiKeys(opened).make(tenant, "chosen", scopes).secret
    (settings.data / "api-key").write_text(chosen)

    assert local_key(settings).read_text() == chosen
