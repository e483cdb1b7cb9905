"""Launches from an EHR that are under way, and sessions that they opened. Of each secret there is a hash."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Base, Json


class LaunchRow(Base):
    """A browser that was sent to its EHR, and may come back once."""

    __tablename__ = "ehr_launches"
    __table_args__ = (
        CheckConstraint("octet_length(state_sha256) = 32", name="state_is_hashed"),
        CheckConstraint("octet_length(browser_sha256) = 32", name="browser_is_hashed"),
    )

    state_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    server: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SessionRow(Base):
    """A person with one patient. It is looked up before it is known whose request it is: of no one tenant."""

    __tablename__ = "ehr_sessions"
    __table_args__ = (CheckConstraint("octet_length(secret_sha256) = 32", name="secret_is_hashed"),)

    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tenant: Mapped[str]
    patient_id: Mapped[str]
    name: Mapped[str]
    fhir_user: Mapped[str | None]
    server: Mapped[str]
    told: Mapped[Json | None]
    """What the EHR has of the patient's features, where it is too little to ask with: for the form."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
