"""A person's last days, told beside the values that are scored."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE answers ADD COLUMN IF NOT EXISTS days jsonb NOT NULL DEFAULT '[]'::jsonb")
    op.execute("ALTER TABLE predictions ADD COLUMN IF NOT EXISTS days jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE predictions DROP COLUMN IF EXISTS days")
    op.execute("ALTER TABLE answers DROP COLUMN IF EXISTS days")
