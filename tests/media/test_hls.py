from fractions import Fraction
from pathlib import Path

import m3u8
import pytest

from jobs.errors import QualityMissed
from jobs.formats import Rung
from media.hls import (
    Segment,
    check_cuts,
    copy_picture,
    copy_sound,
    encode_picture,
    segment_starts,
    stream_of,
)
from media.master_playlist import Tongue, captions_playlist, master_playlist
from media.packets import list_packets, parse_listing
from media.run import Workspace
from tests.media.films import write_film

TOP, LOW = Rung(72, (128, 72)), Rung(36, (64, 36), 100)


@pytest.mark.parametrize(
    ("rate", "frames", "keys", "starts"),
    [
        pytest.param("30", 400, "5.5,12.2", (0, 225, 366), id="scenes between whole seconds"),
        pytest.param("30000/1001", 300, "7", (0, 180), id="a fractional rate"),
    ],
)
def test_all_renditions_are_cut_at_the_same_key_frames_and_lose_no_frame(
    space: Workspace, rate: str, frames: int, keys: str, starts: tuple[int, ...]
) -> None:
    film, exact = write_film(space, frames, keys=keys, rate=rate), Fraction(rate)

    top = copy_picture(space, film, TOP)
    low = encode_picture(space, film, LOW, exact, "draft")

    assert segment_starts(space, film, exact) == starts
    for segments in (top, low):
        check_cuts(segments, starts, frames, exact)
    for name in ("72p", "36p"):
        (track,) = list_packets(space, space.folder / f"{name}.mp4")
        first = round(track.starts[0] * track.time_base * exact)
        keyed = {round(key * track.time_base * exact) - first for key in track.keys}
        assert len(track.starts) == frames
        assert keyed >= set(starts)
        assert first == 0  # in step with the sound


def streamed(space: Workspace) -> str:
    """Writes a whole stream into the work folder; returns its master playlist."""
    film = write_film(space, 400, keys="6.5")
    segments = {
        TOP: copy_picture(space, film, TOP),
        LOW: encode_picture(space, film, LOW, Fraction(30), "draft"),
    }
    pictures = [
        stream_of(rung.name, found, head(space, rung.name), rung.size)
        for rung, found in segments.items()
    ]
    sound = stream_of("audio", copy_sound(space, film), b"")
    (space.folder / "captions.m3u8").write_text(captions_playlist(Fraction(40, 3)))
    (space.folder / "captions.vtt").write_text("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOne.\n")
    text = master_playlist(
        pictures, sound, Fraction(30), Tongue("en", "English"), has_captions=True,
        are_burned_in=False,
    )  # fmt: skip
    (space.folder / "master.m3u8").write_text(text)
    return text


def head(space: Workspace, name: str) -> bytes:
    return (space.folder / f"{name}.mp4").read_bytes()[:4096]


def test_another_parser_reads_the_playlists_and_finds_every_byte(space: Workspace) -> None:
    master = m3u8.loads(streamed(space))

    assert master.is_variant
    assert master.is_independent_segments
    assert [(one.uri, one.stream_info.resolution) for one in master.playlists] == [
        ("72p.m3u8", (128, 72)),
        ("36p.m3u8", (64, 36)),
    ]
    for one in master.playlists:
        init = head(space, one.uri.removesuffix(".m3u8"))
        at = init.index(b"avcC") + 5
        assert one.stream_info.codecs == f"avc1.{init[at : at + 3].hex()},mp4a.40.2"
    assert [(one.type, one.uri, one.language, one.autoselect) for one in master.media] == [
        ("AUDIO", "audio.m3u8", "en", "YES"),
        ("SUBTITLES", "captions.m3u8", "en", "YES"),
    ]
    for name in ("72p", "36p", "audio"):
        playlist = m3u8.load(str(space.folder / f"{name}.m3u8"))
        assert playlist.is_endlist
        assert playlist.playlist_type == "vod"
        at = int(playlist.segment_map[0].byterange.partition("@")[0])
        for segment in playlist.segments:
            size, start = map(int, segment.byterange.split("@"))
            assert (segment.uri, start) == (f"{name}.mp4", at)
            assert round(segment.duration) <= playlist.target_duration
            at += size
        assert at == (space.folder / f"{name}.mp4").stat().st_size
        assert sum(one.duration for one in playlist.segments) == pytest.approx(40 / 3, abs=0.03)


def test_the_bandwidths_are_those_of_the_bytes_that_are_fetched(space: Workspace) -> None:
    top, _ = m3u8.loads(streamed(space)).playlists

    most = average = 0.0
    for name in ("72p", "audio"):
        segments = m3u8.load(str(space.folder / f"{name}.m3u8")).segments
        bits = [8 * int(one.byterange.partition("@")[0]) for one in segments]
        seconds = [one.duration for one in segments]
        most += max(size / s for size, s in zip(bits, seconds, strict=True) if s > 3)
        average += sum(bits) / sum(seconds)
    assert top.stream_info.bandwidth == pytest.approx(most, rel=0.01)
    assert top.stream_info.average_bandwidth == pytest.approx(average, abs=2)


def test_ffmpeg_plays_each_rendition_with_the_sound_to_the_last_frame(space: Workspace) -> None:
    streamed(space)
    for number in range(2):
        listing = space.run(
            [
                "-xerror", "-i", "master.m3u8",
                "-map", f"0:v:{number}", "-map", "0:a", "-f", "framecrc", "pipe:1",
            ],
            capture=True,
        ).stdout.decode()  # fmt: skip

        video, audio = parse_listing(listing)
        off_s = audio.starts[0] * audio.time_base - video.starts[0] * video.time_base
        assert len(video.starts) == 400
        assert abs(off_s) < Fraction(1, 30)


def test_a_stream_that_is_cut_elsewhere_is_refused() -> None:
    segments = (Segment(Fraction(6), 1), Segment(Fraction(4), 1))

    with pytest.raises(QualityMissed, match=r"segments of 6\.000, 4\.000 s"):
        check_cuts(segments, (0, 190), 300, Fraction(30))


@pytest.mark.parametrize(
    ("sizes", "peak"),
    [
        pytest.param([(6, 750), (6, 1500), (6, 750)], 2000, id="the largest segment"),
        pytest.param([(6, 750), (1, 10_000)], 12_286, id="a short one counts with its neighbour"),
        pytest.param([(2, 250)], 1000, id="a short film"),
    ],
)
def test_the_peak_is_taken_over_stretches_of_about_a_segment(
    sizes: list[tuple[int, int]], peak: int
) -> None:
    segments = [Segment(Fraction(seconds), size) for seconds, size in sizes]

    assert stream_of("audio", segments, b"").bandwidth == peak


def test_captions_that_are_in_the_picture_are_not_chosen_by_players() -> None:
    stream = stream_of("audio", [Segment(Fraction(6), 600)], b"")
    tongue = Tongue("fr", "French")

    text = master_playlist(
        [stream], stream, Fraction(25), tongue, has_captions=True, are_burned_in=True
    )

    (captions,) = (one for one in m3u8.loads(text).media if one.type == "SUBTITLES")
    assert (captions.default, captions.autoselect, captions.forced) == ("NO", "NO", "NO")


def test_a_film_without_captions_has_no_list_of_them(tmp_path: Path) -> None:
    stream = stream_of("audio", [Segment(Fraction(6), 600)], b"")

    text = master_playlist(
        [stream], stream, Fraction(25), Tongue("fr", "French"), has_captions=False,
        are_burned_in=False,
    )  # fmt: skip

    assert "SUBTITLES" not in text
