"""Files that jobs name afterwards: pictures, clips, sounds, captions, fonts."""

from functools import partial
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request

from api.deps import ServicesDep, Writer
from api.incoming import Received
from api.openapi import problems
from api.schemas import UploadView
from api.services import Services
from jobs.errors import UnsupportedMedia
from jobs.mistakes import shown
from jobs.uri import upload_address
from media.own_fonts import font_of_file
from media.pictures import picture_size
from storage.api_keys import Caller
from storage.artefacts import content_name_of
from storage.sniff import HEAD_BYTES, Sniffed, sniff

router = APIRouter(tags=["uploads"])
PATH = "/v1/uploads"
_EXAMPLE = "\0\0\0\x18ftypmp42\0\0\0\0mp42isom"  # a box that says what follows


@router.post(
    PATH,
    status_code=201,
    operation_id="upload",
    summary="Hand in a picture, a clip, a sound, captions or a font",
    responses=problems(507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The bytes of the file: JPEG, PNG, WebP, MP4, MOV, WebM, Matroska, WAV, "
            "MP3, FLAC, Ogg, M4A, SubRip, WebVTT, TrueType or OpenType.",
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "examples": {"small": {"summary": "The start of an MP4", "value": _EXAMPLE}},
                }
            },
        }
    },
)
async def upload(
    request: Request,
    services: ServicesDep,
    caller: Writer,
    path: Received,
    name: Annotated[
        str | None, Query(max_length=300, description="What to call it in messages.")
    ] = None,
) -> UploadView:
    """Stores a file by its content. The same content again is the same upload."""
    called = shown(name) if name else "the upload"
    keep = partial(_kept, services, caller, path, called)
    return await to_thread.run_sync(keep, limiter=request.app.state.upload_threads)


def _kept(services: Services, caller: Caller, path: Path, called: str) -> UploadView:
    found = _media_in(path, called)
    blob = content_name_of(path, found.suffix)
    size_bytes = path.stat().st_size
    services.blobs.create_from(blob, path)
    kept = services.uploads.keep(caller.tenant, blob, found.kind, size_bytes)
    return UploadView.of(kept, upload_address(kept.id))


def _media_in(path: Path, called: str) -> Sniffed:
    """What kind of media a file is.

    Raises:
      UnsupportedMedia: None that is read, or a picture or font that is damaged or too large.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise UnsupportedMedia(f"{called} is empty")
    found = sniff(head)
    if found is None:
        raise UnsupportedMedia(
            f"{called} is not a picture, clip, sound, caption file or font (accepted: JPEG, PNG, "
            "WebP, MP4, MOV, MKV, WebM, WAV, MP3, FLAC, Ogg, M4A, SubRip, WebVTT, TrueType, "
            "OpenType)"
        )
    if found.kind == "image":
        picture_size(path, called)
    elif found.kind == "font":
        font_of_file(path, called)
    return found
