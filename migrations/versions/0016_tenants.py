"""Every row belongs to a tenant; what there is belongs to the default one.

A patient's id is a tenant's own: two tenants may have patients of the same id. A patient has a pseudonym, which
stands for them where the id must not stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = (
    "patients",
    "predictions",
    "answers",
    "counterfactuals",
    "generations",
    "requests",
    "feedback",
    "plans",
    "plan_events",
    "preferences",
    "measurements",
    "worklist",
    "uploads",
    "upload_chunks",
    "augmentations",
    "augmentation_chunks",
    "augmented_rows",
    "rejected_rows",
    "idempotency_keys",
)
_OF_PATIENTS = ("answers", "plans", "preferences", "measurements", "worklist")
_KEYS = {
    "patients": ["id"],
    "worklist": ["patient_id", "model_name"],
    "idempotency_keys": ["key"],
}
_INDEXES = {
    "answers": ["patient_id", "id"],
    "plans": ["patient_id", "id"],
    "preferences": ["patient_id", "model_name", "id"],
    "measurements": ["patient_id", "model_name", "measured_on", "id"],
}
_FACETS = ["model_name", "certainty", "is_planned", "is_declined"]
_ORDERS = {"seen": "asked_at", "risk": "risk", "review": "review_on"}
_OWN = sa.text("NULLIF(current_setting('turnpoint.tenant', true), '')")


def upgrade() -> None:
    for table in _TABLES:
        # A constant default is kept once for all rows that are there: none is rewritten.
        op.add_column(table, sa.Column("tenant", sa.Text(), nullable=False, server_default="default"))
        op.alter_column(table, "tenant", server_default=_OWN)
    pseudonym = sa.Column("pseudonym", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    op.add_column("patients", pseudonym)
    op.create_unique_constraint("uq_patients_pseudonym", "patients", ["pseudonym"])
    _unlink()
    for table, key in _KEYS.items():
        _rekey(table, ["tenant", *key])
    for table, columns in _INDEXES.items():
        _index(table, columns, ["tenant", *columns])
    _index_lines(["tenant", *_FACETS])
    _one_active_plan(["tenant", "patient_id", "model_name"])
    for table in _OF_PATIENTS:
        op.create_foreign_key(
            f"fk_{table}_tenant_patient_id", table, "patients", ["tenant", "patient_id"], ["tenant", "id"]
        )


def downgrade() -> None:
    others = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE tenant <> 'default'" for table in _TABLES)
    if op.get_bind().execute(sa.text(f"{others} LIMIT 1")).first() is not None:
        raise RuntimeError("There are rows of several tenants, which older versions would mix.")
    for table in _OF_PATIENTS:
        op.drop_constraint(f"fk_{table}_tenant_patient_id", table)
    _one_active_plan(["patient_id", "model_name"])
    _index_lines(_FACETS)
    for table, columns in _INDEXES.items():
        _index(table, ["tenant", *columns], columns)
    for table, key in _KEYS.items():
        _rekey(table, key)
    for table in _OF_PATIENTS:
        op.create_foreign_key(f"fk_{table}_patient_id", table, "patients", ["patient_id"], ["id"])
    op.drop_constraint("uq_patients_pseudonym", "patients")
    op.drop_column("patients", "pseudonym")
    for table in _TABLES:
        op.drop_column(table, "tenant")


def _unlink() -> None:
    """Take references to patients away, whatever they were called."""
    found = sa.text(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE contype = 'f' AND confrelid = 'patients'::regclass"
    )
    for table, name in op.get_bind().execute(found).all():
        op.drop_constraint(name, table)


def _rekey(table: str, columns: list[str]) -> None:
    op.drop_constraint(f"pk_{table}", table)
    op.create_primary_key(f"pk_{table}", table, columns)


def _index(table: str, old: list[str], new: list[str]) -> None:
    op.drop_index("_".join(["ix", table, *old]), table)
    op.create_index("_".join(["ix", table, *new]), table, new)


def _index_lines(facets: list[str]) -> None:
    for name, key in _ORDERS.items():
        op.drop_index(f"ix_worklist_{name}", "worklist")
        op.create_index(f"ix_worklist_{name}", "worklist", [*facets, key, "place"])


def _one_active_plan(columns: list[str]) -> None:
    op.drop_index("uq_plans_active", "plans")
    op.create_index(
        "uq_plans_active", "plans", columns, unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
