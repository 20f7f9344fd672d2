"""Where the database is, from what the environment says."""

import re

from jobs.errors import InvalidInput

VARIABLE = "CLOUD_SQL_CONNECTION_NAME"

_WRITTEN_OUT = re.compile(rf"\${VARIABLE}\b|\${{{VARIABLE}}}")
# project:region:instance; a project may begin with a domain of its own, example.com:project.
_NAME = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]+")
_PLACES = ("host", "hostaddr", "unix_socket_dir", "unix_sock", "service")  # what names a server


def database_url(given: str | None, connection_name: str | None) -> str | None:
    """The url of the database, with the instance of Cloud SQL put in; None when none is given.

    Nobody expands variables in an environment: `$CLOUD_SQL_CONNECTION_NAME` in the url is replaced
    here. A PostgreSQL url that names no server means the instance, by the folder of its socket that
    Cloud Run mounts: `/cloudsql/<connection name>`.

    Args:
      given: `DATABASE_URL`.
      connection_name: `CLOUD_SQL_CONNECTION_NAME`, as `project:region:instance`.

    Raises:
      InvalidInput: The name is not of that form, or the url asks for one that is not there.
    """
    if not given:
        return None
    if connection_name and not _NAME.fullmatch(connection_name):
        raise InvalidInput(f"{VARIABLE} is {connection_name!r}; give project:region:instance")
    if _WRITTEN_OUT.search(given):
        if not connection_name:
            raise InvalidInput(f"DATABASE_URL names ${VARIABLE}, which is not set")
        given = _WRITTEN_OUT.sub(lambda _found: connection_name, given)
    return _with_server(given, connection_name) if connection_name else given


def _with_server(given: str, connection_name: str) -> str:
    # Imported when needed: commands that talk to a service read their settings, too.
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(given)
    except ArgumentError:
        return given  # whoever opens it says what is wrong with it
    if not url.drivername.startswith("postgres") or url.host or set(_PLACES) & set(url.query):
        return given
    named = url.update_query_dict({"host": f"/cloudsql/{connection_name}"})
    return named.render_as_string(hide_password=False)
