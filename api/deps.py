"""What routes ask for, as annotations."""

from typing import Annotated

from fastapi import Depends, Path, Request

from api.auth import require
from api.push_token import PushVerifier
from api.services import Services
from api.signed_links import LinkSigner
from storage.api_keys import Caller

ID = r"^[a-z0-9][a-z0-9_-]{0,79}$"


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _links(request: Request) -> LinkSigner:
    links: LinkSigner = request.app.state.links
    return links


async def _push_verifier(request: Request) -> PushVerifier | None:
    verifier: PushVerifier | None = request.app.state.push_verifier
    return verifier


async def _body(request: Request) -> bytes:
    return await request.body()


ServicesDep = Annotated[Services, Depends(_services)]
LinksDep = Annotated[LinkSigner, Depends(_links)]
PushVerifierDep = Annotated[PushVerifier | None, Depends(_push_verifier)]
Body = Annotated[bytes, Depends(_body)]
Reader = Annotated[Caller, Depends(require("jobs:read"))]
Submitter = Annotated[Caller, Depends(require("jobs:write", submits=True))]
Writer = Annotated[Caller, Depends(require("jobs:write"))]
Admin = Annotated[Caller, Depends(require("admin"))]
Operator = Annotated[Caller, Depends(require("operator"))]
JobId = Annotated[
    str,
    Path(pattern=ID, description="Id of a job.", examples=["job-01kh9x3v5n8q2r7t4w6y0z1abc"]),
]
