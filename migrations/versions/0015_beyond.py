"""In which ways a plan goes further than an option may; plans before are not known to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    nothing = sa.text("'[]'::jsonb")
    op.add_column("plans", sa.Column("beyond", JSONB(), nullable=False, server_default=nothing))


def downgrade() -> None:
    op.drop_column("plans", "beyond")
