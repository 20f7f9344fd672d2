"""A chunk: whole scenes, drawn frame by frame and encoded by one FFmpeg."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import ffmpeg

from jobs.errors import QualityMissed
from media.clips import ClipShot, ClipSpec
from media.collisions import Collision, Placed, collisions
from media.cues import Cue
from media.fill import filled
from media.framing import Aim, Framing
from media.gallery import Gallery, Opened
from media.glimpse import Glimpse, glimpse, glimpsed
from media.lettering import CaptionLook, draw_captions
from media.logo import DrawnLogo, LogoSpec, draw_logo
from media.motion import Motion
from media.mp4_frames import picture_frames
from media.overlay import Overlay
from media.own_fonts import own_font
from media.planes import Planes
from media.run import Workspace, compiled
from media.shot_text import LowerThird, ShotText, Title
from media.shots import ColorShot, Shot
from media.still_shot import StillShot
from media.stills import Span, Stills, calmed, stills_of, watched
from media.subject import CENTRE, Subject
from media.text_style import TextStyle
from media.transitions import transition

KEYFRAME_INTERVAL_S = 2
PROGRESS_INTERVAL_FRAMES = 15
CUES_AT_ONCE = 12
ATTEMPTS = 2  # an encoder that loses frames again has lost them for a reason
_PLAIN = TextStyle()
# x264 settings by output quality of the job document.
_QUALITY = {"draft": ("veryfast", 20), "standard": ("medium", 20)}


@dataclass(frozen=True)
class Captions:
    """Captions of one scene, in chunk frames, in order; `style` is `block` or `karaoke`.

    Attributes:
      look: Font, and the accent is the colour of the spoken word.
    """

    cues: tuple[Cue, ...]
    style: str
    language: str
    look: TextStyle = _PLAIN


@dataclass(frozen=True)
class ShotSpec:
    """One scene's picture in a chunk.

    Attributes:
      kind: `still`, `clip` or `color`.
      source: Blob name of the picture or clip; a colour `#rrggbb` for `color`.
      first: Chunk frame at which the shot begins; negative for the shot before the chunk's own
        first scene, of which only the end is seen, under the transition.
      frames: Whole length of the shot.
      clip: How a clip is shown.
      motion: For stills: a kind of the job document; `explicit` for that between `aims`.
      scene: Number of the scene, from 0; varies `auto` motion.
      aims: Start and end of an explicit motion.
      focus: What stays in view of a still, in shares of width and height; looked for when None.
      fit: How a still of another shape fills the frame: `crop`, `letterbox` or `blur`.
    """

    kind: str
    source: str
    first: int
    frames: int
    motion: str = "none"
    scene: int = 0
    clip: ClipSpec | None = None
    title: Title | None = None
    aims: tuple[Aim, Aim] | None = None
    focus: tuple[float, float] | None = None
    fit: str = "crop"
    lower_third: LowerThird | None = None


@dataclass(frozen=True)
class Seam:
    """A transition: from chunk frame `start`, over `frames` frames, between two shots."""

    kind: str
    start: int
    frames: int


@dataclass(frozen=True)
class ChunkSpec:
    """Everything that decides what a chunk looks like.

    Attributes:
      shots: In order; neighbours overlap by the seam between them.
      seams: One between each two neighbouring shots; `frames` is 0 for a cut.
      captions: Captions to burn in, by scene, in order; empty when none are.
      fonts: Fingerprint of the installed fonts, when any text is drawn.
      encoder: Version of FFmpeg: streams of different encoders must not be joined by copy.
      logo: Drawn over every frame, below captions.
    """

    width: int
    height: int
    frame_rate: tuple[int, int]
    frames: int
    quality: str
    shots: tuple[ShotSpec, ...]
    seams: tuple[Seam, ...]
    captions: tuple[Captions, ...] = ()
    fonts: str = ""
    encoder: str = ""
    logo: LogoSpec | None = None

    @property
    def sources(self) -> frozenset[str]:
        """Blob names of everything that is needed to draw it."""
        looks = [scene.look for scene in self.captions]
        texts = [text for shot in self.shots for text in (shot.title, shot.lower_third) if text]
        named = {shot.source for shot in self.shots if shot.kind != "color"}
        named |= {look.font_file for look in (*looks, *(text.style for text in texts))}
        named |= {self.logo.source} if self.logo else set()
        return frozenset(named - {""})

    @property
    def rate(self) -> Fraction:
        return Fraction(*self.frame_rate)


@dataclass(frozen=True)
class Encoded:
    """A finished chunk.

    Attributes:
      missing_glyphs: Characters that no installed font could draw.
      glimpses: Of a frame every half second.
      collisions: Of what is drawn over these frames.
      softened: Where flashes were a hazard and have been softened.
    """

    path: Path
    missing_glyphs: tuple[str, ...]
    stills: Stills
    glimpses: tuple[Glimpse, ...]
    softened: tuple[Span, ...] = ()
    collisions: tuple[Collision, ...] = ()


@dataclass
class Noticed:
    """What is noticed while the frames of a chunk are drawn."""

    missing_glyphs: set[str] = field(default_factory=set)
    glimpses: list[Glimpse] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)


def render_chunk(
    space: Workspace,
    spec: ChunkSpec,
    files: Mapping[str, Path],
    progress: Callable[[int], None],
    gallery: Gallery,
) -> Encoded:
    """Draws and encodes a chunk into `space.folder`.

    Args:
      files: Local files by the blob names of `spec.sources`.
      gallery: Has pictures of other chunks, by the same names.
      progress: Called now and then with the number of frames done.

    Raises:
      QualityMissed: The encoder has lost frames twice.
      UnsupportedMedia, ToolFailed, TimedOut, ResourceLimit, Cancelled.
    """
    length_s = float(spec.frames / spec.rate)

    def encode(*, is_calmed: bool) -> tuple[Stills, Noticed]:
        for _ in range(ATTEMPTS):
            noticed = Noticed()
            with drawn(space, spec, files, progress, noticed, gallery) as frames:
                graph = chunk_graph(spec, is_calmed=is_calmed)
                space.run(compiled(graph, "warning"), feed=frames)
            found = picture_frames(space.folder / "chunk.mp4")
            if found == spec.frames:
                return stills_of(space, length_s), noticed
        raise QualityMissed(f"{found} frames were encoded instead of {spec.frames}")

    seen, noticed = encode(is_calmed=False)
    softened = seen.flashing
    if softened:
        seen, noticed = encode(is_calmed=True)
    return Encoded(
        space.folder / "chunk.mp4",
        tuple(sorted(noticed.missing_glyphs)),
        seen,
        tuple(noticed.glimpses),
        softened,
        tuple(noticed.collisions),
    )


@contextmanager
def drawn(
    space: Workspace,
    spec: ChunkSpec,
    files: Mapping[str, Path],
    progress: Callable[[int], None],
    noticed: Noticed,
    gallery: Gallery,
) -> Iterator[Iterator[Any]]:
    """The frames of a chunk as raw video, drawn one by one; one buffer is used for all.

    Args:
      noticed: Is added to while frames are drawn.
    """
    # OpenCV's threads spin while they wait for work, and chunks are drawn side by side anyway.
    cv2.setNumThreads(1)
    with ExitStack() as stack:
        size = (spec.width, spec.height)
        logo = draw_logo(files[spec.logo.source], spec.logo, size) if spec.logo else None
        missing = noticed.missing_glyphs
        shots = [
            _Drawn(stack, space, spec, shot, files, gallery, missing, logo) for shot in spec.shots
        ]
        captions = _captions(space, spec, files, missing)
        yield _frames(spec, shots, logo, captions, progress, noticed)


def chunk_graph(spec: ChunkSpec, *, is_calmed: bool = False) -> Any:
    """The FFmpeg graph that encodes raw frames from stdin into chunk.mp4, and watches them.

    One x264 thread: two chunks side by side use two cores as well as two threads do, and the
    result is the same in every run, which it is not with several threads.
    """
    preset, crf = _QUALITY[spec.quality]
    rate = f"{spec.rate.numerator}/{spec.rate.denominator}"
    frames = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pixel_format="yuv420p",
        video_size=(spec.width, spec.height),
        framerate=rate,
        protocol_whitelist="pipe",
        color_range="tv",
        colorspace="bt709",
        color_primaries="bt709",
        color_trc="bt709",
    )
    both = (calmed(frames.video) if is_calmed else frames.video).split()
    chunk = both[0].output(
        "chunk.mp4",
        format="mp4",
        fflags="+bitexact",
        map_metadata=-1,
        **encoder(preset, crf, spec.rate),
    )
    return ffmpeg.merge_outputs(chunk, watched(both[1]))


def encoder(preset: str, crf: int, rate: Fraction) -> dict[str, Any]:
    """x264 options; equal options give streams that can be joined by copy."""
    return {
        "vcodec": "libx264",
        "preset": preset,
        "crf": crf,
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        "threads": 1,
        "g": round(rate * KEYFRAME_INTERVAL_S),
        "flags:v": "+bitexact",
        "color_range": "tv",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
        # A time base that counts frames exactly, for any frame rate.
        "video_track_timescale": rate.numerator,
    }


class _Drawn:
    """A shot of the chunk with its text, drawn in ascending frames, opened when first seen."""

    def __init__(
        self,
        stack: ExitStack,
        space: Workspace,
        spec: ChunkSpec,
        shot: ShotSpec,
        files: Mapping[str, Path],
        gallery: Gallery,
        missing: set[str],
        logo: DrawnLogo | None,
    ) -> None:
        self._gallery = gallery
        self._logo = logo.area if logo else None
        self._space, self._spec, self._files = space, spec, files
        self._opened = stack.enter_context(ExitStack())
        self.shot = shot
        self._missing = missing
        self._source: Shot | None = None
        self._text: ShotText | None = None

    def draw(self, chunk_frame: int, onto: Planes) -> None:
        frame = chunk_frame - self.shot.first
        if self._source is None:
            self._source = self._open()
            self._text = self._drawn_text()
        self._source.draw(frame, onto)
        if self._text:
            self._text.draw(frame, onto)

    def readable(self, chunk_frame: int) -> Iterator[Placed]:
        """The text of the shot that can be read in a frame that was drawn."""
        return self._text.readable(chunk_frame - self.shot.first) if self._text else iter(())

    def close(self) -> None:
        """Lets go of the picture; memory then does not grow with the number of scenes."""
        self._opened.close()
        self._source = self._text = None

    def _drawn_text(self) -> ShotText | None:
        shot, spec = self.shot, self._spec
        if not shot.title and not shot.lower_third:
            return None
        size = (spec.width, spec.height)
        text = ShotText(
            self._space, size, spec.rate, shot.frames, shot.title, shot.lower_third, self._files,
            self._logo,
        )  # fmt: skip
        self._missing.update(text.missing_glyphs)
        return text

    def _open(self) -> Shot:
        shot, spec = self.shot, self._spec
        if shot.kind == "color":
            return ColorShot(shot.source)
        path = self._files[shot.source]
        if shot.clip:
            size = (spec.width, spec.height)
            opened = ClipShot(self._space, path, shot.clip, size, spec.rate)
            return self._opened.enter_context(closing(opened))
        picture = self._gallery.picture(shot.source, path)
        if shot.fit != "crop":
            canvas = filled(picture.pixels, (spec.width, spec.height), shot.fit)
            picture = Opened(canvas.picture)
            shot = replace(shot, focus=canvas.point(*shot.focus) if shot.focus else None)
        moves = still_motion(shot, picture, spec.width / spec.height, spec.rate)
        return StillShot(picture.pixels, spec.width, spec.height, moves, shot.frames)


def still_motion(shot: ShotSpec, picture: Opened, aspect: float, rate: Fraction) -> Motion:
    """How the camera moves over a still, in pixels of its picture."""
    height, width = picture.pixels.shape[:2]
    if shot.focus:
        subject = Subject(*shot.focus, ())
    elif shot.aims and all(aim.focus for aim in shot.aims):
        subject = CENTRE
    else:
        subject = picture.subject
    framing = Framing(width, height, aspect, subject)
    if shot.aims:
        return framing.explicit(*shot.aims)
    return framing.motion(shot.motion, shot.scene, float(shot.frames / rate))


def _frames(
    spec: ChunkSpec,
    shots: Sequence[_Drawn],
    logo: DrawnLogo | None,
    captions: Iterator[tuple[int, int, Overlay]],
    progress: Callable[[int], None],
    noticed: Noticed,
) -> Iterator[Any]:
    frame, before, after = (Planes.blank(spec.width, spec.height) for _ in range(3))
    current = 0
    caption = next(captions, None)
    interval = glimpsed(spec.rate)
    for number in range(spec.frames):
        while current + 1 < len(shots) and number >= _end(spec.seams[current]):
            shots[current].close()
            current += 1
        seam = spec.seams[current] if current < len(spec.seams) else None
        if seam and number >= seam.start:
            shots[current].draw(number, before)
            shots[current + 1].draw(number, after)
            share = (number - seam.start + 1) / (seam.frames + 1)
            transition(seam.kind)(before, after, share, frame)
        else:
            shots[current].draw(number, frame)
        is_looked_at = number % interval == 0
        if is_looked_at:  # before anything sharp is laid over it
            noticed.glimpses.append(glimpse(number, frame.y))
        if logo:
            logo.overlay.draw(frame)
        while caption and caption[1] <= number:
            caption = next(captions, None)
        if caption and caption[0] <= number:
            caption[2].draw(frame)
        if is_looked_at:
            # Under a transition, texts give way to each other.
            over = [] if seam and number >= seam.start else [*shots[current].readable(number)]
            if logo:
                over.append(Placed("the logo", logo.overlay))
            if caption and caption[0] <= number:
                over.append(Placed("a caption", caption[2]))
            noticed.collisions += collisions(number, over)
        if number % PROGRESS_INTERVAL_FRAMES == 0:
            progress(number)
        yield frame.data


def _end(seam: Seam) -> int:
    return seam.start + seam.frames


def _captions(
    space: Workspace, spec: ChunkSpec, files: Mapping[str, Path], missing: set[str]
) -> Iterator[tuple[int, int, Overlay]]:
    """First frame, last frame + 1 and picture of each caption state, drawn when reached.

    A few cues at a time: a long narration in karaoke style has a sprite for each of its words.
    """
    for scene in spec.captions:
        own = own_font(scene.look, files)
        look = CaptionLook(
            scene.style, spec.width, spec.height, scene.language, scene.look.accent, own
        )
        for first in range(0, len(scene.cues), CUES_AT_ONCE):
            drawn = draw_captions(space, look, scene.cues[first : first + CUES_AT_ONCE])
            missing.update(drawn.missing_glyphs)
            for state in drawn.states:
                sprite = state.sprite
                yield state.start, state.end, Overlay.of(sprite.x, sprite.y, sprite.rgba)
