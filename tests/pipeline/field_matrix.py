"""What is made again when one field of a job document changes: the table of docs/field-matrix.md.

`python -m tests.pipeline.field_matrix > docs/field-matrix.md` writes it.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from jobs.document import Job
from jobs.stages import Stage

# A scene of each kind, each long enough to be a chunk of its own. Who makes things is named, so
# that naming somebody else is a change.
SCENES: dict[str, Any] = {
    "title": "Shore",
    "scenes": [
        {
            "narration": "One wave comes to the shore.",
            "translations": {
                "fr": {"narration": "Une vague vient au rivage.", "words": {"wave": "vague"}}
            },
            "visual": {"type": "prompt", "prompt": "a quiet bay at dawn"},
            "effects": [{"query": "ocean waves", "at": {"word": "wave"}}],
            "transition": {"type": "crossfade", "duration_s": 0.4},
            "duration_s": 5,
        },
        {
            "narration": "A gull sits on a stone.",
            "translations": {"fr": {"narration": "Une mouette sur une pierre."}},
            "visual": {"type": "image", "uri": "gull.jpg"},
            "motion": {"end": {"zoom": 1.2}},
            "effects": [{"query": "wind", "at": {"offset_s": 0.5}}],
            "duration_s": 4.2,
        },
        {
            "narration": "The tide turns.",
            "translations": {"fr": {"narration": "La mer se retire."}},
            "language": "en-GB",
            "voice": {"provider": "espeak", "speed": 1.2},
            "visual": {"type": "clip", "uri": "tide.mp4", "trim": {"start_s": 0.5, "end_s": 5.0}},
            "duration_s": 4.2,
        },
        {
            "narration": "Nobody sees it.",
            "translations": {"fr": {"narration": "Personne ne voit.", "title": "Mer basse"}},
            "visual": {"type": "title", "text": "Low water", "subtitle": "At noon"},
            "duration_s": 4.2,
        },
        {
            "narration": "Then it is gone.",
            "translations": {"fr": {"narration": "Et voilà."}},
            "visual": {"type": "color", "color": "#204060"},
            "lower_third": {"text": "The shore", "subtitle": "as ever"},
            "duration_s": 4.2,
        },
    ],
    "voice": {"provider": "espeak"},
    "music": {"provider": "local", "prompt": "calm piano"},
    "sound_effects": {"provider": "local"},
    "visuals": {"provider": "local"},
    "output": {"height": 144, "fps": 24, "quality": "draft"},
    "metadata": {"client": "Ann"},
}
# An intro, a scene with captions and a lower third, a title, a scene without text, and an outro.
BRAND: dict[str, Any] = {
    "brand": {
        "logo": {"uri": "logo.png"},
        "colors": {"primary": "#e8a030"},
        "fonts": {"captions": "brand.ttf"},
        "intro": {"type": "clip", "uri": "tide.mp4", "trim": {"start_s": 0.5, "end_s": 5.0}},
        "outro": {"type": "image", "uri": "gull.jpg"},
    },
    "scenes": [
        {
            "narration": "A gull sits on a stone.",
            "visual": {"type": "image", "uri": "gull.jpg"},
            "lower_third": {"text": "A gull"},
            "duration_s": 5,
        },
        {"visual": {"type": "title", "text": "Spring tide"}, "duration_s": 5},
        {"visual": {"type": "image", "uri": "gull.jpg"}, "duration_s": 5},
    ],
    "voice": {"provider": "espeak"},
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}
PROMPT: dict[str, Any] = {
    "prompt": "A wave comes and goes.",
    "script": {"provider": "local"},
    "voice": {"provider": "espeak"},
    "visuals": {"provider": "local"},
    "music": None,
    "output": {"height": 144, "fps": 24, "quality": "draft"},
}


BASES = {"scenes": SCENES, "brand": BRAND, "prompt": PROMPT}


@dataclass(frozen=True)
class Row:
    """A field of the document, a change of it, and what is made again because of that.

    Attributes:
      change: As of `--set`; empty where the field has only one value.
      base: The document that is changed.
      told: What is given as the reason, where it is not that this field changed.
      is_rendered: Whether the test renders it, too.
    """

    field: str
    change: str
    made: str
    base: Literal["scenes", "brand", "prompt"] = "scenes"
    is_rendered: bool = False
    told: tuple[str, ...] = ()

    @property
    def because(self) -> tuple[str, ...]:
        return self.told or (f"{self.change.partition('=')[0]} changed",)

    @property
    def document(self) -> dict[str, Any]:
        return BASES[self.base]


_ABOUT = """\
# What is made again when a field changes

