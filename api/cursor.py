"""Where a page ends, as a text that clients hand back without looking into it."""

import base64
import binascii
import math
import re

from api.problems import ProblemError

_FORM = re.compile(r"([0-9a-fx.p+-]{1,40})~([a-z0-9][a-z0-9_-]{0,79})")


def cursor_after(created_at: float, job_id: str) -> str:
    """The cursor of the page that follows this job."""
    # Hexadecimal keeps every bit: a rounded time would skip or repeat a job.
    return base64.urlsafe_b64encode(f"{created_at.hex()}~{job_id}".encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[float, str]:
    """`created_at` and id of the last job already seen.

    A cursor says where, never whose: it needs no signature, because the tenant comes from the key.

    Raises:
      ProblemError: 422, not a cursor of ours.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        if found := _FORM.fullmatch(text):
            created_at = float.fromhex(found[1])
            if math.isfinite(created_at):
                return created_at, found[2]
    except (binascii.Error, ValueError, OverflowError):
        pass
    message = "cursor: give the one of the page before, unchanged"
    errors = [{"path": "cursor", "message": message}]
    raise ProblemError(422, "invalid_input", message, errors=errors)
