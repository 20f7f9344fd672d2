"""Files of finished videos."""

import hashlib
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from api.auth import require
from api.deps import JobId, LinksDep, Reader, ServicesDep
from api.etags import is_known
from api.openapi import problems
from api.playlists import SUFFIX, with_links
from api.problems import ProblemError, not_found
from api.ranges import wanted_range
from api.services import Services
from api.signed_links import VALID_S, LinkSigner
from storage.content_types import content_type_of

router = APIRouter(tags=["files"])
_read = require("jobs:read")


def _file_reader(
    request: Request,
    links: LinksDep,
    owner: Annotated[str | None, Query(max_length=80)] = None,
    expires: Annotated[int | None, Query(ge=0, le=2**40)] = None,
    signature: Annotated[str | None, Query(max_length=200)] = None,
) -> str:
    """The tenant whose file may be read: that of the signed link, or of the key."""
    if signature is None:
        return _read(request, None, None).tenant
    path = request.url.path
    if not (owner and expires) or not links.is_signed(path, owner, expires, signature, time.time()):
        detail = "The link has expired or was changed; get a new one from the job."
        raise ProblemError(403, "link_expired", detail)
    return owner


@router.get(
    "/v1/jobs/{job_id}/manifest",
    operation_id="get_manifest",
    summary="Show the manifest of a finished video",
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **problems(404),
    },
    response_class=Response,
)
def get_manifest(services: ServicesDep, caller: Reader, job_id: JobId) -> Response:
    """What the video is made of, who made it, what was measured, what it cost."""
    video = services.catalogue.video(caller.tenant, job_id)
    content = services.blobs.read(video.manifest) if video else None
    if content is None:
        raise not_found()
    return Response(content, media_type="application/json")


@router.get(
    "/v1/jobs/{job_id}/files/{name:path}",
    operation_id="get_file",
    summary="Fetch a file of a finished video",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"*/*": {}}},
        206: {"description": "The part asked for with `Range`."},
        304: {"description": "Unchanged since `If-None-Match`."},
        307: {"description": "Where the file can be fetched."},
        **problems(404, 416),
    },
    openapi_extra={"security": [{"bearer": []}, {"api_key": []}, {}]},  # or a signed link
)
def get_file(
    request: Request,
    services: ServicesDep,
    links: LinksDep,
    tenant: Annotated[str, Depends(_file_reader)],
    job_id: JobId,
    name: Annotated[str, Path(max_length=200, examples=["final.mp4"])],
    range: Annotated[str | None, Header(max_length=200)] = None,
    if_range: Annotated[str | None, Header(max_length=200)] = None,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """Sends the file, or leads to where it can be fetched. Parts of it can be asked for.

    A playlist that is asked for by a signed link has signed links in it.
    """
    blob = _blob_of(services, tenant, job_id, name)
    filename, content_type = name.rpartition("/")[2], content_type_of(name)
    if name.endswith(SUFFIX) and "signature" in request.query_params:
        return _playlist(services, links, request.url.path, blob, tenant)
    url = services.blobs.signed_url(
        blob, filename=filename, content_type=content_type, expires_s=VALID_S
    )
    if url:
        return RedirectResponse(url, 307)
    etag = f'"{hashlib.sha256(blob.encode()).hexdigest()[:32]}"'  # blobs never change
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # a new run puts another file here
        "Content-Disposition": f'inline; filename="{filename}"',
        "Content-Type": content_type,
    }
    if is_known(etag, if_none_match):
        return Response(status_code=304, headers=headers)
    size = services.blobs.size(blob)
    if size is None:
        raise not_found()
    part = wanted_range(range if if_range in (None, etag) else None, size)
    start, end = part or (0, size)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if part else 200
    return StreamingResponse(services.blobs.open_range(blob, start, end), status, headers)


def _playlist(services: Services, links: LinkSigner, path: str, blob: str, tenant: str) -> Response:
    content = services.blobs.read(blob)
    if content is None:
        raise not_found()
    text = with_links(content.decode(), path, lambda one: links.signed(one, tenant, time.time()))
    headers = {"Cache-Control": "private, no-cache"}
    return Response(text, media_type=content_type_of(path), headers=headers)


def _blob_of(services: Services, tenant: str, job_id: str, name: str) -> str:
    """Blob of a public name: only names of the video lead anywhere."""
    video = services.catalogue.video(tenant, job_id)
    blob = {**video.files, "manifest.json": video.manifest}.get(name) if video else None
    if blob is None:
        raise not_found()
    return blob
