"""Rows of a job that lower the risk without reaching its class, and how many of them there are.

Rows from before are all of their job's class; by how much their risk is lower was not kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = {
    "augmentations": (
        sa.Column("duplicate_improvements", sa.Integer(), nullable=False, server_default=sa.text("0")),
    ),
    "augmentation_chunks": (
        sa.Column("improved", sa.Integer(), nullable=False, server_default=sa.text("0")),
    ),
    "augmented_rows": (
        sa.Column("reached", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("reduction", sa.Double()),
    ),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    op.execute(
        "DELETE FROM augmented_rows WHERE NOT reached"
    )  # nothing would tell them from rows of the class
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
