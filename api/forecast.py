"""The parts that a run would have, and the keys they would be found by, before anything is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api.estimate import guessed_samples, written_job
from api.shelf import Shelf
from jobs.assets import BRAND_TASKS, Asset, script_asset
from jobs.casting import LOCAL, Casting
from jobs.changes import Version
from jobs.document import Job, Variant, job_from, variants_of
from jobs.sharing import share_assets, shared_ids
from jobs.slate import Slate
from jobs.stages import Stage
from media.timeline import SAMPLE_RATE_HZ, sample_of
from storage.artefacts import Origin, Record

_AUTHOR = "user"  # whose files are used as they are
_REPEATABLE = frozenset({*LOCAL, _AUTHOR})  # who makes the same of the same, byte by byte
_UNKNOWN_S = -1.0
_INTRO, _OUTRO, _BRAND = -1, -2, -3  # slots of what stands in no scene of the document
_NO_VERSION = 0  # of a stage: nothing was made

Anchor = tuple[Stage, str, tuple[int | str, ...]]
"""A stage; the name of a variant, empty without variants; and what of it: see `Foreseen`."""


@dataclass(frozen=True)
class Foreseen:
    """A part that a run would have.

    Attributes:
      anchors: What it is about, whichever number it has: a scene's slot for each scene of a chunk,
        slot and number for an effect, its name for a format.
      offer: What decides about it, for the parts of generation.
    """

    task_id: str
    stage: Stage
    key: str
    anchors: tuple[Anchor, ...]
    offer: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Forecast:
    """The parts of one run, by task id.

    Attributes:
      keys: By what a part is about.
      is_exact: Whether every narration is spoken, so that nothing follows from a guess.
    """

    parts: Mapping[str, Foreseen]
    keys: Mapping[Anchor, str]
    is_exact: bool


Rendered = Callable[[Variant, Mapping[str, Record], tuple[int, ...], Slate], Sequence[Foreseen]]
"""What follows generation in a variant: the parts that its records (by task id) would become.

