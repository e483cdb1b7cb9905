"""What the audit has, read past the service."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

Json = dict[str, Any]
Database = psycopg.Connection[tuple[Any, ...]]


def pseudonym_of(database: Database, patient_id: str) -> Any:
    found = database.execute("SELECT pseudonym FROM patients WHERE id = %s", [patient_id]).fetchone()
    return found[0] if found else None


def events_of(database: Database, correlation_id: str) -> list[Json]:
    """Of one request, in order."""
    with database.cursor(row_factory=dict_row) as cursor:
        query = "SELECT * FROM audit_events WHERE correlation_id = %s ORDER BY seq"
        return cursor.execute(query, [correlation_id]).fetchall()
