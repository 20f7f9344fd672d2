from pathlib import Path
from typing import Any

import pytest

from api.estimate import JobPlan, estimate, survey
from api.shelf import Shelf
from jobs.document import job_from
from jobs.slate import Slate
from jobs.submission import Submission
from providers.gemini.client import Gemini
from providers.roster import Roster
from storage.artefacts import Artefacts
from storage.directory import DirectoryBlobs

SKY = {"visual": {"type": "prompt", "prompt": "sky"}, "duration_s": 2}
SEA = {"visual": {"type": "prompt", "prompt": "sea"}, "duration_s": 2}


def planned(document: dict[str, Any], store: Path) -> JobPlan:
    roster = Roster(gemini=Gemini())
    artefacts = Artefacts(DirectoryBlobs(store))
    found = survey(job_from(document), Submission(document), Shelf(artefacts), Slate(), roster)
    return estimate(found, roster)


@pytest.mark.parametrize(
    ("shapes", "pictures", "told"),
    [
        pytest.param(["16:9"], 2, [], id="one shape"),
        pytest.param(
            ["16:9", "9:16", "1:1"],
            6,
            [
                "6 pictures are bought for 2 prompts: each is composed, and paid for, once for "
                "each shape"
            ],
            id="three shapes",
        ),
    ],
)
def test_pictures_are_quoted_for_each_shape(
    shapes: list[str], pictures: int, told: list[str], tmp_path: Path
) -> None:
    document = {"scenes": [SKY, SEA], "music": None, "variants": {"aspect_ratios": shapes}}

    plan = planned(document, tmp_path)

    (visual,) = [stage for stage in plan.stages if stage.stage == "visual"]
    assert visual.parts == pictures
    assert visual.cost_usd > 0
    assert [note for note in plan.notes if "pictures" in note] == told
