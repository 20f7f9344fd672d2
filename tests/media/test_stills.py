"""What is seen of chunks one by one is what would be seen of the video that they are joined to."""

from collections.abc import Sequence
from functools import partial

import ffmpeg
import pytest

from jobs.errors import ToolFailed
from media.run import Workspace, compiled
from media.stills import Span, Stills, calmed, holds, joined_stills, stills_of, watched

MOVING = "testsrc2=d=3"
BLINKS = "testsrc2=d=3,drawbox=t=fill:color=black:enable='between(n,42,50)'"
DARKENS = "testsrc2=d=3,drawbox=t=fill:color=black:enable='gte(n,80)'"
BLACK, GREY, RED = "color=black:d=3", "color=gray:d=3", "color=red:d=3"


def encode(space: Workspace, name: str, *sources: str) -> Stills:
    """Pictures of three seconds each, one after the other, as chunks are encoded."""
    pictures = [ffmpeg.input(_sized(source), f="lavfi") for source in sources]
    both = ffmpeg.concat(*pictures).split()
    chunk = both[0].output(name, vcodec="libx264", pix_fmt="yuv420p", g=60)
    space.run(compiled(ffmpeg.merge_outputs(chunk, watched(both[1]))))
    return stills_of(space, 3.0 * len(sources))


def _sized(source: str) -> str:
    first, _, more = source.partition(",")
    return f"{first}:s=64x36:r=30" + (f",{more}" if more else "")


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

    found = joined_stills(chunks, partial(holds, space, space.folder / "whole.mp4"))

    looked_at = joined_stills([whole], lambda _at: False)
    assert found.length_s == 3.0 * len(sources)
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


def test_a_damaged_picture_at_a_joint_is_a_failure(space: Workspace) -> None:
    encode(space, "a.mp4", MOVING)
    video = space.folder / "a.mp4"
    data = bytearray(video.read_bytes())
    at = data.index(b"mdat") + len(data) // 4
    data[at : at + len(data) // 2] = bytes(len(data) // 2)
    video.write_bytes(data)

    with pytest.raises(ToolFailed):
        holds(space, video, 1.5)


def flashes(changes_every: int, rate: int) -> str:
    lum = f"lum='if(between(T,1,3)*mod(floor(N/{changes_every}),2),235,16)'"
    return f"color=black:s=64x36:d=4:r={rate},geq={lum}:cb=128:cr=128"


def flashing(space: Workspace, source: str, *, is_calmed: bool = False) -> tuple[Span, ...]:
    picture = ffmpeg.input(source, f="lavfi").video
    seen = watched(calmed(picture) if is_calmed else picture)
    space.run(compiled(seen), capture=True)
    return stills_of(space, 4.0).flashing


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60])
def test_more_than_three_flashes_a_second_are_a_hazard_at_every_frame_rate(
    space: Workspace, rate: int
) -> None:
    allowed = flashing(space, flashes(round(rate / 6), rate))
    (hazard,) = flashing(space, flashes(round(rate / 10), rate))

    assert allowed == ()
    assert 0.3 < hazard.start_s < 1.1
    assert 2.9 < hazard.end_s < 3.4


def test_softened_flashes_are_no_hazard(space: Workspace) -> None:
    assert flashing(space, flashes(3, 30), is_calmed=True) == ()


def test_flashes_are_told_at_their_time_in_the_joined_video() -> None:
    calm, wild = Stills(4.0, (), ()), Stills(4.0, (), (), (Span(1.0, 2.5),))

    found = joined_stills([calm, wild], lambda _at: False)

    assert found.flashing == (Span(5.0, 6.5),)
