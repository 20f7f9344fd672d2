"""Files that a job names by address are fetched before anything is made from them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.document import Job, document_of, job_from
from jobs.elements import Run, Script
from jobs.errors import AiprodError
from jobs.named_files import files_of
from jobs.submission import InputFile, Submission
from jobs.uri import Place, place_of
from jobs.wire import from_json
from media.pictures import picture_size
from media.run import Workspace
from transforms.job_step import Stepped, TakeStep
from transforms.side_by_side import side_by_side
from transforms.studio import Studio, StudioConfig

if TYPE_CHECKING:
    import httpx

MAX_INPUT_BYTES = 2 * 2**30  # as for uploads
INPUT_DEADLINE_S = 600.0  # two gigabytes at 30 Mbit/s
READ_TIMEOUT_S = 30.0
AT_ONCE = 8


def public_web() -> "httpx.Client":
    """Reaches what users may name."""
    # Imported when there is something to fetch: most runs have their files.
    from storage.guarded_http import open_client

    return open_client(timeout_s=READ_TIMEOUT_S)


@dataclass(eq=False)
class FetchInputs(beam.PTransform[PCollection[bytes], Stepped]):
    """Stores the https:// and gs:// files of a run by content: `Script` -> `Script` whose
    submission names them all. A run that has none passes as it is.

    Args:
      open_web: Opens the client that reaches the web.
    """

    studio: StudioConfig
    open_web: "Callable[[], httpx.Client]" = public_web

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, scripts: PCollection[bytes]) -> Stepped:
        fetch_all = partial(fetch_inputs, open_web=self.open_web)
        return scripts | "Fetch" >> TakeStep(self.studio, "inputs", _run_of, fetch_all)


def _run_of(element: bytes) -> Run:
    return Script.from_bytes(element).run


def fetch_inputs(
    element: bytes, studio: Studio, open_web: "Callable[[], httpx.Client]" = public_web
) -> Iterator[bytes]:
    """The script of a run whose files are all here."""
    script = Script.from_bytes(element)
    submission = from_json(Submission, studio.blobs.read(script.run.submission) or b"")
    job = job_from(json.loads(studio.blobs.read(script.document) or b"null"))
    absent = [
        (place, uri, kind) for place, uri, kind in _remote(job) if not submission.blob_of(uri)
    ]
    if not absent:
        yield element
        return
    with studio.space(script.run) as space:
        fetched = _fetched(absent, studio, space, open_web)
    whole = replace(submission, inputs=(*submission.inputs, *fetched))
    # Kept in the ledger, too: another run of this job uses the same files, fetched once.
    studio.ledger.note_submission(script.run, whole)
    run = replace(script.run, submission=studio.artefacts.keep_json(whole))
    yield replace(script, run=run).to_bytes()


def _remote(job: Job) -> Iterator[tuple[str, str, str]]:
    seen = set()
    for file in files_of(document_of(job)):
        if file.uri not in seen and place_of(file.uri) in (Place.WEB, Place.BUCKET):
            seen.add(file.uri)
            yield file.place, file.uri, file.kind


def _fetched(
    absent: list[tuple[str, str, str]],
    studio: Studio,
    space: Workspace,
    open_web: "Callable[[], httpx.Client]",
) -> list[InputFile]:
    from storage.fetch import fetch

    with open_web() as client:

        def get(number: int, place: str, uri: str, kind: str) -> InputFile:
            folder = space.folder / str(number)
            folder.mkdir()
            try:
                return _stored(folder, uri, kind)
            except AiprodError as error:
                error.message = f"{place}: {error.message}"
                raise

        def _stored(folder: Path, uri: str, kind: str) -> InputFile:
            found = fetch(
                uri, client, folder, max_bytes=MAX_INPUT_BYTES, deadline_s=INPUT_DEADLINE_S,
                buckets=frozenset(studio.config.input_buckets), kind=kind,
                is_called_off=space.cancelled,
            )  # fmt: skip
            if kind == "image":
                picture_size(found.path, "the picture")
            return InputFile(studio.artefacts.keep_media(found.path), uri, kind)

        calls = [partial(get, number, *one) for number, one in enumerate(absent)]
        return side_by_side(calls, AT_ONCE, space.check_cancelled)
