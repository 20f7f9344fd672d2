import pytest

from jobs.formats import Format, film_names, film_rank, format_names, ladder


@pytest.mark.parametrize(
    ("size", "steps"),
    [
        pytest.param(
            (3840, 2160),
            {
                "2160p": (3840, 2160),
                "1080p": (1920, 1080),
                "720p": (1280, 720),
                "480p": (854, 480),
                "360p": (640, 360),
            },
            id="wide",
        ),
        pytest.param(
            (720, 1280), {"720p": (720, 1280), "480p": (480, 854), "360p": (360, 640)}, id="tall"
        ),
        pytest.param(
            (1080, 1350),
            {"1080p": (1080, 1350), "720p": (720, 900), "480p": (480, 600), "360p": (360, 450)},
            id="portrait",
        ),
        pytest.param(
            (500, 500), {"500p": (500, 500), "480p": (480, 480), "360p": (360, 360)}, id="square"
        ),
        pytest.param((256, 144), {"144p": (256, 144)}, id="smallest"),
    ],
)
def test_the_ladder_goes_down_from_the_film(
    size: tuple[int, int], steps: dict[str, tuple[int, int]]
) -> None:
    rungs = ladder(size)

    assert {rung.name: rung.size for rung in rungs} == steps
    assert [rung.max_kbps is None for rung in rungs] == [True] + [False] * (len(steps) - 1)


def test_renditions_are_parts_before_the_playlist_that_tells_of_them() -> None:
    names = format_names([Format.SHEET, Format.HLS, Format.MP4], (854, 480))

    assert names == ("hls-480p", "hls-360p", "hls", "sheet")


@pytest.mark.parametrize(
    ("files", "films"),
    [
        pytest.param(["poster.jpg", "final.mp4", "final.m4a"], ["final.mp4"], id="the mp4 first"),
        pytest.param(
            ["final.m4a", "hls/master.m3u8", "hls/720p.m3u8"],
            ["hls/master.m3u8"],
            id="then the stream",
        ),
        pytest.param(["final.m4a", "sheet.jpg"], ["final.m4a"], id="sound alone"),
        pytest.param(
            ["fr/final.mp4", "fr/final.webm", "ar/hls/master.m3u8"],
            ["fr/final.mp4", "ar/hls/master.m3u8"],
            id="variants",
        ),
        pytest.param(["poster.jpg", "not-final.mp4"], [], id="none"),
    ],
)
def test_each_variant_has_one_file_that_is_its_film(files: list[str], films: list[str]) -> None:
    assert list(film_names(files)) == films


def test_whole_videos_come_before_all_other_files() -> None:
    files = ["captions.srt", "hls/720p.mp4", "final.webm", "fr/hls/master.m3u8", "final.mp4"]

    assert sorted(files, key=film_rank)[:3] == ["final.mp4", "fr/hls/master.m3u8", "final.webm"]
