"""The database itself shows a unit of work the rows of its own tenant alone."""

from alembic import op

from app.storage.row_security import join_tenants, separate_tenants

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    separate_tenants(op.get_bind())


def downgrade() -> None:
    join_tenants(op.get_bind())
