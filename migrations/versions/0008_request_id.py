"""The caller's own id of a request beside ours; null where none was sent, or none that is fit to be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requests", sa.Column("callers_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("requests", "callers_id")
