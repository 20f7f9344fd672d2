"""A store in which everything that a job needs has been kept, as if it had been rendered."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.forecast import Desk
from api.reuse import Earlier, Fate, plan_parts
from api.shelf import Shelf
from jobs.assets import list_assets
from jobs.casting import Casting
from jobs.changes import Version
from jobs.document import job_from, job_json
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.submission import Submission
from media.timeline import SAMPLE_RATE_HZ
from pipeline.renderings import Renderings
from storage.artefacts import Artefacts, Origin
from storage.directory import DirectoryBlobs
from storage.rows import PartRow, RunRow

LENGTH_S = 5  # of a scene: a chunk of its own
Document = dict[str, Any]


def scene(narration: str, **fields: Any) -> Document:
    color = {"type": "color", "color": "#204060"}
    return {"narration": narration, "visual": color, "duration_s": LENGTH_S, **fields}


def document(*scenes: Document, **fields: Any) -> Document:
    return {"scenes": list(scenes), "music": None, "output": {"height": 144}, **fields}


def submission(given: Document) -> Submission:
    return Submission(json.loads(job_json(job_from(given))))


@dataclass(frozen=True)
class Store:
    """A store, and who may be asked beside this machine."""

    folder: Path
    casting: Casting
    encoder: str = "ffmpeg version 9"

    @property
    def artefacts(self) -> Artefacts:
        return Artefacts(DirectoryBlobs(self.folder))

    def desk(self, slate: Slate) -> Desk:
        renderings = Renderings(self.encoder, self.artefacts.blobs)
        return Desk(Shelf(self.artefacts), slate, self.casting, renderings)

    def keep(self, given: Document, failed: Collection[Stage] = ()) -> Earlier:
        """Keeps everything that a job needs, as if it had been rendered.

        Args:
          failed: Stages of which nothing could be made.
        """
        handed_in = submission(given)
        version = Version(handed_in, tuple(range(len(given["scenes"]))))
        left_out = set()
        for asset in list_assets(job_from(given), handed_in, self.casting):
            key = Slate().key(asset.stage, asset.offer)
            if asset.stage in failed:
                left_out.add(key)
                continue
            facts = {"color": asset.offer.get("color")}
            if asset.stage is Stage.VOICE:
                facts = _speech(str(asset.offer["text"]))
            elif asset.stage is Stage.EFFECT:
                facts = {"samples": SAMPLE_RATE_HZ, "loop": False}
            self._keep(asset.stage, key, asset.task_id, facts)
        desk = replace(self.desk(Slate()), left_out=frozenset(left_out))
        forecast = desk.forecast(version)
        for part in forecast.parts.values():
            if part.stage in (Stage.RENDER, Stage.MIX, Stage.FINISH):
                self._keep(part.stage, part.key, part.task_id, {})
        rows = {
            part.task_id: PartRow(part.task_id, part.stage.value, status, 1, 1, 0.0, part.key)
            for part in forecast.parts.values()
            for status in ["failed" if part.key in left_out else "done"]
        }
        return Earlier(RunRow("job-12345678", 1, handed_in, {}), rows)

    def _keep(self, stage: Stage, key: str, name: str, facts: dict[str, Any]) -> None:
        provider = "espeak" if stage is Stage.VOICE else "local"
        role = "picture" if stage is Stage.VISUAL else "audio"
        media = {} if facts.get("color") else {role: (name.encode(), ".media")}
        self.artefacts.keep(stage, key, Origin(provider), media, facts, 1.0)

    def told(
        self, given: Document, earlier: Earlier | None, slate: Slate | None = None
    ) -> dict[str, str]:
        """By task, what would be done about each part that is not reused."""
        plans = plan_parts(self.desk(slate or Slate()), submission(given), earlier)
        return {part.task_id: part.told for part in plans if part.fate is not Fate.REUSED}


def _speech(text: str) -> dict[str, Any]:
    word = {"text": text, "at": 0, "start_s": 0.1, "end_s": 0.9}
    return {"samples": SAMPLE_RATE_HZ, "words": [word], "lufs": -20.0}
