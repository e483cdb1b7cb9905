"""API keys: who holds one, what it opens, and how long. Of its secret there is a hash alone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base


class KeyRow(Base):
    """A key. It is looked up before it is known whose request it is, so that it is no row of one tenant."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_is_hashed"),
        CheckConstraint("kind IN ('person', 'system')", name="kind_is_known"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
