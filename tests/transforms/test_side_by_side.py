import threading
from functools import partial

import pytest

from jobs.errors import Cancelled
from transforms.side_by_side import side_by_side

WAIT_S = 60.0


def nothing() -> None:
    pass


def test_results_come_in_the_order_of_the_calls() -> None:
    second_is_done = threading.Event()

    def first() -> str:
        second_is_done.wait(WAIT_S)
        return "first"

    def second() -> str:
        second_is_done.set()
        return "second"

    assert side_by_side([first, second], 2, nothing) == ["first", "second"]


def test_no_calls_have_no_results() -> None:
    assert side_by_side([], 2, nothing) == []


def test_no_more_calls_are_under_way_than_allowed() -> None:
    lock, most = threading.Lock(), [0, 0]
    together = threading.Barrier(3)

    def call() -> None:
        with lock:
            most[0] += 1
            most[1] = max(most)
        together.wait(WAIT_S)
        with lock:
            most[0] -= 1

    side_by_side([call] * 9, 3, nothing)

    assert most == [0, 3]


def test_a_call_that_fails_is_told_of_while_another_hangs() -> None:
    release = threading.Event()

    def failing() -> None:
        raise ValueError("bad")

    with pytest.raises(ValueError, match="bad"):
        side_by_side([partial(release.wait, WAIT_S), failing], 2, nothing)
    release.set()


def test_calls_that_hang_are_left_when_nobody_wants_them() -> None:
    release, begun = threading.Event(), threading.Event()
    later: list[int] = []

    def hanging() -> None:
        begun.set()
        release.wait(WAIT_S)

    def check() -> None:
        if begun.is_set():
            raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled):
        side_by_side([hanging, partial(later.append, 1)], 1, check)
    release.set()

    assert later == []
