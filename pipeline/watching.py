"""Following a job of the service by its events, across cut connections and restarts."""

from collections.abc import Callable
from datetime import datetime

from jobs.errors import AiprodError
from pipeline.answers import Job, Progress, stage_states
from pipeline.client import Client, job_path
from pipeline.event_stream import Event
from pipeline.progress import Display
from pipeline.refusals import ServiceUnavailable

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
PATIENCE_S = 600.0  # a service that is away for so long is not being restarted

_NOTES = {
    "queued": "queued: waits for a worker",
    "awaiting_review": "waits for review: aiprod jobs approve {id}, or aiprod jobs cancel {id}",
    "cancel_requested": "is asked to stop",
    "taken_over": "goes on with another worker, since the one before fell silent",
}


def read_job(client: Client, job_id: str, *, with_document: bool = False) -> Job:
    """The job as it stands."""
    include = "document" if with_document else None
    return client.get(Job, job_path(job_id), f"job {job_id}", include=include)


def follow(
    client: Client, job_id: str, display: Display, tell: Callable[[Event], None] = lambda _: None
) -> Job:
    """Waits until a job has ended, and shows how it gets on.

    Args:
      tell: Given each event.

    Raises:
      ServiceUnavailable: The service has been away for ten minutes.
      Refused: There is no such job, or the key no longer works.
    """
    absence = _Absence(client)
    job = read_job(client, job_id)
    seen, is_followed = 0, False
    while not (job.has_ended and is_followed):
        try:
            for event in client.events(job_id, seen):
                absence.ends()
                seen = event.number or seen
                tell(event)
                if event.kind == "progress":
                    display.show(stage_states(Progress.model_validate(event.data).stages))
                elif event.kind in _NOTES and _is_news(event, job):
                    display.note(_NOTES[event.kind].format(id=job_id))
            is_followed = True
            # It ends with the job, with an earlier run of it, and with the service.
            job = read_job(client, job_id)
        except ServiceUnavailable as error:
            absence.goes_on(error)
            continue
        if not job.has_ended:
            client.wait(FIRST_PAUSE_S)
    display.show(job.stage_states())
    return job


def _is_news(event: Event, job: Job) -> bool:
    """Whether it is not over: the stream begins with all that happened before the job was read."""
    return not job.has_ended and datetime.fromisoformat(event.data["at"]) >= job.updated_at


class _Absence:
    """How long the service has been away: seconds waited since it was last heard."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waited_s = 0.0
        self._pause_s = FIRST_PAUSE_S

    def goes_on(self, error: AiprodError) -> None:
        """Waits a little longer than before; raises the error when that has been enough."""
        if self._waited_s >= PATIENCE_S:
            raise error
        if not self._waited_s:
            self._client.say(f"{error.message}; trying again")
        self._client.wait(self._pause_s)
        self._waited_s += self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def ends(self) -> None:
        if self._waited_s:
            self._client.say("the service answers again")
        self._waited_s, self._pause_s = 0.0, FIRST_PAUSE_S
