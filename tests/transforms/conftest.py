from collections.abc import Callable, Iterator
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from jobs.elements import Run
from storage.database import sqlite_url
from tests.transforms.claimed import claimed
from transforms.studio import Studio, StudioConfig


@pytest.fixture
def studio(tmp_path: Path, data_folder: Path) -> StudioConfig:
    return StudioConfig(
        store=str(data_folder),
        scratch=str(data_folder / "work"),
        database_url=sqlite_url(data_folder),
        deliver_to=str(tmp_path / "out"),
        ffmpeg=None,
        workers=2,
    )


@pytest.fixture
def pipeline() -> Callable[[], beam.Pipeline]:
    return lambda: beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags=[]))


@pytest.fixture
def opened(studio: StudioConfig) -> Iterator[Studio]:
    found = studio.open()
    yield found
    found.close()


@pytest.fixture
def run(opened: Studio) -> Run:
    return claimed(opened)
