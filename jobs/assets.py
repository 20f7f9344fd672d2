"""What a job needs made: one asset per narration, picture, effect, and piece of music."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.bookends import scene_place, visual_place
from jobs.brand import Brand, is_font_file
from jobs.casting import Casting, Choice
from jobs.document import Job
from jobs.errors import InvalidInput
from jobs.recording import Recording
from jobs.scene import (
    MAX_EFFECTS,
    Clip,
    ClipSound,
    Color,
    Effect,
    Image,
    Prompt,
    Scene,
    Title,
    Visual,
)
from jobs.stages import Stage
from jobs.submission import Submission

# Files of the brand kit.
LOGO_TASK, TITLE_FONT_TASK = "visual/logo", "visual/font.titles"
CAPTION_FONT_TASK = "visual/font.captions"
BRAND_TASKS = (LOGO_TASK, TITLE_FONT_TASK, CAPTION_FONT_TASK)
# Painted pictures are larger than the frame, so that the camera can go in; within these sides.
PICTURE_SCALE = 1.25
MIN_PICTURE_SIDE, MAX_PICTURE_SIDE = 256, 4096
# Music is ordered before the narration is spoken, so its length is a guess; shorter music is
# repeated, longer music cut.
SECONDS_A_CHARACTER = 0.075  # narrations of a sentence in Latin letters, pauses included
MUSIC_STEP_S, LONGEST_MUSIC_S = 10, 300
# The sound of a scene's clip counts as one more effect of that scene.
CLIP_SOUND = MAX_EFFECTS


@dataclass(frozen=True)
class Asset:
    """Something to be made, before it belongs to a run.

    Attributes:
      choices: What decides about the result, for each provider that may make it, in order.
    """

    task_id: str
    stage: Stage
    required: bool
    label: str
    choices: tuple[dict[str, Any], ...]

    @property
    def offer(self) -> dict[str, Any]:
        """The first that may be used; when none may, the first."""
        return next((one for one in self.choices if "refused" not in one), self.choices[0])


def longest_narrations(jobs: Iterable[Job]) -> tuple[int, ...]:
    """By scene, how many characters are spoken at most: pictures and music of variants are ordered
    for the longest, so that they are the same for all."""
    rows = ([len(scene.spoken_text or "") for scene in job.scenes or ()] for job in jobs)
    return tuple(max(column) for column in zip(*rows, strict=True))


def list_assets(
    job: Job,
    submission: Submission,
    casting: Casting,
    *,
    original: Job | None = None,
    spoken: Sequence[int] | None = None,
) -> tuple[Asset, ...]:
    """Everything a job with scenes needs, in a stable order, what takes longest first.

    Args:
      original: The job that this is a variant of: what is behind a title is painted from its text.
      spoken: As `longest_narrations` tells of all variants of that job.
    """
    pictured = (original or job).scenes or ()
    spoken = spoken or longest_narrations([job])
    assets = list(_brand(job, submission))
    if job.music and job.music.uri:
        # Tracks that were taken before their bars were looked for are taken again.
        offer = {"type": "file", "blob": submission.blob_of(job.music.uri), "finds": "bars"}
        label = f"music.uri {job.music.uri}"
        assets.append(Asset("music/000", Stage.MUSIC, True, label, (offer,)))
    elif job.music:
        asked = {"prompt": job.music.prompt, "length_s": _music_length_s(job, spoken)}
        choices = casting.of(Stage.MUSIC, job.music.provider.value)
        assets.append(Asset("music/000", Stage.MUSIC, False, "music", _offers(job, choices, asked)))
    for index, scene in enumerate(job.scenes or ()):
        if scene.narration_audio:
            assets.append(_recording(job, scene, scene.narration_audio, index, submission))
        elif scene.narration:
            assets.append(_narration(job, scene, index, casting))
        behind = pictured[index].visual
        assets.append(_visual(job, scene, index, submission, casting, spoken[index], behind))
        assets += [
            _effect(job, effect, index, number, submission, casting)
            for number, effect in enumerate(scene.effects)
        ]
        if isinstance(scene.visual, Clip) and scene.visual.sound is not ClipSound.DROP:
            assets.append(_clip_sound(job, scene.visual, index, submission))
    return tuple(assets)


def script_asset(job: Job, casting: Casting) -> Asset:
    """The script of a job that has a prompt. Raises `InvalidInput` as `list_assets` does."""
    asked = {"prompt": job.prompt, "language": job.language}
    choices = casting.of(Stage.SCRIPT, job.script.provider.value)
    return Asset("script/000", Stage.SCRIPT, True, "prompt", _offers(job, choices, asked))


def painted_size(width: int, height: int) -> tuple[int, int]:
    """How large a picture is painted for a frame: even sides, in the frame's proportions."""
    scale = min(PICTURE_SCALE, MAX_PICTURE_SIDE / max(width, height))
    scale = max(scale, MIN_PICTURE_SIDE / min(width, height))
    return round(width * scale / 2) * 2, round(height * scale / 2) * 2


