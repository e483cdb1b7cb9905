"""The second wall between tenants: PostgreSQL shows a unit of work the rows of its own tenant alone.

The first is the session's (`tenancy`). This one holds for whatever statement there is. Policies do not bind
superusers, so that each unit of work acts as a role that they bind, whoever connected.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.storage.queue import SCHEMA as QUEUE
from app.storage.tenancy import ONE_PATIENT, OWN_TENANT, SERVICE_ROLE

POLICY = "of_own_tenant"
OWNERS_POLICY = "of_every_tenant"
PATIENT_POLICY = "of_one_patient"
"""Binds who may see one patient alone: the rows that name another are not there, and none can be added."""
EVERY_TENANT = "turnpoint.every_tenant"
"""A setting by which the tables' owner, and nobody else, sees all tenants' rows: to migrate, to dump."""
NOT_OF_TENANTS: Mapping[str, str] = {
    "api_keys": "is read before it is known who asks; its column says whose patients a key opens",
    "ehr_sessions": "is read before it is known who asks; its columns say whose patient a session opens",
    "ehr_launches": "is of browsers of which it is not known yet who is at them",
}
"""Tables with a column `tenant` whose rows every unit of work may see, and why."""
READ_ONLY = ("audit_events", "audit_heads")
"""What is added to by a function of the database alone."""
_NARROW: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(READ_ONLY, ("SELECT",)),
    "patients": ("SELECT", "INSERT (tenant, id)", "UPDATE (first_seen_at)", "DELETE"),
    "api_keys": ("SELECT", "UPDATE (last_used_at)"),
    "ehr_sessions": ("SELECT", "INSERT", "DELETE"),
    "ehr_launches": ("SELECT", "INSERT", "DELETE"),
}
"""Where the service's role may do less than all, and what. A patient keeps their pseudonym, or their audit is
out of reach; to lock them takes the right to update some column. Keys are made and revoked by the owner."""
_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
_FUNCTIONS = ("audit_append",)
_ROOTS = (
    "patients",
    "uploads",
    "augmentations",
    "erasures",
    "idempotency_keys",
    "predictions",
    "webhook_deliveries",
    "drift_counts",
    "shadow_counts",
)
"""All else that there is to be taken care of refers to one of these."""

_TABLES = text(
    "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relkind = 'r' "
    "AND relnamespace = current_schema()::regnamespace AND relname <> 'alembic_version' ORDER BY relname"
)
_OF_TENANTS = text(
    "SELECT table_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND column_name = 'tenant'"
)
_OF_PATIENTS = text(
    "SELECT table_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND column_name = 'patient_id'"
)
_BOUND_TO_PATIENTS = text(
    "SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = :policy"
)
_CALLABLE = text(
    "SELECT oid::regprocedure::text FROM pg_proc "
    "WHERE pronamespace = current_schema()::regnamespace AND proname = ANY(:names)"
)


class RoleError(RuntimeError):
    """The service's role cannot be made, or used; the message says what an administrator does about it."""


def separate_tenants(connection: Connection) -> None:
    """Bind every table to tenants, and let the service's role use it. What is so already stays so.

    To be called by a migration that adds tables, as their owner. It also makes good what a restored dump
    does not bring along: roles belong to the server, not to a database.

    Raises:
        RoleError: there is no role, and whoever connected may not make it, or not act as it.
    """
    _ensure_role(connection)
    of_tenants = {*connection.scalars(_OF_TENANTS)} - {*NOT_OF_TENANTS}
    for table, is_forced in connection.execute(_TABLES).all():
        if table in of_tenants and not is_forced:
            _bind(connection, table)
        if table in _NARROW:  # an older version gave more
            _run(connection, f"REVOKE ALL ON {table} FROM {SERVICE_ROLE}")
        rights = ", ".join(_NARROW.get(table, _ALL))
        _run(connection, f"GRANT {rights} ON {table} TO {SERVICE_ROLE}")
    _limit_to_patients(connection, of_tenants)
    _list_tenants(connection, [root for root in _ROOTS if root in of_tenants])
    for function in connection.scalars(_CALLABLE, {"names": list(_FUNCTIONS)}):
        _run(connection, f"GRANT EXECUTE ON FUNCTION {function} TO {SERVICE_ROLE}")
    _open_queue(connection)


