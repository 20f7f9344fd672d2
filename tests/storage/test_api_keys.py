import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select, text, update

from jobs.errors import Conflict, InvalidInput
from storage.api_keys import CACHED_S, SCOPES, ApiKeys, Caller, NewKey
from storage.audit import AuditLog
from storage.database import Database
from storage.tables import API_KEYS

READ = ("jobs:read",)
DAY_S = 86_400


def elsewhere(database: Database) -> ApiKeys:
    """Another instance of the service: it remembers nothing."""
    return ApiKeys(database)


def change(database: Database, key_id: str, **values: object) -> None:
    with database.begin() as connection:
        connection.execute(update(API_KEYS).where(API_KEYS.c.id == key_id).values(**values))


def actions(database: Database, tenant: str = "acme") -> list[tuple[str, str, str]]:
    rows = AuditLog(database).page(tenant, 100)
    return [(row.actor, row.action, row.target) for row in reversed(rows)]


def test_a_key_leads_to_its_tenant_and_scopes(database: Database) -> None:
    keys = ApiKeys(database)

    made = keys.make("acme", "laptop", ("jobs:write", "jobs:read"))

    assert keys.find(made.secret) == Caller("acme", made.id, frozenset(SCOPES[:2]))
    assert re.fullmatch(r"aip_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", made.secret)
    assert made.secret.startswith(f"aip_{made.id}_")


def test_the_database_holds_a_hash_in_place_of_the_secret(database: Database) -> None:
    made = ApiKeys(database).make("acme", "laptop", READ)
    secret = made.secret.removeprefix(f"aip_{made.id}_")

    with database.reading() as connection:
        row = connection.execute(select(API_KEYS)).one()

    assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(row)
    assert secret not in repr(made)


def test_no_two_keys_are_alike(database: Database) -> None:
    keys = ApiKeys(database)

    made = {keys.make("acme", "laptop", READ).secret for _ in range(20)}

    assert len(made) == 20


Broken = Callable[[Database, NewKey, NewKey], str]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda _d, key, _o: key.secret[:-1], id="cut"),
        pytest.param(lambda _d, key, _o: key.secret + "A", id="longer"),
        pytest.param(lambda _d, key, _o: key.secret + "\n", id="line feed"),
        pytest.param(lambda _d, key, _o: key.secret.upper(), id="upper case"),
        pytest.param(lambda _d, key, _o: "\ud800" + key.secret, id="not Unicode"),
        pytest.param(lambda _d, _k, _o: "", id="empty"),
        pytest.param(lambda _d, key, _o: key.id, id="the id alone"),
        pytest.param(lambda _d, key, _o: f"aip_{'0' * 16}_{key.secret[-43:]}", id="unknown id"),
        pytest.param(lambda _d, key, o: f"aip_{key.id}_{o.secret[-43:]}", id="another's secret"),
    ],
)
def test_a_key_that_is_not_quite_one_leads_nowhere(database: Database, broken: Broken) -> None:
    keys = ApiKeys(database)
    key, other = keys.make("acme", "laptop", READ), keys.make("acme", "phone", READ)

    assert keys.find(broken(database, key, other)) is None
    assert keys.find(key.secret) is not None


def test_a_key_works_until_it_expires(database: Database) -> None:
    keys = ApiKeys(database)
    made = keys.make("acme", "laptop", READ, expires_s=DAY_S)

    assert made.row.expires_at == pytest.approx(made.row.created_at + DAY_S, abs=1)
    assert elsewhere(database).find(made.secret) is not None
    change(database, made.id, expires_at=database.now() - 0.001)
    assert elsewhere(database).find(made.secret) is None


def test_a_remembered_key_ends_when_it_expires_not_later(database: Database) -> None:
    now_s = [1000.0]
    keys = ApiKeys(database, clock=lambda: now_s[0])
    made = keys.make("acme", "laptop", READ)
    change(database, made.id, expires_at=database.now() + 0.5)
    assert keys.find(made.secret) is not None
    change(database, made.id, expires_at=database.now() - 1)

    now_s[0] += 0.5

    assert keys.find(made.secret) is None


def test_a_revoked_key_works_nowhere_after_two_seconds(database: Database) -> None:
    now_s = [1000.0]
    keys, other = ApiKeys(database), ApiKeys(database, clock=lambda: now_s[0])
    made = keys.make("acme", "laptop", READ)
    assert other.find(made.secret) is not None

    assert keys.revoke("acme", made.id)

    now_s[0] += CACHED_S
    assert other.find(made.secret) is None
    assert elsewhere(database).find(made.secret) is None


def test_a_key_in_use_is_looked_up_once_in_two_seconds(database: Database) -> None:
    now_s = [1000.0]
    keys = ApiKeys(database, clock=lambda: now_s[0])
    made = keys.make("acme", "laptop", READ)
    keys.find(made.secret)
    statements: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )

    for _ in range(5):
        keys.find(made.secret)
    while_remembered = len(statements)
    now_s[0] += CACHED_S
    keys.find(made.secret)

    assert while_remembered == 0
    assert len([one for one in statements if one.startswith("SELECT api_keys")]) == 1


