"""Files on their way in: streamed to disk, whatever their size."""

import contextlib
import errno
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.body_limit import too_large
from api.deps import ServicesDep, Writer
from jobs.errors import ResourceLimit

FOLDER = "incoming"
NAME = "upload"
BLOCK_BYTES = 2**20  # a thread writes so much at once
ABANDONED_S = 86_400.0  # no upload takes a day


async def _received(
    request: Request, services: ServicesDep, _caller: Writer
) -> AsyncIterator[Path]:
    """The body of a request as a file, for as long as it is answered. The key is checked first."""
    limit = services.settings.max_upload_bytes
    if int(request.headers.get("content-length", 0)) > limit:
        raise too_large(limit)
    folder = await run_in_threadpool(_make_folder, services.settings.data / FOLDER)
    try:
        path = folder / NAME
        with await run_in_threadpool(path.open, "wb") as file:
            size, block = 0, bytearray()
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise too_large(limit)
                block += piece
                if len(block) >= BLOCK_BYTES:
                    await run_in_threadpool(_write, file, block)
                    block = bytearray()
            await run_in_threadpool(_write, file, block)
        yield path
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)


Received = Annotated[Path, Depends(_received)]


def clear_abandoned_uploads(data: Path) -> None:
    """Removes what a killed process was receiving."""
    for folder in (data / FOLDER).glob("*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < time.time() - ABANDONED_S:
                shutil.rmtree(folder, ignore_errors=True)


def _make_folder(parent: Path) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=parent))
    except OSError as error:
        raise ResourceLimit(f"cannot receive files in {parent}: {error.strerror}") from error


def _write(file: BinaryIO, block: bytearray) -> None:
    try:
        file.write(block)
        file.flush()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResourceLimit("the disk is full: it takes no more uploads") from error
        raise
