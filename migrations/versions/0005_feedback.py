"""Feedback on options, and which answers were asked from another one by a what-if."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("based_on", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_answers_based_on"), "answers", "answers", ["based_on"], ["id"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("counterfactual_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'declined', 'withdrawn')", name=op.f("ck_feedback_verdict_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["counterfactual_id"], ["counterfactuals.id"], name=op.f("fk_feedback_counterfactual_id")
        ),
        sa.ForeignKeyConstraint(["replaces"], ["feedback.id"], name=op.f("fk_feedback_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(
        "uq_feedback_first",
        "feedback",
        ["counterfactual_id"],
        unique=True,
        postgresql_where=sa.text("replaces IS NULL"),
    )
    op.create_index(op.f("ix_feedback_replaces"), "feedback", ["replaces"], unique=True)
    op.create_index(op.f("ix_feedback_counterfactual_id"), "feedback", ["counterfactual_id"], unique=False)


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_constraint(op.f("fk_answers_based_on"), "answers", type_="foreignkey")
    op.drop_column("answers", "based_on")
