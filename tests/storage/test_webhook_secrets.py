"""What webhooks are signed with."""

import threading
from concurrent.futures import ThreadPoolExecutor

from storage.webhooks import Webhooks

WAIT_S = 60.0


def test_all_who_need_the_first_secret_at_once_get_the_same(webhooks: Webhooks) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> tuple[str, ...]:
        start.wait(WAIT_S)
        return webhooks.secrets("acme")

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(8)))

    assert len(found) == 1
    assert found == {webhooks.secrets("acme")}
    assert webhooks.secrets("other") != webhooks.secrets("acme")


def test_a_rotation_keeps_the_secret_before_and_drops_older_ones(webhooks: Webhooks) -> None:
    (first,) = webhooks.secrets("acme")

    second = webhooks.rotate_secret("acme")
    during = webhooks.secrets("acme")
    third = webhooks.rotate_secret("acme")

    assert during == (second, first)
    assert webhooks.secrets("acme") == (third, second)
    assert all(one.startswith("whsec_") for one in (first, second, third))


def test_two_rotations_at_once_leave_both_secrets_live(webhooks: Webhooks) -> None:
    webhooks.secrets("acme")
    start = threading.Barrier(2)

    def rotate(_: int) -> str:
        start.wait(WAIT_S)
        return webhooks.rotate_secret("acme")

    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            made = set(pool.map(rotate, range(2)))

            assert set(webhooks.secrets("acme")) == made


def test_how_many_secrets_there_are_is_told_without_making_one(webhooks: Webhooks) -> None:
    before = webhooks.secrets_made("acme")
    webhooks.rotate_secret("acme")
    count, made_at = webhooks.secrets_made("acme")

    assert before == (0, None)
    assert count == 2
    assert made_at is not None
    assert made_at > 1_700_000_000
