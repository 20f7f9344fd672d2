from apache_beam.options.pipeline_options import StandardOptions, TypeOptions

from pipeline.local_runner import LocalOptions


def test_what_is_set_in_one_view_is_seen_in_all() -> None:
    options = LocalOptions(flags=["--streaming"])

    options.view_as(StandardOptions).streaming = False

    assert not options.view_as(StandardOptions).streaming
    assert options.get_all_options()["streaming"] is False


def test_views_are_of_the_kind_that_was_asked_for() -> None:
    options = LocalOptions(flags=[])

    assert isinstance(options.view_as(TypeOptions), TypeOptions)
    assert isinstance(options.view_as(StandardOptions), StandardOptions)
