"""What a job would take, without making or paying anything."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from api.shelf import Shelf
from jobs.assets import Asset, script_asset
from jobs.bookends import clip_s
from jobs.document import Job, Variant, job_from, variants_of
from jobs.formats import format_names
from jobs.scene import Scene
from jobs.sharing import SharedAssets, TaskIds, share_assets
from jobs.slate import Slate
from jobs.stages import Stage
from jobs.submission import Submission
from media.timeline import SAMPLE_RATE_HZ, SceneLength, Timeline, cut_chunks, lay_out
from providers.outline import is_cjk, outlined_scenes, with_script
from providers.roster import Roster
from providers.speech import estimate_duration_s
from storage.artefacts import Artefacts, Record

UNKNOWN_RECORDING_S = 10.0  # of which nothing is told: as long as many scenes


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
class VariantPlan:
    """How long one variant of a job would be."""

    name: str
    length_s: float
    frames: int


@dataclass(frozen=True)
class PlannedPart:
    """What would become of a part.

    Attributes:
      task: Its id, as in the manifest and in events.
      because: Sentences without a full stop: `scenes[3].narration changed`. None for what is
        reused, and for what is new because nothing like it was made before.
    """

    task: str
    stage: str
    status: Literal["reused", "made_again", "new"]
    because: tuple[str, ...]


@dataclass(frozen=True)
class ComparedWith:
    """A job and its run from which differences are told."""

    id: str
    run: int


@dataclass(frozen=True)
class JobPlan:
    """What a job would take.

    Attributes:
      cost_usd: At most, of all stages together.
      length_s, frames: Of all variants together.
      length_is_exact: Whether every narration has been spoken before, so its length is known; the
        number of parts to render depends on it, too.
      notes: What the user should know before rendering.
      compared_with: Null when there was nothing to compare with.
      parts: Every part, in the order of stages. Of jobs that are estimated by the service, those
        of generation.
    """

    scenes: int
    length_s: float
    length_is_exact: bool
    frames: int
    stages: tuple[StagePlan, ...]
    cost_usd: float
    notes: tuple[str, ...]
    variants: tuple[VariantPlan, ...] = ()
    compared_with: ComparedWith | None = None
    parts: tuple[PlannedPart, ...] = ()

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
      variants, shared: What becomes of it, and the artefacts of each, in the same order.
    """

    job: Job
    written: Job
    script: Asset | None
    assets: tuple[Asset, ...]
    keys: Mapping[str, str]
    records: Mapping[str, Record]
    variants: tuple[Variant, ...]
    shared: SharedAssets

    @property
    def missing(self) -> tuple[Asset, ...]:
        """What has to be made; what several scenes need is there once."""
        found = {
            (asset.stage, self.keys[asset.task_id]): asset
            for asset in self.assets
            if asset.task_id not in self.records
        }
        return tuple(found.values())


def survey(job: Job, submission: Submission, shelf: Shelf, slate: Slate, roster: Roster) -> Survey:
    """Lists the parts of a job, and looks which of them are there under this slate.

    What a prompt will become is known when its script is there; until then its own words stand for
    it.
    """
    casting = roster.casting()
    script = script_asset(job, casting) if job.prompt else None
    written = written_job(submission.document, script, shelf.artefacts, slate) if script else job
    variants = variants_of(written)
    shared = share_assets(variants, submission, casting, slate)
    assets = (script, *shared.assets) if script else shared.assets
    keys = {asset.task_id: slate.key(asset.stage, asset.offer) for asset in assets}
    records = _records(assets, keys, shelf)
    return Survey(job, written, script, assets, keys, records, variants, shared)


def estimate(found: Survey, roster: Roster) -> JobPlan:
    """Plans a job: its parts, which of them are there, its length and cost."""
    records, script, shared = found.records, found.script, found.shared
    lengths, is_exact = [], True
    for variant, own, ids in zip(found.variants, shared.of_variants, shared.ids, strict=True):
        timeline, known = _timeline(variant.job, own, ids, records)
        is_exact = is_exact and known
        lengths.append((variant, timeline))
    stages = (
        *(_stage(stage, found, roster) for stage in _in_order(found.assets)),
        _following(Stage.RENDER, sum(len(cut_chunks(timeline)) for _, timeline in lengths)),
        _following(Stage.MIX, len(found.variants)),
        _following(Stage.FINISH, len(found.variants)),
        *_formats(found.variants),
    )
    cost_usd = round(sum(stage.cost_usd for stage in stages), 4)
    is_guess = script is not None and script.task_id not in records
    notes = (
        *_notes(found.job, lengths, is_exact, cost_usd, script if is_guess else None),
        *_shape_notes(found.missing, roster),
    )
    return JobPlan(
        scenes=len(found.written.scenes or ()),
        length_s=round(sum(_length_s(timeline) for _, timeline in lengths), 2),
        length_is_exact=is_exact,
        frames=sum(timeline.frames for _, timeline in lengths),
        stages=stages,
        cost_usd=cost_usd,
        notes=notes,
        variants=tuple(
            VariantPlan(variant.name, round(_length_s(timeline), 2), timeline.frames)
            for variant, timeline in lengths
            if variant.name
        ),
    )


