import pytest

from storage.local_buckets import LocalBuckets


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_is_full_at_first_and_then_fills_slowly() -> None:
    clock = Clock()
    buckets = LocalBuckets(clock=clock)

    at_once = [buckets.take("a", per_s=2.0, burst=3.0) for _ in range(5)]
    clock.now_s += 0.5
    later = [buckets.take("a", per_s=2.0, burst=3.0) for _ in range(2)]

    assert at_once == [0.0, 0.0, 0.0, 0.5, 0.5]
    assert later == [0.0, 0.5]


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    buckets = LocalBuckets(clock=clock)
    buckets.take("a", 1.0, 2.0)

    clock.now_s += 3600

    assert [buckets.take("a", 1.0, 2.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_looking_takes_nothing() -> None:
    buckets = LocalBuckets(clock=Clock())

    looked = [buckets.wait_s("a", 1.0, 1.0) for _ in range(3)]
    buckets.take("a", 1.0, 1.0)

    assert looked == [0.0, 0.0, 0.0]
    assert buckets.wait_s("a", 1.0, 1.0) == pytest.approx(1.0)
    assert buckets.wait_s("b", 1.0, 1.0) == 0.0


def test_buckets_used_longest_ago_are_forgotten_first() -> None:
    buckets = LocalBuckets(most=2, clock=Clock())

    for name in ("a", "b", "c"):
        buckets.take(name, 1.0, 1.0)

    waits = {name: buckets.wait_s(name, 1.0, 1.0) for name in ("a", "b", "c")}
    assert waits == {"a": 0.0, "b": 1.0, "c": 1.0}
