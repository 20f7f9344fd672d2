import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.service import Service

FILM = bytes(range(256)) * 1000


@pytest.fixture
def finished(service: Service) -> str:
    """Address of a finished job."""
    job_id = service.submit()
    service.finish(job_id, {"final.mp4": FILM, "captions.srt": b"1\n", "poster.jpg": b"\xff\xd8"})
    return f"/v1/jobs/{job_id}"


def test_a_finished_job_names_its_files(service: Service, finished: str) -> None:
    video = service.client.get(finished).json()["video"]

    by_name = {file["name"]: file for file in video["files"]}
    film = by_name["final.mp4"]
    assert (video["frames"], video["duration_s"]) == (90, 3.0)
    assert sorted(by_name) == ["captions.srt", "final.mp4", "poster.jpg"]
    assert film["content_type"] == "video/mp4"
    assert film["size_bytes"] == len(FILM)
    assert film["sha256"] == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize(
    ("names", "first"),
    [
        pytest.param(["captions.srt", "final.mp4", "poster.jpg"], "final.mp4", id="one"),
        pytest.param(
            ["fr/captions.srt", "fr/final.mp4", "ar/captions.srt", "ar/final.mp4"],
            "ar/final.mp4",
            id="variants",
        ),
    ],
)
def test_the_film_link_of_the_document_leads_to_a_film(
    names: list[str], first: str, service: Service
) -> None:
    job_id = service.submit()
    service.finish(job_id, dict.fromkeys(names, FILM))
    document = service.client.get("/openapi.json").json()
    link = document["paths"]["/v1/jobs/{job_id}"]["get"]["responses"]["200"]["links"]["film"]
    shown: Any = service.client.get(f"/v1/jobs/{job_id}").json()

    for step in link["parameters"]["name"].removeprefix("$response.body#/").split("/"):
        shown = shown[int(step)] if isinstance(shown, list) else shown[step]

    assert shown == first
    assert service.client.get(f"/v1/jobs/{job_id}/files/{shown}").content == FILM


def test_a_file_is_sent_whole(service: Service, finished: str) -> None:
    answer = service.client.get(f"{finished}/files/final.mp4")

    assert (answer.status_code, answer.content) == (200, FILM)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(FILM))
    assert answer.headers["content-disposition"] == 'inline; filename="final.mp4"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in answer.headers


def test_files_of_variants_are_sent_from_their_folders(service: Service) -> None:
    job_id = service.submit()
    service.finish(job_id, {"fr-9x16/final.mp4": FILM, "ar-9x16/final.mp4": b"another"})

    files = service.client.get(f"/v1/jobs/{job_id}").json()["video"]["files"]
    answers = [service.client.get(f"/v1/jobs/{job_id}/files/{file['name']}") for file in files]
    signed = service.client.get(files[1]["url"], headers={"Authorization": ""})

    assert [file["name"] for file in files] == ["ar-9x16/final.mp4", "fr-9x16/final.mp4"]
    assert [answer.content for answer in answers] == [b"another", FILM]
    assert signed.content == FILM
    assert signed.headers["content-disposition"] == 'inline; filename="final.mp4"'


@pytest.mark.parametrize(
    ("wanted", "content", "told"),
    [
        pytest.param("bytes=0-9", FILM[:10], "bytes 0-9/256000", id="the start"),
        pytest.param("bytes=255990-", FILM[255990:], "bytes 255990-255999/256000", id="the end"),
        pytest.param("bytes=-5", FILM[-5:], "bytes 255995-255999/256000", id="the last bytes"),
        pytest.param("bytes=7-999999999", FILM[7:], "bytes 7-255999/256000", id="beyond the end"),
    ],
)
def test_a_part_of_a_file_is_sent(
    service: Service, finished: str, wanted: str, content: bytes, told: str
) -> None:
    answer = service.client.get(f"{finished}/files/final.mp4", headers={"Range": wanted})

    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["content-range"] == told


def test_a_part_that_is_not_there_is_refused(service: Service, finished: str) -> None:
    behind = {"Range": "bytes=256000-"}

    answer = service.client.get(f"{finished}/files/final.mp4", headers=behind)

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */256000"


def test_a_part_of_another_file_than_before_is_not_sent(service: Service, finished: str) -> None:
    etag = service.client.head(f"{finished}/files/final.mp4").headers["etag"]
    part = {"Range": "bytes=0-9"}

    same = service.client.get(f"{finished}/files/final.mp4", headers={**part, "If-Range": etag})
    other = service.client.get(f"{finished}/files/final.mp4", headers={**part, "If-Range": '"x"'})

    assert (same.status_code, other.status_code) == (206, 200)


