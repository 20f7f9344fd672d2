from fractions import Fraction
from pathlib import Path

import pytest

from jobs.languages import spoken_languages
from media.chapters import Chapter, chapters_of
from media.join import Extras, Piece, join
from media.packets import list_packets
from media.run import Workspace
from media.sidecar import Caption, parse_srt
from media.track_language import track_language
from tests.media.films import write_film

TRACK = "WEBVTT\n\n00:00:00.500 --> 00:00:01.000\na &lt;b&gt; &amp; c\n"


@pytest.mark.parametrize(
    ("scenes", "chapters"),
    [
        pytest.param([(0, None), (30, None)], [], id="none"),
        pytest.param([(0, "A"), (30, None), (60, "B")], [(0, 60, "A"), (60, 90, "B")], id="two"),
        pytest.param([(0, None), (30, "A")], [(0, 90, "A")], id="what is before belongs to it"),
    ],
)
def test_chapters_follow_each_other_from_the_first_frame_to_the_last(
    scenes: list[tuple[int, str | None]], chapters: list[tuple[int, int, str]]
) -> None:
    assert list(chapters_of(scenes, 90)) == [Chapter(*one) for one in chapters]


@pytest.fixture
def pieces(space: Workspace) -> tuple[list[Piece], Path]:
    """A chunk of a film, and its sound."""
    film = write_film(space, 90, keys="1")
    for name, kind in (("chunk.mp4", "v"), ("sound.m4a", "a")):
        space.run(["-i", film.name, "-map", f"0:{kind}", "-c", "copy", name])
    return [Piece(space.folder / "chunk.mp4", 90)], space.folder / "sound.m4a"


def test_a_film_has_its_chapters_and_a_track_of_captions(
    space: Workspace, pieces: tuple[list[Piece], Path]
) -> None:
    chapters = (Chapter(0, 45, "Ebb; = #1"), Chapter(45, 90, "Flut\\2"))
    extras = Extras("Tide", chapters, TRACK, "pt-BR")

    film = join(space, pieces[0], Fraction(30), pieces[1], extras)

    told = space.run(["-i", film.name, "-map", "0:v", "-c", "copy", "-f", "null", "-"]).stderr_tail
    track = space.run(["-i", film.name, "-map", "0:s", "-f", "srt", "pipe:1"], capture=True).stdout
    assert "Chapter #0:1: start 1.500000, end 3.000000" in told
    assert all(f": {one.title}\n" in told for one in chapters)
    assert "(por): Subtitle: mov_text" in told
    assert parse_srt(track.decode().rstrip() + "\n") == (Caption(500, 1000, "a <b> & c"),)
    counts = {one.kind: len(one.starts) for one in list_packets(space, film)}
    assert counts["video"] == 90


def test_a_film_without_extras_has_picture_and_sound_alone(
    space: Workspace, pieces: tuple[list[Piece], Path]
) -> None:
    film = join(space, pieces[0], Fraction(30), pieces[1], Extras())

    assert [one.kind for one in list_packets(space, film)] == ["video", "audio"]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        pytest.param("en", "eng", id="two letters"),
        pytest.param("pt-BR", "por", id="a region"),
        pytest.param("haw", "haw", id="three letters"),
        pytest.param("cmn", "zho", id="players know Chinese"),
        pytest.param("piqd", "und", id="four letters"),
    ],
)
def test_tracks_have_languages_of_three_letters(tag: str, code: str) -> None:
    assert track_language(tag) == code


def test_every_language_of_two_letters_has_a_code() -> None:
    short = [one.tag for one in spoken_languages() if len(one.tag.partition("-")[0]) == 2]

    assert [tag for tag in short if track_language(tag) == "und"] == ["py"]  # which is none of ISO
