"""WAV files of any PCM kind as float32 samples, read by slices; float WAV files, written by blocks.

Files are read with plain reads, not mapped: five hundred open maps would need five hundred file
descriptors, and their pages count as memory of this process.
"""

import errno
import io
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from jobs.errors import ResourceLimit, UnsupportedMedia
from media.timeline import SAMPLE_RATE_HZ

FLOAT_BYTES = 4
_BLOCK = 1 << 20  # samples converted at a time
_UNKNOWN = 0xFFFFFFFF  # what streaming writers and RF64 put in the 32-bit size fields
# WAVE_FORMAT_* tags, mmreg.h. EXTENSIBLE carries the real tag in the first bytes of its GUID.
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# By tag and bits: how samples lie in the file, and what makes them 1.0 at full scale.
_KINDS: tuple[tuple[int, int, str, float], ...] = (
    (_PCM, 8, "u1", 2.0**-7),
    (_PCM, 16, "<i2", 2.0**-15),
    (_PCM, 24, "i3", 2.0**-31),
    (_PCM, 32, "<i4", 2.0**-31),
    (_FLOAT, 32, "<f4", 1.0),
    (_FLOAT, 64, "<f8", 1.0),
)

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """Where the samples of a WAV file lie and how.

    Attributes:
      frames: Samples per channel.
      tag, bits: Kind of sample, e.g. PCM of 16 bits.
      offset: Bytes before the first sample.
    """

    rate_hz: int
    channels: int
    frames: int
    tag: int
    bits: int
    offset: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


@dataclass(frozen=True)
class Wave:
    """A WAV file, sliced like an array of shape (frames, channels), float32, full scale +-1.

    A slice reads only its own part of the file. Steps and single indices are not offered.
    """

    path: Path
    layout: Layout

    @property
    def shape(self) -> tuple[int, int]:
        return self.layout.frames, self.layout.channels

    @property
    def dtype(self) -> np.dtype[np.float32]:
        return np.dtype(np.float32)

    @property
    def ndim(self) -> int:
        return 2

    def __len__(self) -> int:
        return self.layout.frames

    def __getitem__(self, part: slice) -> Samples:
        """The samples of a slice.

        Raises:
          UnsupportedMedia: The file is shorter than it was, or holds infinities or NaN.
        """
        start, stop, step = part.indices(self.layout.frames)
        if step != 1:
            raise ValueError(f"samples are read one after the other, not in steps of {step}")
        size = max(stop - start, 0) * self.layout.frame_bytes
        offset = self.layout.offset + start * self.layout.frame_bytes
        data = np.fromfile(self.path, np.uint8, size, offset=offset)
        if data.size != size:
            raise UnsupportedMedia(f"{self.path.name} ends before its last sample")
        return _floats(data, self.layout, self.path.name)


def open_wave(path: Path) -> Wave:
    """A WAV file of 8, 16, 24, 32-bit PCM or 32, 64-bit float, RIFF or RF64, any size.

    Raises:
      UnsupportedMedia: Not such a file, or a damaged one.
    """
    with path.open("rb") as file:
        return Wave(path, _layout(file, path.name))


def samples_of(wav: bytes, name: str = "the WAV") -> Samples:
    """The samples of a WAV file in memory: float32, shape (n,) when mono, else (n, channels).

    Raises:
      UnsupportedMedia: As `open_wave`.
    """
    layout = _layout(io.BytesIO(wav), name)
    size = layout.frames * layout.frame_bytes
    samples = _floats(np.frombuffer(wav, np.uint8, size, layout.offset), layout, name)
    return samples[:, 0] if layout.channels == 1 else samples


