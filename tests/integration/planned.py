"""Plans put on record by hand, from an option of an answer."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from app.domain.ids import uuid7

Json = dict[str, Any]
Database = psycopg.Connection[tuple[Any, ...]]
REVIEW = date(2199, 2, 3)


def plan_of(database: Database, answer: Json, option: Json | None = None, **columns: Any) -> UUID:
    """The id of a plan of the answer's first option, or of another one."""
    taken = option or answer["counterfactuals"][0]
    row: Json = {
        "id": uuid7(),
        "patient_id": answer["patient_id"],
        "answer_id": answer["id"],
        "counterfactual_id": taken["id"],
        "model_name": answer["model"]["name"],
        "model_version": answer["model"]["version"],
        "name": "My plan",
        "note": None,
        "given_by": None,
        "changes": Jsonb(taken["changes"]),
        "linked": Jsonb(taken["linked"]),
        "brought_along": Jsonb(taken["brought_along"]),
        "features": Jsonb(taken["features"]),
        "risk_before": answer["prediction"]["risk"],
        "risk_planned": taken["risk"],
        "review_on": REVIEW,
        "ended_at": None,
    } | columns
    names = ", ".join(row)
    places = ", ".join(["%s"] * len(row))
    database.execute(f"INSERT INTO plans ({names}) VALUES ({places})", list(row.values()))
    identity: UUID = row["id"]
    return identity