def test_a_file_that_is_known_is_not_sent_again(service: Service, finished: str) -> None:
    known = {"If-None-Match": service.client.head(f"{finished}/files/final.mp4").headers["etag"]}

    answer = service.client.get(f"{finished}/files/final.mp4", headers=known)

    assert (answer.status_code, answer.content) == (304, b"")


def test_the_manifest_is_sent_by_either_address(service: Service, finished: str) -> None:
    answers = [service.client.get(f"{finished}/{p}") for p in ("manifest", "files/manifest.json")]

    assert [answer.json() for answer in answers] == [{"id": "made"}] * 2


def test_a_link_opens_without_a_key(service: Service, finished: str) -> None:
    film = service.client.get(finished).json()["video"]["files"][0]

    answer = service.anonymous.get(film["url"])

    assert (answer.status_code, answer.content) == (200, FILM)


def test_a_link_opens_nothing_else(service: Service, finished: str) -> None:
    url = urlsplit(service.client.get(finished).json()["video"]["files"][0]["url"])
    given = {name: values[0] for name, values in parse_qs(url.query).items()}
    later = str(int(given["expires"]) + 3600)
    changed = [
        (f"{finished}/files/poster.jpg", given),
        (url.path, {**given, "expires": later}),
        (url.path, {**given, "owner": "other"}),
        (url.path, {**given, "signature": "0" * 64}),
        (url.path, {**given, "signature": "\xe9"}),
        (url.path, {"signature": given["signature"]}),
    ]

    answers = [service.anonymous.get(path, params=query) for path, query in changed]

    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["code"] for answer in answers} == {"link_expired"}


def test_a_link_expires(service: Service, finished: str) -> None:
    url = urlsplit(service.client.get(finished).json()["video"]["files"][0]["url"])
    expires = int(parse_qs(url.query)["expires"][0])

    assert 3500 <= expires - time.time() <= 7200


@pytest.mark.parametrize(
    "name",
    ["", "nothing.mp4", "%2e%2e/%2e%2e/aiprod.db", "/etc/passwd", "..%5caiprod.db",
     "final.mp4/", "media/final.mp4", "final.mp4%00"],
)  # fmt: skip
def test_names_that_the_video_does_not_have_lead_nowhere(
    service: Service, finished: str, name: str
) -> None:
    answer = service.client.get(f"{finished}/files/{name}")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is nothing at this address."


def test_a_job_without_a_video_has_no_files(service: Service) -> None:
    job_id = service.submit()

    answers = [
        service.client.get(f"/v1/jobs/{job_id}/{p}") for p in ("manifest", "files/final.mp4")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert service.client.get(f"/v1/jobs/{job_id}").json()["video"] is None


MASTER = (
    b'#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",URI="audio.m3u8"\n'
    b"#EXT-X-STREAM-INF:BANDWIDTH=1\n720p.m3u8\n"
)
PICTURES = b'#EXTM3U\n#EXT-X-MAP:URI="720p.mp4",BYTERANGE="9@0"\n#EXTINF:6,\n720p.mp4\n'


def test_a_stream_plays_from_a_signed_link_without_a_key(service: Service) -> None:
    job_id = service.submit()
    files = {"hls/master.m3u8": MASTER, "hls/720p.m3u8": PICTURES, "hls/720p.mp4": FILM}
    service.finish(job_id, {**files, "hls/audio.m3u8": PICTURES})
    listed = service.client.get(f"/v1/jobs/{job_id}").json()["video"]["files"]
    nobody = {"Authorization": ""}

    master = service.client.get(listed[0]["url"], headers=nobody)
    pictures = service.client.get(master.text.splitlines()[3], headers=nobody)
    part = service.client.get(
        pictures.text.splitlines()[3], headers={**nobody, "Range": "bytes=0-8"}
    )

    sound = master.text.splitlines()[1].partition('URI="')[2].rstrip('"')
    initial = pictures.text.splitlines()[1].partition('URI="')[2].partition('"')[0]
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert service.client.get(sound, headers=nobody).status_code == 200
    assert service.client.get(initial, headers=nobody).content == FILM
    assert (part.status_code, part.content) == (206, FILM[:9])


def test_a_playlist_is_the_very_file_for_whoever_has_a_key(service: Service) -> None:
    job_id = service.submit()
    service.finish(job_id, {"hls/master.m3u8": MASTER})

    answer = service.client.get(f"/v1/jobs/{job_id}/files/hls/master.m3u8")

    assert answer.content == MASTER
