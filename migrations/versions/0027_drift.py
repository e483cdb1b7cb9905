"""Counts by bin of those asked about: whether they are still like those whom a model learned from."""

import sqlalchemy as sa
from alembic import op

from app.storage.row_security import separate_tenants

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_OWN = sa.text("NULLIF(current_setting('turnpoint.tenant', true), '')")
_TABLE = "drift_counts"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("tenant", sa.Text(), nullable=False, server_default=_OWN),
        sa.Column("model_digest", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "model_digest", "day", "feature", name=f"pk_{_TABLE}"),
    )
    op.create_index(f"ix_{_TABLE}_tenant_day", _TABLE, ["tenant", "day"])
    separate_tenants(op.get_bind())


def downgrade() -> None:
    op.drop_table(_TABLE)
    separate_tenants(op.get_bind())  # what lists the tenants must not look there any more
