"""Drift on real PostgreSQL: who is counted, whose counts they are, and what is told of them."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pytest

from app.domain.drift import LEAST
from app.engine.examples import example_people
from app.engine.registry import ModelRegistry, ServedModel
from app.storage.database import Database, RecordError, opened
from app.usecases.drift.binning import RISK, binnings_of
from app.usecases.drift.counting import DriftCounts
from app.usecases.drift.repository import DriftRepository
from app.usecases.drift.service import drift_of
from app.usecases.patient_data.retention import RetentionLimits, retain
from tests.asking import Person
from tests.integration.answers import Json, ask, found
from tests.integration.pages import HTML, HTMX
from tests.integration.scrapes import scraped, total
from tests.integration.serving import PATIENT_DATABASE, Servers, gateway, seen_by, settings_for
from tests.integration.two_tenants import client_of_tenant

NAME = "dysglycaemia"
TODAY = date(2026, 3, 2)
ROWS = (
    "SELECT coalesce(sum((SELECT sum(n) FROM unnest(counts) AS n)), 0) FROM drift_counts WHERE feature = %s"
)


def tenant_of(test: str) -> str:
    return f"drift-{test}-{uuid4()}"


def counted(database: "psycopg.Connection[tuple[Any, ...]]", tenant: str, digest: str) -> int:
    query = f"{ROWS} AND tenant = %s AND model_digest = %s"
    row = database.execute(query, [RISK, tenant, digest]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def counts_of(registry: ModelRegistry) -> Any:
    binnings = binnings_of(registry)
    return lambda today=TODAY: DriftCounts(binnings, lambda: today)


def people(served: ServedModel, many: int) -> tuple[np.ndarray, np.ndarray]:
    rows = np.resize(served.model.population.rows, (many, len(served.model.schema.columns)))
    return rows, served.model.classifier.risk(rows)


@pytest.mark.parametrize("name", [NAME, "heart-disease", f"{NAME}@1"])
async def test_what_is_counted_is_what_is_told(
    record: Database, registry: ModelRegistry, counts_of: Any, name: str
) -> None:
    served, tenant = registry.named(name), tenant_of("told")
    digest = served.model.digest
    binning = binnings_of(registry)[digest]
    rows, risks = people(served, LEAST + 50)
    counts = counts_of()
    for at in range(0, len(rows), 25):
        counts.add(tenant, digest, rows[at : at + 25], risks[at : at + 25])
        if at % 50:
            await counts.flush(record)
    await counts.flush(record)
    await counts.flush(record)  # what was added is not added again
    drift = await drift_of(seen_by(record, tenant), digest, binning, 1, TODAY)
    assert (drift.questions, drift.first_day, drift.last_day) == (len(rows), TODAY, TODAY)
    async with seen_by(record, tenant).transaction() as session:
        kept = (await DriftRepository(session).since(TODAY, {digest: binning}))[digest]
    for feature, many in binning.counts(rows, risks).items():
        assert (kept[feature] == many).all(), feature


async def test_many_who_add_at_a_time_lose_nothing(
    servers: Servers, registry: ModelRegistry, counts_of: Any
) -> None:
    """Each with connections of its own, as processes have."""
    served, tenant = registry.named(NAME), tenant_of("together")
    digest = served.model.digest
    rows, risks = people(served, 20)

    async def process() -> None:
        counts = counts_of()
        async with opened(servers.database_url, replace(PATIENT_DATABASE, connections=2)) as database:
            for _ in range(10):
                counts.add(tenant, digest, rows, risks)
                await counts.flush(database)

    await asyncio.gather(*(process() for _ in range(4)))
    async with opened(servers.database_url, PATIENT_DATABASE) as database:
        drift = await drift_of(seen_by(database, tenant), digest, binnings_of(registry)[digest], 1, TODAY)
    assert drift.questions == 4 * 10 * 20


async def test_days_and_tenants_are_apart_and_old_days_go(
    record: Database, registry: ModelRegistry, counts_of: Any
) -> None:
    served, one, other = registry.named(NAME), tenant_of("one"), tenant_of("other")
    digest = served.model.digest
    binning = binnings_of(registry)[digest]
    rows, risks = people(served, 7)
    for ago in (0, 5, 40):
        counts = counts_of(TODAY - timedelta(days=ago))
        counts.add(one, digest, rows, risks)
        await counts.flush(record)

    async def asked(tenant: str, days: int) -> int:
        return (await drift_of(seen_by(record, tenant), digest, binning, days, TODAY)).questions

    assert [await asked(one, days) for days in (1, 5, 6, 40, 41)] == [7, 7, 14, 14, 21]
    assert await asked(other, 366) == 0
    limits = RetentionLimits(counts_days=30, batch=5)
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    went = await retain(seen_by(record, one), limits, now)
    assert went["drift"] == len(binning.reference)
    assert await asked(one, 366) == 14
    assert (await retain(seen_by(record, one), limits, now))["drift"] == 0


async def test_while_the_record_is_away_counts_are_kept_in_memory(
    servers: Servers, record: Database, registry: ModelRegistry, counts_of: Any
) -> None:
    served, tenant = registry.named(NAME), tenant_of("away")
    digest = served.model.digest
    counts = counts_of()
    counts.add(tenant, digest, *people(served, 3))
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    async with opened(nowhere, PATIENT_DATABASE) as away:
        with pytest.raises(RecordError):
            await counts.flush(away)
    counts.add(tenant, digest, *people(served, 2))
    await counts.flush(record)
    drift = await drift_of(seen_by(record, tenant), digest, binnings_of(registry)[digest], 1, TODAY)
    assert drift.questions == 5


class TestGateway:
    """Callers' questions are counted when the gateway ends, and no value of a patient is among the counts."""

    def test_who_is_counted(
        self,
        servers: Servers,
        database: "psycopg.Connection[tuple[Any, ...]]",
        served: ServedModel,
        question: Json,
        helpable: Person,
    ) -> None:
        tenant, digest = tenant_of("counted"), served.model.digest
        features = dict(helpable)
        with (
            gateway(settings_for(servers, api_keys=True)) as url,
            client_of_tenant(url, database, tenant) as client,
        ):
            answer = found(client, question)
            assert ask(client, question)["generation"]["cached"] is True
            beside = [{"date": "2026-03-01", "features": {"bmi": 30.0}}]  # days are not counted
            client.post("/predictions", json={"features": features, "days": beside}).raise_for_status()
            several = {"instances": [{"features": features}] * 3}
            client.post("/predictions", json=several).raise_for_status()
            path = f"/patients/{answer['patient_id']}"
            changed = answer["counterfactuals"][0]["changes"][0]["feature"]
            supposed = {"answer": answer["id"], f"at.{changed}": "1"}
            assert client.post(f"{path}/what-if", data=supposed, headers=HTMX).is_success
            assert client.post(f"{path}/interventions", data=supposed, headers=HTML).status_code == 303
            kept = {"answer": answer["id"], f"without.{changed}": "on"}
            assert client.post(f"{path}/ask-again", data=kept, headers=HTML).status_code == 303
            refused = client.post("/predictions", json={"features": features | {"age": "old"}})
            assert refused.status_code == 422
            assert client.get(f"/models/{NAME}/drift").json()["questions"] == 0, "they are added now and then"
        assert counted(database, tenant, digest) == 2 + 1 + 3

    def test_a_caller_a_scrape_and_a_page_are_told(
        self,
        servers: Servers,
        database: "psycopg.Connection[tuple[Any, ...]]",
        registry: ModelRegistry,
    ) -> None:
        """One who is asked about two hundred times is not what the model learned from."""
        tenant, other = tenant_of("page"), tenant_of("none")
        (person,) = example_people(registry.named("heart-disease").model, 1)
        body = {"model": "heart-disease", "instances": [{"features": dict(person.features)}] * LEAST}
        settings = settings_for(servers, api_keys=True, metrics_drift_kept_s=0.0)
        with gateway(settings) as url, client_of_tenant(url, database, tenant) as client:
            client.post("/predictions", json=body).raise_for_status()
        with gateway(settings) as url, client_of_tenant(url, database, tenant) as client:
            drift = client.get("/models/heart-disease/drift", params={"days": 2}).json()
            assert (drift["model"], drift["version"], drift["questions"]) == ("heart-disease", "2", LEAST)
            assert drift["state"] == drift["risk"]["state"] == "changed"
            assert drift["risk"]["psi"] > 0.25
            page = client.get("/models/heart-disease/card", headers=HTML).text
            assert "Changed: those asked about are others" in page
            assert "<td><b>changed</b></td>" in page
            names = {"model": "heart-disease", "version": "2"}
            figures = scraped(
                client, lambda told: total(told, "turnpoint_drift_questions", **names) >= LEAST
            )  # a scrape does not wait long for the record: a later one has what this one began to read
            assert total(figures, "turnpoint_drift_psi", **names, feature=RISK) >= 0  # which NaN is not
            assert 0 < total(figures, "turnpoint_drift_risk_mean", **names, of="reference") < 1
            for days in ("0", "367", "few", "1.5"):
                refused = client.get("/models/heart-disease/drift", params={"days": days})
                assert refused.status_code == 422
                assert refused.json()["errors"][0]["parameter"] == "days"
            with client_of_tenant(url, database, other) as stranger:
                told = stranger.get("/models/heart-disease/drift").json()
                assert (told["questions"], told["state"], told["risk"]["psi"]) == (0, "too_few", None)
                assert (
                    "Too few to judge: 0 questions"
                    in stranger.get("/models/heart-disease/card", headers=HTML).text
                )
