from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from jobs.errors import InvalidInput
from providers.artist import Picture, PictureRequest, card, paint
from providers.artist.studio import PAINTERS, SIDE_MAX, SIDE_MIN
from providers.artist.subjects import ABSTRACT, LIGHT
from providers.artist.vocabulary import SUBJECTS

Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
# One word for every subject; abstract ones that no word names are reached by seed below.
WORDS = {subject: words.split()[0] for subject, words in SUBJECTS}


def pixels(picture: Picture) -> Pixels:
    return np.asarray(Image.open(BytesIO(picture.data)), dtype=np.float64)


def luminance(levels: Pixels) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    share = levels / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("subject", sorted(WORDS))
def test_every_subject_makes_a_picture_with_depth_and_colour(subject: str) -> None:
    request = PictureRequest(WORDS[subject], 448, 256)

    picture = paint(request)

    levels = pixels(picture)
    assert picture.subject == subject
    assert levels.shape == (256, 448, 3)
    assert np.ptp(np.percentile(luminance(levels), (1, 99))) > 0.02
    assert levels.std(axis=(0, 1)).max() > 8
    assert np.abs(levels - levels.mean(axis=2, keepdims=True)).max() > 20


@pytest.mark.parametrize("subject", ABSTRACT)
def test_words_without_meaning_make_a_picture_too(subject: str) -> None:
    pictures = (paint(PictureRequest("zygomorphic", 256, 256, seed)) for seed in range(60))

    picture = next(picture for picture in pictures if picture.subject == subject)

    assert pixels(picture).std() > 8


def test_there_are_many_subjects_and_each_has_a_painter() -> None:
    assert set(WORDS) | set(ABSTRACT) == set(PAINTERS)
    assert set(LIGHT) <= set(PAINTERS)
    assert len(PAINTERS) >= 14


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("mountains at dawn", id="mountains"),
        pytest.param("rain on a window", id="rain"),
        pytest.param("", id="no words"),
    ],
)
def test_the_same_request_gives_the_same_bytes(prompt: str) -> None:
    request = PictureRequest(prompt, 512, 288, seed=3)

    assert paint(request) == paint(request)
    assert card(request) == card(request)


def test_another_seed_paints_another_picture_in_the_same_colours() -> None:
    one, other = (paint(PictureRequest("mountains at dawn", 448, 256, seed)) for seed in (0, 1))

    assert np.abs(pixels(one) - pixels(other)).mean() > 4
    assert one.palette == other.palette


def test_other_words_paint_another_picture() -> None:
    one, other = (paint(PictureRequest(words, 448, 256)) for words in ("high peak", "tall peak"))

    assert one.subject == other.subject == "mountains"
    shapes = [luminance(pixels(picture)).ravel() for picture in (one, other)]
    assert np.corrcoef(*shapes)[0, 1] < 0.97


@pytest.mark.parametrize(
    ("width", "height"),
    [
        pytest.param(640, 360, id="16:9"),
        pytest.param(361, 641, id="9:16, odd"),
        pytest.param(500, 500, id="1:1"),
        pytest.param(400, 500, id="4:5"),
        pytest.param(768, 256, id="3:1"),
        pytest.param(256, 768, id="1:3"),
    ],
)
@pytest.mark.parametrize("words", ["city", "leaves", "clouds"])
def test_the_size_is_the_one_asked_for(words: str, width: int, height: int) -> None:
    image = Image.open(BytesIO(paint(PictureRequest(words, width, height)).data))

    assert image.size == (width, height)
    assert image.mode == "RGB"


def test_a_large_portrait_has_its_exact_size() -> None:
    picture = paint(PictureRequest("aurora", 1296, 2304))

    assert Image.open(BytesIO(picture.data)).size == (1296, 2304)
    assert Image.open(BytesIO(picture.data)).format == "JPEG"


@pytest.mark.parametrize(
    ("width", "height"),
    [
        pytest.param(SIDE_MIN - 1, 512, id="too narrow"),
        pytest.param(512, SIDE_MAX + 1, id="too high"),
    ],
)
def test_a_size_out_of_range_is_refused(width: int, height: int) -> None:
    with pytest.raises(InvalidInput, match="expected 256 to 4096 pixels"):
        PictureRequest("sea", width, height)


@pytest.mark.parametrize("words", ["mountains at dawn", "misty pines", "silk and jazz"])
def test_a_preview_shows_the_same_picture(words: str) -> None:
    small, large = (paint(PictureRequest(words, side * 16, side * 9)) for side in (30, 60))

    one, other = (
        np.asarray(Image.open(BytesIO(picture.data)).resize((32, 18)), float)
        for picture in (small, large)
    )
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("snow in winter", id="snow, the brightest"),
        pytest.param("desert at noon", id="desert"),
        pytest.param("a white flower", id="flower"),
        pytest.param("business growth", id="shapes"),
        pytest.param("city at night", id="city"),
        pytest.param("", id="no words"),
    ],
)
def test_white_text_is_readable_in_the_middle_of_a_card(prompt: str) -> None:
    levels = pixels(card(PictureRequest(prompt, 640, 360)))

    middle = luminance(levels[36:-36, 64:-64])
    # Grain moves single pixels by a few levels; text is wider than one.
    blocks = middle[:288, :512].reshape(72, 4, 128, 4).mean(axis=(1, 3))
    assert 1.05 / (blocks.max() + 0.05) >= 4.5
    assert 1.05 / (np.percentile(middle, 99.9) + 0.05) >= 4.5


def test_a_card_is_darker_and_calmer_than_its_picture_but_not_empty() -> None:
    request = PictureRequest("a city at noon", 640, 360)
    picture, title = pixels(paint(request)), pixels(card(request))

    assert luminance(title).mean() < luminance(picture).mean() / 2
    assert np.abs(np.diff(title, axis=1)).mean() < np.abs(np.diff(picture, axis=1)).mean()
    assert title.std(axis=(0, 1)).max() > 8


@pytest.mark.parametrize("prompt", ["dusk over the ocean", "night sky", "dunes"])
def test_smooth_sky_has_no_bands(prompt: str) -> None:
    green = pixels(paint(PictureRequest(prompt, 1024, 576)))[8:72, :, 1]

    # In a band neighbours are equal (95 % of them without dither); grain and dither break it up.
    assert (np.diff(green, axis=1) == 0).mean() < 0.6
    assert (np.diff(green, axis=0) == 0).mean() < 0.6
    blocks = green.reshape(8, 8, 64, 16).transpose(0, 2, 1, 3).reshape(512, 128)
    assert min(len(set(block)) for block in blocks) >= 3


def test_edges_are_smooth() -> None:
    levels = pixels(paint(PictureRequest("mountains at dawn, pines", 1024, 576)))
    grey = levels.mean(axis=2)

    # A jagged edge jumps its whole height between two pixels; a smooth one passes through a step.
    jump = np.abs(np.diff(grey, axis=0))
    strong = jump[1:-1] > 40
    neighbours = np.maximum(jump[:-2], jump[2:])[strong]
    assert strong.sum() > 50
    assert np.median(neighbours) > 4
