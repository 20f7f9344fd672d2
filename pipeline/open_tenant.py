"""The first key of a tenant, made at the database itself: where no key is, no service can help."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass

from pipeline.options import Settings
from storage.api_keys import ApiKeys, NewKey
from storage.database import Database, open_database, sqlite_url
from storage.migrate import prepare

SCOPES = ("jobs:read", "jobs:write", "admin")  # all of a tenant, and nothing beyond it


@dataclass(frozen=True)
class Opened:
    """A tenant that has a key now.

    Attributes:
      is_new: Whether it is the first one that the tenant has ever had.
      place: Which database it is in, without user and password.
    """

    key: NewKey
    is_new: bool
    place: str


def open_tenant(
    settings: Settings,
    tenant: str,
    name: str,
    scopes: Collection[str],
    expires_s: float | None,
) -> Opened:
    """Makes a key in the database that the settings name, and notes it in the audit log.

    Whoever may write into the database could do so anyway, so nobody is asked for a key.

    Raises:
      InvalidInput: The tenant, the name, a scope, or the url of the database is none.
      LedgerUnavailable: The database does not answer, or refuses.
    """
    url = settings.database_url or sqlite_url(settings.data)
    with closing(open_database(url, pool_size=1)) as database:
        prepare(database)
        keys = ApiKeys(database)
        is_new = not keys.page(tenant, limit=1)
        made = keys.make(tenant, name, scopes, expires_s)
        return Opened(made, is_new, _place(database))


def _place(database: Database) -> str:
    url = database.engine.url
    server = url.host or url.query.get("host")
    return f"{url.database} at {server}" if server else str(url.database)
