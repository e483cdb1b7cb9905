"""Tokens of CDS Hooks clients are good once: those that were used are remembered until they end."""

import sqlalchemy as sa
from alembic import op

from app.storage.row_security import separate_tenants
from app.storage.tenancy import OWN_TENANT

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "token_uses",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False, server_default=OWN_TENANT),
        sa.PrimaryKeyConstraint("digest", name="pk_token_uses"),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_token_uses_digest_is_sha256")),
    )
    op.create_index("ix_token_uses_expires_at", "token_uses", ["expires_at"])
    separate_tenants(op.get_bind())


def downgrade() -> None:
    op.drop_table("token_uses")