def pcm_wave(samples: Samples) -> bytes:
    """A 48 kHz 16-bit WAV file of samples, shape (n,) or (n, channels); beyond full scale cut."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        for start in range(0, len(samples), _BLOCK):
            block = np.clip(samples[start : start + _BLOCK], -1.0, 1.0)
            file.writeframes(np.rint(block * 32767).astype("<i2").tobytes())
    return out.getvalue()


class FloatWave:
    """A float32 WAV file being written, block by block; use as a context manager.

    The header is written first, so the length must be known. Beyond 4 GB, which 32-bit sizes
    cannot tell, the file is an RF64 (EBU Tech 3306); FFmpeg and `open_wave` read both.
    """

    def __init__(
        self, path: Path, frames: int, channels: int = 2, rate_hz: int = SAMPLE_RATE_HZ
    ) -> None:
        self._path = path
        self._left = frames
        self._channels = channels
        self._header = float_header(frames, channels, rate_hz)

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        self._put(self._header)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        except OSError as full:
            raise _disk_error(full, self._path) from full
        if kind is None and self._left:
            raise ValueError(f"{self._path.name} lacks {self._left} of its samples")

    def write(self, block: Samples) -> None:
        """Appends samples, shape (n, channels).

        Raises:
          ResourceLimit: The disk is full.
        """
        if block.ndim != 2 or block.shape[1] != self._channels or len(block) > self._left:
            raise ValueError(
                f"a block of shape {block.shape}; {self._left} samples of {self._channels} "
                "channels are left to write"
            )
        self._put(np.ascontiguousarray(block, "<f4").data)
        self._left -= len(block)

    def _put(self, data: bytes | memoryview) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise _disk_error(error, self._path) from error


def float_header(frames: int, channels: int, rate_hz: int) -> bytes:
    """Everything before the first sample of a float32 WAV file of `frames` samples a channel."""
    frame_bytes = channels * FLOAT_BYTES
    data_bytes = frames * frame_bytes
    fmt = struct.pack(
        "<4sIHHIIHHH", b"fmt ", 18, _FLOAT, channels, rate_hz, rate_hz * frame_bytes, frame_bytes,
        32, 0,
    )  # fmt: skip
    # RF64 from the point where 32 bits cannot hold the size of the whole file.
    if data_bytes + 64 <= _UNKNOWN:
        fact = struct.pack("<4sII", b"fact", 4, frames)
        body = b"WAVE" + fmt + fact + struct.pack("<4sI", b"data", data_bytes)
        return struct.pack("<4sI", b"RIFF", len(body) + data_bytes) + body
    ds64_bytes = 28
    riff_bytes = 4 + (8 + ds64_bytes) + len(fmt) + 8 + data_bytes
    ds64 = struct.pack("<4sIQQQI", b"ds64", ds64_bytes, riff_bytes, data_bytes, frames, 0)
    data = struct.pack("<4sI", b"data", _UNKNOWN)
    return struct.pack("<4sI", b"RF64", _UNKNOWN) + b"WAVE" + ds64 + fmt + data


def _layout(file: BinaryIO, name: str) -> Layout:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    form, _, kind = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
    if form not in (b"RIFF", b"RF64", b"BW64") or kind != b"WAVE":
        raise UnsupportedMedia(f"{name} is not a WAV file")
    fmt: tuple[int, int, int, int] | None = None
    data_bytes_64 = 0
    while len(head := file.read(8)) == 8:
        chunk, length = struct.unpack("<4sI", head)
        start = file.tell()
        if chunk == b"ds64":
            data_bytes_64 = struct.unpack("<8xQ", file.read(16).ljust(16, b"\0"))[0]
        elif chunk == b"fmt ":
            fmt = _format(file.read(min(length, 40)))
        elif chunk == b"data":
            if fmt is None:
                raise UnsupportedMedia(f"{name} is a damaged WAV file: no format before its data")
            held = size - start
            if length == _UNKNOWN:  # told by ds64; a writer to a pipe could not know at all
                length = data_bytes_64 or held
            return _checked(fmt, length, held, start, name)
        file.seek(start + length + length % 2)  # chunks are padded to even sizes
    raise UnsupportedMedia(f"{name} is a damaged WAV file: no samples in it")


def _format(data: bytes) -> tuple[int, int, int, int]:
    tag, channels, rate_hz, bits = struct.unpack("<HHI6xH", data[:16].ljust(16, b"\0"))
    if tag == _EXTENSIBLE and len(data) >= 26:
        tag = struct.unpack("<H", data[24:26])[0]
    return tag, channels, rate_hz, bits


def _checked(
    fmt: tuple[int, int, int, int], length: int, held: int, offset: int, name: str
) -> Layout:
    tag, channels, rate_hz, bits = fmt
    if not any((tag, bits) == kind[:2] for kind in _KINDS):
        raise UnsupportedMedia(
            f"{name} is a WAV file of kind {tag} with {bits} bits; "
            "accepted: PCM of 8, 16, 24, 32 bits and float of 32, 64 bits"
        )
    if not channels or not rate_hz:
        raise UnsupportedMedia(f"{name} is a damaged WAV file: {channels} channels, {rate_hz} Hz")
    if length > held:
        raise UnsupportedMedia(
            f"{name} is a damaged WAV file: {length} bytes of samples announced, {held} there"
        )
    frames = length // (channels * bits // 8)
    return Layout(rate_hz, channels, frames, tag, bits, offset)


def _floats(data: NDArray[np.uint8], layout: Layout, name: str) -> Samples:
    kind, scale = next(k[2:] for k in _KINDS if k[:2] == (layout.tag, layout.bits))
    if kind == "i3":
        wide = np.zeros((data.size // 3, 4), np.uint8)
        wide[:, 1:] = data.reshape(-1, 3)  # upper three bytes: the sign comes by itself
        numbers = wide.view("<i4").astype(np.float32)
    else:
        numbers = data.view(kind).astype(np.float32)
    if kind == "u1":
        numbers -= 128.0
    if layout.tag == _FLOAT:
        if not np.isfinite(numbers).all():
            raise UnsupportedMedia(f"{name} holds samples that are not numbers")
    else:
        numbers *= np.float32(scale)
    return numbers.reshape(-1, layout.channels)


def _disk_error(error: OSError, path: Path) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ResourceLimit(f"the disk is full: {path.name} could not be written")
    return error
