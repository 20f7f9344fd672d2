"""The API key of this machine's user, in a file that only the user can read."""

import contextlib
import os
from pathlib import Path

from api.settings import Settings
from jobs.slate import LOCAL_TENANT
from storage.api_keys import ADMIN, OPERATOR_SCOPE, SCOPES, ApiKeys, Caller
from storage.database import open_database
from storage.migrate import prepare
from storage.private import make_private


def local_key(settings: Settings) -> Path:
    """The file with the key, which is of tenant `local` and may do everything.

    A key is made when there is none, when the one there no longer works, and when it is of a time
    before there was the scope `operator`; then the old one goes on working, too.
    """
    path = settings.data / "api-key"
    database = open_database(settings.database_url, pool_size=1)
    try:
        prepare(database)
        keys = ApiKeys(database)
        with contextlib.suppress(FileNotFoundError):
            found = keys.find(path.read_text(encoding="ascii").strip())
            if found and not _is_of_before(found):
                return path
        made = keys.make(LOCAL_TENANT, "this machine", SCOPES, None)
        make_private(settings.data)
        temporary = path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(made.secret + "\n")
        temporary.replace(path)
    finally:
        database.close()
    return path


def _is_of_before(caller: Caller) -> bool:
    # A key of another tenant, or with fewer scopes, was put there by somebody who wants just that.
    is_ours = caller.tenant == LOCAL_TENANT and caller.may(ADMIN)
    return is_ours and not caller.may(OPERATOR_SCOPE)