def join_tenants(connection: Connection) -> None:
    """Take back what `separate_tenants` did; the role stays where another database of the server uses it."""
    of_tenants = {*connection.scalars(_OF_TENANTS)} - {*NOT_OF_TENANTS}
    for table, _ in connection.execute(_TABLES).all():
        if table in of_tenants:
            for policy in (POLICY, OWNERS_POLICY, PATIENT_POLICY):
                _run(connection, f"DROP POLICY IF EXISTS {policy} ON {table}")
            _run(connection, f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            _run(connection, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    _run(connection, "DROP FUNCTION IF EXISTS tenants_on_record()")
    _run(connection, f"DROP OWNED BY {SERVICE_ROLE}")  # in this database: it owns nothing, and has rights
    try:
        with connection.begin_nested():
            _run(connection, f"DROP ROLE {SERVICE_ROLE}")
    except DBAPIError:
        pass


def _bind(connection: Connection, table: str) -> None:
    own, every = f"tenant = {OWN_TENANT.text}", f"current_setting('{EVERY_TENANT}', true) = 'yes'"
    for policy, to, rows in ((POLICY, "PUBLIC", own), (OWNERS_POLICY, "CURRENT_USER", every)):
        _run(connection, f"DROP POLICY IF EXISTS {policy} ON {table}")
        _run(connection, f"CREATE POLICY {policy} ON {table} TO {to} USING ({rows}) WITH CHECK ({rows})")
    _run(connection, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _run(connection, f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _limit_to_patients(connection: Connection, of_tenants: set[str]) -> None:
    """What refers to a row that is not there, such as an answer's options, is out of reach with it."""
    columns = {**dict.fromkeys(connection.scalars(_OF_PATIENTS), "patient_id"), "patients": "id"}
    bound = {*connection.scalars(_BOUND_TO_PATIENTS, {"policy": PATIENT_POLICY})}
    the_one = f"NULLIF(current_setting('{ONE_PATIENT}', true), '')"
    for table in sorted((columns.keys() & of_tenants) - bound):
        rows = f"{the_one} IS NULL OR {columns[table]} IS NULL OR {columns[table]} = {the_one}"
        _run(
            connection,
            f"CREATE POLICY {PATIENT_POLICY} ON {table} AS RESTRICTIVE TO {SERVICE_ROLE} "
            f"USING ({rows}) WITH CHECK ({rows})",
        )


def _list_tenants(connection: Connection, tables: list[str]) -> None:
    """A function that tells which tenants there are: the service's own tasks go through them one by one."""
    every = " UNION ".join(f"SELECT tenant FROM {table}" for table in tables)
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    _run(
        connection,
        "CREATE OR REPLACE FUNCTION tenants_on_record() RETURNS SETOF text LANGUAGE plpgsql "
        f"SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp AS $$ BEGIN "
        f"PERFORM set_config('{EVERY_TENANT}', 'yes', true); RETURN QUERY {every} ORDER BY 1; "
        f"PERFORM set_config('{EVERY_TENANT}', '', true); END $$",
    )
    _run(connection, "REVOKE ALL ON FUNCTION tenants_on_record() FROM PUBLIC")
    _run(connection, f"GRANT EXECUTE ON FUNCTION tenants_on_record() TO {SERVICE_ROLE}")


def _open_queue(connection: Connection) -> None:
    """A unit of work puts tasks into the queue, and changes none that is there."""
    _run(connection, f"GRANT USAGE ON SCHEMA {QUEUE} TO {SERVICE_ROLE}")
    _run(connection, f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {QUEUE} TO {SERVICE_ROLE}")
    _run(connection, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {QUEUE} TO {SERVICE_ROLE}")


def _ensure_role(connection: Connection) -> None:
    exists = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
    if connection.scalar(exists, {"name": SERVICE_ROLE}) is None:
        _tolerantly(connection, f"CREATE ROLE {SERVICE_ROLE} NOLOGIN")
    if not _can_act(connection):
        _tolerantly(connection, f"GRANT {SERVICE_ROLE} TO CURRENT_USER")
    if not _can_act(connection):
        user = connection.scalar(text("SELECT quote_ident(current_user)"))
        raise RoleError(
            f"The database's user may not act as the role {SERVICE_ROLE}, which keeps tenants apart. Have an "
            f"administrator run: CREATE ROLE {SERVICE_ROLE} NOLOGIN; GRANT {SERVICE_ROLE} TO {user};"
        )
    _run(connection, f"GRANT USAGE ON SCHEMA {_schema(connection)} TO {SERVICE_ROLE}")
    _check_search_path(connection)


def _tolerantly(connection: Connection, statement: str) -> None:
    """Another database of the server may be migrated at the same time; what is missing then is noticed."""
    try:
        with connection.begin_nested():
            _run(connection, statement)
    except DBAPIError:
        pass


def _can_act(connection: Connection) -> bool:
    acting = connection.begin_nested()
    try:
        _run(connection, f"SET LOCAL ROLE {SERVICE_ROLE}")
    except DBAPIError:
        return False
    finally:
        acting.rollback()
    return True


def _check_search_path(connection: Connection) -> None:
    """A search path with `$user` leads elsewhere once another role acts."""
    here, acting = _schema(connection), connection.begin_nested()
    _run(connection, f"SET LOCAL ROLE {SERVICE_ROLE}")
    there = _schema(connection)
    acting.rollback()
    if here != there:
        raise RoleError(
            f"The tables are in the schema {here}, which the role {SERVICE_ROLE} does not look into. Have an "
            f"administrator run: ALTER DATABASE … SET search_path TO {here};"
        )


def _schema(connection: Connection) -> str | None:
    schema: str | None = connection.scalar(text("SELECT quote_ident(current_schema())"))
    return schema


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
