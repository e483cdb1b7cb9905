"""Replies that are kept under a caller's key, in place of the keys of batch jobs alone; refined answers.

Keys of before are forgotten: they lasted a day, and no reply was kept under them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.online import build_index, drop_index
from app.storage.row_security import separate_tenants

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OWN = sa.text("NULLIF(current_setting('turnpoint.tenant', true), '')")
_KEYS = "idempotency_keys"


def upgrade() -> None:
    op.drop_table(_KEYS, if_exists=True)
    op.create_table(
        _KEYS,
        sa.Column("tenant", sa.Text(), nullable=False, server_default=_OWN),
        sa.Column("key_digest", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.Text(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("media_type", sa.Text()),
        sa.Column("headers", JSONB()),
        sa.Column("body", sa.Text()),
        sa.Column("patient_id", sa.Text()),
        sa.Column("entity", sa.Text()),
        sa.Column("entity_id", sa.Uuid()),
        sa.Column("answer_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("tenant", "key_digest", name=f"pk_{_KEYS}"),
        sa.ForeignKeyConstraint(
            ["tenant", "patient_id"], ["patients.tenant", "patients.id"], name=f"fk_{_KEYS}_tenant_patient_id"
        ),
    )
    for columns in (["tenant", "expires_at"], ["tenant", "patient_id"]):
        op.create_index("_".join(["ix", _KEYS, *columns]), _KEYS, columns)
    separate_tenants(op.get_bind())
    _refer("answers", "refines", "answers (id)")
    build_index("ix_answers_refines", "answers", ["refines"], where="refines IS NOT NULL")


def _refer(table: str, column: str, to: str) -> None:
    """Add a column that refers to rows elsewhere: there are none so far, so that nothing is to be checked."""
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} uuid "
        f"CONSTRAINT fk_{table}_{column} REFERENCES {to}"
    )


def downgrade() -> None:
    drop_index("ix_answers_refines", "answers")
    op.execute("ALTER TABLE answers DROP COLUMN IF EXISTS refines")
    op.drop_table(_KEYS, if_exists=True)
    op.create_table(
        _KEYS,
        sa.Column("tenant", sa.Text(), nullable=False, server_default=_OWN),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("tenant", "key", name=f"pk_{_KEYS}"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["augmentations.id"], name=f"fk_{_KEYS}_job_id", ondelete="CASCADE"
        ),
    )
    separate_tenants(op.get_bind())
