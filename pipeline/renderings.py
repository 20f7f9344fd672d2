"""What a run would render, before anything is made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.forecast import Foreseen
from jobs.document import Variant
from jobs.slate import Slate
from jobs.stages import Stage
from storage.artefacts import Record, json_name
from transforms.credits import credits_text
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
    """

    encoder: str

    def __call__(
        self, variant: Variant, records: Mapping[str, Record], slots: tuple[int, ...], slate: Slate
    ) -> list[Foreseen]:
        job, name, takes = variant.job, variant.name, Takes((), records)
        renders = renders_of(job, timeline_of(job, takes), takes, self.encoder, _go_on)
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
        return [*parts, self._finished(variant, parts, renders, takes, slate)]

    def _finished(
        self,
        variant: Variant,
        parts: Sequence[Foreseen],
        renders: Renders,
        takes: Takes,
        slate: Slate,
    ) -> Foreseen:
        job = variant.job
        keys = [part.key for part in sorted(parts, key=lambda part: part.task_id)]
        credits = credits_text(job, takes.records)
        params = finish_params(job, keys, renders.chunks, renders.cues, credits, self.encoder)
        key = slate.key(Stage.FINISH, params)
        return Foreseen(FINISH_TASK, Stage.FINISH, key, ((Stage.FINISH, variant.name, ()),))


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
