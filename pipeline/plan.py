"""What a job would take, without making or paying anything."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from jobs.assets import Asset, list_assets
from jobs.document import Job, job_from
from jobs.stages import Stage
from jobs.submission import Submission
from media.timeline import SAMPLE_RATE_HZ, SceneLength, Timeline, cut_chunks, lay_out
from pipeline.ingest import JobFile, named_files
from providers.outline import is_cjk, with_scenes
from providers.speech import estimate_duration_s
from storage.artefacts import Artefacts


@dataclass(frozen=True)
class StagePlan:
    """How many parts of a stage there are, and how many of them exist already.

    Attributes:
      cached: 0 for the stages that follow generation: what they make is known by its parts.
    """

    stage: str
    provider: str
    parts: int
    cached: int
    cost_usd: float


@dataclass(frozen=True)
class JobPlan:
    """What a job would take.

    Attributes:
      length_is_exact: Whether every narration has been spoken before, so its length is known; the
        number of parts to render depends on it, too.
      notes: What the user should know before rendering.
    """

    scenes: int
    length_s: float
    length_is_exact: bool
    frames: int
    stages: tuple[StagePlan, ...]
    cost_usd: float
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def plan(file: JobFile, artefacts: Artefacts) -> JobPlan:
    """Plans a job: its parts, which of them are there, its length and cost."""
    submission = named_files(file)
    job = job_from(with_scenes(submission.document))
    scenes = job.scenes or ()
    assets = list_assets(job, Submission(submission.document, submission.inputs))
    speech, is_exact = [], True
    by_id = {asset.task_id: asset for asset in assets}
    for index, scene in enumerate(scenes):
        language = scene.language or job.language
        samples, known = _speech(by_id.get(f"voice/{index:03}"), language, artefacts)
        is_exact = is_exact and known
        speech.append(
            SceneLength(
                samples,
                scene.duration_s,
                scene.transition.type.value if scene.transition else "cut",
                scene.transition.duration_s if scene.transition else 0.0,
            )
        )
    timeline = lay_out(speech, job.output.frame_rate)
    return JobPlan(
        scenes=len(scenes),
        length_s=round(float(timeline.frames / timeline.rate), 2),
        length_is_exact=is_exact,
        frames=timeline.frames,
        stages=(
            *(_stage(stage, assets, artefacts) for stage in _in_order(assets)),
            _following(Stage.RENDER, len(cut_chunks(timeline))),
            _following(Stage.MIX, 1),
            _following(Stage.FINISH, 1),
        ),
        cost_usd=0.0,
        notes=tuple(_notes(file.job, timeline, is_exact)),
    )


def _notes(job: Job, timeline: Timeline, is_exact: bool) -> Iterator[str]:
    if job.prompt:
        yield "the prompt is spoken as it is; writing a script from a topic needs Gemini"
    length_s, limit_s = float(timeline.frames / timeline.rate), job.max_duration_s
    if limit_s is not None and length_s > limit_s:
        about = "" if is_exact else "about "
        yield (
            f"the video would last {about}{length_s:.1f} s, the preset allows {limit_s:g} s: "
            "shorten the narration or drop the preset"
        )
    if job.review:
        yield (
            "the preset asks for a review of the draft; `aiprod render` does not wait for a review "
            "(there is no service yet)"
        )


def _speech(asset: Asset | None, language: str, artefacts: Artefacts) -> tuple[int, bool]:
    if asset is None:
        return 0, True
    record = artefacts.find(Stage.VOICE, asset.key)
    if record:
        return int(record.facts["samples"]), True
    params = asset.params
    guess_s = estimate_duration_s(params["text"], is_cjk(language), params["speed"])
    return round(guess_s * SAMPLE_RATE_HZ), False


def _in_order(assets: tuple[Asset, ...]) -> list[Stage]:
    return [stage for stage in Stage if any(asset.stage is stage for asset in assets)]


def _stage(stage: Stage, assets: tuple[Asset, ...], artefacts: Artefacts) -> StagePlan:
    mine = [asset for asset in assets if asset.stage is stage]
    cached = sum(artefacts.find(stage, asset.key) is not None for asset in mine)
    provider = mine[0].params.get("provider", "local")
    return StagePlan(stage.value, provider, len(mine), cached, 0.0)


def _following(stage: Stage, parts: int) -> StagePlan:
    return StagePlan(stage.value, "aiprod", parts, 0, 0.0)
