"""From settings to the places where work is done."""

from pathlib import Path

from pipeline.options import Settings
from storage.database import sqlite_url
from storage.private import make_private
from transforms.studio import StudioConfig

SCRATCH = "work"  # in the data folder


def studio_config(settings: Settings, out: Path) -> StudioConfig:
    """Where this machine works: folders and the embedded database, or what settings name.

    Raises:
      InvalidInput: The data folder cannot be written.
    """
    data = settings.data.absolute()
    make_private(data)
    return StudioConfig(
        store=f"gs://{settings.bucket}" if settings.bucket else str(data),
        scratch=str(data / SCRATCH),
        database_url=settings.database_url or sqlite_url(data),
        deliver_to=f"gs://{settings.bucket}" if settings.bucket else str(out.absolute()),
        ffmpeg=settings.ffmpeg,
        workers=settings.workers,
        lease_s=settings.lease_s,
        # Never our own: it holds what other tenants have made.
        input_buckets=tuple(name for name in settings.input_buckets if name != settings.bucket),
        traces_endpoint=settings.traces_endpoint,
        tenant_day_usd=settings.tenant_day_usd,
        roster=settings.roster,
        project=settings.project,
        key_versions=settings.key_versions,
    )
