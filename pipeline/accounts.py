"""Asking services about accounts before anything is made or paid."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from jobs.assets import Asset
from jobs.errors import AiprodError
from jobs.stages import Stage
from pipeline.options import Settings
from providers.account import Account
from providers.elevenlabs.client import ElevenLabs
from providers.gemini.tokens import Tokens
from providers.google_speech import GoogleSpeech
from storage.service_keys import ServiceKeys
from transforms.service_access import service_access

SILENCE_S, TOTAL_S = 5.0, 10.0  # somebody sits before it; making things has other limits
Speaker = ElevenLabs | GoogleSpeech  # who has accounts that can be asked about


def account(hire: Speaker, keys: ServiceKeys, tokens: Tokens) -> Account:
    """What a service says of its account.

    Raises:
      AiprodError: It does not, or its key cannot be read.
    """
    patient = replace(hire, silence_s=SILENCE_S, total_s=TOTAL_S)
    with closing(patient.open(service_access(hire.key_name, keys, tokens, _nothing))) as session:
        return session.account()


def account_notes(missing: Sequence[Asset], settings: Settings) -> Iterator[str]:
    """What a user should know of the accounts that would be used for these parts: voices that they
    do not have, credit that would not do, plans that are not as configured."""
    keys, tokens = ServiceKeys(settings.project, dict(settings.key_versions)), Tokens()
    used: dict[str, list[Asset]] = {}
    for asset in missing:
        used.setdefault(str(asset.offer.get("provider", "")), []).append(asset)
    for name, assets in used.items():
        hire = settings.roster.of(name)
        if not isinstance(hire, Speaker):
            continue
        spoken = {a.label: a.offer for a in assets if a.stage is Stage.VOICE}
        try:
            yield from _notes(name, hire, account(hire, keys, tokens), spoken)
        except AiprodError as error:
            yield f"{name} was asked about its account in vain: {error.message}"


def _notes(
    name: str, hire: Speaker, found: Account, spoken: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    yield from found.warnings
    for label, params in spoken.items():
        voice = hire.voice_of(params)
        if voice not in found.voices:
            yield f"{label}: {name} has no voice {voice!r} for this account"
    if found.credits is not None and spoken:
        characters = sum(hire.billed_characters(params["text"]) for params in spoken.values())
        needed = round(characters * found.credits_a_character)
        enough = "" if needed <= found.credits else ": these do not do"
        yield f"{name}: {found.says}; the narration takes {needed:,} credits{enough}"


def _nothing(_url: str, _most_bytes: int) -> bytes:
    """Accounts have no files."""
    return b""
