"""Predictions about patients, with the values that they are of; and the index by which old ones are found."""

from alembic import op

from app.storage.online import build_index, drop_index, validate
from app.storage.row_security import PATIENT_POLICY, separate_tenants

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_PATIENT = "fk_predictions_tenant_patient_id"
_INDEXES = {
    "ix_predictions_tenant_patient_id": (["tenant", "patient_id"], "patient_id IS NOT NULL"),
    "ix_predictions_created_at": (["created_at"], None),
}


def upgrade() -> None:
    op.execute("ALTER TABLE predictions ADD COLUMN IF NOT EXISTS patient_id text")
    op.execute("ALTER TABLE predictions ADD COLUMN IF NOT EXISTS features jsonb")
    op.execute(f"ALTER TABLE predictions DROP CONSTRAINT IF EXISTS {_PATIENT}")
    op.execute(
        f"ALTER TABLE predictions ADD CONSTRAINT {_PATIENT} FOREIGN KEY (tenant, patient_id) "
        "REFERENCES patients (tenant, id) NOT VALID"
    )
    validate("predictions", _PATIENT)
    for name, (columns, where) in _INDEXES.items():
        build_index(name, "predictions", columns, where=where)
    separate_tenants(op.get_bind())


def downgrade() -> None:
    for name in _INDEXES:
        drop_index(name, "predictions")
    op.execute(f"DROP POLICY IF EXISTS {PATIENT_POLICY} ON predictions")
    for column in ("features", "patient_id"):
        op.execute(f"ALTER TABLE predictions DROP COLUMN IF EXISTS {column}")