def _timeline(
    job: Job, assets: Sequence[Asset], ids: TaskIds, records: Mapping[str, Record]
) -> tuple[Timeline, bool]:
    """The scenes of a variant in time, and whether all of its narrations have been spoken."""
    speech, is_exact = [], True
    by_id = {asset.task_id: asset for asset in assets}
    for index, scene in enumerate(job.scenes or ()):
        own_id = f"voice/{index:03}"
        language = scene.language or job.language
        record = records.get(ids.get(own_id, ""))
        samples, known = _speech(by_id.get(own_id), language, record)
        is_exact = is_exact and known
        speech.append(
            SceneLength(
                samples,
                _wanted_s(scene, records.get(ids.get(f"visual/{index:03}", ""))),
                scene.transition.type.value if scene.transition else "cut",
                scene.transition.duration_s if scene.transition else 0.0,
            )
        )
    return lay_out(speech, job.output.frame_rate), is_exact


def _wanted_s(scene: Scene, visual: Record | None) -> float | None:
    if scene.duration_s is None and not scene.is_spoken:  # a clip of the brand kit
        return clip_s(visual.facts if visual else None)
    return scene.duration_s


def _length_s(timeline: Timeline) -> float:
    return float(timeline.frames / timeline.rate)


def written_job(document: dict[str, Any], asset: Asset, artefacts: Artefacts, slate: Slate) -> Job:
    """The job with the scenes of its script; of its own words while the script is not written."""
    record = artefacts.look_up(Stage.SCRIPT, slate.key(Stage.SCRIPT, asset.offer))
    if record:
        script = json.loads(artefacts.blobs.read(record.media["script"]) or b"null")
    else:
        scenes = outlined_scenes(document["prompt"], document.get("language", "en"))
        script = {"scenes": scenes, "music": None}
    return job_from(with_script(document, script))


def _records(assets: Sequence[Asset], keys: Mapping[str, str], shelf: Shelf) -> dict[str, Record]:
    """What is there whole, by task id."""
    wanted = {asset.task_id: (asset.stage, keys[asset.task_id]) for asset in assets}
    shelf.look_up(wanted.values())
    return {
        task_id: record
        for task_id, one in wanted.items()
        if shelf.has(*one) and (record := shelf.recall(*one))
    }


def _notes(
    job: Job,
    lengths: Sequence[tuple[Variant, Timeline]],
    is_exact: bool,
    cost_usd: float,
    unwritten: Asset | None,
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
            f"this may cost up to {cost_usd:.4f} USD, budget_usd allows {job.budget_usd:.4f}: "
            "what does not fit is left out, made here, or fails the job"
        )
    if job.variants:
        yield (
            "length and frames are those of all variants together; chunks and mixes that several "
            "of them share are made once"
        )
    for variant, timeline in lengths:
        length_s, limit_s = _length_s(timeline), variant.job.max_duration_s
        if limit_s is not None and length_s > limit_s:
            about = "" if is_exact else "about "
            name = f" {variant.name}" if variant.name else ""
            yield (
                f"the video{name} would last {about}{length_s:.1f} s, the preset allows "
                f"{limit_s:g} s: shorten the narration or drop the preset"
            )


def _shape_notes(missing: Sequence[Asset], roster: Roster) -> Iterator[str]:
    """That a service draws the same for several shapes, and is paid for each."""
    drawn = [
        asset.offer
        for asset in missing
        if asset.stage is Stage.VISUAL and roster.of(str(asset.offer.get("provider", "")))
    ]
    prompts = {offer["prompt"] for offer in drawn}
    shapes = {(offer["width"], offer["height"]) for offer in drawn}
    if len(shapes) > 1 and len(drawn) > len(prompts):
        yield (
            f"{len(drawn)} pictures are bought for {len(prompts)} prompts: "
            "each is composed, and paid for, once for each shape"
        )


def _speech(asset: Asset | None, language: str, record: Record | None) -> tuple[int, bool]:
    if asset is None:
        return 0, True
    if record:
        return int(record.facts["samples"]), True
    return guessed_samples(asset, language), False


def guessed_samples(narration: Asset, language: str) -> int:
    """About how long a narration will be once it is spoken, at 48 kHz."""
    params = narration.offer
    if params.get("type") == "recording":
        return _recorded_samples(params, language)
    guess_s = estimate_duration_s(params["text"], is_cjk(language), params["speed"])
    return round(guess_s * SAMPLE_RATE_HZ)


def _recorded_samples(params: Mapping[str, Any], language: str) -> int:
    """About how long a recording is that nobody has opened yet: as its words say."""
    guess_s = max((float(word["end_s"]) for word in params["words"]), default=0.0)
    guess_s = guess_s or estimate_duration_s(params["text"] or "", is_cjk(language))
    return round((guess_s or UNKNOWN_RECORDING_S) * SAMPLE_RATE_HZ)


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


def _formats(variants: Sequence[Variant]) -> Iterator[StagePlan]:
    outputs = [variant.job.output for variant in variants]
    if parts := sum(len(format_names(one.formats, one.size)) for one in outputs):
        yield _following(Stage.FORMAT, parts)


def _following(stage: Stage, parts: int) -> StagePlan:
    return StagePlan(stage.value, "aiprod", parts, 0, 0.0)
