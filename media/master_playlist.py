"""The playlist of an HTTP Live Streaming film: which renditions there are (RFC 8216)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from media.hls import Stream


@dataclass(frozen=True)
class Tongue:
    """A language as players show it: BCP 47 tag and name."""

    tag: str
    name: str


def master_playlist(
    pictures: Sequence[Stream],
    sound: Stream,
    rate: Fraction,
    tongue: Tongue,
    *,
    has_captions: bool,
    are_burned_in: bool,
) -> str:
    """The playlist that players open.

    Args:
      pictures: The largest first.
      has_captions: Whether captions.m3u8 is there.
      are_burned_in: Then they are not shown unless somebody asks for them: they would be doubled.
    """
    named = f'NAME="{tongue.name}",LANGUAGE="{tongue.tag}"'
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",{named},DEFAULT=YES,AUTOSELECT=YES,'
        f'CHANNELS="2",URI="{sound.name}.m3u8"',
    ]
    if has_captions:
        shown = "NO" if are_burned_in else "YES"
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",{named},DEFAULT=NO,'
            f'AUTOSELECT={shown},FORCED=NO,URI="captions.m3u8"'
        )
    for picture in pictures:
        lines += _listed(picture, sound, rate, has_captions)
    return "\n".join(lines) + "\n"


def _listed(picture: Stream, sound: Stream, rate: Fraction, has_captions: bool) -> Iterator[str]:
    width, height = picture.size
    attributes = [
        f"BANDWIDTH={picture.bandwidth + sound.bandwidth}",
        f"AVERAGE-BANDWIDTH={picture.average_bandwidth + sound.average_bandwidth}",
        f'CODECS="{picture.codecs},{sound.codecs}"',
        f"RESOLUTION={width}x{height}",
        f"FRAME-RATE={float(rate):.3f}",
        'AUDIO="audio"',
    ]
    if has_captions:
        attributes.append('SUBTITLES="captions"')
    yield "#EXT-X-STREAM-INF:" + ",".join(attributes)
    yield f"{picture.name}.m3u8"


def captions_playlist(duration_s: Fraction) -> str:
    """The playlist of captions.vtt, one segment as long as the video."""
    return (
        "#EXTM3U\n#EXT-X-VERSION:7\n"
        f"#EXT-X-TARGETDURATION:{-(-duration_s // 1)}\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{float(duration_s):.6f},\ncaptions.vtt\n#EXT-X-ENDLIST\n"
    )