def test_only_what_was_found_is_known(database: Database) -> None:
    keys = ApiKeys(database)
    made = keys.make("acme", "laptop", READ)
    wrong = made.secret[:-2] + "xx"

    before = keys.knows(made.secret)
    keys.find(made.secret)
    keys.find(wrong)

    assert (before, keys.knows(made.secret), keys.knows(wrong)) == (False, True, False)
    assert not keys.knows("\ud800")


def test_a_key_that_was_revoked_is_known_no_longer(database: Database) -> None:
    now_s = [1000.0]
    keys = ApiKeys(database, clock=lambda: now_s[0])
    made = keys.make("acme", "laptop", READ)
    keys.find(made.secret)
    keys.revoke("acme", made.id)
    now_s[0] += CACHED_S

    keys.find(made.secret)

    assert not keys.knows(made.secret)


def test_last_use_is_noted_once_a_minute(database: Database) -> None:
    made = ApiKeys(database).make("acme", "laptop", READ)

    def last_used_at() -> float | None:
        return ApiKeys(database).page("acme")[0].last_used_at

    before = last_used_at()
    elsewhere(database).find(made.secret)
    first = last_used_at()
    elsewhere(database).find(made.secret)
    second = last_used_at()
    change(database, made.id, last_used_at=database.now() - 61)
    elsewhere(database).find(made.secret)
    third = last_used_at()

    assert before is None
    assert first is not None
    assert second == first
    assert third is not None
    assert third >= first


def test_keys_work_while_the_database_can_only_be_read(database: Database) -> None:
    made = ApiKeys(database).make("acme", "laptop", READ)
    with database.begin() as connection:
        connection.execute(text(REFUSE_UPDATES[database.is_sqlite]))
        if not database.is_sqlite:
            connection.execute(text(REFUSING_TRIGGER))

    caller = elsewhere(database).find(made.secret)
    assert caller is not None
    assert caller.tenant == "acme"


REFUSE_UPDATES = {
    True: "CREATE TRIGGER full BEFORE UPDATE ON api_keys BEGIN SELECT RAISE(ABORT, 'full'); END",
    False: "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'full'; END $$",
}
REFUSING_TRIGGER = "CREATE TRIGGER full_disk BEFORE UPDATE ON api_keys EXECUTE FUNCTION refuse()"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"tenant": "Acme Corp"}, "tenant", id="tenant with a space"),
        pytest.param({"tenant": "../acme"}, "tenant", id="tenant that is a path"),
        pytest.param({"tenant": "a" * 81}, "tenant", id="tenant too long"),
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "n" * 101}, "name", id="name too long"),
        pytest.param({"name": "a\0b"}, "name", id="NUL in the name"),
        pytest.param({"name": "\ud800"}, "name", id="half a surrogate pair"),
        pytest.param({"scopes": ()}, "scopes", id="no scope"),
        pytest.param({"scopes": ("jobs:read", "root")}, "scopes", id="unknown scope"),
        pytest.param({"expires_s": 0}, "expires_s", id="expired at once"),
        pytest.param({"expires_s": float("nan")}, "expires_s", id="no number"),
    ],
)
def test_what_no_key_can_be_made_of_is_named(
    database: Database, changes: dict[str, object], named: str
) -> None:
    given = {"tenant": "acme", "name": "laptop", "scopes": READ, "expires_s": None, **changes}

    with pytest.raises(InvalidInput, match=named):
        ApiKeys(database).make(**given)  # type: ignore[arg-type]

    assert ApiKeys(database).page("acme") == ()


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        pytest.param("jobs:write", [False, True, False, False], id="one of a tenant"),
        pytest.param("admin", [True, True, True, False], id="admin: all of its tenant"),
        pytest.param("operator", [False, False, False, True], id="operator: the service alone"),
    ],
)
def test_a_scope_allows_what_it_is_for(scope: str, allowed: list[bool]) -> None:
    caller = Caller("acme", "k1", frozenset([scope]))

    assert [caller.may(one) for one in SCOPES] == allowed


def test_a_key_is_told_of_to_its_own_tenant(database: Database) -> None:
    keys = ApiKeys(database)
    made = keys.make("acme", "laptop", READ)

    assert keys.get("acme", made.id) == made.row
    assert keys.get("other", made.id) is None


