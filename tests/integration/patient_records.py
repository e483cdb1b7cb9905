"""Rows of every table that tells of patients, with a canary in every column that takes text."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.belongings import BELONGINGS
from app.storage.tables import Base

Database = psycopg.Connection[tuple[Any, ...]]
Json = dict[str, Any]
CHOSEN: dict[str, Json] = {
    "feedback": {"verdict": "accepted"},
    "plan_events": {"kind": "stopped"},
    "counterfactuals": {"risk": 0.5},
    "webhook_deliveries": {"outcome": "given_up"},
    "plans": {"ended_at": datetime(2026, 1, 2, tzinfo=UTC)},
    "augmentations": {
        "state": "completed",
        "settings": {"target_label": "low", "per_row": 1, "generator": "search", "seed": 0},
    },
}
"""What constraints ask for, and what a list of jobs tells of each: other tests list them, too."""
OF_PATIENTS = tuple(reversed([*BELONGINGS]))
"""In the order in which rows refer to each other."""
ALWAYS = ("patients", "predictions", "answers", "counterfactuals")
ONCE = ("patients", "worklist", "generations", "feedback", "idempotency_keys", "webhook_deliveries")
"""Of which there is one row at most of a patient, an answer, an option or a plan."""
OF_PLANS = ("plan_events", "webhook_deliveries")
"""Whose they are, a plan says."""


def add_records(
    database: Database, patient_id: str, canary: str, counts: Mapping[str, int], tenant: str = "default"
) -> dict[str, list[Any]]:
    """Add so many rows of each table; the keys of what is there. What others refer to is there once."""
    keys: dict[str, list[Any]] = {}
    for name in _in_order():
        wanted = 1 if name in ALWAYS else counts.get(name, 0)
        wanted = max(wanted, 1) if name == "plans" and any(map(counts.get, OF_PLANS)) else wanted
        keys[name] = [
            _add(database, Base.metadata.tables[name], patient_id, canary, tenant, keys)
            for _ in range(min(wanted, 1) if name in ONCE else wanted)
        ]
    return keys


def _in_order() -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables if table.name in BELONGINGS]


def _add(
    database: Database, table: Table, patient_id: str, canary: str, tenant: str, keys: dict[str, list[Any]]
) -> Any:
    row = {
        column.name: _value(table, column, patient_id, canary, tenant, keys)
        for column in table.columns
        if column.name != "replaces"  # the first of its chain
    }
    row |= CHOSEN.get(table.name, {})
    insert(database, table.name, row)
    return row.get("id")


def insert(database: Database, table: str, row: Json) -> None:
    """One row, whose objects and lists are JSON unless the column is an array."""
    columns = Base.metadata.tables[table].columns
    values = [
        Jsonb(value) if isinstance(columns[name].type, JSONB) and value is not None else value
        for name, value in row.items()
    ]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    database.execute(statement, values)


def _value(
    table: Table, column: Column[Any], patient_id: str, canary: str, tenant: str, keys: dict[str, list[Any]]
) -> Any:
    if column.name == "tenant":
        return tenant
    if column.name == "patient_id" or (table.name, column.name) == ("patients", "id"):
        return patient_id
    for key in column.foreign_keys:
        there = keys.get(key.column.table.name) or [None]
        return there[0]
    return of_kind(column, canary)


def of_kind(column: Column[Any], canary: str) -> Any:
    """A value for a column, with the canary in it where it takes text."""
    kind = column.type
    if isinstance(kind, JSONB):
        return [{"note": canary}]
    if isinstance(kind, ARRAY):
        return [0.5] if isinstance(kind.item_type, Double | Float) else [canary]
    values: dict[type[Any], Any] = {
        LargeBinary: token_bytes(32),
        Text: canary,
        Uuid: uuid4(),
        DateTime: datetime.now(UTC),
        Date: date(2026, 1, 2),
        Boolean: False,
        Integer: 1,
        Float: 0.5,
    }
    return next(value for of, value in values.items() if isinstance(kind, of))


def holding(database: Database, *needles: str) -> set[str]:
    """The tables, of any schema but the database's own, in one of whose columns a needle is found."""
    columns = database.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    found = set()
    for schema, table, column in columns:
        query = sql.SQL("SELECT 1 FROM {} WHERE strpos({}::text, %s) > 0 LIMIT 1").format(
            sql.Identifier(schema, table), sql.Identifier(column)
        )
        if any(database.execute(query, [needle]).fetchone() for needle in needles):
            found.add(table)
    return found
