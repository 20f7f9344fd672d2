import pytest

from media.motion import STEADY, Motion, View

WHOLE = View(0, 0, 1920, 1080)
NEAR = View(300, 100, 480, 270)
MOVES = [
    pytest.param(Motion(WHOLE, NEAR), id="towards"),
    pytest.param(Motion(NEAR, WHOLE), id="away"),
    pytest.param(Motion(View(0, 0, 960, 540), View(960, 200, 960, 540)), id="along"),
    pytest.param(Motion(View(0, 0, 960, 540), View(960, 200, 959.9999999, 540)), id="almost along"),
]


@pytest.mark.parametrize("path", MOVES)
def test_a_movement_begins_and_ends_where_it_should(path: Motion) -> None:
    for view, wanted in ((path.at(0), path.start), (path.at(1), path.end)):
        assert (view.left, view.top, view.width, view.height) == pytest.approx(
            (wanted.left, wanted.top, wanted.width, wanted.height)
        )


@pytest.mark.parametrize("path", MOVES)
def test_what_both_ends_show_is_seen_all_the_way(path: Motion) -> None:
    left = max(path.start.left, path.end.left)
    right = min(path.start.left + path.start.width, path.end.left + path.end.width)

    for step in range(101):
        view = path.at(step / 100)
        assert view.left <= left + 1e-6
        assert view.left + view.width >= right - 1e-6


def test_a_zoom_comes_nearer_by_the_same_factor_in_equal_times() -> None:
    path = Motion(WHOLE, NEAR)

    # Symmetrical easing: half of the time is half of the way.
    assert path.at(0.5).width == pytest.approx((1920 * 480) ** 0.5)


@pytest.mark.parametrize("path", MOVES)
def test_the_camera_sets_out_and_arrives_softly_and_is_never_at_rest(path: Motion) -> None:
    frames = 3000
    left = [path.at(frame / frames).left for frame in range(frames + 1)]
    width = [path.at(frame / frames).width for frame in range(frames + 1)]

    # In frames of the width that is seen: what the eye takes for speed.
    speeds = [
        max(abs(left[n + 1] - left[n]), abs(width[n + 1] - width[n])) / width[n]
        for n in range(frames)
    ]

    quickest = max(speeds)
    assert min(speeds) > 0.15 * quickest
    assert speeds[0] < 0.45 * quickest
    assert speeds[-1] < 0.45 * quickest


def test_the_speed_of_a_pan_at_its_ends_is_a_known_share_of_its_mean() -> None:
    path = Motion(View(0, 0, 100, 50), View(100, 0, 100, 50))

    begins = path.at(1e-4).left / 1e-4 / 100
    ends = (100 - path.at(1 - 1e-4).left) / 1e-4 / 100

    assert begins == pytest.approx(STEADY, abs=0.01)
    assert ends == pytest.approx(STEADY, abs=0.01)
