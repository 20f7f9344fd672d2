"""What the API takes beside job documents: small JSON bodies."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from jobs.stages import Stage

DAY_S = 86_400
LONGEST_KEY_S = 3_650 * DAY_S
LONGEST_OVERLAP_S = 30 * DAY_S

Scope = Literal["jobs:read", "jobs:write", "admin", "operator"]


class KeyRequest(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(min_length=1, max_length=100, description="For people.")
    scopes: list[Scope] = Field(min_length=1, max_length=4)
    expires_s: Annotated[int, Field(ge=1, le=LONGEST_KEY_S)] | None = Field(
        default=None,
        description="Seconds from now on that it works; without it, until it is revoked.",
    )


class RotateRequest(BaseModel):
    """How a key is replaced."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    overlap_s: int = Field(
        default=DAY_S,
        ge=0,
        le=LONGEST_OVERLAP_S,
        description="Seconds that the old key still works.",
    )


class RetryRequest(BaseModel):
    """How a job is run again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_stage: Stage | None = Field(
        None,
        alias="from",
        description="Makes the parts of this stage anew, and what is rendered, mixed and finished "
        "from them. Without it everything that was made is found again.",
    )


class SpendingRequest(BaseModel):
    """Whether services may be paid."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    is_on: bool = Field(description="false: no worker begins a call that costs something.")


EXAMPLES: dict[type[BaseModel], dict[str, object]] = {
    KeyRequest: {"name": "render farm", "scopes": ["jobs:read", "jobs:write"]},
    RotateRequest: {"overlap_s": 600},
    RetryRequest: {"from": "voice"},
    SpendingRequest: {"is_on": False},
}
