"""Launches from an EHR, sessions of one patient, and a wall around who may see one patient alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.row_security import separate_tenants

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ehr_launches",
        sa.Column("state_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("browser_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name="pk_ehr_launches"),
        sa.CheckConstraint("octet_length(state_sha256) = 32", name=op.f("ck_ehr_launches_state_is_hashed")),
        sa.CheckConstraint(
            "octet_length(browser_sha256) = 32", name=op.f("ck_ehr_launches_browser_is_hashed")
        ),
    )
    op.create_index("ix_ehr_launches_expires_at", "ehr_launches", ["expires_at"])
    op.create_table(
        "ehr_sessions",
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fhir_user", sa.Text()),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("told", JSONB()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("secret_sha256", name="pk_ehr_sessions"),
        sa.CheckConstraint("octet_length(secret_sha256) = 32", name=op.f("ck_ehr_sessions_secret_is_hashed")),
    )
    op.create_index("ix_ehr_sessions_expires_at", "ehr_sessions", ["expires_at"])
    separate_tenants(op.get_bind())


def downgrade() -> None:
    """The wall around one patient stays: the one around tenants is made with it."""
    op.drop_table("ehr_sessions")
    op.drop_table("ehr_launches")
