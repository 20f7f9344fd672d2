import pytest

from api.settings import Settings as ApiSettings
from jobs.errors import InvalidInput
from pipeline.options import Settings as WorkerSettings
from storage.database import open_database
from storage.database_url import database_url

NAME = "aiprod-484120:europe-west1:aiprod-postgres"
FOLDER = f"/cloudsql/{NAME}"


@pytest.mark.parametrize(
    ("given", "host"),
    [
        pytest.param(
            "postgresql://u:p@/db?unix_socket_dir=/cloudsql/$CLOUD_SQL_CONNECTION_NAME",
            FOLDER,
            id="as the guide writes it",
        ),
        pytest.param(
            "postgresql://u:p@/db?host=/cloudsql/${CLOUD_SQL_CONNECTION_NAME}",
            FOLDER,
            id="in braces",
        ),
        pytest.param("postgresql://u:p@/db", FOLDER, id="no server"),
        pytest.param("postgres:///db?sslmode=disable", FOLDER, id="no server, other options"),
        pytest.param("postgresql+psycopg://u:p%40%2F@/db", FOLDER, id="a password to be escaped"),
        pytest.param("postgresql://u:p@10.1.2.3:5433/db", "10.1.2.3", id="a host"),
        pytest.param("postgresql://u:p@/db?host=/run/pg", "/run/pg", id="a socket elsewhere"),
        pytest.param(
            "postgresql://u:p@/db?unix_socket_dir=/run/pg", "/run/pg", id="the same, another way"
        ),
    ],
)
def test_the_instance_is_found_where_no_other_server_is_named(given: str, host: str) -> None:
    resolved = database_url(given, NAME)

    assert resolved is not None
    opened = open_database(resolved)
    opened.close()
    url = opened.engine.url
    assert (url.host or url.query["host"]) == host
    assert url.database == "db"
    assert url.password in ("p", "p@/", None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param(None, NAME, id="no url"),
        pytest.param("sqlite:////data/aiprod.db", NAME, id="SQLite"),
        pytest.param("what", NAME, id="no url at all, which is told when it is opened"),
        pytest.param("postgresql://u:p@/db", None, id="no instance"),
    ],
)
def test_other_urls_stay_as_they_are(given: str | None, name: str | None) -> None:
    assert database_url(given, name) == given


@pytest.mark.parametrize(
    "name", ["aiprod-postgres", "a:b:c&host=evil", "/cloudsql/a:b:c", "a:b:c/.."]
)
def test_what_is_no_connection_name_is_refused(name: str) -> None:
    with pytest.raises(
        InvalidInput, match=r"CLOUD_SQL_CONNECTION_NAME is .*project:region:instance"
    ):
        database_url("postgresql://u:secret@/db", name)


def test_a_name_that_is_not_set_is_missed() -> None:
    with pytest.raises(
        InvalidInput, match=r"\$CLOUD_SQL_CONNECTION_NAME, which is not set"
    ) as caught:
        database_url("postgresql://u:secret@/db?host=/cloudsql/$CLOUD_SQL_CONNECTION_NAME", None)

    assert "secret" not in caught.value.message


def test_the_api_and_its_worker_find_the_same_database() -> None:
    environment = {"DATABASE_URL": "postgresql://u:p@/db", "CLOUD_SQL_CONNECTION_NAME": NAME}

    urls = {
        ApiSettings.from_environment(environment).database_url,
        WorkerSettings.from_environment(environment).database_url,
    }

    (url,) = urls
    assert open_database(str(url)).engine.url.query["host"] == FOLDER
