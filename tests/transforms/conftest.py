from collections.abc import Callable
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from transforms.studio import StudioConfig


@pytest.fixture
def studio(tmp_path: Path) -> StudioConfig:
    url = sqlite_url(tmp_path / "data")
    database = open_database(url)
    prepare(database)
    database.close()
    return StudioConfig(
        store=str(tmp_path / "data"),
        scratch=str(tmp_path / "data" / "work"),
        database_url=url,
        deliver_to=str(tmp_path / "out"),
        ffmpeg=None,
        workers=2,
    )


@pytest.fixture
def pipeline() -> Callable[[], beam.Pipeline]:
    return lambda: beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags=[]))
