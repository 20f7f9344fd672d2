"""Files that users handed in: which tenant may name which content."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from jobs.wire import canonical, sha256
from storage.database import Database
from storage.tables import UPLOADS


@dataclass(frozen=True)
class Upload:
    """A stored file.

    Attributes:
      blob: Blob name, made of the content.
      kind: `image`, `clip`, `sound`, `captions` or `font`.
    """

    id: str
    blob: str
    kind: str
    size_bytes: int

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal digits."""
        return self.blob.rpartition("/")[2].partition(".")[0]


@dataclass(frozen=True)
class Uploads:
    """Uploads, each tenant its own; two tenants with the same content share only the blob."""

    database: Database

    def keep(self, tenant: str, blob: str, kind: str, size_bytes: int) -> Upload:
        """Notes a stored file; the same content again is the same upload."""
        upload = Upload(upload_id(tenant, blob), blob, kind, size_bytes)
        make = insert_on_sqlite if self.database.is_sqlite else insert_on_postgresql
        with self.database.begin() as connection:
            connection.execute(
                make(UPLOADS)
                .values(
                    id=upload.id,
                    tenant=tenant,
                    blob=blob,
                    kind=kind,
                    size_bytes=size_bytes,
                    created_at=self.database.now(),
                )
                .on_conflict_do_nothing(index_elements=["id"])
            )
        return upload

    def find(self, tenant: str, ids: Collection[str]) -> dict[str, Upload]:
        """Those of these uploads that the tenant has, by id."""
        query = select(UPLOADS).where(UPLOADS.c.tenant == tenant, UPLOADS.c.id.in_(ids))
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return {row.id: Upload(row.id, row.blob, row.kind, row.size_bytes) for row in rows}


def upload_id(tenant: str, blob: str) -> str:
    """Id of a content in the hands of a tenant."""
    return f"up-{sha256(canonical([tenant, blob]))[:32]}"
