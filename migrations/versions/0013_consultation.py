"""What a consultation leaves behind: plans and what became of them, preferences, results that are known.

Going down is refused while any is held: the version before could not show it, and the record is not for
deleting.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = ("plan_events", "plans", "preferences", "measurements")


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), nullable=False)


def _created_at() -> sa.Column[object]:
    now = sa.text("now()")
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False)


def _about() -> tuple[sa.Column[object], ...]:
    """Of which patient, and of which model's question."""
    return sa.Column("patient_id", sa.Text(), nullable=False), sa.Column(
        "model_name", sa.Text(), nullable=False
    )


def _given_by() -> sa.Column[object]:
    return sa.Column("given_by", sa.Text(), nullable=True)


def _foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _plans() -> None:
    op.create_table(
        "plans",
        _id(),
        _created_at(),
        *_about(),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("counterfactual_id", sa.Uuid(), nullable=True),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        _given_by(),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("changes", "linked", "brought_along")),
        sa.Column("features", JSONB(), nullable=False),
        sa.Column("risk_before", sa.Double(), nullable=False),
        sa.Column("risk_planned", sa.Double(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _foreign("plans", "patient_id", "patients"),
        _foreign("plans", "answer_id", "answers"),
        _foreign("plans", "counterfactual_id", "counterfactuals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    active = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_plans_active", "plans", ["patient_id", "model_name"], unique=True, postgresql_where=active
    )
    op.create_index(op.f("ix_plans_patient_id_id"), "plans", ["patient_id", "id"])
    op.create_index(op.f("ix_plans_counterfactual_id"), "plans", ["counterfactual_id"])


def _plan_events() -> None:
    op.create_table(
        "plan_events",
        _id(),
        _created_at(),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _given_by(),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("reached", JSONB(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('created', 'review_moved', 'followed_up', 'completed', 'stopped')",
            name=op.f("ck_plan_events_kind_is_known"),
        ),
        _foreign("plan_events", "plan_id", "plans"),
        _foreign("plan_events", "answer_id", "answers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_events")),
    )
    op.create_index(op.f("ix_plan_events_plan_id_id"), "plan_events", ["plan_id", "id"])
    op.create_index(
        "uq_plan_events_follow_up",
        "plan_events",
        ["plan_id", "answer_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'followed_up'"),
    )


def _preferences() -> None:
    op.create_table(
        "preferences",
        _id(),
        _created_at(),
        *_about(),
        sa.Column("codes", ARRAY(sa.Text()), nullable=False),
        sa.Column("features_to_keep", ARRAY(sa.Text()), nullable=False),
        _given_by(),
        _foreign("preferences", "patient_id", "patients"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
    )
    op.create_index(
        op.f("ix_preferences_patient_id_model_name_id"), "preferences", ["patient_id", "model_name", "id"]
    )


def _measurements() -> None:
    op.create_table(
        "measurements",
        _id(),
        _created_at(),
        *_about(),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("has_outcome", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        _given_by(),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        _foreign("measurements", "patient_id", "patients"),
        _foreign("measurements", "replaces", "measurements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurements")),
    )
    op.create_index(
        op.f("ix_measurements_patient_id_model_name_measured_on_id"),
        "measurements",
        ["patient_id", "model_name", "measured_on", "id"],
    )
    op.create_index(op.f("ix_measurements_replaces"), "measurements", ["replaces"], unique=True)


def upgrade() -> None:
    _plans()
    _plan_events()
    _preferences()
    _measurements()


def downgrade() -> None:
    for table in _TABLES:
        if op.get_bind().scalar(sa.text(f"SELECT EXISTS (SELECT FROM {table})")):
            raise RuntimeError(
                f"the record holds {table.replace('_', ' ')}, which the version before cannot tell"
            )
    for table in _TABLES:
        op.drop_table(table)
