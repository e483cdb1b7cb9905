"""What a login of the service's own may do in the database, once somebody else owns the tables.

Its units of work act as the role that policies bind (`row_security`), which reads and writes the record, and
the audit by one function alone. Its workers take tasks from the queue.
"""

from sqlalchemy import Connection, text

from app.storage.queue import SCHEMA as QUEUE
from app.storage.tenancy import SERVICE_ROLE

_ROLE = text("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = :name")
_IS_MEMBER = text("SELECT pg_has_role(:name, :group, 'MEMBER')")
_QUEUE = (
    f"GRANT USAGE ON SCHEMA {QUEUE} TO {{role}}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {QUEUE} TO {{role}}",
    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {QUEUE} TO {{role}}",
)


def grant_to(connection: Connection, name: str) -> None:
    """Let a role do the service's work; to be called by whoever owns the tables, after `separate_tenants`.

    Raises:
        LookupError: there is no such role.
    """
    role = connection.scalar(_ROLE, {"name": name})
    if role is None:
        raise LookupError("there is no such role")
    if not connection.scalar(_IS_MEMBER, {"name": name, "group": SERVICE_ROLE}):
        connection.exec_driver_sql(f"GRANT {SERVICE_ROLE} TO {role}")
    for grant in _QUEUE:
        connection.exec_driver_sql(grant.format(role=role))
