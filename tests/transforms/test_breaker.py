from dataclasses import dataclass

from transforms.breaker import Breaker


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def open_after(failures: int, clock: Clock) -> Breaker:
    breaker = Breaker(3, 30.0, clock)
    for _ in range(failures):
        breaker.failed()
    return breaker


def test_a_few_failures_change_nothing() -> None:
    assert open_after(2, Clock()).admits()


def test_so_many_in_a_row_and_nobody_calls() -> None:
    assert not open_after(3, Clock()).admits()


def test_an_answer_begins_the_count_anew() -> None:
    breaker = open_after(2, Clock())

    breaker.answered()
    breaker.failed()

    assert breaker.admits()


def test_after_the_rest_one_looks_and_the_others_wait_for_it() -> None:
    clock = Clock()
    breaker = open_after(3, clock)
    clock.now_s = 30.0

    together = [breaker.admits() for _ in range(3)]
    breaker.answered()

    assert together == [True, False, False]
    assert breaker.admits()


def test_when_that_one_fails_the_rest_begins_anew() -> None:
    clock = Clock()
    breaker = open_after(3, clock)
    clock.now_s = 30.0
    breaker.admits()
    clock.now_s = 40.0
    breaker.failed()

    clock.now_s = 69.0
    early = breaker.admits()
    clock.now_s = 70.0

    assert (early, breaker.admits()) == (False, True)


def test_one_that_never_says_how_it_went_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    breaker = open_after(3, clock)
    clock.now_s = 30.0
    breaker.admits()

    clock.now_s = 60.0

    assert breaker.admits()
