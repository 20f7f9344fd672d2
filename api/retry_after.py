"""How long a server asks to be left alone."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DIGITS = 9  # 30 years: whoever writes more means "never"


def asked_wait_s(retry_after: str | None, now: datetime) -> float:
    """The wait that a `Retry-After` asks for, in seconds; 0.0 when it asks for none.

    It is a number of seconds or a date: RFC 9110, section 10.2.3. Whatever else a server writes
    there asks for nothing.
    """
    if not retry_after:
        return 0.0
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:_DIGITS])
    try:
        until = parsedate_to_datetime(retry_after)
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):  # no date, or one of no calendar
        return 0.0
