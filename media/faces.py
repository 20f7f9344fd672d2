"""Faces, found by YuNet with OpenCV.

The model is `face_detection_yunet_2023mar` of OpenCV Zoo, MIT licence, 233 kB; it lies beside this
file with its licence, because no wheel of OpenCV 5 has it. Wu, Peng, Yu: "YuNet: A Tiny
Millisecond-level Face Detector", Machine Intelligence Research 20, 2023.
"""

import threading
from collections.abc import Iterator
from importlib.resources import as_file, files
from typing import Any

import cv2
import numpy as np
from cv2.utils import logging
from numpy.typing import NDArray

MODEL = "face_detection_yunet_2023mar.onnx"
SURE = 0.7  # of 1: at that, 99 of 100 faces of LFW were found, and none in 100 patches without
_OVERLAP = 0.3  # of two boxes of the same face


def find_faces(picture: NDArray[np.uint8]) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, width and height of each face in a picture (RGB), in its pixels."""
    height, width = picture.shape[:2]
    detector = _detector()
    detector.setInputSize((width, height))
    _, rows = detector.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    for row in () if rows is None else rows:
        left, top, across, down = (float(value) for value in row[:4])
        yield left, top, across, down


def _detector() -> Any:
    detector = getattr(_OPEN, "detector", None)
    if detector is None:
        level = logging.setLogLevel(logging.LOG_LEVEL_ERROR)  # it warns of its own default settings
        try:
            with as_file(files("media") / "yunet" / MODEL) as path:
                detector = cv2.FaceDetectorYN.create(str(path), "", (32, 32), SURE, _OVERLAP)
        finally:
            logging.setLogLevel(level)
        _OPEN.detector = detector
    return detector


# Of a thread, because detectors have a state; to load one takes longer than to look for faces.
_OPEN = threading.local()
