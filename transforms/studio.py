"""What makers work with, opened once per process."""

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jobs.daemon import daemon
from jobs.elements import Run
from jobs.errors import AiprodError, Cancelled, InvalidInput
from media.run import WATCH_INTERVAL_S, Workspace, find_ffmpeg
from providers.gemini.tokens import Tokens
from providers.roster import Roster
from providers.speech import SpeechSession
from storage.artefacts import Artefacts
from storage.calls import Calls
from storage.database import open_database
from storage.ledger import Ledger
from storage.leftovers import owned_prefix
from storage.parts import Parts
from storage.secrets import resolve
from storage.service_keys import ServiceKeys
from storage.stores import open_blobs
from transforms.breaker import Breaker
from transforms.service_access import service_access
from transforms.tracing import Tracing

if TYPE_CHECKING:
    import httpx

    from media.gallery import Gallery

LOG = logging.getLogger(__name__)
T = TypeVar("T")
FAILURES_IN_A_ROW, LEFT_ALONE_S = 5, 30.0  # then a provider is left alone for that long
FILE_SILENCE_S, FILE_LIMIT_S = 60.0, 300.0  # songs and clips of up to 200 MB
WAITING = 16  # tasks that wait for services, beside those that work: they need no core
LOOK_EVERY_S = 0.5  # while a task waits, whether its run still goes on
SOONEST_S = 1.0  # between two questions, however often a service calls back; 3 a second are allowed
# Of the 8 s that a worker has to stop. Most calls take less, and none is paid for again then.
CALLS_END_S = 5.0
RUN_LIMIT_S = 6 * 3600  # a run that takes longer hangs: its lease is no longer renewed


def _seldom(ask: Callable[[], bool]) -> Callable[[], bool]:
    """Asks four times a second at most: loops over scenes and blocks of sound ask far oftener, and
    each question is one to the database."""
    asked_at, answer = -WATCH_INTERVAL_S, False

    def asked() -> bool:
        nonlocal asked_at, answer
        if not answer and time.monotonic() - asked_at >= WATCH_INTERVAL_S:
            asked_at, answer = time.monotonic(), ask()
        return answer

    return asked


@dataclass(frozen=True)
class StudioConfig:
    """Where a worker finds everything; a value that travels to workers.

    Attributes:
      store: Where artefacts are: a folder, or `gs://bucket/prefix`.
      scratch: Local folder for work in progress.
      database_url: The ledger, as an SQLAlchemy url, or the name of the secret that holds it.
      deliver_to: Where finished runs go: a folder, or `gs://bucket/prefix`.
      ffmpeg: FFmpeg program, or None for the one that came by pip.
      workers: How many tasks this process performs side by side, encoders included. Those for
        which services are asked come beside them, up to sixteen.
      lease_s: How long a claim lasts unless somebody renews it, in seconds.
      input_buckets: Buckets that gs:// inputs may name.
      traces_endpoint: Where traces go, as in `OTEL_EXPORTER_OTLP_ENDPOINT`; None: nowhere.
      holder: Name of a pipeline whose processes hold their jobs together: each of them keeps the
        leases of all alive, wherever their elements wait. None: each holds its own, and sees to it.
      tenant_day_usd: The most that paid services may cost a tenant in a day; None: no limit.
      roster: Remote services that may be asked.
      project: Google Cloud project whose Secret Manager has keys that are not in the environment.
      key_versions: Secrets and their versions, where it is not the latest.
    """

    store: str
    scratch: str
    database_url: str
    deliver_to: str
    ffmpeg: str | None
    workers: int
    lease_s: float = 60.0
    input_buckets: tuple[str, ...] = ()
    traces_endpoint: str | None = None
    holder: str | None = None
    tenant_day_usd: float | None = None
    roster: Roster = field(default_factory=Roster)
    project: str | None = None
    key_versions: tuple[tuple[str, str], ...] = ()

    def open(self) -> "Studio":
        """The studio of this process for these values; close it as often as it was opened.

        It is shared, so that all jobs and steps of a process are under one limit of tasks, one
        pool of connections, and one voice.
        """
        with _LOCK:
            studio = _OPEN.get(self)
            if studio is None:
                studio = _OPEN[self] = Studio(self)
            else:
                studio.users += 1
            return studio


@dataclass
class Hints:
    """Callbacks about a call, of which nothing is believed but that it is worth to ask.

    Attributes:
      seen_at: When the last one came that has been followed; whichever clock that is of, another
        time means another callback.
    """

    call_id: str
    seen_at: float | None = None


