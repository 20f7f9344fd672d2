"""Why a graph stopped."""

import logging
from typing import NoReturn

from jobs.errors import AiprodError

LOG = logging.getLogger(__name__)


def raise_cause(failure: BaseException) -> NoReturn:
    """Raises what stopped the graph; Beam wraps the errors of workers in its own."""
    cause: BaseException | None = failure
    while cause:
        if isinstance(cause, AiprodError):
            raise cause
        cause = cause.__cause__ or cause.__context__
    LOG.error("the graph stopped", exc_info=failure)
    raise AiprodError(f"the graph stopped: {type(failure).__name__}: {failure}"[:500]) from failure
