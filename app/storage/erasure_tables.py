"""Tombstones: what is kept of an erasure, so that it can be done again where a backup undid it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base
from app.storage.tenancy import OfTenant


class ErasureRow(OfTenant, Base):
    """One erasure. It names nobody: the pseudonym went with the patient's row, and is in old backups alone.

    `id_digest` is keyed (`ERASURE_KEY`), None where there is no key: whoever has no key cannot try ids out.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index(None, "tenant", "id_digest"),)

    pseudonym: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(server_default=func.now())
    id_digest: Mapped[str | None]
