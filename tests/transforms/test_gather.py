from collections.abc import Callable, Iterable

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.testing import test_stream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.typehints import typehints

from jobs.elements import Ending, Gathered, Outcome, Part, PartList, PartStatus, Run
from jobs.stages import Stage
from jobs.wire import from_json, to_json
from storage.artefacts import content_name
from transforms.gather import GatherParts
from transforms.studio import StudioConfig

RUN = Run("job", 1, 1, "media/submission.json")


def part(number: int, total: int = 3, run: Run = RUN, status: str = "done") -> Part:
    task = f"voice/{number:03}"
    return Part(run, task, Stage.VOICE, total, True, f"k{number}", "plan", PartStatus(status))


def keyed(*parts: Part) -> list[tuple[str, bytes]]:
    return [(p.run.run_id, p.to_bytes()) for p in parts]


def gathered(*parts: Part) -> bytes:
    name = content_name(to_json(PartList(parts)), ".json")
    return Gathered(parts[0].run, "plan", name).to_bytes()


def incomplete(run: Run = RUN) -> bytes:
    return Outcome(run, Ending.INCOMPLETE).to_bytes()


def test_a_run_is_complete_when_every_part_is_there(
    pipeline: Callable[[], beam.Pipeline], studio: StudioConfig
) -> None:
    with pipeline() as p:
        found = p | beam.Create(keyed(part(2), part(0), part(1))) | GatherParts(studio)

        assert_that(found.complete, equal_to([gathered(part(0), part(1), part(2))]), "complete")
        assert_that(found.incomplete, equal_to([]), "incomplete")


def test_failed_parts_count_too(
    pipeline: Callable[[], beam.Pipeline], studio: StudioConfig
) -> None:
    parts = (part(0), part(1, status="failed"), part(2, status="cancelled"))

    with pipeline() as p:
        found = p | beam.Create(keyed(*parts)) | GatherParts(studio)

        assert_that(found.complete, equal_to([gathered(*parts)]), "complete")


def test_a_part_that_comes_twice_does_not_stand_for_another(
    pipeline: Callable[[], beam.Pipeline], studio: StudioConfig
) -> None:
    with pipeline() as p:
        found = p | beam.Create(keyed(part(0), part(1), part(1))) | GatherParts(studio)

        assert_that(found.complete, equal_to([]), "complete")
        assert_that(found.incomplete, equal_to([incomplete()]), "incomplete")


def test_runs_are_gathered_apart(
    pipeline: Callable[[], beam.Pipeline], studio: StudioConfig
) -> None:
    other = Run("job", 2, 2, "media/submission.json")
    parts = [part(0, 2), part(0, 2, other), part(1, 2, other)]

    with pipeline() as p:
        found = p | beam.Create(keyed(*parts)) | GatherParts(studio)

        wanted = gathered(part(0, 2, other), part(1, 2, other))
        assert_that(found.complete, equal_to([wanted]), "complete")
        assert_that(found.incomplete, equal_to([incomplete()]), "incomplete")


@pytest.mark.parametrize(
    "late",
    [pytest.param((1,), id="duplicate after the end"), pytest.param((0, 1, 2), id="all again")],
)
def test_late_duplicates_in_a_stream_change_nothing(
    studio: StudioConfig, late: Iterable[int]
) -> None:
    pairs = typehints.Tuple[str, bytes]
    stream = test_stream.TestStream(coder=beam.coders.registry.get_coder(pairs), output_tags=())
    stream = stream.add_elements(keyed(part(2), part(0)))
    stream = stream.add_elements(keyed(part(1)))
    stream = stream.add_elements(keyed(*(part(number) for number in late)))
    options = PipelineOptions(flags=[])
    options.view_as(StandardOptions).streaming = True

    with beam.Pipeline(runner=BundleBasedDirectRunner(), options=options) as p:
        parts = p | stream.advance_watermark_to_infinity()
        found = parts | GatherParts(studio)

        assert_that(found.complete, equal_to([gathered(part(0), part(1), part(2))]), "complete")
        assert_that(found.incomplete, equal_to([]), "incomplete")


def test_part_lists_are_read_back(studio: StudioConfig) -> None:
    opened = studio.open()
    name = opened.artefacts.keep_json(PartList((part(0), part(1))))

    data = opened.blobs.read(name)

    opened.close()
    assert data is not None
    assert from_json(PartList, data).parts == (part(0), part(1))
