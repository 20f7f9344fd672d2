"""What a run would render, before anything is made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.forecast import Foreseen
from jobs.document import Variant
from jobs.slate import Slate
from jobs.stages import Stage
from media.timeline import Timeline
from storage.artefacts import Record, json_name
from storage.blobs import Blobs
from transforms.brand_look import caption_font
from transforms.credits import credits_text
from transforms.formats import chapters_in, format_orders
from transforms.renders import (
    FINISH_TASK,
    MIX_TASK,
    Renders,
    finish_params,
    render_params,
    renders_of,
    timeline_of,
)
from transforms.takes import Takes


@dataclass(frozen=True)
class Renderings:
    """Foresees chunks, mix and finished file of a variant; an `api.forecast.Rendered`.

    Attributes:
      encoder: Version of FFmpeg.
      blobs: Where fonts of brands are.
    """

    encoder: str
    blobs: Blobs

    def __call__(
        self, variant: Variant, records: Mapping[str, Record], slots: tuple[int, ...], slate: Slate
    ) -> list[Foreseen]:
        job, name, takes = variant.job, variant.name, Takes((), records)
        with caption_font(job, takes, self.blobs) as own:
            timeline = timeline_of(job, takes)
            renders = renders_of(job, timeline, takes, self.encoder, _go_on, own)
        parts = [
            _part(slate, MIX_TASK, Stage.MIX, renders.mix, name, ((),)),
            *(
                _part(
                    slate,
                    chunk.task_id,
                    Stage.RENDER,
                    spec,
                    name,
                    [(slot,) for slot in slots[chunk.first_scene : chunk.last_scene + 1]],
                )
                for chunk, spec in zip(renders.chunks, renders.specs, strict=True)
            ),
        ]
        return [*parts, *self._finished(variant, parts, timeline, renders, takes, slate)]

    def _finished(
        self,
        variant: Variant,
        parts: Sequence[Foreseen],
        timeline: Timeline,
        renders: Renders,
        takes: Takes,
        slate: Slate,
    ) -> Iterator[Foreseen]:
        job, name = variant.job, variant.name
        keys = [part.key for part in sorted(parts, key=lambda part: part.task_id)]
        chapters = chapters_in(job, [scene.start for scene in timeline.scenes], timeline.frames)
        params = finish_params(
            job, keys, renders.chunks, renders.cues, chapters,
            credits_text(job, takes.records), self.encoder,
        )  # fmt: skip
        key = slate.key(Stage.FINISH, params)
        yield Foreseen(FINISH_TASK, Stage.FINISH, key, ((Stage.FINISH, name, ()),))
        orders = format_orders(job, keys, renders.chunks, renders.cues, chapters, self.encoder)
        for order in orders:
            key = slate.key(Stage.FORMAT, order.params)
            about = (Stage.FORMAT, name, (order.name,))
            yield Foreseen(order.task_id, Stage.FORMAT, key, (about,))


def _part(
    slate: Slate,
    task_id: str,
    stage: Stage,
    spec: Any,
    variant: str,
    about: Iterable[tuple[int, ...]],
) -> Foreseen:
    key = slate.key(stage, render_params(json_name(spec)))
    return Foreseen(task_id, stage, key, tuple((stage, variant, one) for one in about))


def _go_on() -> None:
    """Nobody can cancel a plan."""
