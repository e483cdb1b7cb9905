"""What the language model's proposals cost; null for answers recorded before it was counted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "prompt_tokens": sa.Integer(),
    "completion_tokens": sa.Integer(),
    "llm_ms": sa.Float(),
}


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("generations", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("generations", name)
