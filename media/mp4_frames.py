"""How many frames an MP4 file of ours holds, read from its index in a few microseconds."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_WAY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz")  # ISO/IEC 14496-12, 8.7.3


def picture_frames(path: Path) -> int:
    """Samples of the first track; 0 for a file that is cut short or none of these."""
    with path.open("rb") as file:
        start, end = 0, path.stat().st_size
        for kind in _WAY:
            place = next((box for name, *box in _boxes(file, start, end) if name == kind), None)
            if place is None:
                return 0
            start, end = place
        file.seek(start)
        # Version and flags, the size that all samples have, their number.
        return int(struct.unpack(">8xI", file.read(12).ljust(12, b"\0"))[0])


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kinds of the boxes in a part of a file, and where their contents begin and end."""
    while end - start >= 8:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
        head = 8
        if size == 1:  # too large for 32 bits
            size, head = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))[0], 16
        if size < head or start + size > end:
            return
        yield kind, start + head, start + size
        start += size
