"""What a job needs made: one asset per narration, picture, effect, and piece of music."""

from dataclasses import dataclass
from typing import Any

from jobs.document import Job
from jobs.languages import espeak_voice
from jobs.scene import Clip, Color, Image, Prompt, Scene, Title
from jobs.stages import Stage
from jobs.submission import Submission

# Painted pictures are larger than the frame, so that the camera can go in; within these sides.
PICTURE_SCALE = 1.25
MIN_PICTURE_SIDE, MAX_PICTURE_SIDE = 256, 4096


@dataclass(frozen=True)
class Asset:
    """Something to be made, before it belongs to a run."""

    task_id: str
    stage: Stage
    required: bool
    label: str
    params: dict[str, Any]


def list_assets(job: Job, submission: Submission) -> tuple[Asset, ...]:
    """Everything a job with scenes needs, in a stable order, what takes longest first."""
    assets: list[Asset] = []
    if job.music:
        params = {"prompt": job.music.prompt, "provider": "local"}
        assets.append(Asset("music/000", Stage.MUSIC, False, "music", params))
    for index, scene in enumerate(job.scenes or ()):
        if scene.narration:
            assets.append(_narration(job, scene, index))
        assets.append(_visual(job, scene, index, submission))
        assets += [
            Asset(
                f"effect/{index:03}.{number:02}",
                Stage.EFFECT,
                False,
                f"scenes[{index}].effects[{number}]",
                {"query": effect.query, "provider": "local"},
            )
            for number, effect in enumerate(scene.effects)
        ]
    return tuple(assets)


def painted_size(width: int, height: int) -> tuple[int, int]:
    """How large a picture is painted for a frame: even sides, in the frame's proportions."""
    scale = min(PICTURE_SCALE, MAX_PICTURE_SIDE / max(width, height))
    scale = max(scale, MIN_PICTURE_SIDE / min(width, height))
    return round(width * scale / 2) * 2, round(height * scale / 2) * 2


def unavailable_providers(job: Job) -> tuple[str, ...]:
    """A sentence for each provider that the job names and this version does not have."""
    named = [("voice.provider", job.voice.provider.value, "espeak")]
    named += [
        (f"scenes[{index}].voice.provider", scene.voice.provider.value, "espeak")
        for index, scene in enumerate(job.scenes or ())
        if scene.voice
    ]
    if job.music:
        named.append(("music.provider", job.music.provider.value, "local"))
    named.append(("sound_effects.provider", job.sound_effects.provider.value, "local"))
    named.append(("visuals.provider", job.visuals.provider.value, "local"))
    return tuple(
        f"{place}: {name} is not available here; give auto or {local}"
        for place, name, local in named
        if name not in ("auto", local)
    )


def _narration(job: Job, scene: Scene, index: int) -> Asset:
    voice = scene.voice or job.voice
    params = {
        "text": scene.narration,
        "voice": espeak_voice(scene.language or job.language),
        "voice_id": voice.voice_id,
        "speed": voice.speed,
        "provider": "espeak",
    }
    return Asset(f"voice/{index:03}", Stage.VOICE, True, f"scenes[{index}].narration", params)


def _visual(job: Job, scene: Scene, index: int, submission: Submission) -> Asset:
    width, height = painted_size(*job.output.size)
    label = f"scenes[{index}].visual"
    params: dict[str, Any]
    match scene.effective_visual:
        case Image(uri=uri):
            label = f"{label} {uri}"
            params = {"type": "image", "blob": submission.blob_of(uri)}
        case Clip(uri=uri, trim=trim):
            label = f"{label} {uri}"
            params = {
                "type": "clip",
                "blob": submission.blob_of(uri),
                "start_s": trim.start_s if trim else 0.0,
                "end_s": trim.end_s if trim else None,
            }
        case Color(color=color):
            params = {"type": "color", "color": color}
        case Title(text=text):
            params = {"type": "title", "prompt": text, "width": width, "height": height}
        case Prompt(prompt=prompt):
            params = {"type": "prompt", "prompt": prompt, "width": width, "height": height}
    return Asset(f"visual/{index:03}", Stage.VISUAL, True, label, params)
