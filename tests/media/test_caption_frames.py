"""Captions measured on the pictures of encoded video."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from jobs.words import Word
from media.caption_look import CaptionLook
from media.chunk import Captions, ChunkSpec, ShotSpec, render_chunk
from media.cues import Cue, CueWord, cut_cues
from media.fonts import script_coverage
from media.gallery import Gallery
from media.lettering import measure
from media.run import Workspace

COVERED = script_coverage()
Picture = NDArray[np.uint8]
BLACK = ShotSpec("color", "#000000", 0, 60)


def shown(
    space: Workspace,
    size: tuple[int, int],
    captions: Captions | None,
    *,
    frames: int = 1,
    shot: ShotSpec = BLACK,
    files: dict[str, Path] | None = None,
) -> Picture:
    """Every frame of an encoded chunk, decoded: RGB, shape (frames, height, width, 3)."""
    used = (captions,) if captions else ()
    spec = ChunkSpec(*size, (24, 1), frames, "standard", (replace(shot, frames=frames),), (), used)
    made = render_chunk(space, spec, files or {}, lambda _: None, Gallery())
    raw = made.path.with_suffix(".rgb")
    space.run(["-i", str(made.path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-y", str(raw)])
    return np.fromfile(raw, np.uint8).reshape(frames, size[1], size[0], 3)


def whole(*lines: str, frames: int = 1) -> Cue:
    return Cue(0, frames, tuple((CueWord(line, 0, frames),) for line in lines))


@pytest.mark.parametrize(
    ("language", "words", "goes_right"),
    [
        pytest.param("en", ("Twice", "a", "day"), True, id="en"),
        pytest.param("ja", ("海", "は", "青い。"), True, id="ja, by characters"),
        pytest.param("ar", ("ينسى", "البحر", "الصخور"), False, id="ar, from the right"),
    ],
)
def test_karaoke_follows_the_voice_to_the_frame(
    space: Workspace, language: str, words: tuple[str, ...], goes_right: bool
) -> None:
    spaced = language != "ja"
    narration = (" " if spaced else "").join(words)
    starts_s = (0.26, 0.81, 1.43)  # between frames
    ends_s = (*starts_s[1:], 2.0)
    times = zip(words, starts_s, ends_s, strict=True)
    timed = tuple(Word(word, a, b, narration.index(word)) for word, a, b in times)
    look = CaptionLook("karaoke", 426, 240, language)
    cues = cut_cues(
        narration,
        timed,
        first_frame=0,
        frame_rate=Fraction(24),
        until=60,
        language=language,
        fits=lambda line: measure(look, [line])[0] <= look.text_width,
    )

    pictures = shown(space, (426, 240), Captions(cues, "karaoke", language), frames=60)

    lit = [(number, x) for number, shot in enumerate(pictures) if (x := _lit_centre(shot))]
    switches = [
        lit[0],
        *(after for before, after in pairwise(lit) if abs(after[1] - before[1]) > 4),
    ]
    assert len(switches) == len(words)
    assert all(abs(n - s * 24) <= 1 for (n, _), s in zip(switches, starts_s, strict=True))
    places = [place for _, place in switches]
    assert places == sorted(places, reverse=not goes_right)


def _lit_centre(picture: Picture) -> float | None:
    """Middle of what is yellow, None where nothing is."""
    red, blue = picture[:, :, 0].astype(int), picture[:, :, 2].astype(int)
    columns = np.flatnonzero((red - blue > 90).sum(axis=0))
    return float(columns.mean()) if columns.size else None


def _busy(folder: Path, size: tuple[int, int]) -> Path:
    """Bright and dark stripes and noise in colours, as unkind as a picture can be."""
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 256, (size[1] // 8, size[0] // 8, 3), np.uint8)
    picture = cv2.resize(noise, size, interpolation=cv2.INTER_NEAREST)
    picture[:, ::24] = 255
    path = folder / "busy.png"
    Image.fromarray(picture).save(path)
    return path


def _luminance(rgb: Picture) -> NDArray[np.float64]:
    """Relative luminance of sRGB, as WCAG 2.2 defines it."""
    part = rgb.astype(float) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#808080", "busy"])
@pytest.mark.parametrize("style", ["block", "karaoke"])
def test_letters_stand_out_from_what_is_around_them(
    space: Workspace, tmp_path: Path, style: str, ground: str
) -> None:
    size = (1280, 720)
    shot, files = replace(BLACK, source=ground), {}
    if ground == "busy":
        shot, files = ShotSpec("still", "busy", 0, 1), {"busy": _busy(tmp_path, size)}
    captions = Captions((whole("Twice a day the sea", "forgets these rocks"),), style, "en")
    look = CaptionLook(style, *size)
    letters = shown(space, size, captions)[0].max(axis=2) > 200  # over black only letters are light
    away = cv2.distanceTransform((~letters).astype(np.uint8), cv2.DIST_L2, 5)
    # From where the edge is black to where the outline ends, or as far into the box.
    around = (away > 1.5) & (away < (look.outline_px or 4))

    light = _luminance(shown(space, size, captions, shot=shot, files=files)[0])

    core = cv2.erode(letters.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    darkest_letter = np.percentile(light[core], 5)
    lightest_ground = np.percentile(light[around], 95)
    assert (darkest_letter + 0.05) / (lightest_ground + 0.05) >= 4.5


# Shares of the frame that captions stay in: left, top, right, bottom. Title safe is 5 % on each
# side (SMPTE ST 2046-1). In tall video apps lay buttons over the right ninth, texts over the lower
# fifth, a bar over the top seventh.
SAFE = {
    (640, 360): (0.05, 0.05, 0.95, 0.95),
    (360, 360): (0.05, 0.05, 0.95, 0.95),
    (360, 450): (0.05, 0.05, 0.95, 0.95),
    (360, 640): (0.11, 0.14, 0.89, 0.8),
}


@pytest.mark.parametrize("size", SAFE)
@pytest.mark.parametrize("style", ["block", "karaoke"])
@pytest.mark.parametrize(
    ("script", "language", "word"),
    [
        pytest.param("Latin", "en", "Ågjy", id="en"),
        pytest.param("Arabic", "ar", "إلىِّ", id="ar"),
        pytest.param("Thai", "th", "ที่ปู้", id="th"),
    ],
)
def test_the_widest_captions_stay_in_the_safe_area(
    space: Workspace, size: tuple[int, int], style: str, script: str, language: str, word: str
) -> None:
    if COVERED[script] is None:
        pytest.skip(f"no font for {script} is installed")
    look = CaptionLook(style, *size, language)
    line = word
    while measure(look, [longer := f"{line} {word}"])[0] <= look.text_width:
        line = longer
    grey = replace(BLACK, source="#808080")

    captioned = shown(space, size, Captions((whole(line, line),), style, language), shot=grey)

    changed = np.abs(captioned[0].astype(int) - 128).max(axis=2) > 24
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    left, top, right, bottom = SAFE[size]
    assert left * size[0] <= columns[0] < columns[-1] < right * size[0]
    assert top * size[1] <= rows[0] < rows[-1] < bottom * size[1]
    assert columns[-1] - columns[0] > 0.6 * (right - left) * size[0]  # it is a wide one
