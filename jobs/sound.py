"""What is heard: who speaks, what music plays, where effects come from."""

from enum import Enum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from jobs.model import Lax, Model, Prose, refusal
from jobs.uri import MediaUri

CALM_MUSIC = "calm, warm, unobtrusive: piano and soft strings"


class VoiceProviderName(Enum):
    """Who can speak; `auto` is the first that is configured, at last espeak."""

    AUTO = "auto"
    ESPEAK = "espeak"
    ELEVENLABS = "elevenlabs"
    GEMINI = "gemini"
    GOOGLE = "google"
    PIPER = "piper"


class MusicProviderName(Enum):
    """Who can make music; `auto` is the first that is configured, at last the local composer."""

    AUTO = "auto"
    LOCAL = "local"
    SUNO = "suno"
    ELEVENLABS = "elevenlabs"
    LYRIA = "lyria"


class EffectProviderName(Enum):
    """Who can find or make sound effects; `auto` is the first that is configured, at last ours."""

    AUTO = "auto"
    LOCAL = "local"
    FREESOUND = "freesound"
    ELEVENLABS = "elevenlabs"


class Voice(Model):
    """Who speaks the narration, and how fast."""

    provider: Annotated[VoiceProviderName, Lax] = Field(
        default=VoiceProviderName.AUTO,
        description="Who speaks. auto takes the first provider that is configured.",
    )
    voice_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None,
        description="Which of that provider's voices speaks; its own choice when null.",
    )
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = Field(
        default=1.0, description="Rate of speech: 1 is usual, 2 twice as fast."
    )

    @field_validator("voice_id")
    @classmethod
    def _has_provider(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("provider") is VoiceProviderName.AUTO:
            raise refusal(
                "is a voice of one provider, but the provider is auto",
                "the provider too, or leave voice_id out",
            )
        return value


def _is_empty(value: object) -> bool:
    return not value


class Music(Model):
    """The music under the narration."""

    provider: Annotated[MusicProviderName, Lax] = Field(
        default=MusicProviderName.AUTO,
        description="Who makes the music. auto takes the first provider that is configured.",
    )
    prompt: Annotated[Prose, Field(max_length=2000)] = Field(
        default=CALM_MUSIC, description="Mood, style and instruments."
    )
    uri: MediaUri | None = Field(
        default=None,
        description="A track of yours in place of one that is made: a path from the job file, or a "
        "gs:// or https:// address.",
        exclude_if=_is_empty,
    )
    gain_db: Annotated[float, Field(ge=-60, le=6)] = Field(
        default=-14.0,
        description="Level in dB where nobody speaks: 0 is a mastered track, 6 dB above the voice.",
    )
    ducking_db: Annotated[float, Field(ge=0, le=40)] = Field(
        default=10.0, description="How much softer the music is while somebody speaks, in dB."
    )


class SoundEffects(Model):
    """Where the sound effects of all scenes come from."""

    provider: Annotated[EffectProviderName, Lax] = Field(
        default=EffectProviderName.AUTO,
        description="Who finds or makes them. auto takes the first provider that is configured.",
    )
