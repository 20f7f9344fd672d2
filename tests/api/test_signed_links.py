from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from api.signed_links import LinkSigner, open_link_signer
from jobs.errors import InvalidInput

NOW = 1_774_343_936.25
SIGNER = LinkSigner(b"secret")
PATH = "/v1/jobs/job-1/files/final.mp4"


def _holds(link: str, signer: LinkSigner, now_s: float) -> bool:
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    expires, signature = int(query["expires"]), query["signature"]
    return signer.is_signed(urlsplit(link).path, query["owner"], expires, signature, now_s)


@pytest.mark.parametrize(
    ("later_s", "holds"), [(0, True), (3600, True), (7201, False), (10**9, False)]
)
def test_a_link_holds_for_an_hour_at_least_and_two_at_most(later_s: float, holds: bool) -> None:
    link = SIGNER.signed(PATH, "acme", NOW)

    assert _holds(link, SIGNER, NOW + later_s) is holds


def test_a_link_stays_the_same_for_a_while() -> None:
    start = NOW // 3600 * 3600

    assert SIGNER.signed(PATH, "acme", start) == SIGNER.signed(PATH, "acme", start + 3599)


def test_another_secret_signs_otherwise() -> None:
    link = SIGNER.signed(PATH, "acme", NOW)

    assert not _holds(link, LinkSigner(b"another"), NOW)


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        signers = set(pool.map(lambda _: open_link_signer(None, tmp_path / "data"), range(16)))

    (file,) = (tmp_path / "data").iterdir()
    assert len(signers) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_bytes()) == 64


def test_a_given_secret_is_used(tmp_path: Path) -> None:
    assert open_link_signer("given", tmp_path) == LinkSigner(b"given")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_keeps_no_secret_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InvalidInput, match="cannot keep a secret in"):
        open_link_signer(None, tmp_path / "file")
