import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from jobs.errors import QualityMissed
from media.caption_look import CaptionLook
from media.chunk import (
    Captions,
    ChunkSpec,
    Noticed,
    Seam,
    ShotSpec,
    chunk_graph,
    drawn,
    render_chunk,
)
from media.clips import ClipSpec
from media.cues import Cue, CueWord
from media.framing import Aim
from media.gallery import Gallery
from media.logo import LogoSpec, logo_area
from media.packets import list_packets
from media.planes import Planes, yuv_of
from media.run import Workspace, compiled
from media.shot_text import Title
from media.subject import find_subject

RED, BLUE = ShotSpec("color", "#ff0000", 0, 24), ShotSpec("color", "#0000ff", 16, 24)
SPEC = ChunkSpec(64, 36, (24, 1), 40, "draft", (RED, BLUE), (Seam("crossfade", 16, 8),))


def frames(space: Workspace, spec: ChunkSpec, files: dict[str, Path] | None = None) -> list[Planes]:
    with drawn(space, spec, files or {}, lambda _: None, Noticed(), Gallery()) as stream:
        return [Planes(np.array(frame)) for frame in stream]


def test_the_encoder_is_told_everything() -> None:
    assert compiled(chunk_graph(SPEC), "warning") == [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "warning", "-y",
        "-f", "rawvideo", "-video_size", "64x36", "-color_primaries", "bt709",
        "-color_range", "tv", "-color_trc", "bt709", "-colorspace", "bt709",
        "-framerate", "24/1", "-pixel_format", "yuv420p", "-protocol_whitelist", "pipe",
        "-i", "pipe:0", "-filter_complex",
        "[0:v]split=2[s0][s1];[s1]scale=320:-2:flags=fast_bilinear[s2];"
        "[s2]blackdetect=d=0.5:pic_th=0.995:pix_th=0.02[s3];[s3]freezedetect=d=0.1:n=0.0003[s4];"
        "[s4]metadata=print:file=marks.txt[s5];[s5]scale=96:-2:flags=fast_bilinear[s6];"
        "[s6]fps=30[s7];[s7]photosensitivity=bypass=1[s8];"
        "[s8]metadata=print:file=flashes.txt[s9]",
        "-map", "[s0]", "-f", "mp4", "-color_primaries", "bt709", "-color_range", "tv",
        "-color_trc", "bt709", "-colorspace", "bt709", "-crf", "20",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-g", "48", "-map_metadata", "-1",
        "-pix_fmt", "yuv420p", "-preset", "veryfast",
        "-profile:v", "high", "-threads", "1", "-vcodec", "libx264",
        "-video_track_timescale", "24", "chunk.mp4",
        "-map", "[s9]", "-f", "null", "-fps_mode", "passthrough", "pipe:1",
    ]  # fmt: skip


def test_a_chunk_has_exactly_its_frames(space: Workspace) -> None:
    counted: list[int] = []

    encoded = render_chunk(space, SPEC, {}, counted.append, Gallery())

    (track,) = list_packets(space, encoded.path)
    assert (len(track.starts), track.size, track.duration_s) == (40, (64, 36), Fraction(40, 24))
    assert counted == [0, 15, 30]


def test_the_same_chunk_gives_the_same_bytes(space: Workspace) -> None:
    first = render_chunk(space, SPEC, {}, lambda _: None, Gallery()).path.read_bytes()
    second = render_chunk(space, SPEC, {}, lambda _: None, Gallery()).path.read_bytes()

    assert first == second


def test_a_crossfade_passes_evenly_from_one_shot_to_the_next(space: Workspace) -> None:
    red = [int(frame.v[0, 0]) for frame in frames(space, SPEC)]

    assert red[15] == 240
    assert red[24] == 118
    assert np.diff(red[15:25]).tolist() == pytest.approx([-13.6] * 9, abs=1)


def test_a_chunk_that_begins_under_a_transition_shows_the_end_of_the_scene_before(
    space: Workspace,
) -> None:
    whole = frames(space, SPEC)
    later = ChunkSpec(
        64, 36, (24, 1), 24, "draft",
        (replace(RED, first=-16), replace(BLUE, first=0)), (Seam("crossfade", 0, 8),),
    )  # fmt: skip

    part = frames(space, later)

    assert all(np.array_equal(a.data, b.data) for a, b in zip(whole[16:], part, strict=True))


