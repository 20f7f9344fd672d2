"""Calls that nobody has to wait for to the end."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def daemon(call: Callable[[], T], name: str) -> Future[T]:
    """Starts a call in a thread of its own, which keeps no process from ending.

    For what cannot be interrupted, such as a look-up of the system's resolver: whoever has waited
    long enough leaves it to itself. (The threads of a `ThreadPoolExecutor` are waited for when the
    process ends.)
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # whoever asks for the result is told
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
