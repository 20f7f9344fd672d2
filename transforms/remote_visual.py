"""Pictures and moving pictures made by a service."""

from typing import Any

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from jobs.wire import plain
from media.blank import is_blank, is_blank_clip
from media.packets import probe_clip
from media.pictures import read_picture
from media.run import Workspace
from providers.service import Call
from providers.takes import Picture, Scenery
from transforms.hired import bought, hired, order, origin
from transforms.perform import Made
from transforms.purchase import Bought
from transforms.studio import Studio

LONGEST_CLIP_S = 120.0  # no service makes longer ones
SHORTEST = 0.5  # of the length that was ordered; what is shorter was cut off


def picture_remotely(task: Task, studio: Studio) -> Made:
    """Buys a picture or a clip; facts as of a file of the user's, so that it is shown like one.

    Raises:
      ProviderError, BudgetExceeded, Cancelled.
    """
    params = task.params
    hire = hired(task, studio)
    made = order(Stage.VISUAL, params, hire)
    length_s = params.get("length_s")  # only of who films
    wanted = Scenery(params["prompt"], params["width"], params["height"], length_s)

    def buy(call: Call) -> Bought:
        session = studio.session(params["provider"])
        came: Picture = session.draw(wanted) if length_s is None else session.film(wanted, call)
        return Bought(
            {"picture": (came.data, came.suffix)},
            {"ordered_s": came.ordered_s},
            origin(hire, made, came),
            came.cost_usd,
        )

    record, facts = bought(made, task, studio, buy, _looked_at)
    return Made(record.origin, {**record.media}, {**facts, "blob": record.media["picture"]})


def _looked_at(space: Workspace, came: Bought) -> dict[str, Any]:
    """Decodes it once: what is damaged is found now, not while the video is rendered."""
    data, suffix = came.media["picture"]
    path = space.folder / f"received{suffix}"
    path.write_bytes(data)
    try:
        if suffix != ".mp4":
            picture = read_picture(path)
            height, width = picture.shape[:2]
            if is_blank(picture):
                raise UnsupportedMedia("the picture is of one colour")
            return {"width": width, "height": height}
        track, colours = probe_clip(space, path, 0.0, LONGEST_CLIP_S, "the clip")
        (width, height), length_s = track.size, float(track.duration_s)
        if length_s <= 0:
            raise UnsupportedMedia("the clip has no length")
        ordered_s = came.facts.get("ordered_s")  # of what was bought before: nobody knows
        if ordered_s and length_s < SHORTEST * ordered_s:
            raise UnsupportedMedia(f"{length_s:.1f} s of film, of {ordered_s:g} s ordered")
        if is_blank_clip(space, path, width, height):
            raise UnsupportedMedia("every picture of the clip is of one colour")
    finally:
        path.unlink(missing_ok=True)
    found = {"width": width, "height": height, "start_s": 0.0, "length_s": length_s}
    return {**found, "colours": plain(colours)}
