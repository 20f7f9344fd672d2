"""Waiting for calls that nobody waits for."""

import threading

WAIT_S = 30.0


def calls_have_ended() -> None:
    """Returns when no call is under way in this process, whoever has lost interest in it."""
    for thread in threading.enumerate():
        if thread.name == "purchase":
            thread.join(WAIT_S)
            assert not thread.is_alive()
