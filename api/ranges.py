"""Which part of a file is asked for (RFC 9110, section 14)."""

import re

from api.problems import ProblemError

_ONE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None for the whole file.

    Several ranges, other units and what is not a range at all mean the whole file, as the standard
    allows.

    Raises:
      ProblemError: 416, nothing of the range is in the file.
    """
    match = _ONE.fullmatch(header.strip()) if header else None
    if match is None or match[1] == match[2] == "":
        return None
    if match[1]:
        start = int(match[1])
        end = min(int(match[2]) + 1, size) if match[2] else size
        if match[2] and int(match[2]) < start:
            return None
    else:
        start, end = max(0, size - int(match[2])), size
    if start >= end:
        detail = f"The file has {size:,} bytes; the range begins behind them."
        headers = {"Content-Range": f"bytes */{size}"}
        raise ProblemError(416, "range_not_satisfiable", detail, headers)
    return start, end
