"""A job as the API shows it, put together from the ledger and the store."""

from api.schemas import File, JobView, cost_of, listed, progress_of, video_of
from api.services import Services
from api.signed_links import LinkSigner
from jobs.formats import film_rank
from storage.content_types import content_type_of
from storage.rows import JobRow, VideoRow


def job_view(
    services: Services,
    links: LinkSigner,
    row: JobRow,
    now_s: float,
    *,
    with_document: bool = False,
) -> JobView:
    """The whole view of a job that was read with its submission.

    Its video is the one it shows now, also while a newer run is made or has failed: what could be
    fetched yesterday can be fetched today.

    Args:
      now_s: Seconds since 1970; links to files hold for an hour from then.
    """
    document = row.submission.document if row.submission else {}
    video = services.catalogue.video(row.tenant, row.id)
    return JobView(
        **listed(row, has_video=video is not None),
        attempts=row.attempts,
        metadata=document.get("metadata") or {},
        progress=progress_of(services.catalogue.parts(row.tenant, row.id, row.generation)),
        cost_usd=cost_of(row, services.catalogue.spent_usd(row.tenant, row.id)),
        video=video_of(video, _files(services, links, row, video, now_s)) if video else None,
        document=document if with_document else None,
    )


def _files(
    services: Services, links: LinkSigner, row: JobRow, video: VideoRow, now_s: float
) -> list[File]:
    return [
        File(
            name=name,
            content_type=content_type_of(name),
            # The store is asked for videos of before sizes were noted only: a job is read often.
            size_bytes=video.sizes[name] if name in video.sizes else services.blobs.size(blob),
            sha256=blob.rpartition("/")[2].partition(".")[0],
            url=links.signed(file_path(row.id, name), row.tenant, now_s),
        )
        for name, blob in sorted(video.files.items(), key=_films_first)
    ]


def _films_first(file: tuple[str, str]) -> tuple[int, str]:
    name, _ = file
    return film_rank(name), name


def file_path(job_id: str, name: str) -> str:
    """Address of a file of a video."""
    return f"/v1/jobs/{job_id}/files/{name}"
