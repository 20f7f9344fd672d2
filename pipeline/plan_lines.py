"""A plan as people read it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from api.reuse import Fate, PartPlan
from pipeline.plan import FilePlan

_REASONS = 3  # of a stage are told; `--parts` tells all


def plan_lines(name: str, planned: FilePlan, *, with_parts: bool) -> Iterator[str]:
    """The plan of a job file, a line per stage.

    Args:
      with_parts: Whether there is a line for each part, too.
    """
    job = planned.job
    about = "" if job.length_is_exact else "about "
    scenes = f"{job.scenes} scene{'' if job.scenes == 1 else 's'}"
    yield f"{name}: {scenes}, {about}{job.length_s:.1f} s, {job.frames} frames"
    for variant in job.variants:
        yield f"  {variant.name}: {about}{variant.length_s:.1f} s"
    if earlier := job.compared_with:
        yield f"  compared with {earlier.id}, run {earlier.run}"
    for stage in job.stages:
        parts = [part for part in planned.parts if part.stage.value == stage.stage]
        billed = f", {stage.characters:,} characters" if stage.characters else ""
        yield f"  {stage.stage:<8} {stage.parts:>4} by {stage.provider}{billed}: {_fates(parts)}"
        if with_parts:
            yield from (f"       {part.task_id:<16} {part.told}" for part in parts)
    yield f"  cost: {job.cost_usd:.4f} USD"
    yield from (f"  note: {note}" for note in job.notes)


def _fates(parts: Sequence[PartPlan]) -> str:
    """How many parts are reused, made again and new, and why."""
    told = []
    for fate in Fate:
        mine = [part for part in parts if part.fate is fate]
        if not mine:
            continue
        reasons = Counter(reason for part in mine for reason in part.because)
        shown = [reason for reason, _ in reasons.most_common(_REASONS)]
        if len(reasons) > len(shown):
            shown.append(f"{len(reasons) - len(shown)} more")
        because = f" because {', '.join(shown)}" if shown else ""
        count = "" if len(mine) == len(parts) else f"{len(mine)} "
        told.append(f"{count}{fate.told}{because}")
    return "; ".join(told)
