"""Showing the videos of before a reprocessing again."""

import json
from contextlib import ExitStack

from jobs.reprocessing import State
from jobs.states import TERMINAL
from storage.blobs import Blobs
from storage.catalogue import Catalogue
from storage.database import Database
from storage.deliverables import deliver, is_in_bucket
from storage.reprocessings import Item, Reprocessing, Reprocessings
from storage.reruns import Reruns
from storage.rows import VideoRow

NOT_NOW = "not rolled back: somebody works on it"
NOTHING_BEFORE = "not rolled back: it had no video before"
OTHER = "not rolled back: another run has delivered since"
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

    Raises:
      StoreUnavailable: The store does not answer. ResourceLimit: the disk is full.
      InvalidInput: The folder cannot be written. What was done until then is kept.
    """
    back, not_back = 0, {}
    for item in Reprocessings(database).items(reprocessing.id):
        if item.state is not State.DONE:
            continue
        why = _roll_back(database, reprocessing.request.tenant, item, blobs, root)
        if why:
            not_back[item.job_id] = why
        else:
            back += 1
    return back, not_back


def _roll_back(database: Database, tenant: str, item: Item, blobs: Blobs, root: str) -> str | None:
    """Shows the video of before of one job again; why not, if not."""
    if item.before is None:
        return NOTHING_BEFORE
    reruns = Reruns(database)
    base = reruns.base(tenant, item.job_id)
    if base is None or base.shown not in (item.generation, item.before):
        return OTHER
    if base.status not in TERMINAL:
        return NOT_NOW  # its files may be about to be delivered
    video = Catalogue(database).video(tenant, item.job_id, item.before)
    if video is None or not all(map(blobs.exists, (video.manifest, *video.files.values()))):
        return GONE
    if not is_in_bucket(root, item.job_id, item.before):
        _deliver(video, blobs, root, item.job_id, item.before)
    return None if reruns.show(tenant, item.job_id, item.before) else NOT_NOW


def _deliver(video: VideoRow, blobs: Blobs, root: str, job_id: str, run: int) -> None:
    with ExitStack() as stack:
        manifest = stack.enter_context(blobs.as_file(video.manifest)).read_bytes()
        files = {
            name: stack.enter_context(blobs.as_file(blob)) for name, blob in video.files.items()
        }
        deliver(root, job_id, str(run), files, json.loads(manifest))
