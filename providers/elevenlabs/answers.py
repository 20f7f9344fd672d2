"""What ElevenLabs answers, and what that means."""

import base64
import io
import math
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobs.errors import (
    Charged,
    ContentRefused,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    ProviderUnusable,
)
from providers.remote import Answer, Failure
from providers.takes import Sound

NAME = "elevenlabs"
SAMPLE_RATE_HZ = 24_000  # the highest rate of plain PCM that every plan has


def explain(failure: Failure, is_paid: bool) -> ProviderError:
    """What an error answer means. What is refused is not charged; what broke may be."""
    code, message = _detail(failure.data)
    kind: type[ProviderError] = ProviderRejected
    if any(word in code for word in ("policy", "moderation", "blocked")):
        kind = ContentRefused
    elif failure.status in (401, 402, 403):
        kind = ProviderAccess
    elif failure.status in (408, 409, 425, 429) or failure.status >= 500:
        kind = ProviderUnavailable
    said = f": {message}" if message else ""
    return kind(
        f"{NAME} answered {failure.status}{f' {code}' if code else ''}{said}",
        charged=Charged.UNKNOWN if is_paid and failure.status >= 500 else Charged.NO,
        retry_after_s=failure.retry_after_s,
        provider=NAME,
        status=failure.status,
        request_id=failure.headers.get("request-id", ""),
    )


@contextmanager
def understood(what: str, charged: Charged) -> Iterator[None]:
    """An answer that is not what was asked for cannot be used."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ProviderUnusable(
            f"{NAME} sent something else than {what} ({type(error).__name__})",
            charged=charged,
            provider=NAME,
        ) from error


def _detail(data: Any) -> tuple[str, str]:
    """Code and message; `detail` may be an object, a list or a text."""
    detail = data.get("detail") if isinstance(data, dict) else None
    if isinstance(detail, list):
        detail = detail[0] if detail and isinstance(detail[0], dict) else {}
        return "", str(detail.get("msg", ""))[:300]
    if isinstance(detail, dict):
        code = detail.get("code") or detail.get("status") or ""
        return str(code)[:60], str(detail.get("message") or "")[:300]
    return "", str(detail or "")[:300]


def spoken(answer: Answer, text: str, cost_usd: float | None) -> Sound:
    with understood("speech", Charged.YES):
        data = answer.json()
        pcm = base64.b64decode(data["audio_base64"], validate=True)
        marks = _marks(data.get("alignment"), text)
        if len(pcm) < 2:
            raise ValueError("no samples")
    return Sound(
        _wav(pcm[: len(pcm) // 2 * 2]),
        ".wav",
        marks,
        answer.headers.get("request-id", ""),
        cost_usd,
    )


def _marks(alignment: Any, text: str) -> tuple[tuple[int, float], ...]:
    """Where each character of the text begins. Without an alignment of that very text: nothing,
    and words are timed by their length."""
    if not alignment:
        return ()
    characters = alignment["characters"]
    starts = [float(start_s) for start_s in alignment["character_start_times_seconds"]]
    if "".join(characters) != text or len(starts) != len(characters):
        return ()
    if not all(map(math.isfinite, starts)) or starts != sorted(starts):
        return ()
    marks, at = [], 0
    for character, start_s in zip(characters, starts, strict=True):
        marks.append((at, start_s))
        at += len(character)
    return tuple(marks)


def _wav(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm)
    return buffer.getvalue()
