from jobs.elements import Problem
from jobs.errors import ErrorCode, ToolFailed
from transforms.perform import explain


def test_what_a_tool_said_and_how_it_was_called_is_kept() -> None:
    error = ToolFailed("FFmpeg failed", stderr_tail="no such filter", command="ffmpeg -i file:a")

    assert explain("render", "render/003", error) == Problem(
        "render",
        ErrorCode.TOOL_FAILED,
        "render/003: FFmpeg failed",
        True,
        "no such filter",
        "ffmpeg -i file:a",
    )
