"""What a role of the service's own may do in the database, once somebody else owns the tables.

It reads and writes the record. The audit it reads, and adds to by one function; it changes nothing there.
"""

from sqlalchemy import Connection, text

from app.storage.queue import SCHEMA as QUEUE

_SCHEMA = text("SELECT quote_ident(current_schema())")
_ROLE = text("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = :name")
_USE = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)
_AUDIT = (
    "REVOKE ALL ON {schema}.audit_events, {schema}.audit_heads, {schema}.alembic_version FROM {role}",
    "GRANT SELECT ON {schema}.audit_events, {schema}.audit_heads, {schema}.alembic_version TO {role}",
    "GRANT EXECUTE ON FUNCTION {schema}.audit_append(jsonb) TO {role}",
)


def grant_to(connection: Connection, name: str) -> None:
    """Let a role do the service's work; to be called by whoever owns the tables, after each migration.

    Raises:
        LookupError: there is no such role.
    """
    role = connection.scalar(_ROLE, {"name": name})
    if role is None:
        raise LookupError("there is no such role")
    schema = connection.scalar(_SCHEMA)
    for own in (schema, QUEUE):
        for grant in _USE:
            connection.exec_driver_sql(grant.format(schema=own, role=role))
    for grant in _AUDIT:
        connection.exec_driver_sql(grant.format(schema=schema, role=role))
