"""The callers' own ids of source rows, which the rows made of them carry."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("augmented_rows", sa.Column("source_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("augmented_rows", "source_id")
