"""The index by which a tenant's jobs are listed, newest first, past those of all others."""

from app.storage.online import build_index, drop_index

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_augmentations_tenant_id", "augmentations"


def upgrade() -> None:
    build_index(_INDEX, _TABLE, ["tenant", "id"])


def downgrade() -> None:
    drop_index(_INDEX, _TABLE)
