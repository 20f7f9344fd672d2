from storage.database import Database
from storage.uploads import Uploads

BLOB = f"media/0f/{'0f' * 32}.png"


def test_an_upload_is_found_by_its_tenant_alone(database: Database) -> None:
    uploads = Uploads(database)

    kept = uploads.keep("acme", BLOB, "image", 7)

    assert uploads.find("acme", [kept.id, "up-unknown"]) == {kept.id: kept}
    assert uploads.find("other", [kept.id]) == {}
    assert kept.sha256 == "0f" * 32


def test_the_same_content_is_kept_once_per_tenant(database: Database) -> None:
    uploads = Uploads(database)

    first, again = (uploads.keep("acme", BLOB, "image", 7) for _ in range(2))
    other = uploads.keep("other", BLOB, "image", 7)

    assert first == again
    assert other.id != first.id
