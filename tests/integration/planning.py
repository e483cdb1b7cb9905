"""Asking for plans over HTTP, and what is on record of them."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import psycopg

from tests.integration.answers import Json, ask
from tests.integration.serving import CONSULTATION_TABLES, row_counts

Database = psycopg.Connection[tuple[Any, ...]]


def today() -> date:
    return datetime.now(UTC).date()


def post(client: httpx.Client, patient_id: str, **body: Any) -> httpx.Response:
    return client.post(f"/patients/{patient_id}/plans", json=body)


def made(client: httpx.Client, answer: Json, option: Json, **body: Any) -> Json:
    reply = post(client, answer["patient_id"], counterfactual_id=option["id"], **body)
    assert reply.status_code == 201, reply.text
    plan: Json = reply.json()
    return plan


def patch(client: httpx.Client, plan: Json, **body: Any) -> httpx.Response:
    replaces = body.pop("replaces", plan["standing_event"])
    path = f"/patients/{plan['patient_id']}/plans/{plan['id']}"
    return client.patch(path, json={"replaces": replaces, **body})


def plans_of(client: httpx.Client, patient_id: str, **query: Any) -> list[Json]:
    page = client.get(f"/patients/{patient_id}/plans", params=query).raise_for_status().json()
    plans: list[Json] = page["plans"]
    return plans


def verdicts(client: httpx.Client, patient_id: str) -> list[tuple[str, str]]:
    page = client.get(f"/patients/{patient_id}/interventions").raise_for_status().json()
    return [(one["counterfactual_id"], one["verdict"]) for one in page["feedback"]]


def counts(database: Database) -> dict[str, int]:
    query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in CONSULTATION_TABLES)
    return row_counts(database) | dict(database.execute(query).fetchall())


def by_version_1(client: httpx.Client, question: Json) -> tuple[Json, Json]:
    """An answer of the older version, and what it offers first."""
    old = ask(client, question, model="dysglycaemia@1", always=True)
    return old, [*old["counterfactuals"], *old["improvements"]][0]
