from collections import Counter

from jobs.stages import Stage
from pipeline.outlook import Outlook


def test_reasons_stand_behind_the_parts_that_they_are_of() -> None:
    found = Outlook(2, 2)
    found.fates = {Stage.VOICE.value: Counter({"made again": 1, "reused": 6, "new": 2})}
    found.reasons = {Stage.VOICE.value: Counter({"scenes[0].narration changed": 3})}

    (voice,) = [line for line in found.lines() if line.startswith("  voice")]

    assert voice == "  voice    6 reused, 2 new, 1 made again because scenes[0].narration changed"
