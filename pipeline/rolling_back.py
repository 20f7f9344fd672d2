"""Showing the videos of before a reprocessing again."""

import json
from contextlib import ExitStack

from jobs.errors import AiprodError
from jobs.reprocessing import State
from storage.blobs import Blobs
from storage.catalogue import Catalogue
from storage.database import Database
from storage.deliverables import deliver
from storage.reprocessings import Reprocessing, Reprocessings
from storage.reruns import Reruns

NOT_NOW = "not rolled back: somebody works on it"
GONE = "not rolled back: files of the video of before are gone"


def roll_back(
    database: Database, reprocessing: Reprocessing, blobs: Blobs, root: str
) -> tuple[int, dict[str, str]]:
    """Makes the runs of before current again: in the ledger, and in the folder of finished videos.

    A job that has been run again since stays as it is. Doing it twice changes nothing.

    Args:
      root: Where finished videos go: a folder, or `gs://bucket/prefix`, where each run has its own.

    Returns:
      How many jobs show the video of before, and why the others do not, by id.
    """
    tenant = reprocessing.request.tenant
    back, not_back = 0, {}
    for item in Reprocessings(database).items(reprocessing.id):
        if item.before is None or item.state is not State.DONE:
            continue
        shown = Catalogue(database).video(tenant, item.job_id)
        if shown is None or shown.generation not in (item.generation, item.before):
            not_back[item.job_id] = "not rolled back: another run has delivered since"
            continue
        try:
            _deliver(database, blobs, root, tenant, item.job_id, item.before)
        except (AiprodError, OSError):
            not_back[item.job_id] = GONE
            continue
        if Reruns(database).show(tenant, item.job_id, item.before):
            back += 1
        else:
            not_back[item.job_id] = NOT_NOW
    return back, not_back


def _deliver(
    database: Database, blobs: Blobs, root: str, tenant: str, job_id: str, run: int
) -> None:
    video = Catalogue(database).video(tenant, job_id, run)
    manifest = blobs.read(video.manifest) if video else None
    if video is None or manifest is None:
        raise FileNotFoundError(job_id)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(blobs.as_file(blob)) for name, blob in video.files.items()
        }
        deliver(root, job_id, str(run), files, json.loads(manifest), is_return=True)
