"""How far a row made of somebody is from that person's other real rows, and from everybody else's."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_COLUMNS = ("nearest_own_distance", "nearest_others_distance")


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE augmented_rows ADD COLUMN IF NOT EXISTS {column} double precision")


def downgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE augmented_rows DROP COLUMN IF EXISTS {column}")
