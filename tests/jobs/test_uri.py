import pytest

from jobs.document import job_from
from jobs.errors import InvalidInput
from jobs.scene import Image
from jobs.uri import Place, place_of


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        pytest.param("media/pool.jpg", Place.LOCAL, id="relative"),
        pytest.param("../pool.jpg", Place.LOCAL, id="above"),
        pytest.param("/data/a b.jpg", Place.LOCAL, id="absolute, with a space"),
        pytest.param("take:2.jpg", Place.LOCAL, id="colon in a name"),
        pytest.param("cafe\u0301.jpg", Place.LOCAL, id="decomposed name stays"),
        pytest.param("gs://bucket/a/b c.mp4", Place.BUCKET, id="bucket"),
        pytest.param("https://example.com/a.jpg?x=1", Place.WEB, id="web"),
        pytest.param("upload://up-0f3c", Place.UPLOAD, id="upload"),
    ],
)
def test_addresses_are_kept_as_written(uri: str, place: Place) -> None:
    document = {"scenes": [{"narration": "a", "visual": {"type": "image", "uri": uri}}]}

    (scene,) = job_from(document).scenes or ()
    assert scene.visual == Image(type="image", uri=uri)
    assert place_of(uri) is place


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        pytest.param("", "is blank", id="empty"),
        pytest.param("http://example.com/a.jpg", "kind of address", id="http"),
        pytest.param("ftp://example.com/a.jpg", "kind of address", id="ftp"),
        pytest.param("file:///etc/passwd", "kind of address", id="file"),
        pytest.param("https://a/b c.jpg", "spaces", id="space in a web address"),
        pytest.param("data:image/png;base64,AA", "kind of address", id="data"),
        pytest.param("BLOB:a", "kind of address", id="blob"),
        pytest.param("a\nb.jpg", "control characters", id="line break"),
        pytest.param("https:///a.jpg", "names no host", id="no host"),
        pytest.param("https://a@b/c.jpg", "user name or password", id="credentials"),
        pytest.param("https://[::1/a.jpg", "not a web address", id="broken host"),
        pytest.param("https://a:99999/b.jpg", "not a web address", id="broken port"),
        pytest.param("https://a\\@b/c.jpg", "names no host", id="backslash"),
        pytest.param("gs://bucket", "names no object", id="bucket without object"),
        pytest.param("gs://bucket/", "names no object", id="bucket with empty object"),
        pytest.param("upload://", "names no upload", id="upload without id"),
        pytest.param("upload://up-1/../up-2", "names no upload", id="upload with a path"),
        pytest.param("UPLOAD://up-1", "names no upload", id="upload in capitals"),
        pytest.param("x" * 5000, "has 5,000 characters", id="long"),
    ],
)
def test_other_addresses_are_refused(uri: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        job_from({"scenes": [{"narration": "a", "visual": {"type": "clip", "uri": uri}}]})

    assert raised.value.message.startswith("job: scenes[0].visual.uri ")
    assert problem in raised.value.message
