"""Every row belongs to a tenant; what there is belongs to the default one.

A patient's id is a tenant's own: two tenants may have patients of the same id. A patient has a pseudonym, which
stands for them where the id must not stay.
"""

import sqlalchemy as sa
from alembic import op

from app.storage.online import build_index, never_null, validate

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
    """What takes long is done while others write, in transactions of its own; what takes tables is short.

    Every step bears being run again. Older versions can write up to the swap, which is the last but one.
    """
    op.execute(f"LOCK TABLE {', '.join(_TABLES)} IN ACCESS EXCLUSIVE MODE")
    for table in _TABLES:
        # A constant default is kept once for all rows that are there: none is rewritten.
        tenant = sa.Column("tenant", sa.Text(), nullable=False, server_default="default")
        op.add_column(table, tenant, if_not_exists=True)
    op.add_column("patients", sa.Column("pseudonym", sa.Uuid()), if_not_exists=True)
    op.alter_column("patients", "pseudonym", server_default=sa.text("gen_random_uuid()"))
    _fill_pseudonyms()
    never_null("patients", "pseudonym")
    build_index("uq_patients_pseudonym_new", "patients", ["pseudonym"], unique=True)
    for table, key in _KEYS.items():
        build_index(f"pk_{table}_new", table, ["tenant", *key], unique=True)
    for table, columns in _INDEXES.items():
        build_index("_".join(["ix", table, "tenant", *columns]), table, ["tenant", *columns])
    for name, order in _ORDERS.items():
        build_index(f"ix_worklist_{name}_new", "worklist", ["tenant", *_FACETS, order, "place"])
    active = ["tenant", "patient_id", "model_name"]
    build_index("uq_plans_active_new", "plans", active, unique=True, where="ended_at IS NULL")
    _swap()
    for table in _OF_PATIENTS:
        validate(table, f"fk_{table}_tenant_patient_id")


def _fill_pseudonyms() -> None:
    """Of those who are there, in batches: a default that differs from row to row would rewrite the table."""
    batch = sa.text(
        "WITH batch AS (SELECT id FROM patients WHERE id > :last ORDER BY id LIMIT 5000), "
        "filled AS (UPDATE patients p SET pseudonym = gen_random_uuid() FROM batch "
        "WHERE p.id = batch.id AND p.pseudonym IS NULL) SELECT max(id) FROM batch"
    )
    with op.get_context().autocommit_block():
        last = ""
        while last is not None:
            last = op.get_bind().scalar(batch, {"last": last})


def _swap() -> None:
    """Keys, references and defaults, at once and quickly: all that they stand on is built."""
    # All tables before any is changed: who holds some would make others wait for who waits.
    op.execute(f"LOCK TABLE {', '.join(_TABLES)} IN ACCESS EXCLUSIVE MODE")
    _unlink()
    for table in _KEYS:
        op.drop_constraint(f"pk_{table}", table)
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY USING INDEX pk_{table}_new")
    op.drop_constraint("uq_patients_pseudonym", "patients", if_exists=True)
    op.execute(
        "ALTER TABLE patients ADD CONSTRAINT uq_patients_pseudonym UNIQUE USING INDEX uq_patients_pseudonym_new"
    )
    for table, columns in _INDEXES.items():
        op.drop_index("_".join(["ix", table, *columns]), table, if_exists=True)
    for name in ("ix_worklist_seen", "ix_worklist_risk", "ix_worklist_review", "uq_plans_active"):
        op.drop_index(name)
        op.execute(f"ALTER INDEX {name}_new RENAME TO {name}")
    for table in _OF_PATIENTS:
        op.create_foreign_key(
            f"fk_{table}_tenant_patient_id",
            table,
            "patients",
            ["tenant", "patient_id"],
            ["tenant", "id"],
            postgresql_not_valid=True,
        )
    for table in _TABLES:
        op.alter_column(table, "tenant", server_default=_OWN)


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
