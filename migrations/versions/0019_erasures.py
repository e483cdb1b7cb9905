"""Tombstones of erasures, and the indexes by which a patient's rows are found and taken away.

Without them the database would read a whole table for each row that is taken away, to see that nothing refers
to it.
"""

import sqlalchemy as sa
from alembic import op

from app.storage.online import build_index, drop_index

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_answers_prediction_id": ("answers", "prediction_id", None),
    "ix_answers_based_on": ("answers", "based_on", "based_on IS NOT NULL"),
    "ix_plans_answer_id": ("plans", "answer_id", None),
    "ix_plan_events_answer_id": ("plan_events", "answer_id", "answer_id IS NOT NULL"),
    "ix_worklist_answer_id": ("worklist", "answer_id", None),
    "ix_worklist_plan_id": ("worklist", "plan_id", "plan_id IS NOT NULL"),
    "ix_augmented_rows_source_id": ("augmented_rows", "source_id", "source_id IS NOT NULL"),
    "ix_answers_created_at": ("answers", "created_at", None),
}
_OF_PEOPLE = ("upload_chunks", "augmentation_chunks")
_IDS = sa.text("jsonb_path_query_array(people, '$[*].id')")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("pseudonym", sa.Uuid(), primary_key=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("id_digest", sa.Text()),
        sa.Column(
            "tenant",
            sa.Text(),
            nullable=False,
            server_default=sa.text("NULLIF(current_setting('turnpoint.tenant', true), '')"),
        ),
        if_not_exists=True,
    )
    op.create_index("ix_erasures_tenant_id_digest", "erasures", ["tenant", "id_digest"], if_not_exists=True)
    for name, (table, column, where) in _INDEXES.items():
        build_index(name, table, [column], where=where)
    for table in _OF_PEOPLE:
        build_index(f"ix_{table}_ids", table, [_IDS], using="gin")


def downgrade() -> None:
    """Tombstones go: `turnpoint patient tombstones` keeps them in a file."""
    for table in _OF_PEOPLE:
        drop_index(f"ix_{table}_ids", table)
    for name, (table, _, _) in reversed(_INDEXES.items()):
        drop_index(name, table)
    op.drop_table("erasures", if_exists=True)
