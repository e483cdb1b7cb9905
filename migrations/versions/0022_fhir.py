"""Where the values of an answer come from, what a bundle held besides, and where a result comes from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COLUMNS = ("provenance", "not_used", "measured_outcome", "ask_next")


def upgrade() -> None:
    nothing, none = sa.text("'{}'::jsonb"), sa.text("'[]'::jsonb")
    for name, default in (("provenance", nothing), ("not_used", none), ("ask_next", none)):
        op.add_column("answers", sa.Column(name, JSONB(), nullable=False, server_default=default))
    op.add_column("answers", sa.Column("measured_outcome", JSONB(), nullable=True))
    op.add_column("measurements", sa.Column("source", sa.Text(), nullable=False, server_default="given"))
    op.add_column("measurements", sa.Column("reference", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("source", "reference"):
        op.drop_column("measurements", name)
    for name in _COLUMNS:
        op.drop_column("answers", name)
