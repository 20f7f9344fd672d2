"""Jobs whose parts are bought, for tests."""

from typing import Any

from tests.fakes.everybody import Fakes
from tests.fakes.service import Fault
from tests.pipeline.conftest import Desk, Ran

TINY = {"height": 144, "fps": 24, "quality": "draft"}
PROMPT: dict[str, Any] = {
    "prompt": "Ocean waves in detail.",  # the fake writes sounds into such a script
    "music": {"provider": "suno"},
    "output": TINY,
}
NARRATION = "Twice a day the sea forgets these rocks."
SCENES: dict[str, Any] = {"scenes": [{"narration": NARRATION}], "music": None, "output": TINY}
NO_QUOTA = Fault(
    status=401, body='{"detail": {"code": "quota_exceeded", "message": "No credits."}}'
)


def render(desk: Desk, fakes: Fakes, document: dict[str, Any], **more: str) -> Ran:
    job = str(desk.write("job.json", document))
    return desk.run("render", job, "--out", "out", **{**fakes.environment, **more})
