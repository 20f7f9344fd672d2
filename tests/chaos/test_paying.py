import random
from pathlib import Path

from tests.chaos.paying import under_fire
from tests.fakes.everybody import everybody


def test_whoever_is_killed_while_paying_keeps_the_promise(tmp_path: Path) -> None:
    with everybody() as fakes:
        found = under_fire(fakes, tmp_path, kills=2, dice=random.Random())

    assert found["broken"] == []
    assert found["kills"] == 2
