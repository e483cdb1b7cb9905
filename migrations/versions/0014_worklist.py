"""The worklist: of each patient and model what a caller asked last, worked out of the record."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FACETS = ("model_name", "certainty", "is_planned", "is_declined")
_KEYS = {"seen": "asked_at", "risk": "risk", "review": "review_on"}
_LISTED = """
INSERT INTO worklist (patient_id, model_name, answer_id, asked_at, risk, certainty, is_declined)
SELECT DISTINCT ON (a.patient_id, p.model_name)
    a.patient_id, p.model_name, a.id, r.asked_at, p.risk, coalesce(p.certainty, 'unclear'),
    EXISTS (SELECT FROM counterfactuals c WHERE c.answer_id = a.id) AND NOT EXISTS (
        SELECT FROM counterfactuals c WHERE c.answer_id = a.id AND NOT EXISTS (
            SELECT FROM feedback f WHERE f.counterfactual_id = c.id AND f.verdict = 'declined'
            AND NOT EXISTS (SELECT FROM feedback g WHERE g.replaces = f.id)))
FROM requests r JOIN answers a ON a.id = r.answer_id JOIN predictions p ON p.id = a.prediction_id
WHERE a.based_on IS NULL
ORDER BY a.patient_id, p.model_name, r.id DESC
"""
_PLANNED = """
UPDATE worklist w SET plan_id = p.id, is_planned = true, review_on = p.review_on
FROM plans p WHERE p.ended_at IS NULL AND p.patient_id = w.patient_id AND p.model_name = w.model_name
"""


def upgrade() -> None:
    op.create_table(
        "worklist",
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("place", sa.Uuid(), nullable=False, server_default=sa.func.gen_random_uuid()),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("risk", sa.Double(), nullable=False),
        sa.Column("certainty", sa.Text(), nullable=False),
        sa.Column("is_declined", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("is_planned", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("plan_id", sa.Uuid()),
        sa.Column("review_on", sa.Date(), nullable=False, server_default=sa.text("'9999-12-31'::date")),
        sa.PrimaryKeyConstraint("patient_id", "model_name", name="pk_worklist"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_worklist_patient_id"),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_worklist_answer_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_worklist_plan_id"),
    )
    op.execute(_LISTED)
    op.execute(_PLANNED)
    for name, key in _KEYS.items():
        op.create_index(f"ix_worklist_{name}", "worklist", [*_FACETS, key, "place"])
    op.execute("ANALYZE worklist")


def downgrade() -> None:
    op.drop_table("worklist")
