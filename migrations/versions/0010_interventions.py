"""What a question opens beyond what people do, which options it wants, and what options bring along.

Answers from before count as what they were: of the usual scope, chosen by least effort, without effects.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NOTHING = sa.text("'[]'::jsonb")
_COLUMNS = {
    "answers": (
        sa.Column("include", ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'::text[]")),
        sa.Column("programme", sa.Text(), nullable=False, server_default="usual"),
        sa.Column("diversity", sa.Text(), nullable=False, server_default="least_effort"),
        sa.Column("shortfall", JSONB()),
        sa.Column("most_helpful", JSONB(), nullable=False, server_default=_NOTHING),
        sa.Column("always", JSONB(), nullable=False, server_default=_NOTHING),
    ),
    "counterfactuals": (
        sa.Column("strategy", JSONB()),
        sa.Column("brought_along", JSONB(), nullable=False, server_default=_NOTHING),
        sa.Column("consequences", sa.Text()),
    ),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
