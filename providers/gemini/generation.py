"""One `generateContent` call: what it answers, or why it answers nothing."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import (
    Charged,
    ContentRefused,
    ProviderError,
    ProviderRejected,
    ProviderUnusable,
)
from providers.gemini.wire import Wire

# Why generation ended, where the content is what it ended for; the prompt has to be another.
REFUSALS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)
_WHOLE = ("STOP", "")
_OTHER_ENDS = frozenset(
    {
        "OTHER",
        "LANGUAGE",
        "MAX_TOKENS",
        "IMAGE_OTHER",
        "NO_IMAGE",
        "MALFORMED_RESPONSE",
        "MALFORMED_FUNCTION_CALL",
        "FINISH_REASON_UNSPECIFIED",
    }
)
_BLOCKS = frozenset(
    {
        "SAFETY",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
        "JAILBREAK",
        "BLOCK_REASON_UNSPECIFIED",
    }
)


@dataclass(frozen=True)
class Blob:
    """Media inside an answer."""

    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Generation:
    """A whole answer.

    Attributes:
      text: What it says, without what it thought.
      blobs: Media, in order, without what it thought of on the way.
      tokens: Of the request and of the answer, thoughts included; None: it does not say.
    """

    text: str = field(repr=False)
    blobs: tuple[Blob, ...]
    request_id: str
    tokens: tuple[int, int] | None


def generate(wire: Wire, model: str, body: Mapping[str, Any], what: str) -> Generation:
    """Makes one call, which is paid for.

    Args:
      what: That is asked for, for messages: `a plan`.

    Raises:
      ContentRefused: The prompt was blocked, or what came of it.
      ProviderUnusable: It was cut off, or is something else; a message of its own for each.
      ProviderError: The service answered with an error, or not at all.
    """
    answer = wire.ask(
        "POST", wire.model_path(model, "generateContent"), is_paid=True, body=dict(body)
    )
    try:
        return _read(wire.name, answer.json(), what)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ProviderUnusable(
            f"{wire.name} sent something else than {what} ({type(error).__name__})",
            charged=Charged.YES,
            provider=wire.name,
        ) from error


def no_blob(name: str, what: str) -> ProviderUnusable:
    """The error of an answer that has only words."""
    return ProviderUnusable(
        f"{name} answered with words instead of {what}", charged=Charged.YES, provider=name
    )


def _read(name: str, data: Any, what: str) -> Generation:
    candidates = data.get("candidates")
    if not candidates:
        blocked = (data.get("promptFeedback") or {}).get("blockReason")
        if blocked:
            raise ContentRefused(
                f"{name} refuses this prompt ({_known(blocked, _BLOCKS)})",
                charged=Charged.YES,  # nobody says that it is not
                provider=name,
            )
        raise KeyError("candidates")
    candidate = candidates[0]
    reason = candidate.get("finishReason") or ""
    if reason not in _WHOLE:
        raise _ended(name, reason, what)
    parts = [part for part in candidate["content"]["parts"] if part.get("thought") is not True]
    return Generation(
        "".join(_text(part) for part in parts),
        tuple(_blob(part["inlineData"]) for part in parts if part.get("inlineData") is not None),
        _text(data, "responseId")[:200],
        _tokens(data.get("usageMetadata")),
    )


def _ended(name: str, reason: object, what: str) -> ProviderError:
    known = _known(reason, REFUSALS | _OTHER_ENDS)
    kind: type[ProviderError] = ProviderUnusable
    if known in REFUSALS:
        kind, text = ContentRefused, f"{name} withholds {what} ({known})"
    elif known == "MAX_TOKENS":
        text = f"{name} was cut off in the middle of {what}: it takes more tokens than are allowed"
    elif known == "LANGUAGE":
        kind, text = ProviderRejected, f"{name} does not know this language ({known})"
    else:
        text = f"{name} made nothing of the request for {what} ({known})"
    return kind(text, charged=Charged.YES, provider=name, finish_reason=known)


def _known(word: object, words: frozenset[str]) -> str:
    return word if isinstance(word, str) and word in words else "a new reason"


def _text(holder: Mapping[str, Any], name: str = "text") -> str:
    value = holder.get(name, "")
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _blob(inline: Mapping[str, Any]) -> Blob:
    try:
        data = base64.b64decode(inline["data"], validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if not data:
        raise ValueError("empty")
    return Blob(_text(inline, "mimeType"), data)


def _tokens(usage: Any) -> tuple[int, int] | None:
    """Counts that are left out are 0; without any that makes sense, nothing is known."""
    if not isinstance(usage, dict) or not usage:
        return None
    asked = _sum(usage, ("promptTokenCount", "toolUsePromptTokenCount"))
    made = _sum(usage, ("candidatesTokenCount", "thoughtsTokenCount"))
    return None if asked is None or made is None or asked + made == 0 else (asked, made)


def _sum(usage: Mapping[str, Any], names: Sequence[str]) -> int | None:
    counts = [usage.get(name, 0) for name in names]
    # A boolean is a number, too, for Python.
    return None if any(type(one) is not int or one < 0 for one in counts) else sum(counts)