def test_motion_goes_on_through_a_transition(space: Workspace, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    Image.effect_noise((256, 144), 90).convert("RGB").save(picture)
    still = ShotSpec("still", "a", 0, 24, motion="zoom_in")
    spec = replace(SPEC, shots=(still, BLUE))

    shown = frames(space, spec, {"a": picture})

    changes = [float(np.abs(shown[n].y.astype(int) - shown[n + 1].y).mean()) for n in range(12)]
    assert min(changes) > 0


def halves(path: Path) -> Path:
    """White at the left, black at the right."""
    picture = np.full((180, 640, 3), 255, np.uint8)
    picture[:, 320:] = 0
    Image.fromarray(picture).save(path)
    return path


@pytest.mark.parametrize(
    ("focus", "light"),
    [pytest.param((0.9, 0.5), 16, id="dark end"), pytest.param((0.1, 0.5), 235, id="light end")],
)
def test_a_still_is_cropped_round_the_focus_that_is_given(
    space: Workspace, tmp_path: Path, focus: tuple[float, float], light: int
) -> None:
    still = ShotSpec("still", "a", 0, 24, motion="none", focus=focus)
    spec = replace(SPEC, shots=(still, BLUE))

    (shown, *_) = frames(space, spec, {"a": halves(tmp_path / "a.png")})

    assert {int(shown.y[row, column]) for row in (2, 33) for column in (2, 30)} == {light}


def test_a_clip_is_cropped_round_the_focus_that_is_given(space: Workspace, tmp_path: Path) -> None:
    halves(tmp_path / "a.png")
    loop = ["-loop", "1", "-i", str(tmp_path / "a.png"), "-t", "2", "-r", "24"]
    space.run([*loop, "-pix_fmt", "yuv420p", "-y", "a.mp4"])
    clip = ShotSpec("clip", "a", 0, 24, clip=ClipSpec(0.0, 2.0, focus=(0.9, 0.5)))
    spec = replace(SPEC, shots=(clip, BLUE))

    (shown, *_) = frames(space, spec, {"a": space.folder / "a.mp4"})

    assert int(shown.y[:, 4:].max()) < 30


def test_an_explicit_movement_goes_from_view_to_view(space: Workspace, tmp_path: Path) -> None:
    aims = Aim(4.0, (0.2, 0.5)), Aim(4.0, (0.95, 0.5))
    still = ShotSpec("still", "a", 0, 17, motion="explicit", aims=aims)
    spec = replace(SPEC, shots=(still, BLUE))

    shown = frames(space, spec, {"a": halves(tmp_path / "a.png")})

    assert (int(shown[0].y.min()), int(shown[15].y.max())) == (235, 16)


def test_a_face_that_is_not_in_the_middle_is_whole(space: Workspace, tmp_path: Path) -> None:
    person = Image.open(Path(__file__).parent / "astronaut.jpg").resize((600, 600))
    picture = Image.new("RGB", (1920, 1080), (90, 110, 130))
    picture.paste(person, (1300, 300))
    picture.save(tmp_path / "a.png")
    still = ShotSpec("still", "a", 0, 24, motion="zoom_in")
    spec = replace(SPEC, width=180, height=320, shots=(still, replace(BLUE, first=24)),
        seams=(Seam("cut", 24, 0),), frames=24)  # fmt: skip

    for frame in frames(space, spec, {"a": tmp_path / "a.png"})[::8]:
        rgb = cv2.cvtColor(frame.data, cv2.COLOR_YUV2RGB_I420)
        (face,) = find_subject(np.asarray(rgb, np.uint8)).faces
        assert face.left > 0.05
        assert face.left + face.width < 0.95


def test_a_title_fades_in_and_out_with_its_shot(space: Workspace) -> None:
    shot = ShotSpec("color", "#000000", 0, 48, title=Title("Hello"))
    spec = ChunkSpec(320, 180, (24, 1), 48, "draft", (shot,), ())

    light = [int(frame.y.max()) for frame in frames(space, spec)]

    assert light[0] < light[5] < light[12]
    assert light[24] > 220
    assert light[47] < light[42] < light[36]


def test_a_captioned_title_leaves_the_place_of_captions_free(space: Workspace) -> None:
    title = Title("A title of many words in a tall frame", "and words below", captions="karaoke")
    shot = ShotSpec("color", "#000000", 0, 24, title=title)
    spec = ChunkSpec(180, 320, (24, 1), 24, "draft", (shot,), ())
    top = round(CaptionLook("karaoke", 180, 320).top)

    shown = frames(space, spec)[12].y
    alone = replace(shot, title=replace(title, captions=""))
    free = frames(space, replace(spec, shots=(alone,)))[12].y

    assert shown[top:].max() < 60
    assert free[top:].max() > 200


def test_captions_stand_on_exactly_their_frames(space: Workspace) -> None:
    word = CueWord("Hello", 10, 20)
    captions = (Captions((Cue(10, 20, ((word,),)),), "block", "en"),)
    shot = ShotSpec("color", "#000000", 0, 30)
    spec = ChunkSpec(320, 180, (24, 1), 30, "draft", (shot,), (), captions)

    lit = [number for number, frame in enumerate(frames(space, spec)) if frame.y.max() > 100]

    assert lit == list(range(10, 20))


def test_a_chunk_that_flashes_is_encoded_again_softened(space: Workspace) -> None:
    lum = "lum='if(mod(floor(N/2),2),235,16)':cb=128:cr=128"
    source = f"color=black:s=64x36:d=3:r=24,geq={lum}"
    space.run(["-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-y", "strobe.mp4"])
    shot = ShotSpec("clip", "strobe", 0, 60, clip=ClipSpec(0.0, 3.0))
    spec = ChunkSpec(64, 36, (24, 1), 60, "draft", (shot,), ())

    made = render_chunk(
        space, spec, {"strobe": space.folder / "strobe.mp4"}, lambda _: None, Gallery()
    )

    assert len(made.softened) == 1
    assert made.stills.flashing == ()
    (track,) = list_packets(space, made.path)
    assert len(track.starts) == 60


def test_a_logo_is_above_titles_and_below_captions(space: Workspace, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    Image.new("RGB", (90, 90), "#ff0000").save(picture)
    red = yuv_of("#ff0000")[0]
    word = CueWord("M" * 44, 0, 24)
    captions = (Captions((Cue(0, 24, ((word,),)),), "block", "en"),)
    shot = ShotSpec("color", "#000000", 0, 24, title=Title("MMMMMMMM\nMMMMMMMM\nMMMMMMMM"))
    spec = ChunkSpec(320, 180, (24, 1), 13, "draft", (shot,), (), captions)
    on_title, on_caption = (
        LogoSpec("logo", "bottom_right", 0.4, 1.0, margin) for margin in (0.2, 0.0)
    )

    plain, above, below = (
        frames(space, replace(spec, logo=logo), {"logo": picture})[12].y
        for logo in (None, on_title, on_caption)
    )

    title, caption = (logo_area(logo, (320, 180), 1.0) for logo in (on_title, on_caption))
    assert title.of(plain).max() > 220
    assert {*np.unique(title.of(above))} == {red}
    assert caption.of(plain).max() > 220
    assert {red} < {*np.unique(caption.of(below))}
    assert caption.of(below).max() > 220


LOSING = """#!{python}
import os, sys, pathlib
count = pathlib.Path({count!r})
done = int(count.read_text() or 0) if count.exists() else 0
count.write_text(str(done + 1))
arguments = sys.argv[1:]
if done < {times}:  # frames are read, and only five of them encoded
    arguments[arguments.index("chunk.mp4") : arguments.index("chunk.mp4")] = ["-frames:v", "5"]
os.execv({ffmpeg!r}, [{ffmpeg!r}, *arguments])
"""


def losing(space: Workspace, times: int) -> Workspace:
    """A workspace whose FFmpeg loses all but five frames, so many times."""
    program = space.folder / "losing"
    count = str(space.folder / "count.txt")
    program.write_text(
        LOSING.format(python=sys.executable, count=count, times=times, ffmpeg=str(space.ffmpeg))
    )
    program.chmod(0o755)
    return replace(space, ffmpeg=str(program))


def test_a_chunk_that_has_lost_frames_is_encoded_again(space: Workspace) -> None:
    chunk = render_chunk(losing(space, 1), SPEC, {}, lambda _: None, Gallery())

    assert len(list_packets(space, chunk.path)[0].starts) == 40
    assert [one.frame for one in chunk.glimpses] == [0, 12, 24, 36]


def test_a_chunk_that_loses_frames_again_is_refused(space: Workspace) -> None:
    with pytest.raises(QualityMissed, match="5 frames were encoded instead of 40"):
        render_chunk(losing(space, 2), SPEC, {}, lambda _: None, Gallery())