def unavailable_providers(job: Job, casting: Casting) -> tuple[str, ...]:
    """A sentence for each provider that the job names and that is not configured here, or whose
    work may not be used as the job's `rights` say."""
    named = [("script.provider", Stage.SCRIPT, job.script.provider.value)]
    named.append(("voice.provider", Stage.VOICE, job.voice.provider.value))
    named += [
        (f"scenes[{index}].voice.provider", Stage.VOICE, scene.voice.provider.value)
        for index, scene in enumerate(job.scenes or ())
        if scene.voice
    ]
    named += [
        (f"variants.voices.{language}.provider", Stage.VOICE, voice.provider.value)
        for language, voice in (job.variants.voices if job.variants else {}).items()
    ]
    if job.music:
        named.append(("music.provider", Stage.MUSIC, job.music.provider.value))
    named.append(("sound_effects.provider", Stage.EFFECT, job.sound_effects.provider.value))
    named.append(("visuals.provider", Stage.VISUAL, job.visuals.provider.value))
    return tuple(
        f"{place}: {mistake}"
        for place, stage, name in named
        if name != "auto" and (mistake := _unusable(job, casting, stage, name))
    )


def _unusable(job: Job, casting: Casting, stage: Stage, name: str) -> str | None:
    choices = casting.of(stage, name)
    if not choices:
        return f"{name} is not configured here; give {_or(('auto', *casting.names(stage)))}"
    return choices[0].refusal(
        is_commercial=job.rights.commercial, is_verified_only=job.rights.verified_only
    )


