"""From a body to a submission: what holds for every job that comes over the network."""

from dataclasses import dataclass

from jobs.assets import unavailable_providers
from jobs.casting import Casting
from jobs.document import Job, document_of, job_json, parse_job
from jobs.errors import InputUnreachable
from jobs.mistakes import Mistake, invalid, shown
from jobs.named_files import files_of
from jobs.submission import InputFile, Submission
from jobs.uri import Place, place_of, upload_id_of
from jobs.wire import sha256
from storage.guarded_http import check_address
from storage.sniff import SOUND
from storage.uploads import Upload, Uploads

_LOCAL = (
    "the uri of an upload (POST /v1/uploads), a gs:// or an https:// address; "
    "`aiprod submit` uploads local files by itself"
)


@dataclass(frozen=True)
class CheckedJob:
    """A job that may be taken in.

    Attributes:
      request_hash: SHA-256 of the job as it was understood: equal for equal jobs, however written.
    """

    job: Job
    submission: Submission
    request_hash: str


def check_job(body: bytes, tenant: str, uploads: Uploads, casting: Casting) -> CheckedJob:
    """Checks a job document and finds the uploads it names.

    Raises:
      InvalidInput: Fact `mistakes`: everything that is wrong, each with its place.
    """
    job = parse_job(body)
    mistakes = [
        Mistake(place, "", "auto", f"{place}: {sentence}")
        for place, _, sentence in (
            one.partition(": ") for one in unavailable_providers(job, casting)
        )
    ]
    document = document_of(job)
    named = [(file.place, file.uri, file.kind) for file in files_of(document)]
    ids = {found for _, uri, _ in named if (found := upload_id_of(uri))}
    known = uploads.find(tenant, ids) if ids else {}
    inputs = {}
    for place, uri, kind in named:
        upload = known.get(upload_id_of(uri) or "")
        if mistake := _mistake(place, uri, kind, upload):
            mistakes.append(mistake)
        elif upload:
            inputs[uri] = InputFile(upload.blob, uri, kind)
    if job.webhook_url and not _may_be_dialled(job.webhook_url):
        mistakes.append(_undialled("webhook_url", job.webhook_url))
    if mistakes:
        raise invalid("job", tuple(mistakes))
    return CheckedJob(job, Submission(document, tuple(inputs.values())), sha256(job_json(job)))


def _mistake(place: str, uri: str, kind: str, upload: Upload | None) -> Mistake | None:
    if place_of(uri) is Place.LOCAL:
        return _said(place, uri, "is a path on your machine", _LOCAL)
    if place_of(uri) is Place.WEB and not _may_be_dialled(uri):
        return _undialled(place, uri)
    if place_of(uri) is not Place.UPLOAD:
        return None
    if upload is None:
        return _said(place, uri, "is not one of your uploads", "the uri that POST /v1/uploads gave")
    if upload.kind != kind and not (kind == SOUND and upload.blob.endswith(".mp4")):
        return _said(place, uri, f"is of the kind {upload.kind}", f"an upload of the kind {kind}")
    return None


def _may_be_dialled(url: str) -> bool:
    """Whether an address may lead to a public host; where it leads is looked up when it is used."""
    try:
        check_address(url)
    except InputUnreachable:
        return False
    return True


def _undialled(place: str, url: str) -> Mistake:
    return _said(
        place, url, "is not reachable or not allowed", "https on port 443 of a public host"
    )


def _said(place: str, uri: str, problem: str, accepted: str) -> Mistake:
    given = shown(uri)
    return Mistake(place, given, accepted, f"{place} ({given}) {problem}: give {accepted}.")
