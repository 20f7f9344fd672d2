"""Reading lists of the service, page after page."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from jobs.errors import InvalidInput
from jobs.states import Status
from pipeline.answers import DeadLetter, DeadLetterPage, JobPage, Key, KeyPage, ListedJob
from pipeline.client import Client

P = TypeVar("P", JobPage, KeyPage, DeadLetterPage)

PAGE = 100  # the most the service gives at once


def listed_jobs(client: Client, status: str | None, limit: int) -> list[ListedJob]:
    """The newest jobs. Raises `InvalidInput` when there is no such state."""
    known = [one.value for one in Status]
    if status is not None and status not in known:
        raise InvalidInput(f"--status {status!r} is no state; give one of {', '.join(known)}")
    return list(islice(_jobs(client, status, min(limit, PAGE)), limit))


def queued_before(client: Client, time: datetime) -> list[ListedJob]:
    """Jobs that have waited for a worker since before a time, newest first."""
    return [job for job in _jobs(client, Status.QUEUED.value, PAGE) if job.created_at < time]


def listed_dead_letters(client: Client, limit: int) -> list[DeadLetter]:
    """The dead letters that came last."""
    pages = _pages(client, DeadLetterPage, "/v1/dead-letters", limit=min(limit, PAGE))
    return list(islice((letter for page in pages for letter in page.dead_letters), limit))


def listed_keys(client: Client) -> list[Key]:
    """All API keys, newest first."""
    return [key for page in _pages(client, KeyPage, "/v1/keys", limit=PAGE) for key in page.keys]


def parse_time(text: str) -> datetime:
    """A point in time, local where no zone is given. Raises `InvalidInput`."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{text!r} is not a time: give 2026-03-01, 2026-03-01T09:30 or 2026-03-01T09:30Z"
        ) from None


def _jobs(client: Client, status: str | None, size: int) -> Iterator[ListedJob]:
    for page in _pages(client, JobPage, "/v1/jobs", status=status, limit=size):
        yield from page.jobs


def _pages(client: Client, kind: type[P], path: str, **params: Any) -> Iterator[P]:
    """All pages of a list, each read when it is wanted."""
    cursor: str | None = None
    while True:
        page = client.get(kind, path, cursor=cursor, **params)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return
