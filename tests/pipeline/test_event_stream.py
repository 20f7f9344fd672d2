import pytest

from pipeline.event_stream import parse_events
from tests.pipeline.scripted_service import event


def in_pieces(text: str, size: int) -> list[bytes]:
    data = text.encode()
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_events_are_read_however_they_arrive(size: int, end: str) -> None:
    text = (
        "retry: 1000\n\n: nothing new\n\n"
        + event("queued", 3, title="a\u2028b \U0001f30a")
        + 'event: progress\ndata: {\n: a comment within\ndata: "stages": {}}\n\n'
        + "id: 4\nevent: done\ndata: {}"  # cut off: it never was whole
    ).replace("\n", end)

    found = list(parse_events(in_pieces(text, size)))

    assert [(one.number, one.kind) for one in found] == [(3, "queued"), (None, "progress")]
    assert found[0].data["data"] == {"title": "a\u2028b \U0001f30a"}
    assert found[1].data == {"stages": {}}


@pytest.mark.parametrize("text", ["data: no\n\n", "data: 7\n\n", "id: x\ndata: {}\n\n"])
def test_what_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(parse_events([text.encode()]))
