"""The credits of a video."""

from collections import Counter
from collections.abc import Mapping

from jobs.document import Job
from jobs.stages import Stage
from jobs.version import VERSION
from storage.artefacts import Origin, Record

_CREDITED = {
    Stage.SCRIPT: "Script",
    Stage.VOICE: "Narration",
    Stage.MUSIC: "Music",
    Stage.EFFECT: "Sound effects",
    Stage.VISUAL: "Pictures",
}


def credits_text(job: Job, made: Mapping[str, Record]) -> str:
    """Who made what, for credits.txt: a line per maker and kind, and every attribution asked for.

    Args:
      made: Records of the generated parts by task id.
    """
    lines = [job.title or "Untitled", ""]
    for stage, label in _CREDITED.items():
        counted = Counter(
            _maker(record.origin)
            for task_id, record in sorted(made.items())
            if record.stage is stage
        )
        lines += [f"{label}: {maker}" for maker in counted]
    lines += sorted(
        {record.origin.attribution for record in made.values() if record.origin.attribution}
    )
    lines += ["", f"Made with AIPROD {VERSION}.", ""]
    return "\n".join(lines)


def _maker(origin: Origin) -> str:
    if origin.provider == "user":
        return "supplied by the author"
    name = f"{origin.provider} ({origin.model})" if origin.model else origin.provider
    return f"{name}, {origin.licence}" if origin.licence else name
