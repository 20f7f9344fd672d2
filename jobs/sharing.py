"""Tasks of several variants in one run: what has the same key is one task.

variant    own task id    key      task id in the run
fr-16x9    voice/000      a        voice/000
fr-16x9    visual/000     b        visual/000
ar-16x9    voice/000      c        voice/000@ar-16x9
ar-16x9    visual/000     b        visual/000
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from jobs.assets import Asset, list_assets, longest_narrations
from jobs.casting import Casting
from jobs.document import Variant
from jobs.slate import Slate
from jobs.submission import Submission

TaskIds = Mapping[str, str]
"""Task ids in a run by those in one variant of its job."""


def shared_ids(variants: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> tuple[TaskIds, ...]:
    """The task ids of each variant.

    The first variant keeps its own ids, so a job without variants has those that it always had.

    Args:
      variants: Of each its name, and task ids with their keys.
    """
    known: dict[str, str] = {}
    found: list[TaskIds] = []
    for name, tasks in variants:
        ids = {
            task_id: known.get(key) or (f"{task_id}@{name}" if found else task_id)
            for task_id, key in tasks
        }
        for task_id, key in tasks:
            known.setdefault(key, ids[task_id])
        found.append(ids)
    return tuple(found)


@dataclass(frozen=True)
class SharedAssets:
    """What the variants of a job need made.

    Attributes:
      assets: Each once, with its task id in the run.
      of_variants: By variant, its own list, with its own task ids.
      ids: By variant, the task ids in the run.
    """

    assets: tuple[Asset, ...]
    of_variants: tuple[tuple[Asset, ...], ...]
    ids: tuple[TaskIds, ...]


def share_assets(
    variants: Sequence[Variant], submission: Submission, casting: Casting, slate: Slate
) -> SharedAssets:
    """Lists what the variants need. Raises `InvalidInput` as `list_assets` does."""
    spoken = longest_narrations(variant.job for variant in variants)
    lists = tuple(
        list_assets(one.job, submission, casting, original=one.original, spoken=spoken)
        for one in variants
    )
    ids = shared_ids(
        (variant.name, [(one.task_id, slate.key(one.stage, one.offer)) for one in assets])
        for variant, assets in zip(variants, lists, strict=True)
    )
    found: dict[str, Asset] = {}
    for variant, assets, named in zip(variants, lists, ids, strict=True):
        for asset in assets:
            task_id = named[asset.task_id]
            is_own = task_id == asset.task_id
            label = asset.label if is_own else f"{asset.label} of {variant.name}"
            found.setdefault(task_id, replace(asset, task_id=task_id, label=label))
    return SharedAssets(tuple(found.values()), lists, ids)
