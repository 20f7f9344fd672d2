"""The graph, whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import apache_beam as beam
from apache_beam.pvalue import PCollection
from apache_beam.typehints.decorators import no_annotations

from jobs.elements import Task
from jobs.stages import GENERATION, POST_PRODUCTION, Stage
from transforms.admit_jobs import AdmitJobs
from transforms.decode_jobs import DecodeJobs
from transforms.fetch_inputs import FetchInputs
from transforms.find_sound_effects import FindSoundEffects, find_effect
from transforms.finish_video import FinishVideo
from transforms.gather import GatherParts
from transforms.generate_music import GenerateMusic, score
from transforms.generate_visuals import GenerateVisuals, picture
from transforms.generate_voice import GenerateVoice, speak
from transforms.mix_audio import MixAudio, mix
from transforms.perform import Maker, PerformTasks
from transforms.plan_assets import PlanAssets
from transforms.plan_timeline import PlanTimeline
from transforms.render_chunks import RenderChunks, render
from transforms.settle_jobs import SettleJobs
from transforms.studio import StudioConfig
from transforms.write_script import WriteScript


class FanOut(Enum):
    """How stages that do not depend on each other run.

    `BRANCHES`: a branch per stage, with its own name, metrics and resource hints, for Dataflow.
    `POOLED`: all in one ParDo with one pool, for the runner of one machine, which would run
    branches one after the other. Results are the same to the byte.
    """

    BRANCHES = "branches"
    POOLED = "pooled"


@dataclass(frozen=True)
class Produced:
    """`settled`: an Outcome per run that ended; `rejected`: dead letters."""

    settled: PCollection[bytes]
    rejected: PCollection[bytes]


@dataclass(eq=False)
class Produce(beam.PTransform[PCollection[bytes], Produced]):
    """Job messages in, finished videos out."""

    studio: StudioConfig
    fan_out: FanOut

    @no_annotations  # Beam cannot express several outputs and would warn
    def expand(self, messages: PCollection[bytes]) -> Produced:
        studio = self.studio
        decoded = messages | "DecodeJobs" >> DecodeJobs()
        admitted = decoded.rings | "AdmitJobs" >> AdmitJobs(studio)
        runs = admitted.runs | "AfterAdmission" >> beam.Reshuffle()  # Pub/Sub is answered here
        scripts = runs | "WriteScript" >> WriteScript(studio)
        fetched = scripts.done | "FetchInputs" >> FetchInputs(studio)
        planned = fetched.done | "PlanAssets" >> PlanAssets(studio)
        tasks = planned.done | "SpreadTasks" >> beam.Reshuffle()  # calls take seconds
        parts = self._fan_out(tasks, "Generate", GENERATION)
        assets = parts | "GatherAssets" >> GatherParts(studio)

        edited = assets.complete | "PlanTimeline" >> PlanTimeline(studio)
        renders = edited.done | "SpreadRenders" >> beam.Reshuffle()  # FFmpeg runs for minutes
        rendered = self._fan_out(renders, "Render", POST_PRODUCTION)
        chunks = rendered | "GatherChunks" >> GatherParts(studio)

        complete = chunks.complete | "BeforeFinish" >> beam.Reshuffle()  # not under a state commit
        finished = complete | "FinishVideo" >> FinishVideo(studio)
        endings = (
            scripts.ended, fetched.ended, planned.ended, assets.incomplete,
            edited.ended, chunks.incomplete, finished.ended, finished.done,
        )  # fmt: skip
        settled = endings | "Endings" >> beam.Flatten() | "SettleJobs" >> SettleJobs(studio)
        rejected = (decoded.rejected, admitted.rejected) | "Rejected" >> beam.Flatten()
        return Produced(settled, rejected)

    def _fan_out(
        self, tasks: PCollection[bytes], name: str, stages: tuple[Stage, ...]
    ) -> PCollection[tuple[str, bytes]]:
        if self.fan_out is FanOut.POOLED:
            makers = {stage: MAKERS[stage] for stage in stages}
            return tasks | f"{name}Pooled" >> PerformTasks(self.studio, makers)
        branches = tasks | f"{name}ByStage" >> beam.Partition(_branch, len(stages), stages)  # type: ignore[arg-type]  # a function is fine
        return (
            tuple(
                branch | BRANCHES[stage].__name__ >> BRANCHES[stage](self.studio)
                for stage, branch in zip(stages, branches, strict=True)
            )
            | f"{name}Parts" >> beam.Flatten()
        )


MAKERS: Mapping[Stage, Maker] = {
    Stage.VOICE: speak,
    Stage.MUSIC: score,
    Stage.EFFECT: find_effect,
    Stage.VISUAL: picture,
    Stage.RENDER: render,
    Stage.MIX: mix,
}

BRANCHES = {
    Stage.VOICE: GenerateVoice,
    Stage.MUSIC: GenerateMusic,
    Stage.EFFECT: FindSoundEffects,
    Stage.VISUAL: GenerateVisuals,
    Stage.RENDER: RenderChunks,
    Stage.MIX: MixAudio,
}


def _branch(task: bytes, _count: int, stages: tuple[Stage, ...]) -> int:
    return stages.index(Task.from_bytes(task).stage)
