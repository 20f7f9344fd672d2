import pytest

from jobs.errors import InvalidInput
from pipeline.history_file import read_bytes, read_listed
from storage.reprocessings import Listed
from tests.fakes.gcs import FakeGcs

BOM = b"\xef\xbb\xbf"


def test_a_line_is_an_id_or_an_object() -> None:
    content = BOM + b'job-1\r\n"job-2"\n\n{"id": "job-3", "patch": {"title": null}}'

    assert read_listed("jobs.jsonl", content) == (
        Listed("job-1", "jobs.jsonl:1"),
        Listed("job-2", "jobs.jsonl:2"),
        Listed("job-3", "jobs.jsonl:4", {"title": None}),
    )


def test_a_line_ends_where_json_says() -> None:
    content = '{"id": "job-1", "patch": {"title": "a\u2028b\x85c"}}\njob-2'.encode()

    first, second = read_listed("jobs.jsonl", content)

    assert first.patch == {"title": "a\u2028b\x85c"}
    assert second == Listed("job-2", "jobs.jsonl:2")


def test_ids_come_from_a_column_of_a_csv_file() -> None:
    content = BOM + b'name;id\r\n"two\nlines";job-1\r\n\r\nlast; job-2 \r\n'

    assert read_listed("out/Jobs.CSV", content) == (
        Listed("job-1", "Jobs.CSV:2"),
        Listed("job-2", "Jobs.CSV:5"),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param('{"id": ', "The JSON is broken in column 7", id="JSON"),
        pytest.param("[1]", "give an id, or an object", id="a list"),
        pytest.param("{}", "give an id, or an object", id="no id"),
        pytest.param("{" * 100_000, "broken", id="braces"),
        pytest.param("[" * 100_000, "nested too deeply", id="depth"),
        pytest.param('{"id": 7}', "give an id, or an object", id="a number"),
        pytest.param("Job 1", '"Job 1" is no id of a job', id="no id of ours"),
        pytest.param("job-1" * 50, "is no id of a job", id="a long id"),
        pytest.param('"job-\\u0000"', "give text without it", id="a null character"),
        pytest.param('{"id": "job-\\ud800"}', "half of a surrogate pair", id="a surrogate"),
        pytest.param('{"id": "a", "id": "b"}', "id is written twice", id="twice"),
        pytest.param('{"id": "a", "patch": [1]}', "patch is [1]; give an object", id="patch"),
        pytest.param('{"id": "a", "patch": {"b": NaN}}', "a finite number", id="no number"),
        pytest.param('{"id": "a", "path": {}}', '"path" is not known', id="a slip"),
    ],
)
def test_a_broken_line_is_among_the_others_with_what_is_wrong(line: str, why: str) -> None:
    first, broken, last = read_listed("jobs.jsonl", f"a\n{line}\nb".encode())

    assert (first.job_id, last.job_id) == ("a", "b")
    assert (broken.job_id, broken.place) == ("jobs.jsonl:2", "jobs.jsonl:2")
    assert why in str(broken.why)


def test_a_job_that_stands_twice_with_other_patches_is_run_as_its_first_line_says() -> None:
    content = b'a\n{"id": "b", "patch": {}}\n"a"\n{"id": "a", "patch": {"title": "x"}}'

    *listed, broken = read_listed("jobs.jsonl", content)

    assert [(one.job_id, one.why) for one in listed] == [("a", None), ("b", None), ("a", None)]
    assert broken == Listed(
        "jobs.jsonl:4", "jobs.jsonl:4",
        why="a stands at jobs.jsonl:1, too, with another patch; give one",
    )  # fmt: skip


def test_a_broken_row_is_among_the_others_with_what_is_wrong() -> None:
    listed = read_listed("jobs.csv", b"id,name\na,x\nb\n,x\n")

    assert [(one.job_id, one.why is not None) for one in listed] == [
        ("a", False), ("jobs.csv:3", True), ("jobs.csv:4", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("jobs.jsonl", b'a\n{"id": "\xff"}\nb\n', id="JSONL"),
        pytest.param("jobs.csv", b"name,id\n\xff,a\nx,\xff\ny,b\n", id="CSV, where the id is"),
    ],
)
def test_bytes_that_are_no_text_break_their_line_alone(name: str, content: bytes) -> None:
    first, broken, last = read_listed(name, content)

    assert (first.job_id, last.job_id) == ("a", "b")
    assert broken.why == "not UTF-8"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        pytest.param("a.jsonl", b" \n", "a.jsonl: there are no jobs in it", id="nothing"),
        pytest.param("a.csv", b"id\n", "a.csv: there are no jobs in it", id="a header"),
        pytest.param("a.csv", b"name\nx\n", "a.csv: no column is called id", id="no ids"),
        pytest.param("a.csv", b'id\n"a\n', "a.csv:2: the CSV is broken", id="a quote"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(name: str, content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read_listed(name, content)


def test_places_fit_into_the_ledger_whatever_the_file_is_called() -> None:
    (listed,) = read_listed("x" * 250 + ".jsonl", b"Job")

    assert len(listed.job_id) < 200


def test_a_file_in_a_bucket_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeGcs("acme-lists").serving() as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        fake.bucket.insert({"name": "again/jobs.csv"}, "text/csv", b"id\njob-1\n", None)

        content = read_bytes("gs://acme-lists/again/jobs.csv")
        with pytest.raises(InvalidInput, match=r"gs://acme-lists/no.csv: there is no such object"):
            read_bytes("gs://acme-lists/no.csv")

    assert content == b"id\njob-1\n"
