"""What a job would take, without making or paying anything."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from jobs.assets import Asset, list_assets, script_asset
from jobs.document import Job, job_from
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.submission import Submission
from media.timeline import SAMPLE_RATE_HZ, SceneLength, Timeline, cut_chunks, lay_out
from providers.outline import is_cjk, outlined_scenes, with_script
from providers.roster import Roster
from providers.speech import estimate_duration_s
from storage.artefacts import Artefacts, Record

LOOKUPS = 16  # side by side: a bucket takes tens of milliseconds for each


@dataclass(frozen=True)
class StagePlan:
    """How many parts of a stage there are, and how many of them exist already.

    Attributes:
      cached: 0 for the stages that follow generation: what they make is known by its parts.
      characters: Of narrations that a service would bill by the character.
    """

    stage: str
    provider: str
    parts: int
    cached: int
    cost_usd: float
    characters: int = 0


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


@dataclass(frozen=True)
class Survey:
    """What a job needs, and what of it is there.

    Attributes:
      job, written: As it was given, and with the script that its prompt became or may become.
      script: What its prompt asks for; None without one.
      keys: Of the artefacts, by task id.
      records: Those that were made before, by task id.
    """

    job: Job
    written: Job
    script: Asset | None
    assets: tuple[Asset, ...]
    keys: Mapping[str, str]
    records: Mapping[str, Record]

    @property
    def missing(self) -> tuple[Asset, ...]:
        """What has to be made; what several scenes need is there once."""
        found = {
            (asset.stage, self.keys[asset.task_id]): asset
            for asset in self.assets
            if asset.task_id not in self.records
        }
        return tuple(found.values())


def survey(
    job: Job, submission: Submission, artefacts: Artefacts, slate: Slate, roster: Roster
) -> Survey:
    """Lists the parts of a job, and looks which of them are there under this slate.

    What a prompt will become is known when its script is there; until then its own words stand for
    it.
    """
    casting = roster.casting()
    script = script_asset(job, casting) if job.prompt else None
    written = written_job(submission.document, script, artefacts, slate) if script else job
    assets = list_assets(written, submission, casting)
    if script:
        assets = (script, *assets)
    keys = {asset.task_id: slate.key(asset.stage, asset.offer) for asset in assets}
    return Survey(job, written, script, assets, keys, _records(assets, keys, artefacts))


def estimate(found: Survey, roster: Roster) -> JobPlan:
    """Plans a job: its parts, which of them are there, its length and cost."""
    written, records, script = found.written, found.records, found.script
    scenes = written.scenes or ()
    speech, is_exact = [], True
    by_id = {asset.task_id: asset for asset in found.assets}
    for index, scene in enumerate(scenes):
        language = scene.language or written.language
        samples, known = _speech(by_id.get(f"voice/{index:03}"), language, records)
        is_exact = is_exact and known
        speech.append(
            SceneLength(
                samples,
                scene.duration_s,
                scene.transition.type.value if scene.transition else "cut",
                scene.transition.duration_s if scene.transition else 0.0,
            )
        )
    timeline = lay_out(speech, written.output.frame_rate)
    stages = (
        *(_stage(stage, found, roster) for stage in _in_order(found.assets)),
        _following(Stage.RENDER, len(cut_chunks(timeline))),
        _following(Stage.MIX, 1),
        _following(Stage.FINISH, 1),
    )
    cost_usd = round(sum(stage.cost_usd for stage in stages), 4)
    is_guess = script is not None and script.task_id not in records
    guess = script if is_guess else None
    return JobPlan(
        scenes=len(scenes),
        length_s=round(float(timeline.frames / timeline.rate), 2),
        length_is_exact=is_exact,
        frames=timeline.frames,
        stages=stages,
        cost_usd=cost_usd,
        notes=tuple(_notes(found.job, timeline, is_exact, cost_usd, guess)),
    )


def written_job(document: dict[str, Any], asset: Asset, artefacts: Artefacts, slate: Slate) -> Job:
    """The job with the scenes of its script; of its own words while the script is not written."""
    record = artefacts.look_up(Stage.SCRIPT, slate.key(Stage.SCRIPT, asset.offer))
    if record:
        script = json.loads(artefacts.blobs.read(record.media["script"]) or b"null")
    else:
        scenes = outlined_scenes(document["prompt"], document.get("language", "en"))
        script = {"scenes": scenes, "music": None}
    return job_from(with_script(document, script))


def _records(
    assets: tuple[Asset, ...], keys: Mapping[str, str], artefacts: Artefacts
) -> dict[str, Record]:
    """What has been made before, by task id; what several tasks need is looked for once."""
    stages = {keys[asset.task_id]: asset.stage for asset in assets}
    with ThreadPoolExecutor(LOOKUPS) as pool:
        looked_up = pool.map(lambda key: artefacts.look_up(stages[key], key), stages)
        found = dict(zip(stages, looked_up, strict=True))
    return {task_id: record for task_id, key in keys.items() if (record := found[key])}


def _notes(
    job: Job, timeline: Timeline, is_exact: bool, cost_usd: float, unwritten: Asset | None
) -> Iterator[str]:
    if unwritten and unwritten.offer["provider"] == "local":
        yield "the prompt is spoken as it is; writing a script from a topic needs Gemini"
    elif unwritten:
        yield (
            "the script is not written yet: scenes, length and cost are those of a script as long "
            "as the prompt"
        )
    if job.budget_usd is not None and cost_usd > job.budget_usd:
        yield (
            f"this would cost about {cost_usd:.2f} USD, budget_usd allows {job.budget_usd:.2f}: "
            "what does not fit is left out, made here, or fails the job"
        )
    length_s, limit_s = float(timeline.frames / timeline.rate), job.max_duration_s
    if limit_s is not None and length_s > limit_s:
        about = "" if is_exact else "about "
        yield (
            f"the video would last {about}{length_s:.1f} s, the preset allows {limit_s:g} s: "
            "shorten the narration or drop the preset"
        )


def _speech(asset: Asset | None, language: str, records: Mapping[str, Record]) -> tuple[int, bool]:
    if asset is None:
        return 0, True
    record = records.get(asset.task_id)
    if record:
        return int(record.facts["samples"]), True
    return guessed_samples(asset, language), False


def guessed_samples(narration: Asset, language: str) -> int:
    """About how long a narration will be once it is spoken, at 48 kHz."""
    params = narration.offer
    guess_s = estimate_duration_s(params["text"], is_cjk(language), params["speed"])
    return round(guess_s * SAMPLE_RATE_HZ)


def _in_order(assets: tuple[Asset, ...]) -> list[Stage]:
    return [stage for stage in Stage if any(asset.stage is stage for asset in assets)]


def _stage(stage: Stage, found: Survey, roster: Roster) -> StagePlan:
    mine = [asset for asset in found.assets if asset.stage is stage]
    cached = sum(asset.task_id in found.records for asset in mine)
    wanted = [asset for asset in found.missing if asset.stage is stage]
    cost_usd = sum(roster.quote_usd(stage, asset.offer) for asset in wanted)
    characters = sum(roster.billed_characters(asset.offer) for asset in wanted)
    return StagePlan(
        stage.value, _provider(mine), len(mine), cached, round(cost_usd, 4), characters
    )


def _provider(assets: Sequence[Asset]) -> str:
    """Who makes them, if all goes well; the first where it is not the same for all."""
    makers = [asset.offer.get("provider") for asset in assets]
    return next((maker for maker in makers if maker), "local")


def _following(stage: Stage, parts: int) -> StagePlan:
    return StagePlan(stage.value, "aiprod", parts, 0, 0.0)
