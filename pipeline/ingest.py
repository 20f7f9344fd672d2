"""From a job file to a submission: the document checked, its files stored by content."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.assets import unavailable_providers
from jobs.casting import Casting
from jobs.document import Job, apply_overrides, decode_json, document_of, job_from, job_json
from jobs.errors import InvalidInput, UnsupportedMedia
from jobs.named_files import files_of
from jobs.submission import InputFile, Submission
from jobs.template import first_placeholder
from jobs.uri import Place, place_of
from media.caption_file import read_captions
from media.own_fonts import font_of_file
from media.pictures import picture_size
from pipeline.brand_file import with_brand_file
from storage.artefacts import Artefacts, content_name_of
from storage.sniff import CAPTIONS, HEAD_BYTES, MAX_CAPTION_BYTES, SOUND, WANTED, serves, sniff
from transforms.brand_look import font_mistakes

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024  # 500 scenes of 5,000 characters fit twice


@dataclass(frozen=True)
class JobFile:
    """A job read from a file: the parsed document, and the local files that it names.

    Attributes:
      note: What a user should know before it is made; None: nothing.
    """

    name: str
    job: Job
    files: tuple[tuple[str, str, Path], ...]  # uri, kind, local path
    note: str | None = None


def read_job_file(
    path: Path,
    overrides: Sequence[str] = (),
    *,
    casting: Casting | None = None,
    elsewhere: tuple[Place, ...] = (Place.WEB, Place.BUCKET),
) -> JobFile:
    """Reads and checks a job file and the media files it names.

    Args:
      casting: Who is configured on this machine; None: whoever runs the job checks it.
      elsewhere: Where files may be beside on this machine; whoever runs the job fetches those.

    Raises:
      InvalidInput: With every mistake found, a line each.
    """
    document = read_document(path, overrides)
    mark = first_placeholder(document)
    try:
        job = job_from(document, name=str(path))
        files, mistakes = NamedFiles(path.parent, elsewhere).of(job)
        if casting:
            mistakes = [*unavailable_providers(job, casting), *font_mistakes(job), *mistakes]
        if mistakes:
            raise InvalidInput(_listed(str(path), mistakes))
    except InvalidInput as error:
        if mark is None:
            raise
        first, *more = error.message.splitlines()
        hint = f"(with {mark} in it, it is a template: give --rows, too)"
        raise type(error)("\n".join([f"{first} {hint}", *more]), **error.facts) from error
    stays = f"{mark} is said and shown as it stands: --rows gives templates their values"
    return JobFile(path.stem, job, files, stays if mark else None)


class NamedFiles:
    """Local files that jobs of one folder name. Each is looked at once, however often it is named.

    Args:
      folder: Where relative paths start.
      elsewhere: Where files may be beside on this machine.
    """

    def __init__(self, folder: Path, elsewhere: tuple[Place, ...]) -> None:
        self._folder = folder
        self._elsewhere = elsewhere
        self._faults: dict[tuple[str, str], str | None] = {}

    def of(self, job: Job) -> tuple[tuple[tuple[str, str, Path], ...], list[str]]:
        """Uri, kind and path of each file that a job names; what is wrong with them, by place."""
        mistakes = []
        files: dict[str, tuple[str, str, Path]] = {}
        for named in files_of(document_of(job)):
            place, kind, uri = named.place, named.kind, named.uri
            if place_of(uri) in self._elsewhere:
                continue
            local = (self._folder / uri).absolute()
            if (kind, uri) not in self._faults:
                self._faults[kind, uri] = _fault(uri, kind, local)
            if fault := self._faults[kind, uri]:
                mistakes.append(f"{place}: {fault}")
            else:
                files[uri] = (uri, kind, local)
        return tuple(files.values()), mistakes


def submit_files(file: JobFile, artefacts: Artefacts) -> Submission:
    """Stores the files of a job under their content and names them in a submission.

    Raises:
      InvalidInput: A file is gone since it was checked.
    """
    inputs = []
    for uri, kind, local in file.files:
        name = _content_name(uri, local)
        artefacts.blobs.create_from(name, local)
        inputs.append(InputFile(name, uri, kind))
    return Submission(json.loads(job_json(file.job)), tuple(inputs))


def named_files(file: JobFile) -> Submission:
    """The submission as `submit_files` would make it, without storing anything."""
    inputs = tuple(
        InputFile(_content_name(uri, local), uri, kind) for uri, kind, local in file.files
    )
    return Submission(json.loads(job_json(file.job)), inputs)


def read_document(path: Path, overrides: Sequence[str] = ()) -> Any:
    """The JSON value in a job file, with fields changed. Raises `InvalidInput`."""
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise InvalidInput(f"{path}: larger than {MAX_DOCUMENT_BYTES // 2**20} MiB")
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}") from error
    document = with_brand_file(decode_json(content, name=str(path)), path)
    return with_brand_file(apply_overrides(document, overrides), path)


def _listed(name: str, mistakes: Sequence[str]) -> str:
    if len(mistakes) == 1:
        return f"{name}: {mistakes[0]}"
    return "\n".join([f"{name}: {len(mistakes)} mistakes", *mistakes])


def _fault(uri: str, kind: str, path: Path) -> str | None:
    """What keeps a file from being used, in a sentence."""
    try:
        _check_file(uri, kind, path)
    except InvalidInput as error:
        return error.message
    return None


def _check_file(uri: str, kind: str, path: Path) -> None:
    if "://" in uri:
        raise InvalidInput(f"{uri} is not a local file; download it and name the file")
    try:
        # Raises, too: for names of over 255 bytes, and in folders that must not be looked into.
        if not path.is_file():
            raise InvalidInput(f"there is no file {uri} (looked for {path})")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise InvalidInput(f"{uri} cannot be read: {error.strerror}") from error
    if not head:
        raise InvalidInput(f"{uri} is empty")
    if kind == "image":
        picture_size(path)
    elif kind == "font":
        font_of_file(path)
    elif kind == CAPTIONS:
        _check_captions(uri, path)
    elif kind == SOUND:
        if not serves(sniff(head), SOUND):
            raise InvalidInput(f"{uri} is not {WANTED[SOUND]}")
    elif _clip_suffix(head) is None:
        raise InvalidInput(f"{uri} is not {WANTED['clip']}")


def _check_captions(uri: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            read_captions(file.read(MAX_CAPTION_BYTES + 1))
    except UnsupportedMedia as error:
        raise InvalidInput(f"{uri} {error.message}") from error


def _clip_suffix(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return ".mp4"
    return ".mkv" if head.startswith(b"\x1a\x45\xdf\xa3") else None


def _content_name(uri: str, path: Path) -> str:
    try:
        return content_name_of(path, _suffix(path))
    except OSError as error:  # hours may have passed since it was checked
        raise InvalidInput(f"{uri} cannot be read: {error.strerror}") from error


def _suffix(path: Path) -> str:
    # From the content: the name of a file proves nothing, and FFmpeg would believe it.
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    found = sniff(head)
    return found.suffix if found else _clip_suffix(head) or ".picture"
