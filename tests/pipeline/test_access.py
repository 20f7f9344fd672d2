from pathlib import Path

import pytest

from jobs.errors import InvalidInput
from pipeline.access import find_access
from pipeline.options import Settings
from tests.pipeline.scripted_service import KEY


def settings(tmp_path: Path, **environment: str) -> Settings:
    return Settings.from_environment({"AIPROD_DATA": str(tmp_path), **environment})


def test_the_key_of_this_machine_is_found_in_its_data_folder(tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text(f"{KEY}\n")

    assert find_access(settings(tmp_path)).key == KEY
    assert find_access(settings(tmp_path, AIPROD_API_KEY="aip_other")).key == "aip_other"


def test_the_key_of_this_machine_is_sent_to_no_other(tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text(KEY)

    with pytest.raises(InvalidInput, match=r"no API key for https://example\.com: set AIPROD_API"):
        find_access(settings(tmp_path, AIPROD_URL="https://example.com"))


@pytest.mark.parametrize(
    "url", ["example.com", "ftp://a", "http://", "http://a:b", "http://u:p@a", "http://a?b=c"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidInput, match="is not the address of a service"):
        find_access(settings(tmp_path), url)


@pytest.mark.parametrize("key", ["", "two words", "a\x00b", "é"])
def test_what_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    (tmp_path / "api-key").write_text(key)

    with pytest.raises(InvalidInput, match="api-key"):
        find_access(settings(tmp_path))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("elevenlabs=3", "names 'elevenlabs'; give some of freesound-api-key, elevenlabs-api-key"),
        ("suno-api-key=1,suno-api-key", "is 'suno-api-key=1,suno-api-key'; give names of secrets"),
    ],
)
def test_versions_are_those_of_keys(tmp_path: Path, given: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=f"AIPROD_SECRET_VERSIONS {told}"):
        settings(tmp_path, AIPROD_SECRET_VERSIONS=given)
