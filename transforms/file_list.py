"""Outcomes whose files are too many for an element: those of many variants in many formats."""

from dataclasses import replace

from jobs.elements import MAX_ELEMENT_BYTES, Outcome, Video
from jobs.wire import from_json, to_json
from storage.artefacts import Artefacts


def lightened(outcome: Outcome, artefacts: Artefacts) -> Outcome:
    """The outcome, small enough for an element: if need be with its video in a blob."""
    video = outcome.video
    if video is None or len(to_json(outcome)) <= MAX_ELEMENT_BYTES:
        return outcome
    listed = artefacts.keep_json(video)
    return replace(outcome, video=replace(video, files={}, sizes={}, listed=listed))


def whole(outcome: Outcome, artefacts: Artefacts) -> Outcome:
    """The outcome with all its files.

    Raises:
      LookupError: The blob that names them is gone.
    """
    if outcome.video is None or not outcome.video.listed:
        return outcome
    data = artefacts.blobs.read(outcome.video.listed)
    if data is None:
        raise LookupError(f"{outcome.video.listed}, which names the files of a video, is gone")
    return replace(outcome, video=from_json(Video, data))
