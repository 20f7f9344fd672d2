import pytest

from jobs.errors import UnsupportedMedia
from media.caption_file import read_captions
from media.sidecar import Caption

SRT = "1\n00:00:01,000 --> 00:00:02,500\nOne.\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n"
BOTH = (Caption(1000, 2500, "One."), Caption(3000, 4000, "Two."))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        pytest.param(SRT, BOTH, id="SubRip"),
        pytest.param("\ufeff" + SRT.replace("\n", "\r\n"), BOTH, id="of Windows"),
        pytest.param(SRT.replace(",", "."), BOTH, id="with points"),
        pytest.param(SRT.replace("1\n", "", 1).replace("\n2\n", "\n"), BOTH, id="without numbers"),
        pytest.param(SRT + "\n\n\n", BOTH, id="with empty lines at its end"),
        pytest.param(
            "WEBVTT - talk\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE by Ann\n\n"
            "intro\n00:01.000 --> 00:02.500 line:80% align:start\n<v Ann>One.</v>\n\n"
            "00:00:03.000 --> 00:00:04.000\n<i>Two.</i>\n",
            BOTH,
            id="WebVTT with everything",
        ),
        pytest.param(
            "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}Salt &amp;\n  pepper\n",
            (Caption(1000, 2500, "Salt & pepper"),),
            id="lines, places and references",
        ),
        pytest.param(
            "1\n00:00:01,000 --> 00:00:03,500\nOne.\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n",
            (Caption(1000, 3000, "One."), Caption(3000, 4000, "Two.")),
            id="one still there when the next comes",
        ),
        pytest.param(
            SRT + "\n3\n00:00:05,000 --> 00:00:06,000\n<b></b>\n", BOTH, id="one without text"
        ),
        pytest.param(
            "1\n1:00:01,5 --> 1:00:02,500\nLate.\n",
            (Caption(3_601_500, 3_602_500, "Late."),),
            id="short numbers",
        ),
    ],
)
def test_what_editors_write_is_read(file: str, expected: tuple[Caption, ...]) -> None:
    assert read_captions(file.encode()) == expected


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param(b"", "has no captions in it", id="nothing"),
        pytest.param(b"WEBVTT\n\nNOTE nothing yet\n", "has no captions in it", id="no caption"),
        pytest.param(
            SRT.replace("03,000 -->", "03;000 ->").encode(),
            "line 6: '00:00:03;000 -> 00:00:04,000' is not the times of a caption",
            id="times that are none",
        ),
        pytest.param(b"Just a text.\n", "line 1: 'Just a text.' is not the times", id="a text"),
        pytest.param(
            SRT.replace("00:00:04", "00:00:02").encode(),
            "line 6: a caption ends before it has begun",
            id="backwards",
        ),
        pytest.param(
            SRT.replace("00:00:03", "00:00:01").encode(),
            "line 6: a caption begins at 1 s, not after the one before it (1 s)",
            id="two at once",
        ),
        pytest.param(
            SRT.encode() + b"\n3\n00:00:05,000 --> 00:00:06,000\n\xe9t\xe9\n",
            "line 11: is not UTF-8",
            id="another encoding",
        ),
        pytest.param(
            b"".join(
                b"%d\n00:%02d:%02d,000 --> 00:%02d:%02d,900\n%s\n\n"
                % (n, n // 60, n % 60, n // 60, n % 60, b"x" * 99)
                for n in range(51)
            ),
            "has 5,100 characters of text (accepted: up to 5,000)",
            id="too much",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_line(file: bytes, said: str) -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        read_captions(file)

    assert caught.value.message.startswith(said)
