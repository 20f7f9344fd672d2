import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from media.fonts import font_set
from storage.database import open_database, sqlite_url
from storage.migrate import prepare
from tests.api.service import Service, running


def font() -> bytes:
    return font_set("en").main().path.read_bytes()


def picture(width: int = 8) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 8)).save(file, "PNG")
    return file.getvalue()


@cache
def turned(kind: str) -> bytes:
    """A picture with EXIF, of noise: it does not shrink."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.effect_noise((24, 16), 60).convert("RGB").save(file, kind, exif=exif)
    return file.getvalue()


SOUND = b"RIFF\x64\0\0\0WAVEfmt " + bytes(84)
SRT = b"1\n00:00:00,000 --> 00:00:01,000\nHi.\n"
CLIP = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        pytest.param(picture, "image", id="picture"),
        pytest.param(lambda: CLIP, "clip", id="clip"),
        pytest.param(lambda: SOUND, "sound", id="sound"),
        pytest.param(lambda: SRT, "captions", id="captions"),
        pytest.param(font, "font", id="font"),
    ],
)
def test_a_file_is_kept_by_its_content(
    service: Service, make: Callable[[], bytes], kind: str
) -> None:
    content = make()

    answer = service.client.post("/v1/uploads", content=content)

    made = answer.json()
    assert answer.status_code == 201
    assert made["uri"] == f"upload://{made['id']}"
    assert (made["kind"], made["size_bytes"]) == (kind, len(content))
    assert made["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_same_content_is_the_same_upload(service: Service) -> None:
    first, again, other = (
        client.post("/v1/uploads", content=picture()).json()["id"]
        for client in (service.client, service.client, service.stranger)
    )

    assert first == again
    assert other != first


def test_a_job_uses_an_upload(service: Service) -> None:
    made = service.client.post("/v1/uploads", content=picture()).json()

    job_id = service.submit(scenes=[_scene("image", made["uri"]), _scene("image", made["uri"])])

    row = service.services.catalogue.job("acme", job_id, with_submission=True)
    assert row is not None
    assert row.submission is not None
    (file,) = row.submission.inputs
    assert (file.original, file.kind) == (made["uri"], "image")
    assert made["sha256"] in file.blob
    assert service.services.blobs.read(file.blob) == picture()


def test_a_job_uses_sounds_and_captions_wherever_it_names_them(service: Service) -> None:
    sound, captions, clip = (
        service.client.post("/v1/uploads", content=content).json()["uri"]
        for content in (SOUND, SRT, CLIP)
    )
    recording = {"uri": sound, "captions": captions}

    job_id = service.submit(
        scenes=[{"narration": "Hi.", "narration_audio": recording, "effects": [{"uri": clip}]}],
        music={"uri": sound},
    )

    row = service.services.catalogue.job("acme", job_id, with_submission=True)
    assert row is not None
    assert row.submission is not None
    assert {(file.original, file.kind) for file in row.submission.inputs} == {
        (sound, "sound"), (captions, "captions"), (clip, "sound"),
    }  # fmt: skip


def test_captions_are_no_recording(service: Service) -> None:
    uri = service.client.post("/v1/uploads", content=SRT).json()["uri"]

    answer = service.client.post(
        "/v1/jobs", json={"scenes": [{"narration": "Hi.", "narration_audio": {"uri": uri}}]}
    )

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["message"].startswith("scenes[0].narration_audio.uri (")
    assert "is of the kind captions: give an upload of the kind sound." in error["message"]


def test_a_brand_kit_uses_uploads(service: Service) -> None:
    logo, letters = (
        service.client.post("/v1/uploads", content=content).json()["uri"]
        for content in (picture(), font())
    )

    kit = {"logo": {"uri": logo}, "fonts": {"titles": letters, "captions": "Noto Sans"}}
    job_id = service.submit(scenes=[{"narration": "Low water."}], brand=kit)
    swapped = {"logo": {"uri": letters}, "fonts": {"titles": logo}}
    wrong = service.client.post("/v1/jobs", json={"prompt": "Low water.", "brand": swapped})

    row = service.services.catalogue.job("acme", job_id, with_submission=True)
    assert row is not None
    assert row.submission is not None
    assert [(file.original, file.kind) for file in row.submission.inputs] == [
        (logo, "image"),
        (letters, "font"),
    ]
    assert [error["message"].partition(") ")[2] for error in wrong.json()["errors"]] == [
        "is of the kind font: give an upload of the kind image.",
        "is of the kind image: give an upload of the kind font.",
    ]


def test_a_path_of_a_brand_kit_is_told_what_to_give(service: Service) -> None:
    kit = {"logo": {"uri": "logo.png"}}

    answer = service.client.post("/v1/jobs", json={"prompt": "Low water.", "brand": kit})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith(
        'brand.logo.uri ("logo.png") is a path on your machine: give the uri of an upload'
    )


def test_an_upload_of_another_tenant_is_unknown(service: Service) -> None:
    uri = service.stranger.post("/v1/uploads", content=picture()).json()["uri"]

    answer = service.client.post("/v1/jobs", json={"scenes": [_scene("image", uri)]})
    unknown = service.client.post("/v1/jobs", json={"scenes": [_scene("image", "upload://up-1")]})

    assert answer.status_code == 422
    assert answer.text.replace(uri, "upload://up-1") == unknown.text


def test_a_picture_is_not_a_clip(service: Service) -> None:
    uri = service.client.post("/v1/uploads", content=picture()).json()["uri"]

    answer = service.client.post("/v1/jobs", json={"scenes": [_scene("clip", uri)]})

    assert answer.status_code == 422
    assert "is of the kind image" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: b"", '"a.png" is empty', id="nothing"),
        pytest.param(
            lambda: b"#EXTM3U\nfile:///etc/passwd\n",
            "is not a picture, clip, sound, caption file or font",
            id="a playlist",
        ),
        pytest.param(lambda: font()[:900], "is not a font that can be drawn", id="a font cut off"),
        pytest.param(
            lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture", id="SVG"
        ),
        pytest.param(lambda: picture()[:20], "is damaged: it ends early", id="a picture cut off"),
        pytest.param(lambda: picture(7_000_000), "is too large", id="too many pixels"),
    ],
)
def test_other_files_are_refused(
    embedded: Service, tmp_path: Path, make: Callable[[], bytes], said: str
) -> None:
    answer = embedded.client.post("/v1/uploads?name=a.png", content=make())

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "a.png" in answer.json()["detail"]
    assert list((tmp_path / "data" / "incoming").iterdir()) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    edits=st.lists(st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=8)), max_size=6),
    cut=st.integers(1, 2000),
)
def test_a_damaged_picture_is_taken_or_refused_and_no_fault_of_ours(
    embedded: Service, kind: str, edits: list[Any], cut: int
) -> None:
    content = bytearray(turned(kind))
    for at, piece in edits:
        content[at : at + len(piece)] = piece

    answer = embedded.client.post("/v1/uploads", content=bytes(content[:cut]))

    assert answer.status_code in (201, 422), answer.text


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Service]:
    """A service that takes uploads of at most 3 MB."""
    database = open_database(sqlite_url(tmp_path), pool_size=5)
    prepare(database)
    limit = 3 * 2**20
    with running(database, tmp_path, lambda s: replace(s, max_upload_bytes=limit)) as found:
        yield found
    database.close()


@pytest.mark.parametrize("has_length", [True, False])
def test_an_upload_that_is_too_large_is_refused(
    small: Service, tmp_path: Path, has_length: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(2**18)

    content: Any = bytes(10 * 2**20) if has_length else pieces()
    answer = small.client.post("/v1/uploads", content=content)

    assert answer.status_code == 413
    incoming = tmp_path / "incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []


def test_a_large_upload_arrives_whole(embedded: Service) -> None:
    content = CLIP + bytes(range(256)) * 40_000

    answer = embedded.client.post("/v1/uploads", content=content)

    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()


def _scene(kind: str, uri: str) -> dict[str, Any]:
    return {"narration": "One.", "visual": {"type": kind, "uri": uri}}
