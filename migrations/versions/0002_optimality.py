"""What is proved of an option's effort; null for options recorded before anything was."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counterfactuals", sa.Column("optimality", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("counterfactuals", "optimality")
