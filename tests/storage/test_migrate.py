import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from jobs.errors import LedgerUnavailable
from storage import migrations
from storage.database import Database, open_database
from storage.migrate import HEAD, migrate, prepare
from storage.tables import METADATA, PARTS, VIDEOS


def test_the_migrations_make_the_tables_of_this_version(database: Database) -> None:
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert differences == []


def test_a_migrated_database_goes_down_to_nothing_and_up_again(database: Database) -> None:
    migrate(database, "base")
    with database.reading() as connection:
        left = set(inspect(connection).get_table_names())

    prepare(database)
    with database.reading() as connection:
        made = set(inspect(connection).get_table_names())

    assert left == {"alembic_version"}
    assert made == {*METADATA.tables, "alembic_version"}


def test_each_migration_can_be_taken_back(database: Database) -> None:
    for revision in ("0001", "head", "0001"):
        migrate(database, revision)
    with database.reading() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("jobs")}

    prepare(database)

    assert "takes" not in columns
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_database_of_a_newer_version_is_used_as_it_is(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    prepare(database)

    with database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_the_newest_migration_is_the_one_that_prepare_looks_for() -> None:
    scripts = ScriptDirectory(str(migrations.__path__[0]))

    assert scripts.get_heads() == [HEAD]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_log SET actor = 'x'",
        "DELETE FROM audit_log",
        "INSERT OR REPLACE INTO audit_log (id, at, tenant, actor, action, target, data) "
        "VALUES (1, 1.0, 't', 'x', 'key.made', 'k', '{}')",
    ],
)
def test_the_audit_log_cannot_be_changed(database: Database, change: str) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_log (at, tenant, actor, action, target, data) "
                "VALUES (1.0, 't', 'a', 'key.made', 'k', '{}')"
            )
        )

    if "REPLACE" in change and not database.is_sqlite:
        pytest.skip("only SQLite knows INSERT OR REPLACE")
    with pytest.raises(LedgerUnavailable, match="append-only"), database.begin() as connection:
        connection.execute(text(change))


def test_many_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def start(_number: int) -> None:
        database = open_database(empty_database_url)
        prepare(database)
        database.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start, range(6)))

    database = open_database(empty_database_url)
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    database.close()


def test_videos_of_before_reprocessing_know_what_they_are_of(database: Database) -> None:
    migrate(database, "0003")
    with database.begin() as connection:
        for job_id, takes in (("a", '{"voice": 2, "mix": 3}'), ("b", None)):
            connection.execute(
                text(
                    "INSERT INTO jobs (id, tenant, queue, status, generation, token, submission, "
                    "problems, takes, created_at, updated_at) VALUES (:id, 't', 'service', 'done', "
                    "3, 3, :submission, '[]', :takes, 1.0, 1.0)"
                ),
                {"id": job_id, "submission": f"of {job_id}", "takes": takes},
            )
            for run in (1, 2, 3):
                connection.execute(
                    text(
                        "INSERT INTO videos (job_id, generation, user_id, manifest, files, frames, "
                        "duration_s, created_at) VALUES (:id, :run, 't', 'm', '{}', 1, 1.0, 1.0)"
                    ),
                    {"id": job_id, "run": run},
                )
        connection.execute(
            text(
                "INSERT INTO parts (job_id, generation, task_id, stage, key, status, units_done, "
                "units, seconds) VALUES ('a', 1, 'mix', 'mix', 'k', 'done', 1, 1, 1.0)"
            )
        )

    prepare(database)

    query = select(VIDEOS.c.job_id, VIDEOS.c.generation, VIDEOS.c.submission, VIDEOS.c.takes)
    with database.reading() as connection:
        videos = connection.execute(query.order_by(VIDEOS.c.job_id, VIDEOS.c.generation)).all()
        versions = connection.scalars(select(PARTS.c.version)).all()
    assert [tuple(video) for video in videos] == [
        ("a", 1, "of a", None),
        ("a", 2, "of a", {"voice": 2}),
        ("a", 3, "of a", {"voice": 2, "mix": 3}),
        ("b", 1, "of b", None),
        ("b", 2, "of b", None),
        ("b", 3, "of b", None),
    ]
    assert versions == [1]