The third argument has the slots of its scenes.
"""


@dataclass(frozen=True)
class Desk:
    """What a forecast is made with: what is there, whose it is, who would be asked.

    Attributes:
      rendered: What follows generation; None: it is not asked about.
      left_out: Keys of parts that nobody could make, and of which there is no hope.
    """

    shelf: Shelf
    slate: Slate
    casting: Casting
    rendered: Rendered | None = None
    left_out: frozenset[str] = frozenset()

    def forecast(self, version: Version, *, later_frames: int = 0) -> Forecast:
        """The parts of a run of this version.

        What is not made yet is stood in for by what is known of it: the length of a narration is
        a guess. A part that follows from a guess has a key that changes with `later_frames`.

        Args:
          later_frames: By how many frames words end later than is guessed.

        Raises:
          InvalidInput: The document is not valid, or names a provider that is not configured.
        """
        job = job_from(version.submission.document)
        if not job.prompt:
            return self._of_scenes(job, version, None, later_frames)
        script = script_asset(job, self.casting)
        part = self._generated(script, ())
        scenes = written_job(version.submission.document, script, self.shelf.artefacts, self.slate)
        version = Version(version.submission, tuple(range(len(scenes.scenes or ()))))
        desk = self
        if script.offer["provider"] not in LOCAL and not self.shelf.has(Stage.SCRIPT, part.key):
            # Nobody knows its scenes: under a slate of its own, nothing they need is there.
            desk = replace(self, slate=replace(self.slate, tenant=f"of script {part.key}"))
        return desk._of_scenes(scenes, version, (script, part), later_frames)

    def _of_scenes(
        self,
        job: Job,
        version: Version,
        written: tuple[Asset, Foreseen] | None,
        later_frames: int,
    ) -> Forecast:
        variants = variants_of(job)
        slots = _with_bookends(job, version.slots)
        shared = share_assets(variants, version.submission, self.casting, self.slate)
        keys = {one.task_id: self.slate.key(one.stage, one.offer) for one in shared.assets}
        self.shelf.look_up((one.stage, keys[one.task_id]) for one in shared.assets)
        if written:
            self.shelf.look_up([(Stage.SCRIPT, written[1].key)])
        plans = [
            self._of_variant(variant, assets, written, slots, later_frames)
            for variant, assets in zip(variants, shared.of_variants, strict=True)
        ]
        return Forecast(
            _merged([(one.name, plan.parts) for one, plan in zip(variants, plans, strict=True)]),
            {anchor: part.key for plan in plans for part in plan.parts for anchor in part.anchors},
            all(plan.is_exact for plan in plans),
        )

    def _of_variant(
        self,
        variant: Variant,
        assets: Sequence[Asset],
        written: tuple[Asset, Foreseen] | None,
        slots: tuple[int, ...],
        later_frames: int,
    ) -> "_VariantParts":
        generated = [self._generated(asset, slots, variant.name) for asset in assets]
        if written:
            assets, generated = [written[0], *assets], [written[1], *generated]
        records = {
            asset.task_id: self._expected(variant.job, asset, part.key, later_frames)
            for asset, part in zip(assets, generated, strict=True)
            if part.key not in self.left_out
        }
        rendered = self.rendered(variant, records, slots, self.slate) if self.rendered else ()
        return _VariantParts(
            (*generated, *rendered),
            not any(
                one.stage is Stage.VOICE and one.stage_version == _NO_VERSION
                for one in records.values()
            ),
        )

    def _generated(self, asset: Asset, slots: tuple[int, ...], variant: str = "") -> Foreseen:
        key = self.slate.key(asset.stage, asset.offer)
        anchor = (asset.stage, variant, _about(asset.task_id, slots))
        return Foreseen(asset.task_id, asset.stage, key, (anchor,), asset.offer)

    def _expected(self, job: Job, asset: Asset, key: str, later_frames: int) -> Record:
        """What was made, or what stands for it until it is."""
        record = self.shelf.recall(asset.stage, key)
        is_there = self.shelf.has(asset.stage, key)
        if record and (is_there or record.origin.provider in _REPEATABLE):
            return record
        return _stand_in(job, asset, key, later_frames)


@dataclass(frozen=True)
class _VariantParts:
    """What one variant would have, with its own task ids; whether its narrations are spoken."""

    parts: tuple[Foreseen, ...]
    is_exact: bool


def _merged(variants: Sequence[tuple[str, Sequence[Foreseen]]]) -> dict[str, Foreseen]:
    """The parts of a run by task id; what several variants have is about things of them all."""
    named = shared_ids((name, [(p.task_id, p.key) for p in parts]) for name, parts in variants)
    found: dict[str, Foreseen] = {}
    for (_, parts), ids in zip(variants, named, strict=True):
        for part in parts:
            there = ids[part.task_id]
            known = found.get(there)
            anchors = (*(known.anchors if known else ()), *part.anchors)
            found[there] = replace(known or part, task_id=there, anchors=anchors)
    return found


def _with_bookends(job: Job, slots: tuple[int, ...]) -> tuple[int, ...]:
    brand = job.brand
    first = (_INTRO,) if brand and brand.intro else ()
    return (*first, *slots, *((_OUTRO,) if brand and brand.outro else ()))


def _about(task_id: str, slots: tuple[int, ...]) -> tuple[int, ...]:
    """`voice/003` is about the scene with number 3, `effect/003.01` about its second effect."""
    stage, _, number = task_id.partition("/")
    if stage in (Stage.MUSIC.value, Stage.SCRIPT.value):
        return ()
    if task_id in BRAND_TASKS:
        return (_BRAND, BRAND_TASKS.index(task_id))
    scene, *effect = (int(digits) for digits in number.split("."))
    return (slots[scene], *effect)


def _stand_in(job: Job, asset: Asset, key: str, later_frames: int) -> Record:
    """A record of what is not made. Its media has a name that nothing has."""
    offer = asset.offer
    media, facts = {}, dict[str, Any]()
    unmade = f"unmade/{key}"
    origin = Origin(offer.get("provider", "local"), offer.get("model", ""))
    if offer.get("blob"):
        origin = Origin(_AUTHOR)
    match asset.stage:
        case Stage.VOICE:
            media, facts = {"audio": unmade}, _speech(job, asset, later_frames)
        case Stage.MUSIC:
            media, facts = {"audio": unmade}, {"lufs": 0.0, "samples": 1}
        case Stage.EFFECT:
            media, facts = {"audio": unmade}, {"samples": 1, "loop": False}
        case Stage.VISUAL if offer.get("type") in ("image", "clip", "logo", "font"):
            origin, facts = Origin(_AUTHOR), {"blob": offer["blob"] or unmade}
            if offer["type"] == "clip":
                facts |= {"start_s": float(offer["start_s"]), "length_s": _UNKNOWN_S}
        case Stage.VISUAL if offer.get("type") == "color":
            origin = Origin("local", "color", licence="CC0-1.0")
            facts = {"color": offer["color"]}
        case Stage.VISUAL:
            media = {"picture": unmade}
    return Record(asset.stage, _NO_VERSION, key, origin, media, facts)


def _speech(job: Job, asset: Asset, later_frames: int) -> dict[str, Any]:
    """What is guessed of a narration: words that take as long as they are written."""
    index = int(asset.task_id.partition("/")[2])
    scene = (job.scenes or ())[index]
    text = scene.spoken_text or ""
    samples = guessed_samples(asset, scene.language or job.language)
    late = sample_of(later_frames, job.output.frame_rate)
    words = []
    at = 0
    for word in text.split():
        at = text.index(word, at)
        start, end = (samples * place // len(text) + late for place in (at, at + len(word)))
        words.append(
            {
                "text": word,
                "at": at,
                "start_s": start / SAMPLE_RATE_HZ,
                "end_s": end / SAMPLE_RATE_HZ,
            }
        )
        at += len(word)
    return {"samples": samples + late, "words": words, "lufs": 0.0}
