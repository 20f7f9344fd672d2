import io

import pytest
from rich.console import Console

from pipeline.progress import Bars


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a[/b].json", id="closes a tag that was never opened"),
        pytest.param("my [draft] cut.json", id="looks like a style"),
        pytest.param("cut\\", id="ends in a backslash"),
        pytest.param("a:smile:.json", id="looks like an emoji"),
    ],
)
def test_file_names_are_shown_as_they_are(name: str) -> None:
    shown = io.StringIO()
    bars = Bars(Console(file=shown, width=80))

    bars.start(name, "job-1")
    bars.end()

    assert shown.getvalue().splitlines()[0] == f"{name} job-1"
