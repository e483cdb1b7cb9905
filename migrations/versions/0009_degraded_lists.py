"""What was away is a list: of an answer, which had it joined by commas, and of a chunk of rows, which kept one."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = ("generations", "augmentation_chunks")


def upgrade() -> None:
    for table in _TABLES:
        op.execute(
            f"ALTER TABLE {table} ALTER COLUMN degraded TYPE text[]"
            " USING coalesce(string_to_array(degraded, ','), '{}')"
        )
        op.execute(f"ALTER TABLE {table} ALTER COLUMN degraded SET NOT NULL")


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN degraded DROP NOT NULL")
        op.execute(
            f"ALTER TABLE {table} ALTER COLUMN degraded TYPE text"
            " USING nullif(array_to_string(degraded, ','), '')"
        )
