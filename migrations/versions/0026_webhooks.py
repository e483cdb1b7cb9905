"""Deliveries of webhooks: what receivers are told, and when it is tried again."""

import sqlalchemy as sa
from alembic import op

from app.storage.row_security import separate_tenants

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_OWN = sa.text("NULLIF(current_setting('turnpoint.tenant', true), '')")
_TABLE = "webhook_deliveries"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Uuid()),
        sa.Column("due_on", sa.Date()),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column(
            "next_attempt_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("last_failure", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("tenant", sa.Text(), nullable=False, server_default=_OWN),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_TABLE}"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=f"fk_{_TABLE}_plan_id", ondelete="CASCADE"),
        sa.CheckConstraint(
            "outcome IN ('delivered', 'gone', 'given_up')", name=op.f(f"ck_{_TABLE}_outcome_is_known")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL)", name=op.f(f"ck_{_TABLE}_ended_with_outcome")
        ),
    )
    op.create_index(
        f"ix_{_TABLE}_waiting",
        _TABLE,
        ["tenant", "next_attempt_at"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(f"ix_{_TABLE}_tenant_created_at", _TABLE, ["tenant", "created_at"])
    op.create_index(f"uq_{_TABLE}_review", _TABLE, ["plan_id", "due_on", "receiver"], unique=True)
    separate_tenants(op.get_bind())


def downgrade() -> None:
    op.drop_table(_TABLE)
    separate_tenants(op.get_bind())  # what lists the tenants must not look there any more