def _or(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _offers(
    job: Job, choices: tuple[Choice, ...], asked: dict[str, Any]
) -> tuple[dict[str, Any], ...]:
    """What each choice is asked for; with `refused`, and why, when it may not be used.

    Raises:
      InvalidInput: There is nobody to ask: a provider was named that is not configured here.
    """
    if not choices:
        raise InvalidInput("the provider that the job names is not configured on this worker")
    offers = []
    for choice in choices:
        refusal = choice.refusal(
            is_commercial=job.rights.commercial, is_verified_only=job.rights.verified_only
        )
        offers.append(choice.params(asked) | ({"refused": refusal} if refusal else {}))
    return tuple(offers)


def _narration(job: Job, scene: Scene, index: int, casting: Casting) -> Asset:
    voice = scene.voice or job.voice
    asked = {
        "text": scene.narration,
        "language": scene.language or job.language,
        "voice_id": voice.voice_id,
        "speed": voice.speed,
    }
    choices = casting.of(Stage.VOICE, voice.provider.value)
    label = f"{_place(job, index)}.narration"
    offers = _offers(job, choices, asked)
    return Asset(f"voice/{index:03}", Stage.VOICE, True, label, offers)


def _recording(
    job: Job, scene: Scene, recording: Recording, index: int, submission: Submission
) -> Asset:
    captions = recording.captions
    offer = {
        "type": "recording",
        "blob": submission.blob_of(recording.uri),
        "captions": submission.blob_of(captions) if captions else None,
        "text": None if captions else scene.spoken_text,
        "words": [word.model_dump() for word in recording.words or ()],
        "language": scene.language or job.language,
    }
    label = f"{_place(job, index)}.narration_audio {recording.uri}"
    return Asset(f"voice/{index:03}", Stage.VOICE, True, label, (offer,))


def _effect(
    job: Job, effect: Effect, scene: int, number: int, submission: Submission, casting: Casting
) -> Asset:
    task_id, label = effect_task(scene, number), f"{_place(job, scene)}.effects[{number}]"
    if effect.uri:
        offer = {"type": "file", "blob": submission.blob_of(effect.uri)}
        return Asset(task_id, Stage.EFFECT, True, f"{label} {effect.uri}", (offer,))
    choices = casting.of(Stage.EFFECT, job.sound_effects.provider.value)
    asked = {"query": effect.query, "is_commercial": job.rights.commercial}
    return Asset(task_id, Stage.EFFECT, False, label, _offers(job, choices, asked))


def _clip_sound(job: Job, clip: Clip, scene: int, submission: Submission) -> Asset:
    offer = {
        "type": "clip",
        "blob": submission.blob_of(clip.uri),
        "start_s": clip.trim.start_s if clip.trim else 0.0,
        "end_s": clip.trim.end_s if clip.trim else None,
    }
    label = f"{_label(job, scene)}.sound {clip.uri}"
    return Asset(effect_task(scene, CLIP_SOUND), Stage.EFFECT, True, label, (offer,))


def effect_task(scene: int, number: int) -> str:
    """Task id of an effect of a scene, or of the sound of its clip (`CLIP_SOUND`)."""
    return f"effect/{scene:03}.{number:02}"


def _visual(
    job: Job,
    scene: Scene,
    index: int,
    submission: Submission,
    casting: Casting,
    spoken: int,
    behind: Visual | None,
) -> Asset:
    width, height = painted_size(*job.output.size)
    task_id, label = f"visual/{index:03}", _label(job, index)
    asked: dict[str, Any]
    match scene.effective_visual:
        case Image(uri=uri):
            label = f"{label} {uri}"
            asked = {"type": "image", "blob": submission.blob_of(uri)}
        case Clip(uri=uri, trim=trim):
            label = f"{label} {uri}"
            asked = {
                "type": "clip",
                "blob": submission.blob_of(uri),
                "start_s": trim.start_s if trim else 0.0,
                "end_s": trim.end_s if trim else None,
            }
        case Color(color=color):
            asked = {"type": "color", "color": color}
        case Title() if job.brand and job.brand.colors:
            asked = {"type": "color", "color": job.brand.colors.background}
        case Title(text=text):
            text = behind.text if isinstance(behind, Title) else text
            asked = {"type": "title", "prompt": text, "width": width, "height": height}
        case Prompt(prompt=prompt):
            asked = {
                "type": "prompt",
                "prompt": prompt,
                "width": width,
                "height": height,
                "length_s": _clip_length_s(scene, spoken),
            }
            choices = casting.of(Stage.VISUAL, job.visuals.provider.value)
            return Asset(task_id, Stage.VISUAL, True, label, _offers(job, choices, asked))
    return Asset(task_id, Stage.VISUAL, True, label, (asked,))


def _place(job: Job, index: int) -> str:
    return scene_place(job.brand, len(job.scenes or ()), index)


def _label(job: Job, index: int) -> str:
    return visual_place(job.brand, len(job.scenes or ()), index)


def _brand(job: Job, submission: Submission) -> Iterator[Asset]:
    """Files of the brand, looked at once; intro and outro are scenes."""
    brand = job.brand or Brand()
    files = {
        LOGO_TASK: ("brand.logo", "logo", brand.logo and brand.logo.uri),
        CAPTION_FONT_TASK: ("brand.fonts.captions", "font", brand.fonts.captions),
        TITLE_FONT_TASK: ("brand.fonts.titles", "font", brand.fonts.titles),
    }
    for task_id, (place, kind, name) in files.items():
        if name and (kind == "logo" or is_font_file(name)):
            offer = {"type": kind, "blob": submission.blob_of(name)}
            yield Asset(task_id, Stage.VISUAL, True, f"{place} {name}", (offer,))


def _clip_length_s(scene: Scene, spoken: int) -> int:
    """About how long a moving picture is needed, in whole seconds; a still one needs no length."""
    spoken_s = spoken * SECONDS_A_CHARACTER
    return max(1, math.ceil(max(spoken_s, scene.duration_s or 0.0)))


def _music_length_s(job: Job, spoken: Sequence[int]) -> int:
    """About how long the music is needed, in steps of ten seconds, so that a changed word does not
    ask for other music."""
    scenes = job.scenes or ()
    spoken_s = sum(characters * SECONDS_A_CHARACTER for characters in spoken)
    wanted_s = sum(scene.duration_s or 0.0 for scene in scenes)
    steps = math.ceil(max(spoken_s, wanted_s, 1.0) / MUSIC_STEP_S)
    return min(steps * MUSIC_STEP_S, LONGEST_MUSIC_S)
