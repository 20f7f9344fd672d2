from sqlalchemy import insert

from jobs.elements import Ending, PartStatus
from jobs.stages import Stage
from storage.database import Database
from storage.reprocessing_report import report
from storage.reprocessings import Listed
from storage.tables import CALLS
from tests.storage.archive import TENANT, Archive, Made


def lines(database: Database) -> list[dict[str, object]]:
    return [line.as_json() for line in report(database, "re-1")]


def pay(archive: Archive, job_id: str, generation: int, cost_usd: float) -> None:
    with archive.database.begin() as connection:
        connection.execute(
            insert(CALLS).values(
                id=f"call-{job_id}-{generation}", key=f"{job_id}{generation}".ljust(64, "0"),
                job_id=job_id, generation=generation, stage="voice", provider="elevenlabs",
                status="paid", cost_usd=cost_usd, started_at=1.0, ended_at=2.0, tenant=TENANT,
            )
        )  # fmt: skip


def test_each_job_has_a_line_with_what_became_of_it(archive: Archive) -> None:
    archive.submit("a")
    archive.end("a", Ending.DONE, lufs=-20.5, peak_dbtp=-2, duration_s=3.0)
    archive.done("b")
    pay(archive, "a", 1, 5.0)
    archive.begin(
        None, Listed("a"), Listed("b", "f:2"), Listed("c"), Listed("f:4", "f:4", why="no JSON")
    )
    archive.open_run(1)
    archive.end("a", Ending.DONE, Made(Stage.VOICE), Made(Stage.MIX, PartStatus.CACHED), lufs=-14.0)
    pay(archive, "a", 2, 0.25)
    archive.open_run(2)
    archive.end("b", Ending.FAILED, Made(Stage.VOICE, PartStatus.FAILED))

    one, two, three, four = lines(archive.database)

    assert one == {
        "number": 1, "id": "a", "state": "done", "run": 2, "made": 1, "reused": 1,
        "cost_usd": 0.25,
        "before": {"run": 1, "size_bytes": 7, "lufs": -20.5, "peak_dbtp": -2, "duration_s": 3.0},
        "after": {"run": 2, "size_bytes": 7, "lufs": -14.0, "peak_dbtp": None, "duration_s": None},
    }  # fmt: skip
    assert (two["state"], two["place"], two["after"]) == ("failed", "f:2", None)
    assert three == {"number": 3, "id": "c", "state": "waiting"}
    assert four == {
        "number": 4, "id": "f:4", "state": "refused", "place": "f:4", "why": "no JSON",
    }  # fmt: skip


def test_a_reader_who_takes_his_time_holds_no_connection(archive: Archive) -> None:
    archive.begin(None, *(Listed(f"job-{number}") for number in range(3)))
    reading = report(archive.database, "re-1")

    next(reading)

    assert archive.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # both have one
    assert len(list(reading)) == 2


def test_a_report_goes_on_after_a_thousand_jobs(archive: Archive) -> None:
    archive.begin(None, *(Listed(f"job-{number:04}") for number in range(1001)))

    assert [line["number"] for line in lines(archive.database)] == list(range(1, 1002))
