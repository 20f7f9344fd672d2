"""Asking services about accounts before anything is made or paid."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from jobs.assets import Asset
from jobs.errors import AiprodError, ProviderRejected
from jobs.stages import Stage
from pipeline.options import Settings
from providers.account import Account
from providers.elevenlabs.client import ElevenLabs
from providers.gemini.tokens import Tokens
from providers.google_speech import GoogleSpeech
from providers.roster import Hire, Roster
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


def read_key(hire: Hire, keys: ServiceKeys, tokens: Tokens) -> None:
    """Reads the key of a service, or its token. Raises `AiprodError`: there is none to be had."""
    service_access(hire.key_name, keys, tokens, _nothing).key()


@dataclass(frozen=True)
class Asked:
    """What services said.

    Attributes:
      roster: Of the settings, with the voices that there are: who speaks decides about the price.
      notes: What a user should know: voices that an account does not have, credit that would not
        do, plans that are not as configured.
    """

    roster: Roster
    notes: tuple[str, ...]


def ask_accounts(missing: Sequence[Asset], settings: Settings) -> Asked:
    """Asks the services that would be used for these parts about their accounts."""
    keys, tokens = ServiceKeys(settings.project, dict(settings.key_versions)), Tokens()
    roster, notes = settings.roster, list[str]()
    used: dict[str, list[Asset]] = {}
    for asset in missing:
        used.setdefault(str(asset.offer.get("provider", "")), []).append(asset)
    for name, assets in used.items():
        hire = settings.roster.of(name)
        if not isinstance(hire, Speaker):
            continue
        spoken = {a.label: a.offer for a in assets if a.stage is Stage.VOICE}
        try:
            found = account(hire, keys, tokens)
        except AiprodError as error:
            notes.append(f"{name} was asked about its account in vain: {error.message}")
            continue
        notes += _notes(name, hire, found, spoken)
        if isinstance(hire, GoogleSpeech):
            roster = replace(roster, google=replace(hire, voices=found.voices))
    return Asked(roster, tuple(notes))


def _notes(
    name: str, hire: Speaker, found: Account, spoken: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    yield from found.warnings
    for label, params in spoken.items():
        try:
            voice = hire.voice_of(params, found.voices)
        except ProviderRejected as error:
            yield f"{label}: {error.message}"
            continue
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
