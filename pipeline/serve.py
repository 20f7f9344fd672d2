"""The whole service on one machine: the API in this process, the worker in another."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from api.publisher import PubSubPublisher
from api.run import listen, local_key, serve
from api.settings import Settings as ApiSettings
from pipeline.options import Settings
from pipeline.worker_child import WorkerChild
from pipeline.workshop import SCRATCH
from storage.directory import TEMPORARIES
from storage.leftovers import clear_leftovers


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
    with contextlib.closing(listener):
        is_local = settings.environment != "production"
        key = local_key(api) if is_local else None

        def ready() -> None:
            address, bound = listener.getsockname()[:2]
            say(f"AIPROD serves on http://{address}:{bound}")
            if key:
                say(f"Its key for this machine is in {key}. In another shell:")
                say("  aiprod submit JOB.json --wait")
            if has_worker:
                worker.start()

        try:
            serve(api, publisher, worker.ring, listener, sweep_s=settings.sweep_s, ready=ready)
        finally:
            worker.close()
            # A worker that had to be killed could not clear up after itself.
            for name in (SCRATCH, TEMPORARIES):
                clear_leftovers(settings.data / name)
            if publisher is not worker:
                publisher.close()
