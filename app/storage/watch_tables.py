"""What is watched of models: counts of those asked about, by day and bin. No row is of a patient."""

from datetime import date

from sqlalchemy import ARRAY, BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base
from app.storage.tenancy import TenantKey


class DriftCountsRow(TenantKey, Base):
    """How many were asked about on a day (UTC), by bin of one feature, or of the risk."""

    __tablename__ = "drift_counts"
    __table_args__ = (Index(None, "tenant", "day"),)

    model_digest: Mapped[str] = mapped_column(primary_key=True)
    """Of the version, whose people make the bins."""
    day: Mapped[date] = mapped_column(primary_key=True)
    feature: Mapped[str] = mapped_column(primary_key=True)
    counts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class ShadowCountsRow(TenantKey, Base):
    """How many were scored on a day (UTC) by two versions, by label and by how far the risks are apart."""

    __tablename__ = "shadow_counts"
    __table_args__ = (Index(None, "tenant", "day"),)

    model_digest: Mapped[str] = mapped_column(primary_key=True)
    shadow_digest: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    counts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
