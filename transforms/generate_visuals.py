"""Pictures and clips."""

from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import PCollection

from jobs.elements import Task
from jobs.errors import UnsupportedMedia
from jobs.stages import Stage
from jobs.wire import plain
from media.own_fonts import font_of_file
from media.packets import probe_clip
from media.pictures import read_picture, read_transparent
from media.run import Workspace
from storage.artefacts import Origin
from transforms.hired import is_remote
from transforms.perform import Made, PerformTasks
from transforms.remote_visual import picture_remotely
from transforms.studio import Studio, StudioConfig

# A clip is decoded this far when the document does not trim it: no scene is longer.
MAX_CLIP_S = 600.0


@dataclass(eq=False)
class GenerateVisuals(beam.PTransform[PCollection[bytes], PCollection[tuple[str, bytes]]]):
    """Makes or checks the picture of each scene, so that rendering meets no surprise."""

    studio: StudioConfig

    def expand(self, tasks: PCollection[bytes]) -> PCollection[tuple[str, bytes]]:
        return tasks | "Picture" >> PerformTasks(self.studio, {Stage.VISUAL: picture})


def picture(task: Task, studio: Studio, space: Workspace) -> Made:
    """Paints or buys a picture, or decodes a file of the user's once to see that it is whole."""
    params = task.params
    if is_remote(task):
        return picture_remotely(task, studio)
    match params["type"]:
        case "image":
            return _checked_image(params, studio)
        case "clip":
            return _checked_clip(params, studio, space)
        case "logo":
            return _checked_logo(params, studio)
        case "font":
            return _checked_font(params, studio)
        case "color":
            return Made(Origin("local", "color", licence="CC0-1.0"), {}, {"color": params["color"]})
        case _:
            return _painted(params)


def _painted(params: dict[str, Any]) -> Made:
    # Imported when there is something to make: SciPy takes as long to load as Beam.
    from providers.artist import PictureRequest, card, paint

    request = PictureRequest(
        prompt=params["prompt"], width=params["width"], height=params["height"]
    )
    painted = card(request) if params["type"] == "title" else paint(request)
    return Made(
        Origin("local", "artist", licence="CC0-1.0"),
        {"picture": (painted.data, ".jpg")},
        {"subject": painted.subject, "palette": list(painted.palette)},
    )


def _checked_image(params: dict[str, Any], studio: Studio) -> Made:
    with studio.blobs.as_file(params["blob"]) as path:
        height, width = read_picture(path).shape[:2]
    return Made(_OF_THE_USER, {}, {"blob": params["blob"], "width": width, "height": height})


def _checked_logo(params: dict[str, Any], studio: Studio) -> Made:
    with studio.blobs.as_file(params["blob"]) as path:
        read_transparent(path)
    return Made(_OF_THE_USER, {}, {"blob": params["blob"]})


def _checked_font(params: dict[str, Any], studio: Studio) -> Made:
    with studio.blobs.as_file(params["blob"]) as path:
        font = font_of_file(path)
    return Made(_OF_THE_USER, {}, {"blob": params["blob"], "family": font.bold.family})


def _checked_clip(params: dict[str, Any], studio: Studio, space: Workspace) -> Made:
    start_s = float(params["start_s"])
    length_s = float(params["end_s"] or start_s + MAX_CLIP_S) - start_s
    with studio.blobs.as_file(params["blob"]) as path:
        track, colours = probe_clip(space, path, start_s, length_s, "the clip")
    if len(track.starts) < 1 or track.duration_s <= 0:
        raise UnsupportedMedia("the clip has no length")
    return Made(
        _OF_THE_USER,
        {},
        {
            "blob": params["blob"],
            "width": track.size[0],
            "height": track.size[1],
            "start_s": start_s,
            "length_s": float(track.duration_s),
            "colours": plain(colours),
        },
    )


_OF_THE_USER = Origin("user", source_type="humanEdits", licence="as declared by the user")
