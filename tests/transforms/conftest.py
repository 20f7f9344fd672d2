from collections.abc import Callable
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from storage.database import sqlite_url
from transforms.studio import StudioConfig


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
