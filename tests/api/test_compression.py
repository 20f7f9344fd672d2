import gzip
from collections.abc import Iterator

import httpx
import pytest

from api.compression import LEAST_BYTES, wants_gzip
from tests.api.service import WAIT_S, Service


@pytest.mark.parametrize(
    ("accepted", "is_wanted"),
    [
        pytest.param("gzip", True, id="gzip"),
        pytest.param("GZIP", True, id="in capitals"),
        pytest.param("x-gzip", True, id="by its old name"),
        pytest.param("*", True, id="anything"),
        pytest.param("br, gzip;q=0.5", True, id="less than another"),
        pytest.param("gzip;q=1.0, identity; q=0.5", True, id="more than as it is"),
        pytest.param("identity;q=0.5, gzip ; q = 0.2", False, id="less than as it is"),
        pytest.param("gzip;q=0", False, id="refused"),
        pytest.param("identity, gzip;q=0", False, id="refused beside another"),
        pytest.param("*, gzip;q=0.000", False, id="all but gzip"),
        pytest.param("*;q=0", False, id="nothing"),
        pytest.param("gzip;q=much", False, id="no number"),
        pytest.param("deflate, br", False, id="others"),
        pytest.param("notgzip", False, id="in another word"),
        pytest.param("", False, id="empty"),
    ],
)
def test_gzip_is_sent_to_those_who_want_it(accepted: str, is_wanted: bool) -> None:
    assert wants_gzip(accepted) is is_wanted


@pytest.fixture
def plain(embedded: Service) -> Iterator[httpx.Client]:
    """A client that accepts what a test says."""
    key = {"Authorization": embedded.client.headers["Authorization"], "Accept-Encoding": "identity"}
    with httpx.Client(base_url=embedded.url, headers=key, timeout=WAIT_S) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/openapi.json", "/metrics", "/v1/schema"])
def test_long_texts_are_compressed_on_demand(plain: httpx.Client, path: str) -> None:
    as_it_is = plain.get(path)
    refused = plain.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    with plain.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())

    assert len(as_it_is.content) > LEAST_BYTES
    for one in (as_it_is, refused):
        assert "content-encoding" not in one.headers
    assert {one.headers["vary"] for one in (as_it_is, refused, answer)} == {"Accept-Encoding"}
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(raw) < len(as_it_is.content)
    if path != "/metrics":  # which counts these very requests
        assert gzip.decompress(raw) == as_it_is.content


@pytest.mark.parametrize("name", ["credits.txt", "manifest.srt", "final.json"])
def test_files_are_sent_as_they_are(embedded: Service, name: str) -> None:
    job_id = embedded.submit()
    embedded.finish(job_id, {name: b"line\n" * 2000})

    answer = embedded.client.get(f"/v1/jobs/{job_id}/files/{name}")

    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == "10000"