One field after the other was changed in a job that had been rendered, and this is what its next
run makes; everything else is [reused](reuse.md). `make matrix` writes this page. A test plans each
change and fails when it is not as told here, or when a field of the document has no row; rows with
a star are rendered by that test, too.

The job has five scenes, each a chunk of its own: a picture made from a prompt, an image that the
camera nears, a clip with a voice and a language of its own, a title, and a colour; music; two
effects; a crossfade from the first scene to the second; and French texts, which nobody needs
without `variants`. `prompt` and `script` are changed in a job of one sentence. `brand` is changed
in a job of five chunks: an intro, a scene with captions and a lower third, a title, a scene without
text, and an outro. Providers are named, and changed to paid ones that nobody asks.

| field | change | made again |
|---|---|---|"""

NOTHING = "nothing"
EVERYTHING = "script, voice, visual, render, mix, finish"
MUSIC = "music, mix, finish"
ALL_CHUNKS = "render all, finish"
CHUNK = "render 1 of 5, finish"
SOUND = "mix, finish"
PICTURE = "visual 1 of 5, render 1 of 5, finish"
VOICES = "voice 4 of 5, render 4 of 5, mix, finish"
ONE_VOICE = "voice 1 of 5, render 1 of 5, mix, finish"
CLIP_SOUND = "effect 1 of 3, mix, finish"
RECORDED = 'scenes[4].narration_audio={"uri": "said.wav"'
RECORDING = ("scenes[4].narration_audio added",)
FRENCH = "voice 5 of 10, render 5 of 10, mix 1 of 2, finish 1 of 2"
BRAND_INTRO = "visual 1 of 7, render 2 of 5, mix, finish"
BRAND_OUTRO = "visual 1 of 7, render 1 of 5, mix, finish"
ROWS = (
    Row("schema_version", "", NOTHING),
    Row("title", "title=Coast", "finish", is_rendered=True),
    Row("language", "language=en-GB", VOICES),
    Row(
        "preset",
        "preset=quick_social",
        "visual 2 of 5, render all, finish",
        told=("captions.style changed", "output.aspect_ratio changed"),
    ),
    Row(
        "scenes[]",
        'scenes[5]={"narration": "It comes back."}',
        "voice 1 of 6, visual 1 of 6, render 1 of 6, mix, finish",
        told=("scenes[5] added",),
    ),
    Row(
        "scenes[].narration", "scenes[3].narration=Everybody sees it.", ONE_VOICE, is_rendered=True
    ),
    Row("scenes[].narration_audio", f"{RECORDED}}}", ONE_VOICE, told=RECORDING, is_rendered=True),
    Row("scenes[].narration_audio.uri", f"{RECORDED}}}", ONE_VOICE, told=RECORDING),
    Row(
        "scenes[].narration_audio.words[]",
        f'{RECORDED}, "words": [{{"text": "Then", "start_s": 0.1, "end_s": 1}}]}}',
        ONE_VOICE,
        told=RECORDING,
    ),
    Row(
        "scenes[].narration_audio.words[].text",
        f'{RECORDED}, "words": [{{"text": "gone", "start_s": 0.1, "end_s": 1}}]}}',
        ONE_VOICE,
        told=RECORDING,
    ),
    Row(
        "scenes[].narration_audio.words[].start_s",
        f'{RECORDED}, "words": [{{"text": "Then", "start_s": 0.2, "end_s": 1}}]}}',
        ONE_VOICE,
        told=RECORDING,
    ),
    Row(
        "scenes[].narration_audio.words[].end_s",
        f'{RECORDED}, "words": [{{"text": "Then", "start_s": 0.1, "end_s": 2}}]}}',
        ONE_VOICE,
        told=RECORDING,
    ),
    Row(
        "scenes[].narration_audio.captions",
        f'{RECORDED}, "captions": "said.srt"}}',
        ONE_VOICE,
        told=RECORDING,
    ),
    Row("scenes[].language", "scenes[2].language=en-US", ONE_VOICE),
    Row("scenes[].voice", "scenes[2].voice=null", ONE_VOICE),
    Row("scenes[].voice.provider", "scenes[2].voice.provider=elevenlabs", ONE_VOICE),
    Row("scenes[].voice.voice_id", "scenes[2].voice.voice_id=en-us", ONE_VOICE),
    Row("scenes[].voice.speed", "scenes[2].voice.speed=1.4", ONE_VOICE),
    Row("scenes[].visual", 'scenes[4].visual={"type": "title", "text": "Gone"}', PICTURE),
    Row(
        "scenes[].visual(image).fit",
        "scenes[1].visual.fit=blur",
        CHUNK,
        told=("scenes[1].visual.fit added",),
    ),
    Row("scenes[].visual(image).uri", "scenes[1].visual.uri=crab.jpg", PICTURE),
    Row(
        "scenes[].visual(image).focus",
        "scenes[1].visual.focus=[0.2, 0.5]",
        CHUNK,
        told=("scenes[1].visual.focus added",),
    ),
    Row("scenes[].visual(clip).uri", "scenes[2].visual.uri=ebb.mp4", PICTURE),
    Row("scenes[].visual(clip).trim", "scenes[2].visual.trim=null", PICTURE),
    Row("scenes[].visual(clip).trim.start_s", "scenes[2].visual.trim.start_s=0.1", PICTURE),
    Row("scenes[].visual(clip).trim.end_s", "scenes[2].visual.trim.end_s=4.9", PICTURE),
    Row(
        "scenes[].visual(clip).fit",
        "scenes[2].visual.fit=blur",
        CHUNK,
        told=("scenes[2].visual.fit added",),
    ),
    Row(
        "scenes[].visual(clip).sound",
        "scenes[2].visual.sound=keep",
        CLIP_SOUND,
        told=("scenes[2].visual.sound added",),
        is_rendered=True,
    ),
    Row("scenes[].visual(clip).sound_gain_db", "scenes[2].visual.sound_gain_db=-6", NOTHING),
    Row("scenes[].visual(clip).when_short", "scenes[2].visual.when_short=loop", NOTHING),
    Row(
        "scenes[].visual(clip).focus",
        "scenes[2].visual.focus=[0.2, 0.5]",
        CHUNK,
        told=("scenes[2].visual.focus added",),
    ),
    Row(
        "scenes[].visual(prompt).prompt",
        "scenes[0].visual.prompt=a bay at night",
        "visual 1 of 5, render 2 of 5, finish",
    ),
    Row(
        "scenes[].visual(prompt).focus",
        "scenes[0].visual.focus=[0.2, 0.5]",
        "render 2 of 5, finish",
        told=("scenes[0].visual.focus added",),
    ),
    Row("scenes[].visual(title).text", "scenes[3].visual.text=High water", PICTURE),
    Row(
        "scenes[].visual(title).subtitle",
        "scenes[3].visual.subtitle=At six",
        CHUNK,
        is_rendered=True,
    ),
    Row("scenes[].visual(color).color", "scenes[4].visual.color=#402060", PICTURE),
    Row("scenes[].motion", "scenes[1].motion=none", CHUNK),
    Row("scenes[].motion.start.zoom", "scenes[1].motion.start.zoom=1.1", CHUNK),
    Row("scenes[].motion.start.focus", "scenes[1].motion.start.focus=[0.5, 0.2]", CHUNK),
    Row("scenes[].motion.end.zoom", "scenes[1].motion.end.zoom=2", CHUNK, is_rendered=True),
    Row("scenes[].motion.end.focus", "scenes[1].motion.end.focus=[0.5, 0.2]", CHUNK),
    Row(
        "scenes[].effects[]",
        'scenes[0].effects[1]={"query": "seagulls"}',
        "effect 1 of 3, mix, finish",
        told=("scenes[0].effects[1] added",),
    ),
    Row(
        "scenes[].effects[].query", "scenes[0].effects[0].query=rain", "effect 1 of 2, mix, finish"
    ),
    Row(
        "scenes[].effects[].uri",
        'scenes[0].effects[0]={"uri": "said.wav", "at": {"word": "wave"}}',
        "effect 1 of 2, mix, finish",
        told=("scenes[0].effects[0].query changed", "scenes[0].effects[0].uri added"),
    ),
    Row("scenes[].effects[].at", "scenes[0].effects[0].at=null", SOUND),
    Row("scenes[].effects[].at.word", "scenes[0].effects[0].at.word=shore", SOUND),
    Row("scenes[].effects[].at.offset_s", "scenes[1].effects[0].at.offset_s=1", SOUND),
    Row("scenes[].effects[].gain_db", "scenes[0].effects[0].gain_db=-12", SOUND, is_rendered=True),
    Row(
        "scenes[].lower_third",
        'scenes[1].lower_third={"text": "A gull"}',
        CHUNK,
        told=("scenes[1].lower_third added",),
    ),
    Row("scenes[].lower_third.text", "scenes[4].lower_third.text=The sea", CHUNK),
    Row(
        "scenes[].lower_third.subtitle",
        "scenes[4].lower_third.subtitle=by itself",
        CHUNK,
        is_rendered=True,
    ),
    Row("scenes[].transition.type", "scenes[0].transition.type=wipe_left", CHUNK),
    Row(
        "scenes[].transition.duration_s",
        "scenes[0].transition.duration_s=0.8",
        "render 2 of 5, mix, finish",
    ),
    Row("scenes[].duration_s", "scenes[4].duration_s=5", "render 1 of 5, mix, finish"),
    Row(
        "scenes[].chapter",
        "scenes[0].chapter=Dawn",
        "finish",
        is_rendered=True,
        told=("scenes[0].chapter added",),
    ),
    Row("scenes[].translations", "scenes[3].translations.fr.narration=Personne ne sait.", NOTHING),
    Row("prompt", "prompt=A wave goes.", EVERYTHING, base="prompt"),
    Row("script.provider", "script.provider=gemini", EVERYTHING, base="prompt"),
    Row("voice.provider", "voice.provider=elevenlabs", VOICES),
    Row(
        "voice.voice_id",
        "voice.voice_id=en-us",
        "voice all, render all, mix, finish",
        told=("scenes[2].voice.voice_id changed", "voice.voice_id changed"),
    ),
    Row("voice.speed", "voice.speed=1.1", VOICES),
    Row("music", "music=null", SOUND),
    Row("music.provider", "music.provider=suno", MUSIC),
    Row("music.prompt", "music.prompt=lively drums", MUSIC),
    Row("music.uri", "music.uri=said.wav", MUSIC, told=("music.uri added",), is_rendered=True),
    Row("music.gain_db", "music.gain_db=-10", SOUND, is_rendered=True),
    Row("music.ducking_db", "music.ducking_db=6", SOUND),
    Row("sound_effects.provider", "sound_effects.provider=freesound", "effect all, mix, finish"),
    Row("visuals.provider", "visuals.provider=gemini", "visual 1 of 5, render 2 of 5, finish"),
    Row("captions.burn_in", "captions.burn_in=false", ALL_CHUNKS),
    Row("captions.style", "captions.style=karaoke", ALL_CHUNKS),
    Row("captions.sidecar", 'captions.sidecar=["vtt"]', "finish", is_rendered=True),
    Row(
        "captions.soft",
        "captions.soft=true",
        "finish",
        is_rendered=True,
        told=("captions.soft added",),
    ),
    Row(
        "brand",
        "brand=null",
        "visual 1 of 3, render all, mix, finish",
        base="brand",
        told=("brand removed",),
    ),
    Row("brand.logo", "brand.logo=null", ALL_CHUNKS, base="brand"),
    Row(
        "brand.logo.uri",
        "brand.logo.uri=mark.png",
        "visual 1 of 7, render all, finish",
        base="brand",
    ),
    Row(
        "brand.logo.corner",
        "brand.logo.corner=bottom_left",
        ALL_CHUNKS,
        base="brand",
        is_rendered=True,
    ),
    Row("brand.logo.width", "brand.logo.width=0.2", ALL_CHUNKS, base="brand"),
    Row("brand.logo.opacity", "brand.logo.opacity=0.5", ALL_CHUNKS, base="brand"),
    Row("brand.logo.margin", "brand.logo.margin=0.1", ALL_CHUNKS, base="brand"),
    Row("brand.colors", "brand.colors=null", "visual 1 of 7, render 2 of 5, finish", base="brand"),
    Row(
        "brand.colors.primary",
        "brand.colors.primary=#40c0ff",
        "render 2 of 5, finish",
        base="brand",
    ),
    Row("brand.colors.text", "brand.colors.text=#f0f0ff", "render 2 of 5, finish", base="brand"),
    Row(
        "brand.colors.background",
        "brand.colors.background=#201030",
        "visual 1 of 7, render 2 of 5, finish",
        base="brand",
        is_rendered=True,
    ),
    Row(
        "brand.fonts.titles", "brand.fonts.titles=brand.ttf", "render 2 of 5, finish", base="brand"
    ),
    Row(
        "brand.fonts.captions",
        "brand.fonts.captions=bold.ttf",
        "visual 1 of 7, render 1 of 5, finish",
        base="brand",
        is_rendered=True,
    ),
    Row(
        "brand.intro",
        "brand.intro=null",
        "render 1 of 4, mix, finish",
        base="brand",
        is_rendered=True,
    ),
    Row(
        "brand.intro(image).uri",
        'brand.intro={"type": "image", "uri": "crab.jpg"}',
        "visual 1 of 7, render 1 of 4, mix, finish",
        base="brand",
        told=("brand.intro changed",),
    ),
    Row("brand.intro(clip).uri", "brand.intro.uri=ebb.mp4", BRAND_INTRO, base="brand"),
    Row("brand.intro(clip).trim", "brand.intro.trim=null", BRAND_INTRO, base="brand"),
    Row(
        "brand.intro(clip).trim.start_s", "brand.intro.trim.start_s=0.2", BRAND_INTRO, base="brand"
    ),
    Row("brand.intro(clip).trim.end_s", "brand.intro.trim.end_s=4.5", BRAND_INTRO, base="brand"),
    Row(
        "brand.intro(clip).fit",
        "brand.intro.fit=blur",
        "render 2 of 5, finish",
        base="brand",
        told=("brand.intro.fit added",),
    ),
    Row("brand.intro(clip).when_short", "brand.intro.when_short=loop", NOTHING, base="brand"),
    Row(
        "brand.intro(image).focus",
        'brand.intro={"type": "image", "uri": "crab.jpg", "focus": [0, 0]}',
        "visual 1 of 7, render 1 of 4, mix, finish",
        base="brand",
        told=("brand.intro changed",),
    ),
    Row(
        "brand.intro(clip).focus",
        "brand.intro.focus=[0.2, 0.3]",
        "render 2 of 5, finish",
        base="brand",
        told=("brand.intro.focus added",),
    ),
    Row(
        "brand.outro(image).focus",
        "brand.outro.focus=[0.2, 0.3]",
        CHUNK,
        base="brand",
        told=("brand.outro.focus added",),
    ),
    Row(
        "brand.outro(clip).focus",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "focus": [0, 0]}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.intro(image).fit",
        'brand.intro={"type": "image", "uri": "crab.jpg", "fit": "blur"}',
        "visual 1 of 7, render 1 of 4, mix, finish",
        base="brand",
        told=("brand.intro changed",),
    ),
    Row(
        "brand.intro(clip).sound",
        "brand.intro.sound=keep",
        "effect, mix, finish",
        base="brand",
        told=("brand.intro.sound added",),
    ),
    Row(
        "brand.intro(clip).sound_gain_db",
        "brand.intro.sound_gain_db=-6",
        NOTHING,
        base="brand",
        told=("brand.intro.sound_gain_db added",),
    ),
    Row(
        "brand.outro(image).fit",
        "brand.outro.fit=blur",
        CHUNK,
        base="brand",
        told=("brand.outro.fit added",),
    ),
    Row(
        "brand.outro(clip).sound",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "sound": "keep"}',
        "effect, visual 1 of 7, render 1 of 5, mix, finish",
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.outro(clip).sound_gain_db",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "sound_gain_db": -6}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row("brand.outro", "brand.outro=null", "mix, finish", base="brand"),
    Row(
        "brand.outro(image).uri",
        "brand.outro.uri=crab.jpg",
        "visual 1 of 7, render 1 of 5, finish",
        base="brand",
    ),
    Row(
        "brand.outro(clip).uri",
        'brand.outro={"type": "clip", "uri": "ebb.mp4"}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.outro(clip).trim",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "trim": {"start_s": 1}}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.outro(clip).trim.start_s",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "trim": {"start_s": 1}}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.outro(clip).trim.end_s",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "trim": {"end_s": 5}}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.outro(clip).fit",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "fit": "blur"}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row(
        "brand.outro(clip).when_short",
        'brand.outro={"type": "clip", "uri": "ebb.mp4", "when_short": "loop"}',
        BRAND_OUTRO,
        base="brand",
        told=("brand.outro changed",),
    ),
    Row("output.aspect_ratio", "output.aspect_ratio=1:1", "visual 2 of 5, render all, finish"),
    Row("output.height", "output.height=160", "visual 2 of 5, render all, finish"),
    Row("output.fps", "output.fps=25", "render all, mix, finish"),
    Row("output.quality", "output.quality=standard", ALL_CHUNKS),
    Row("output.loudness", "output.loudness=ebu", SOUND),
    Row("output.stems", "output.stems=true", SOUND, told=("output.stems added",), is_rendered=True),
    Row("output.formats", 'output.formats=["mp4", "sheet"]', "format", is_rendered=True),
    Row("output.strict", "output.strict=true", NOTHING),
    Row("rights.commercial", "rights.commercial=false", "nothing"),
    Row("rights.verified_only", "rights.verified_only=true", "nothing"),
    Row("budget_usd", "budget_usd=1", "nothing"),
    Row("webhook_url", "webhook_url=https://example.com/hook", "nothing"),
    Row("translations", 'translations={"fr": {"title": "Rivage"}}', NOTHING),
    Row("variants", 'variants={"languages": ["en"]}', NOTHING),
    Row("variants.languages", 'variants.languages=["en", "fr"]', FRENCH, told=("variants added",)),
    Row(
        "variants.aspect_ratios",
        'variants.aspect_ratios=["16:9", "9:16"]',
        "visual 2 of 7, render 5 of 10, finish 1 of 2",
        is_rendered=True,
        told=("variants added",),
    ),
    Row(
        "variants.presets",
        'variants.presets=["quick_social", "brand_campaign"]',
        "visual 2 of 7, render 7 of 8, mix 1 of 2, finish all",
        told=("variants added",),
    ),
    Row(
        "variants.voices",
        'variants={"languages": ["en", "fr"], "voices": {"fr": {"speed": 1.2}}}',
        FRENCH,
        told=("variants added",),
    ),
    Row("metadata", "metadata.client=Ben", "nothing", is_rendered=True),
)


def fields_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every field that may be edited: leaves, and what may be left out or repeated."""
    for name, info in model.model_fields.items():
        yield from _places(info.annotation, prefix + name)


