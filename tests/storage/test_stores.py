from pathlib import Path

import pytest

from jobs.errors import InvalidInput
from storage.directory import DirectoryBlobs
from storage.gcs import GcsBlobs, GcsConfig
from storage.stores import open_blobs


@pytest.fixture(autouse=True)
def no_credentials_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")  # nobody is asked


@pytest.mark.parametrize("location", ["data", "/srv/data", "./gs", "a:b"])
def test_a_path_is_a_directory(tmp_path: Path, location: str) -> None:
    assert open_blobs(location, tmp_path) == DirectoryBlobs(Path(location))


@pytest.mark.parametrize(
    ("location", "bucket", "prefix"),
    [
        pytest.param("gs://a-bucket", "a-bucket", "", id="bucket"),
        pytest.param("gs://a-bucket/", "a-bucket", "", id="bucket and slash"),
        pytest.param("gs://a.b_c/one", "a.b_c", "one", id="prefix"),
        pytest.param("gs://a-bucket/one/Two.3/", "a-bucket", "one/Two.3", id="folders"),
    ],
)
def test_an_address_is_a_bucket(tmp_path: Path, location: str, bucket: str, prefix: str) -> None:
    opened = open_blobs(location, tmp_path, 3.0)

    assert isinstance(opened, GcsBlobs)
    assert opened.config == GcsConfig(bucket, prefix, tmp_path, patience_s=3.0)


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("gs://", id="no bucket"),
        pytest.param("gs:///one", id="prefix without bucket"),
        pytest.param("gs://Bucket", id="capital letters"),
        pytest.param("gs://a-bucket/../b", id="way out"),
        pytest.param("gs://a-bucket//b", id="empty part"),
        pytest.param("gs://a-bucket/b?c", id="question mark"),
        pytest.param("s3://a-bucket/b", id="other service"),
        pytest.param("https://storage.googleapis.com/a-bucket", id="web address"),
    ],
)
def test_other_locations_are_refused_by_name(tmp_path: Path, location: str) -> None:
    with pytest.raises(InvalidInput, match=r"cannot keep files at .*; give ") as caught:
        open_blobs(location, tmp_path)

    assert location in caught.value.message
