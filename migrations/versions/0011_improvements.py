"""How sure an estimate is, what lowers it where the target is out of reach, and what findings hold for.

Options from before are counterfactuals all; answers from before tell no band, no front and no conditions of
their own.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COLUMNS = {
    "predictions": (
        sa.Column("band", ARRAY(sa.Double())),
        sa.Column("certainty", sa.Text()),
        sa.Column("observed", JSONB()),
    ),
    "answers": (
        sa.Column("target_asked", JSONB()),
        sa.Column("always_improve", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("no_improvement", JSONB()),
        sa.Column("frontier", JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("conditions", JSONB()),
    ),
    "counterfactuals": (
        sa.Column("kind", sa.Text(), nullable=False, server_default="counterfactual"),
        sa.Column("grades", ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'::text[]")),
        sa.Column("reduction", sa.Double()),
        sa.Column("reduction_holds", JSONB()),
        sa.Column("holds_at", sa.Double()),
    ),
}
_RANKS, _RANKS_BY_KIND = "ix_counterfactuals_answer_id_rank", "ix_counterfactuals_answer_id_kind_rank"


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.drop_index(_RANKS, table_name="counterfactuals")
    op.create_index(_RANKS_BY_KIND, "counterfactuals", ["answer_id", "kind", "rank"], unique=True)


def _refuse_to_lose_improvements() -> None:
    """An older version would tell them as options that reach the target, and the record is not for deleting."""
    held = sa.text("SELECT EXISTS (SELECT FROM counterfactuals WHERE kind = 'improvement')")
    if op.get_bind().scalar(held):
        raise RuntimeError("the record holds improvements, which the version before cannot tell as such")


def downgrade() -> None:
    _refuse_to_lose_improvements()
    op.drop_index(_RANKS_BY_KIND, table_name="counterfactuals")
    op.create_index(_RANKS, "counterfactuals", ["answer_id", "rank"], unique=True)
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
