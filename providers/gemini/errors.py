"""What error answers of Google's services mean."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jobs.errors import (
    Charged,
    ContentRefused,
    ProviderAccess,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
)
from providers.remote import Failure

A_DAYS_QUOTA_S = 3600.0  # it comes back at midnight, Pacific time: nothing to wait for in a run
# Reasons (of google.rpc.ErrorInfo) for which somebody has to see to the account.
_ACCOUNT = frozenset(
    {
        "API_KEY_INVALID",
        "API_KEY_SERVICE_BLOCKED",
        "API_KEY_HTTP_REFERRER_BLOCKED",
        "API_KEY_IP_ADDRESS_BLOCKED",
        "BILLING_DISABLED",
        "CONSUMER_INVALID",
        "CONSUMER_SUSPENDED",
        "SERVICE_DISABLED",
    }
)
# "Check your plan and billing details" is said whenever a minute has had too many requests.
_NO_CREDIT = re.compile(
    r"prepay|credits? (?:are|is|have been) deplet|spend(?:ing)? cap|limit: 0\b", re.I
)
_REFUSAL = re.compile(
    r"safety|polic(?:y|ies)|blocked|prohibited|sensitive|guideline|violat|responsible ai", re.I
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


def explain(name: str, failure: Failure, is_paid: bool) -> ProviderError:
    """The error of an answer that is one.

    Only words of closed lists are repeated in its message: the service's own sentences may quote
    the prompt. Requests that are answered with an error are not charged (billing questions of the
    Gemini API); a gateway that gave up waiting (504) cannot know.

    Args:
      name: Of the provider, for messages.
    """
    error = _error(failure.data)
    status, said = failure.status, str(error.get("message") or "")
    code = _word(error.get("status")) or _word(error.get("code"))
    reason = next((word for one in _details(error) if (word := _word(one.get("reason")))), "")
    is_key_wrong = status == 401 or reason == "API_KEY_INVALID"
    day = any("PerDay" in quota for quota in _quotas(error))
    hint = ""
    kind: type[ProviderError] = ProviderRejected
    if status in (401, 402, 403) or reason in _ACCOUNT:
        kind = ProviderAccess
    elif status == 400 and code == "FAILED_PRECONDITION":
        kind, hint = ProviderAccess, " (its region or billing does not allow this)"
    elif status == 404:
        hint = " (is the model retired, or the version of the API wrong?)"
    elif status == 429 and _NO_CREDIT.search(said):
        kind, hint = ProviderAccess, " (no credit, or not in the plan)"
    elif status in (408, 409, 425, 429, 499) or status >= 500:
        kind, hint = ProviderUnavailable, " (the quota of the day is used up)" if day else ""
    elif status == 400 and (_REFUSAL.search(said) or code == "content_policy"):
        kind = ContentRefused
    words = " ".join(word for word in (str(status), code, reason) if word)
    return kind(
        f"{name} answered {words}{hint}",
        charged=Charged.UNKNOWN if is_paid and status == 504 else Charged.NO,
        retry_after_s=_retry_after_s(failure, error, day),
        provider=name,
        status=status,
        is_key_wrong=is_key_wrong,
    )


def _error(data: Any) -> Mapping[str, Any]:
    """The error in an answer, which Vertex AI may wrap in a list."""
    if isinstance(data, list) and data:
        data = data[0]
    error = data.get("error") if isinstance(data, dict) else None
    return error if isinstance(error, dict) else {}


def _details(error: Mapping[str, Any]) -> list[dict[str, Any]]:
    details = error.get("details")
    return [one for one in details if isinstance(one, dict)] if isinstance(details, list) else []


def _quotas(error: Mapping[str, Any]) -> Iterator[str]:
    """Names of the quotas that are used up."""
    for detail in _details(error):
        violations = detail.get("violations")
        for violation in violations if isinstance(violations, list) else ():
            if isinstance(violation, dict):
                yield str(violation.get("quotaId") or "")


def _retry_after_s(failure: Failure, error: Mapping[str, Any], day: bool) -> float | None:
    if day:
        return A_DAYS_QUOTA_S
    for detail in _details(error):
        if found := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)s", str(detail.get("retryDelay", ""))):
            return float(found[1])
    return failure.retry_after_s


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""
