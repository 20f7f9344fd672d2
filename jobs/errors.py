"""Everything AIPROD can say went wrong.

AiprodError              code, retryable, a sentence for people
├── InvalidInput         the job document or its files: the user acts
│   └── UnsupportedMedia a file that is not what it says, or cannot be decoded
├── NoMatch              nothing fits the query (sound effects): the user acts
├── ProviderError        a generation service; facts: provider, status, request_id
│   ├── ProviderAccess       wrong key, no credit, a plan that lacks it: the operator acts
│   ├── ProviderRejected     it will never accept this request: the user acts
│   │   └── ContentRefused   its content policy forbids it: the user acts
│   ├── ProviderUnavailable  it did not answer, or not now: a retry may help
│   └── ProviderUnusable     it answered, and what came cannot be used: a retry may help
├── BudgetExceeded       the call would cost more than may be spent: the user acts
├── RightsRefused        material whose licence does not allow this use: the user acts
├── ToolMissing          FFmpeg or a library is not on this machine: the operator acts
├── ToolFailed           FFmpeg or a helper process died; facts: stderr_tail, command
├── TimedOut             wall-clock limit reached, the process group was killed
├── ResourceLimit        disk or memory is full: the operator acts, then a retry helps
├── LedgerUnavailable    the database does not answer or is damaged: the operator acts
├── StoreUnavailable     the blob store does not answer: a retry may help
├── QueueUnavailable     Pub/Sub does not answer: a retry may help
├── InputUnreachable     an address that cannot or may not be read: the user acts
├── Conflict             what is asked does not fit the state the thing is in: the user acts
├── QualityMissed        the file was made, measured, and missed its target
└── Cancelled            the user stopped the job; a status, not a failure
"""

from enum import Enum


class ErrorCode(Enum):
    """The closed list of reasons a stage or a job can fail for. Values are public."""

    INVALID_INPUT = "invalid_input"
    UNSUPPORTED_MEDIA = "unsupported_media"
    NO_MATCH = "no_match"
    PROVIDER_ACCESS = "provider_access"
    PROVIDER_REJECTED = "provider_rejected"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PROVIDER_UNUSABLE = "provider_unusable"
    CONTENT_REFUSED = "content_refused"
    BUDGET_EXCEEDED = "budget_exceeded"
    RIGHTS_REFUSED = "rights_refused"
    TOOL_MISSING = "tool_missing"
    TOOL_FAILED = "tool_failed"
    TIMEOUT = "timeout"
    RESOURCE_LIMIT = "resource_limit"
    LEDGER_UNAVAILABLE = "ledger_unavailable"
    STORE_UNAVAILABLE = "store_unavailable"
    QUEUE_UNAVAILABLE = "queue_unavailable"
    INPUT_UNREACHABLE = "input_unreachable"
    CONFLICT = "conflict"
    QUALITY_MISSED = "quality_missed"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


class AiprodError(Exception):
    """An expected failure: one sentence for people, a code and facts for programs."""

    code = ErrorCode.INTERNAL
    retryable = False

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class InvalidInput(AiprodError):
    """The job or one of its files cannot be used as it is."""

    code = ErrorCode.INVALID_INPUT


class UnsupportedMedia(InvalidInput):
    """A media file that is not what its name says, is damaged, or is too large."""

    code = ErrorCode.UNSUPPORTED_MEDIA


class NoMatch(AiprodError):
    """Nothing in the library or service fits the query."""

    code = ErrorCode.NO_MATCH


class Charged(Enum):
    """Whether a call that failed has been charged for, as far as can be told."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class ProviderError(AiprodError):
    """A generation service failed, refused, or cannot be used.

    Attributes:
      charged: Whether it takes money for the call all the same. Said for each call, since only
        whoever sent it knows how far it came.
      retry_after_s: How long the service asks to wait, in seconds; None when it does not say.
      is_over: Whether a job that the service had begun has ended with this: it is not waited for.
    """

    def __init__(
        self,
        message: str,
        *,
        charged: Charged,
        retry_after_s: float | None = None,
        is_over: bool = False,
        **facts: object,
    ) -> None:
        super().__init__(message, **facts)
        self.charged = charged
        self.is_over = is_over
        self.retry_after_s = retry_after_s


class ProviderAccess(ProviderError):
    """The key is wrong, its credit is used up, or its plan does not include this."""

    code = ErrorCode.PROVIDER_ACCESS


class ProviderRejected(ProviderError):
    """A generation service refuses this request and will refuse it again."""

    code = ErrorCode.PROVIDER_REJECTED


class ContentRefused(ProviderRejected):
    """The content policy of a generation service forbids what was asked for."""

    code = ErrorCode.CONTENT_REFUSED


class ProviderUnavailable(ProviderError):
    """A generation service did not answer, or not now; the same request may succeed later."""

    code = ErrorCode.PROVIDER_UNAVAILABLE
    retryable = True


class ProviderUnusable(ProviderError):
    """A generation service answered, and what it sent cannot be used."""

    code = ErrorCode.PROVIDER_UNUSABLE
    retryable = True


class BudgetExceeded(AiprodError):
    """A call was not made because it would cost more than may be spent."""

    code = ErrorCode.BUDGET_EXCEEDED


class RightsRefused(AiprodError):
    """Material was not used because its licence does not allow what the job is for."""

    code = ErrorCode.RIGHTS_REFUSED


class ToolMissing(AiprodError):
    """A program or library this machine needs is not there."""

    code = ErrorCode.TOOL_MISSING


class ToolFailed(AiprodError):
    """A child process ended badly.

    Facts: `stderr_tail`, its last output, at most 64 kB; `command`, its command line, for a shell;
    `was_killed`, whether a signal ended it.
    """

    code = ErrorCode.TOOL_FAILED
    retryable = True


class TimedOut(AiprodError):
    """A step exceeded its wall-clock limit and was killed."""

    code = ErrorCode.TIMEOUT
    retryable = True


class ResourceLimit(AiprodError):
    """Disk or memory is exhausted; what was already made is kept."""

    code = ErrorCode.RESOURCE_LIMIT
    retryable = True


class LedgerUnavailable(AiprodError):
    """The database of jobs cannot be read or written."""

    code = ErrorCode.LEDGER_UNAVAILABLE
    retryable = True


class StoreUnavailable(AiprodError):
    """The blob store cannot be read or written."""

    code = ErrorCode.STORE_UNAVAILABLE
    retryable = True


class QueueUnavailable(AiprodError):
    """A message could not be handed to Pub/Sub."""

    code = ErrorCode.QUEUE_UNAVAILABLE
    retryable = True


class InputUnreachable(AiprodError):
    """An address of the user's does not answer, or is not one that may be read.

    The sentence is the same for both: whoever probes an internal network learns nothing.
    """

    code = ErrorCode.INPUT_UNREACHABLE


class Conflict(AiprodError):
    """The request does not fit the state of what it names."""

    code = ErrorCode.CONFLICT


class QualityMissed(AiprodError):
    """The finished file was measured and is not what was promised."""

    code = ErrorCode.QUALITY_MISSED


class Cancelled(AiprodError):
    """The user asked to stop; finished parts are kept."""

    code = ErrorCode.CANCELLED
    retryable = True
