"""Which jobs to cancel, and cancelling one."""

import sys
from collections.abc import Sequence

import typer

from jobs.errors import InvalidInput
from pipeline.answers import ListedJob
from pipeline.client import Client, job_path
from pipeline.listing import parse_time, queued_before
from pipeline.telling import DONE


def chosen_jobs(
    client: Client, named: Sequence[str], before: str | None, *, may_ask: bool
) -> list[str]:
    """Ids of the jobs named, or of those queued since before a time once the user has agreed.

    Raises:
      InvalidInput: Neither or both were given, or nobody is there to agree.
      typer.Exit: There is none, or the user does not agree.
    """
    if bool(named) is bool(before):
        raise InvalidInput("name the jobs to cancel, or give --before TIME")
    if not before:
        return list(named)
    ids = [job.id for job in queued_before(client, parse_time(before))]
    which = f"{len(ids)} queued job{'' if len(ids) == 1 else 's'} made before {before}"
    if ids and may_ask:
        if not sys.stdin.isatty():
            raise InvalidInput(f"give --yes to cancel {which}")
        if not typer.confirm(f"Cancel {which}?", err=True):
            raise typer.Exit(DONE)
    typer.echo(f"cancelling {which}", err=True)
    return ids


def cancel_job(client: Client, job_id: str) -> ListedJob:
    """Cancels a job that waits, or asks whoever works on it to stop. Twice is as good as once."""
    return client.post(ListedJob, job_path(job_id, "cancel"), what=f"job {job_id}", repeats=True)
