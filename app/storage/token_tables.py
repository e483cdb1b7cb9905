"""Tokens that are good once, and were used."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base
from app.storage.tenancy import OfTenant


class TokenUseRow(OfTenant, Base):
    """A token by its digest, remembered until it would not be good any more."""

    __tablename__ = "token_uses"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest_is_sha256"),
        Index("ix_token_uses_expires_at", "expires_at"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]
