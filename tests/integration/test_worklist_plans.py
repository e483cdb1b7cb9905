"""The worklist knows of each patient the plan that is active, whatever was done to which one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg

from app.storage.worklist_tables import NO_REVIEW
from tests.asking import Person
from tests.integration.answers import Json, found

Database = psycopg.Connection[tuple[Any, ...]]
LISTED = "SELECT plan_id::text, is_planned, review_on::text FROM worklist WHERE patient_id = %s"


def test_the_list_follows_every_change_of_a_plan(
    client: httpx.Client, database: Database, patient_id: str, heavy: Person
) -> None:
    answer = found(client, {"patient_id": patient_id, "features": dict(heavy), "generator": "search"})
    plans = f"/patients/{patient_id}/plans"

    def listed() -> tuple[Any, ...]:
        [line] = database.execute(LISTED, [patient_id]).fetchall()
        return line

    def made(option: Json) -> Json:
        plan: Json = client.post(plans, json={"counterfactual_id": option["id"]}).raise_for_status().json()
        return plan

    nothing = (None, False, NO_REVIEW.isoformat())
    assert listed() == nothing
    first = made(answer["counterfactuals"][0])
    assert listed() == (first["id"], True, first["review_on"])
    second = made(answer["counterfactuals"][1])  # it takes the place of the first
    assert listed() == (second["id"], True, second["review_on"])
    day = (datetime.now(UTC).date() + timedelta(30)).isoformat()
    move = {"kind": "review_moved", "review_on": day, "replaces": second["standing_event"]}
    moved = client.patch(f"{plans}/{second['id']}", json=move).raise_for_status().json()
    assert listed() == (second["id"], True, day)
    page = client.post("/", data={"patient": patient_id}, headers={"Accept": "text/html"}).text
    assert f'datetime="{day}"' in page
    end = {"kind": "completed", "replaces": moved["standing_event"]}
    client.patch(f"{plans}/{second['id']}", json=end).raise_for_status()
    assert listed() == nothing
