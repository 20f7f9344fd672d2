"""What is seen of chunks one by one is what would be seen of the video that they are joined to."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from jobs.errors import ToolFailed
from media.run import Workspace
from media.stills import Span, Stills, find_stills, holds, joined_stills

MOVING = "testsrc2=d=3"
BLINKS = "testsrc2=d=3,drawbox=t=fill:color=black:enable='between(n,42,50)'"
DARKENS = "testsrc2=d=3,drawbox=t=fill:color=black:enable='gte(n,80)'"
BLACK, GREY, RED = "color=black:d=3", "color=gray:d=3", "color=red:d=3"


def encode(space: Workspace, name: str, *sources: str) -> Path:
    """Pictures of three seconds each, one after the other, as chunks are encoded."""
    graph = ";".join(
        f"{source.replace('=d', '=s=64x36:r=30:d', 1)}"
        if source.startswith("testsrc2")
        else f"{source}:s=64x36:r=30"
        for source in sources
    ).split(";")
    inputs = [part for one in graph for part in ("-f", "lavfi", "-i", one)]
    joined = "".join(f"[{n}:v]" for n in range(len(sources))) + f"concat=n={len(sources)}"
    options = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "60", "-y", name]
    space.run([*inputs, "-filter_complex", joined, *options])
    return space.folder / name


def spans(found: Sequence[Span]) -> list[tuple[float, float]]:
    return [
        (pytest.approx(one.start_s, abs=0.1), pytest.approx(one.end_s, abs=0.1)) for one in found
    ]


@pytest.mark.parametrize(
    ("sources", "black", "frozen"),
    [
        pytest.param([MOVING, BLINKS], [], [], id="nothing"),
        pytest.param([BLINKS, BLACK], [(3, 6)], [(3, 6)], id="black after a cut"),
        pytest.param([DARKENS, BLACK], [(2.67, 6)], [(2.67, 6)], id="black over a joint"),
        pytest.param([DARKENS, MOVING], [], [], id="too short at an edge"),
        pytest.param([GREY, GREY, MOVING], [], [(0, 6)], id="the same still twice"),
        pytest.param([GREY, RED], [], [(0, 3), (3, 6)], id="another still"),
    ],
)
def test_joined_chunks_show_what_the_whole_video_shows(
    space: Workspace,
    sources: list[str],
    black: list[tuple[float, float]],
    frozen: list[tuple[float, float]],
) -> None:
    chunks = [encode(space, f"{number}.mp4", one) for number, one in enumerate(sources)]
    whole = encode(space, "whole.mp4", *sources)
    length_s = 3.0 * len(sources)

    found = joined_stills(
        [find_stills(space, chunk, 3.0) for chunk in chunks], partial(holds, space, whole)
    )

    looked_at = joined_stills([find_stills(space, whole, length_s)], lambda _at: False)
    assert found.length_s == length_s
    assert spans(found.black) == black
    assert spans(found.frozen) == frozen
    assert spans(found.frozen) == [(one.start_s, one.end_s) for one in looked_at.frozen]


def test_a_joint_is_looked_at_only_where_it_decides() -> None:
    asked = list[float]()

    def is_held(at_s: float) -> bool:
        asked.append(at_s)
        return False

    short, still = Span(3.8, 4.0), Span(0.0, 3.0)
    joined_stills(
        [
            Stills(4.0, (), (short,)),
            Stills(4.0, (), ()),  # begins with something that moves
            Stills(4.0, (), (short,)),
            Stills(4.0, (), (Span(0.0, 0.2), short)),  # both together are short
            Stills(4.0, (), (still,)),
        ],
        is_held,
    )

    assert asked == [16.0]


def test_a_damaged_chunk_is_a_failure(space: Workspace) -> None:
    chunk = encode(space, "a.mp4", MOVING)
    data = bytearray(chunk.read_bytes())
    at = data.index(b"mdat") + len(data) // 4
    data[at : at + 400] = bytes(400)
    chunk.write_bytes(data)

    with pytest.raises(ToolFailed):
        find_stills(space, chunk, 3.0)