class Studio:
    """Open stores, the voice, and scratch space. Safe for several threads.

    Args:
      sleep: Waits so many seconds.
    """

    def __init__(self, config: StudioConfig, sleep: Callable[[float], object] = time.sleep) -> None:
        self.config = config
        self.users = 1
        self._sleep = sleep
        self._scratch = Path(config.scratch)
        self.artefacts = Artefacts(open_blobs(config.store, self._scratch))
        self.blobs = self.artefacts.blobs
        # A connection per task, and some for the steps between them. Who waits for a service mostly
        # holds none.
        database = open_database(resolve(config.database_url), pool_size=config.workers + 4)
        self.ledger = Ledger(database, lease_s=config.lease_s)
        self.parts = Parts(database)
        self.calls = Calls(database)
        self._keys = ServiceKeys(config.project, dict(config.key_versions))
        self._tokens = Tokens()
        self._sessions: dict[str, Any] = {}
        self._web: httpx.Client | None = None
        self._breakers: dict[str, Breaker] = {}
        self._under_way: set[Future[Any]] = set()
        self._closing = threading.Event()
        if config.holder:
            self.ledger = replace(self.ledger, worker=config.holder)
            threading.Thread(target=self._renew_leases, name="pulse", daemon=True).start()
        self.tracing = Tracing(config.traces_endpoint)
        self.pool = ThreadPoolExecutor(config.workers, thread_name_prefix="perform")
        self.waiting = ThreadPoolExecutor(WAITING, thread_name_prefix="wait")
        self._voice: SpeechSession | None = None
        self._gallery: Gallery | None = None
        self._lock = threading.Lock()

    def voice(self) -> SpeechSession:
        """The local voice; its process starts with the first line to speak."""
        with self._lock:
            if self._voice is None:
                # Imported when somebody speaks: SciPy takes as long to load as Beam.
                from providers.espeak import Espeak

                self._voice = Espeak().open()
            return self._voice

    def gallery(self) -> "Gallery":
        """Pictures that chunks of this process have drawn lately."""
        with self._lock:
            if self._gallery is None:
                # Imported when something is drawn: whoever only plans needs no OpenCV.
                from media.gallery import Gallery

                self._gallery = Gallery()
            return self._gallery

    def session(self, provider: str) -> Any:
        """The session of a remote service of the roster; opened when it is first asked."""
        hire = self.config.roster.named(provider)
        with self._lock:
            if provider not in self._sessions:
                access = service_access(hire.key_name, self._keys, self._tokens, self._fetch)
                self._sessions[provider] = hire.open(access)
            return self._sessions[provider]

    def _fetch(self, url: str, most_bytes: int) -> bytes:
        """Reads a file at an address that a service has given; a fake's are on this machine."""
        # Imported when there is one: most runs ask no service.
        from storage.fetch import read_file
        from storage.guarded_http import open_client

        with self._lock:
            if self._web is None:
                reaches = self.config.roster.has_loopback
                self._web = open_client(timeout_s=FILE_SILENCE_S, may_reach_loopback=reaches)
        return read_file(url, self._web, max_bytes=most_bytes, deadline_s=FILE_LIMIT_S)

    def breaker(self, provider: str) -> Breaker:
        """What stops asking a provider that does not answer; of this process."""
        with self._lock:
            if provider not in self._breakers:
                self._breakers[provider] = Breaker(FAILURES_IN_A_ROW, LEFT_ALONE_S)
            return self._breakers[provider]

    def start_call(self, make: Callable[[], T]) -> Future[T]:
        """Starts a call that is paid for. It goes on when nobody waits for it any longer, and
        `close` gives it some seconds."""
        future = daemon(make, "purchase")
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def pause(self, run: Run, seconds: float, hints: Hints | None = None) -> float:
        """Waits; returns how long. Raises `Cancelled` as soon as the run is stopped or has lost its
        claim.

        Args:
          hints: Of a call that it waits for: then it ends early when there is a new one.
        """
        waited_s = 0.0
        while True:
            standing = self.ledger.watch(run, hints.call_id if hints else None)
            if standing.is_stopped:
                raise Cancelled("stopped by the user")
            is_told = hints is not None and hints.seen_at != standing.told_at
            if waited_s >= seconds or (is_told and waited_s >= SOONEST_S):
                if hints is not None:
                    hints.seen_at = standing.told_at
                return waited_s
            pause_s = min(seconds - waited_s, LOOK_EVERY_S)
            self._sleep(pause_s)
            waited_s += pause_s

    @contextmanager
    def space(self, run: Run | None = None) -> Iterator[Workspace]:
        """A private folder for one task of a run, removed at the end. Work in it ends when the run
        is stopped; without a run, nobody stops it."""
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=owned_prefix(), dir=self._scratch))
        except OSError as error:
            raise InvalidInput(f"cannot work in {self._scratch}: {error.strerror}") from error
        try:
            yield Workspace(
                ffmpeg=find_ffmpeg(self.config.ffmpeg),
                folder=folder.absolute(),
                cancelled=_seldom(lambda: run is not None and self.ledger.is_stopped(run)),
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _renew_leases(self) -> None:
        while not self._closing.wait(self.config.lease_s / 3):
            try:
                self.ledger.renew_all(RUN_LIMIT_S)
            except AiprodError as error:
                LOG.warning("leases are not renewed: %s", error.message)

    def close(self) -> None:
        """Lets go of it; the last to do so closes everything."""
        with _LOCK:
            self.users -= 1
            if self.users:
                return
            _OPEN.pop(self.config, None)
        self._closing.set()
        self.pool.shutdown()
        self.waiting.shutdown()
        wait(set(self._under_way), CALLS_END_S)
        if self._voice:
            self._voice.close()
        for session in self._sessions.values():
            session.close()
        if self._web:
            self._web.close()
        self.ledger.close()
        self.blobs.close()
        self.tracing.close()


# Of the process, because DoFns of one process know nothing of each other.
_OPEN: dict[StudioConfig, Studio] = {}
_LOCK = threading.Lock()