def _places(annotation: Any, place: str) -> Iterator[str]:
    kinds = list(_kinds(annotation))
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    items = [get_args(kind)[0] for kind in kinds if get_origin(kind) is tuple]
    if items and any(list(_models(item)) for item in items):
        yield f"{place}[]"
        for item in items:
            yield from _places(item, f"{place}[]")
        return
    if not models:
        if not (get_origin(annotation) is Literal and len(get_args(annotation)) == 1):
            yield place
        return
    if len(kinds) > len(models):  # null, or a name in the place of an object
        yield place
    for model in models:
        kind = get_args(model.model_fields["type"].annotation)[0] if len(models) > 1 else None
        yield from fields_of(model, f"{place}({kind})." if kind else f"{place}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for kind in _kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that a value may be of."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _kinds(one)
    else:
        yield annotation


def told(made: Sequence[tuple[Stage, bool]]) -> str:
    """What is made again, in a line.

    Args:
      made: Of every part its stage, and whether it is made.
    """
    counts = []
    for stage in Stage:
        mine = [is_made for one, is_made in made if one is stage]
        if not any(mine):
            continue
        if len(mine) == 1:
            counts.append(stage.value)
        else:
            some = "all" if all(mine) else f"{sum(mine)} of {len(mine)}"
            counts.append(f"{stage.value} {some}")
    return ", ".join(counts) or NOTHING


def table() -> str:
    """The page, as Markdown."""
    lines = [_ABOUT]
    for row in ROWS:
        star = "*" if row.is_rendered else ""
        change = f"`{row.change}`" if row.change else "there is only one value"
        lines.append(f"| `{row.field}`{star} | {change} | {row.made} |")
    return "\n".join([*lines, ""])


def main() -> None:
    missing = set(fields_of(Job)) ^ {row.field for row in ROWS}
    if missing:
        sys.exit(f"rows and fields differ: {', '.join(sorted(missing))}")
    sys.stdout.write(table())


if __name__ == "__main__":
    main()
