from dataclasses import replace
from fractions import Fraction

import numpy as np

from media.lower_third import lay_out_lower_third
from media.planes import Planes
from media.run import Workspace
from media.shot_text import LowerThird, ShotText, Title

RATE = Fraction(24)
SIZE = (640, 360)
NAME = LowerThird("Maria", "Biologist", "en", 10, 60)
HELLO = Title("HHHH")


def drawn(text: ShotText, frame: int) -> Planes:
    onto = Planes.blank(*SIZE)
    onto.fill((16, 128, 128))
    text.draw(frame, onto)
    return onto


def text_of(space: Workspace, title: Title | None, lower_third: LowerThird | None) -> ShotText:
    return ShotText(space, SIZE, RATE, 100, title, lower_third, {})


def white_rows(frame: Planes) -> tuple[int, int]:
    rows = np.flatnonzero((frame.y > 100).any(axis=1))
    return int(rows[0]), int(rows[-1])


def white_columns(frame: Planes) -> tuple[int, int]:
    columns = np.flatnonzero((frame.y > 60).any(axis=0))
    return int(columns[0]), int(columns[-1])


def test_a_lower_third_is_seen_in_its_frames_only(space: Workspace) -> None:
    text = text_of(space, None, NAME)

    seen = [drawn(text, frame).y.max() > 16 for frame in range(100)]

    assert [number for number, is_seen in enumerate(seen) if is_seen] == list(range(10, 70))


def test_a_lower_third_slides_in_from_its_side_and_out_to_it(space: Workspace) -> None:
    left = text_of(space, None, NAME)
    right = text_of(space, None, replace(NAME, language="ar"))

    from_left = [white_columns(drawn(left, frame))[0] for frame in (13, 40, 66)]
    from_right = [white_columns(drawn(right, frame))[1] for frame in (13, 40, 66)]

    assert from_left[0] < from_left[1] > from_left[2]
    assert from_right[0] > from_right[1] < from_right[2]


def test_a_title_rises_into_its_place_and_on_out_of_it(space: Workspace) -> None:
    text = text_of(space, HELLO, None)

    tops = [white_rows(drawn(text, frame))[0] for frame in (3, 50, 97)]

    assert tops[0] > tops[1] > tops[2]


def test_a_title_makes_room_for_a_lower_third(space: Workspace) -> None:
    tall = Title("HH\nHH\nHH", "HH\nHH\nHH")
    late = replace(NAME, first=60, frames=30)

    alone = white_rows(drawn(text_of(space, tall, None), 50))
    above = white_rows(drawn(text_of(space, tall, late), 50))

    bar = lay_out_lower_third(*SIZE, NAME.text, "Biologist", "en").box
    assert alone[1] > bar.top > above[1]
