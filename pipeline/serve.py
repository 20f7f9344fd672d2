"""The whole service on one machine: the API in this process, the worker in another."""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from api.local_key import local_key
from api.publisher import PubSubPublisher
from api.run import listen, serve
from api.settings import Settings as ApiSettings
from pipeline.options import Settings
from pipeline.worker_child import WorkerChild
from pipeline.workshop import SCRATCH
from storage.directory import TEMPORARIES
from storage.leftovers import clear_leftovers

STOP_LIMIT_S = 9.5  # Cloud Run kills a container 10 s after it has told it to stop


def serve_here(
    settings: Settings,
    host: str,
    port: int,
    out: Path,
    *,
    has_worker: bool,
    say: Callable[[str], None],
) -> None:
    """Serves until it is told to stop.

    Jobs are announced to Pub/Sub when a topic is set, else to the worker beside us.

    Raises:
      InvalidInput: The address is taken, a folder cannot be written, or a setting is wrong.
    """
    api = ApiSettings.from_environment()
    listener = listen(host, port)
    worker = WorkerChild(out)
    publisher = PubSubPublisher(api.topic) if api.topic else worker
    letters = (
        PubSubPublisher(api.dead_letter_topic, "AIPROD_DEAD_LETTER_TOPIC")
        if api.dead_letter_topic
        else None
    )
    with contextlib.closing(listener):
        is_local = settings.environment != "production"
        key = local_key(api) if is_local else None

        def ready() -> None:
            address, bound = listener.getsockname()[:2]
            say(f"AIPROD serves on http://{address}:{bound}")
            if key:
                say(f"Its key for this machine is in {key}. In another shell:")
                say("  aiprod submit JOB.json --wait")
            else:
                say("In production no key is made here; `aiprod keys open-tenant` makes one.")
            if has_worker:
                worker.start()

        def stopping() -> None:
            worker.hang_up()  # it stops while requests are finished
            _leave_in_time()

        try:
            serve(
                api, publisher, worker.ring, listener,
                sweep_s=settings.sweep_s, ready=ready, stopping=stopping,
                dead_letter_publisher=letters,
                check_worker=worker.check_up if has_worker else None,
            )  # fmt: skip
        finally:
            worker.close()
            # A worker that had to be killed could not clear up after itself.
            for name in (SCRATCH, TEMPORARIES):
                clear_leftovers(settings.data / name)
            if publisher is not worker:
                publisher.close()
            if letters:
                letters.close()


def _leave_in_time() -> None:
    """Whatever hangs, a database above all: the process has gone by then."""
    timer = threading.Timer(STOP_LIMIT_S, os._exit, (1,))
    timer.daemon = True
    timer.start()
