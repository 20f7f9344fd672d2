"""What a picture is of: the point that the camera keeps to, and the faces in it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from media.faces import find_faces
from media.saliency import salient_point

# Longest side of the picture that is looked at: faces are found from a twenty-fifth of it on.
LOOKED_AT_PX = 320
GRAIN = 1 / 256  # the last bits of floating point differ between processors: nothing may follow


@dataclass(frozen=True)
class Box:
    """A rectangle; in a `Subject` in shares of the picture's sides."""

    left: float
    top: float
    width: float
    height: float

    def scaled(self, width: float, height: float) -> "Box":
        return Box(self.left * width, self.top * height, self.width * width, self.height * height)

    def widened(self, margin: float, width: float, height: float) -> "Box":
        """With a margin, in shares of its own sides, inside of an area from 0, 0."""
        left = max(0.0, self.left - margin * self.width)
        top = max(0.0, self.top - margin * self.height)
        right = min(width, self.left + (1 + margin) * self.width)
        bottom = min(height, self.top + (1 + margin) * self.height)
        return Box(left, top, right - left, bottom - top)

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Subject:
    """The focus, in 0..1 of width and height, and the boxes of faces in the same shares."""

    x: float
    y: float
    faces: tuple[Box, ...]


CENTRE = Subject(0.5, 0.5, ())


def find_subject(picture: NDArray[np.uint8]) -> Subject:
    """Looks for faces, and without any for what stands out; the middle where nothing does.

    The same picture (RGB) gives the same subject. What is found are whole 256ths of the sides.
    """
    height, width = picture.shape[:2]
    scale = LOOKED_AT_PX / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    faces = tuple(
        _outwards(Box(x / size[0], y / size[1], across / size[0], down / size[1]))
        for x, y, across, down in find_faces(small)
    )
    if not faces:
        x, y = salient_point(small)
        return Subject(_rounded(x), _rounded(y), ())
    areas = np.array([face.width * face.height for face in faces])
    x = float(np.average([face.left + face.width / 2 for face in faces], weights=areas))
    y = float(np.average([face.top + face.height / 2 for face in faces], weights=areas))
    return Subject(_rounded(x), _rounded(y), faces)


def _rounded(share: float) -> float:
    return min(max(round(share / GRAIN) * GRAIN, 0.0), 1.0)


def _outwards(face: Box) -> Box:
    left, top = (max(0.0, np.floor(at / GRAIN) * GRAIN) for at in (face.left, face.top))
    right, bottom = (
        min(1.0, np.ceil(at / GRAIN) * GRAIN)
        for at in (face.left + face.width, face.top + face.height)
    )
    return Box(float(left), float(top), float(right - left), float(bottom - top))