def test_keys_are_listed_newest_first_in_pages(database: Database) -> None:
    keys = ApiKeys(database)
    made = [keys.make("acme", f"key {number}", READ).id for number in range(5)]
    keys.make("other", "not yours", READ)
    for number, key_id in enumerate(made):
        change(database, key_id, created_at=100.0 + number // 2)  # two by two at the same time

    first = keys.page("acme", 2)
    second = keys.page("acme", 2, before=(first[-1].created_at, first[-1].id))
    third = keys.page("acme", 2, before=(second[-1].created_at, second[-1].id))

    listed = [row.id for row in first + second + third]
    assert sorted(listed) == sorted(made)
    assert [row.created_at for row in first + second + third] == [102, 101, 101, 100, 100]


def test_a_tenant_can_neither_revoke_nor_rotate_the_key_of_another(database: Database) -> None:
    keys = ApiKeys(database)
    made = keys.make("acme", "laptop", READ)

    assert not keys.revoke("other", made.id)
    assert keys.rotate("other", made.id, 0) is None
    assert elsewhere(database).find(made.secret) is not None


def test_a_key_is_revoked_once_and_for_all(database: Database) -> None:
    keys = ApiKeys(database)
    made = keys.make("acme", "laptop", READ)

    answers = [keys.revoke("acme", made.id), keys.revoke("acme", made.id)]

    assert answers == [True, True]
    assert [action for _, action, _ in actions(database)] == ["key.made", "key.revoked"]
    assert not keys.revoke("acme", "0" * 16)


def test_both_keys_work_during_a_rotation(database: Database) -> None:
    keys = ApiKeys(database)
    old = keys.make("acme", "laptop", READ, expires_s=30 * DAY_S)

    new = keys.rotate("acme", old.id, DAY_S)

    assert new is not None
    assert (new.row.name, new.row.scopes, new.row.rotated_from) == ("laptop", READ, old.id)
    assert new.row.expires_at == pytest.approx(new.row.created_at + 30 * DAY_S, abs=1)
    ends = {row.id: row.expires_at for row in keys.page("acme")}
    assert ends[old.id] == pytest.approx(new.row.created_at + DAY_S, abs=1)
    there = elsewhere(database)
    assert [there.find(key.secret) is not None for key in (old, new)] == [True, True]


def test_the_old_key_ends_with_the_overlap(database: Database) -> None:
    keys = ApiKeys(database)
    old = keys.make("acme", "laptop", READ)

    new = keys.rotate("acme", old.id, 0)

    assert new is not None
    assert new.row.expires_at is None
    there = elsewhere(database)
    assert [there.find(key.secret) is not None for key in (old, new)] == [False, True]


def test_a_rotation_does_not_prolong_a_key(database: Database) -> None:
    keys = ApiKeys(database)
    old = keys.make("acme", "laptop", READ, expires_s=60)

    keys.rotate("acme", old.id, DAY_S)

    ends = {row.id: row.expires_at for row in keys.page("acme")}
    assert ends[old.id] == old.row.expires_at


def test_a_key_that_no_longer_works_is_not_rotated(database: Database) -> None:
    keys = ApiKeys(database)
    revoked = keys.make("acme", "laptop", READ)
    keys.revoke("acme", revoked.id)
    expired = keys.make("acme", "laptop", READ)
    change(database, expired.id, expires_at=database.now() - 1)

    for key in (revoked, expired):
        with pytest.raises(Conflict, match=f"key {key.id} no longer works"):
            keys.rotate("acme", key.id, DAY_S)


def test_a_key_rotated_by_many_at_once_is_replaced_by_one(database: Database) -> None:
    keys = ApiKeys(database)
    old = keys.make("acme", "laptop", READ)

    def rotate(_number: int) -> str:
        try:
            made = keys.rotate("acme", old.id, DAY_S)
        except Conflict as error:
            return error.message
        assert made is not None
        return made.id

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(rotate, range(8)))

    (new,) = (row.id for row in keys.page("acme") if row.rotated_from == old.id)
    assert answers == {new, f"key {old.id} has been replaced by {new}; rotate that one"}


def test_a_key_whose_replacement_was_revoked_can_be_rotated_again(database: Database) -> None:
    keys = ApiKeys(database)
    old = keys.make("acme", "laptop", READ)
    lost = keys.rotate("acme", old.id, DAY_S)
    assert lost is not None
    keys.revoke("acme", lost.id)

    again = keys.rotate("acme", old.id, DAY_S)

    assert again is not None
    assert again.id != lost.id


def test_what_is_done_with_keys_is_noted_without_their_secrets(database: Database) -> None:
    keys = ApiKeys(database)
    old = keys.make("acme", "laptop", READ)
    new = keys.rotate("acme", old.id, DAY_S, actor="k1")
    assert new is not None
    keys.revoke("acme", old.id, actor="k2")

    assert actions(database) == [
        ("operator", "key.made", old.id),
        ("k1", "key.rotated", old.id),
        ("k2", "key.revoked", old.id),
    ]
    noted = str(AuditLog(database).page("acme", 100))
    assert new.id in noted
    assert not [key for key in (old, new) if key.secret[-43:] in noted]
