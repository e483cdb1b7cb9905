"""Changing large tables in a migration while others write to them.

A step that takes a table for itself waits no longer than `LOCK_TIMEOUT`: behind it, everybody waits. It gives
up and is tried again (`migrations/env.py`). What takes long takes no table for itself.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

LOCK_TIMEOUT = "1s"


def build_index(
    name: str,
    table: str,
    columns: Sequence[str | sa.TextClause],
    unique: bool = False,
    where: str | None = None,
    using: str = "btree",
) -> None:
    """Build an index while others write, unless it is there; what a broken-off try left is taken away first.

    All that the migration did before is committed: it must bear being run again.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # nobody waits behind this
        valid = op.get_bind().scalar(
            sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": name}
        )
        if valid is False:
            op.drop_index(name, table, postgresql_concurrently=True)
        if not valid:
            op.create_index(
                name,
                table,
                list(columns),
                unique=unique,
                postgresql_using=using,
                postgresql_where=sa.text(where) if where else None,
                postgresql_concurrently=True,
            )
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def drop_index(name: str, table: str) -> None:
    """Take an index away while others use the table."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def never_null(table: str, column: str) -> None:
    """Forbid nulls in a column that has none, without reading the table while it is taken."""
    check = f"ck_{table}_{column}_not_null"
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {check}")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")


def validate(table: str, constraint: str) -> None:
    """Have a constraint that was added without a look at the rows hold for them, too, while others write."""
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
