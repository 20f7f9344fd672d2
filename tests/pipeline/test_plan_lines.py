import pytest

from api.estimate import JobPlan
from pipeline.plan import FilePlan
from pipeline.plan_lines import plan_lines


@pytest.mark.parametrize(("scenes", "told"), [(1, "1 scene, "), (2, "2 scenes, ")])
def test_scenes_are_counted(scenes: int, told: str) -> None:
    job = JobPlan(scenes, 2.0, True, 48, (), 0.0, ())

    first, *_ = plan_lines("job.json", FilePlan(job, ()), with_parts=False)

    assert first == f"job.json: {told}2.0 s, 48 frames"
