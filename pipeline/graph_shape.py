"""What Dataflow compares when a job is updated: steps by name, what they pass on and keep.

`make graph` writes it to the file that tells what the graph of a version is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_runner_api_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.graph import FanOut
from pipeline.streaming import ServiceOptions, build
from transforms.studio import StudioConfig

REPOSITORY = Path(__file__).parents[1]
GOLDEN = "tests/pipeline/graph.golden.json"  # in the repository, and so in every version of it
NOWHERE = StudioConfig("data", "work", "sqlite://", "out", None, 1)  # the graph is not run
STREAM = (
    "--streaming",
    "--subscription=projects/a-project/subscriptions/aiprod-jobs-pull",
    "--dead_letter_topic=projects/a-project/topics/aiprod-jobs-dlq",
)


@dataclass(frozen=True)
class Step:
    """A step that does something itself, not one that only has others in it.

    Attributes:
      does: Kind of step, as Beam names it.
      gives: Coders of its outputs, sorted.
      keeps: State and timers by name, each with its kind and coder. Empty for most.
      looks_up: Names of side inputs. There are none today.
    """

    does: str
    gives: tuple[str, ...]
    keeps: Mapping[str, str] = field(default_factory=dict)
    looks_up: tuple[str, ...] = ()


Shape = Mapping[str, Step]


def streaming_shape() -> Shape:
    """The shape of the streaming pipeline, as Dataflow runs it."""
    options = PipelineOptions(list(STREAM))
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=options)
    build(pipeline, options.view_as(ServiceOptions), NOWHERE, FanOut.BRANCHES)
    return shape_of(pipeline.to_runner_api())


def shape_of(proto: beam_runner_api_pb2.Pipeline) -> Shape:
    """Steps by their unique names."""
    return dict(sorted(_steps(proto.components)))


def to_json(shape: Shape) -> str:
    """A shape as text, sorted; what is empty is left out."""
    rows = {
        name: {key: value for key, value in asdict(step).items() if value}
        for name, step in shape.items()
    }
    return json.dumps(rows, indent=1) + "\n"


def from_json(text: str) -> Shape:
    """The shape that `to_json` has written. Raises `ValueError` when it is none."""
    rows = json.loads(text)
    try:
        return {
            name: Step(
                row["does"],
                tuple(row.get("gives", ())),
                row.get("keeps", {}),
                tuple(row.get("looks_up", ())),
            )
            for name, row in rows.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("it is no description of a graph") from error


def _steps(components: beam_runner_api_pb2.Components) -> Iterator[tuple[str, Step]]:
    for transform in components.transforms.values():
        if transform.subtransforms or not transform.spec.urn:
            continue
        gives = sorted(
            _coder(components, components.pcollections[output].coder_id)
            for output in transform.outputs.values()
        )
        does = transform.spec.urn.removeprefix("beam:transform:")
        keeps: dict[str, str] = {}
        looks_up: list[str] = []
        if does == "pardo:v1":
            pardo = beam_runner_api_pb2.ParDoPayload.FromString(transform.spec.payload)
            keeps = dict(sorted(_kept(components, pardo)))
            looks_up = sorted(pardo.side_inputs)
        yield transform.unique_name, Step(does, tuple(gives), keeps, tuple(looks_up))


def _kept(
    components: beam_runner_api_pb2.Components, pardo: beam_runner_api_pb2.ParDoPayload
) -> Iterator[tuple[str, str]]:
    for name, state in pardo.state_specs.items():
        kind = state.WhichOneof("spec").removesuffix("_spec")
        spec = getattr(state, f"{kind}_spec")
        coders = ",".join(
            _coder(components, getattr(spec, part.name))
            for part in spec.DESCRIPTOR.fields
            if part.name.endswith("coder_id")
        )
        yield name, f"{kind}<{coders}>"
    for name, timer in pardo.timer_family_specs.items():
        domain = beam_runner_api_pb2.TimeDomain.Enum.Name(timer.time_domain)
        coder = _coder(components, timer.timer_family_coder_id)
        yield name, f"timer<{domain.lower()},{coder}>"


def _coder(components: beam_runner_api_pb2.Components, name: str) -> str:
    coder = components.coders[name]
    inner = ",".join(_coder(components, part) for part in coder.component_coder_ids)
    urn = coder.spec.urn.removeprefix("beam:coder:")
    return f"{urn}<{inner}>" if inner else urn


if __name__ == "__main__":
    (REPOSITORY / GOLDEN).write_text(to_json(streaming_shape()), encoding="utf-8")
