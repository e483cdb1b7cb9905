"""A version that scores beside: behind the answer, counted, and of no weight to whoever asks."""

from datetime import date
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pytest

from app.bootstrap import shadows_of
from app.classifiers.store import ModelFolderError
from app.domain.patient import Patient, read_patient
from app.engine.examples import example_people
from app.engine.registry import ModelRegistry, ServedModel
from app.settings import Settings
from app.storage.database import Database
from app.usecases.drift.counting import today_in_utc
from app.usecases.shadow.counts import SCORED, Outcome, figures_of
from app.usecases.shadow.repository import shadow_since
from app.usecases.shadow.scoring import Shadow
from research.comparison.shadow import shadow_figures
from tests.asking import Person
from tests.integration.answers import Json, ask
from tests.integration.scrapes import scraped, total
from tests.integration.serving import SHIPPED, Servers, gateway, seen_by, settings_for
from tests.integration.two_tenants import client_of_tenant

NAME = "dysglycaemia"
TODAY = date(2026, 3, 2)
COUNTS = "SELECT counts FROM shadow_counts WHERE tenant = %s AND model_digest = %s AND shadow_digest = %s"


def patients_of(served: ServedModel, many: int) -> tuple[list[Patient], np.ndarray]:
    schema = served.model.schema
    patients = [read_patient(schema, one.features) for one in example_people(served.model, many)]
    return patients, served.model.classifier.risk(np.stack([one.factual for one in patients]))


@pytest.mark.parametrize("name", [NAME, "heart-disease"])
async def test_both_score_and_the_difference_is_counted(
    record: Database, registry: ModelRegistry, name: str
) -> None:
    default, other, tenant = registry.named(f"{name}@1"), registry.named(f"{name}@2"), f"shadow-{uuid4()}"
    shadow = Shadow({default.model.digest: other}, lambda: TODAY)
    patients, risks = patients_of(default, 12)
    for patient, risk in zip(patients, risks, strict=True):
        shadow.offer(tenant, default, [patient], np.array([risk]))
    shadow.offer(tenant, other, patients, risks)  # nobody scores beside that version
    await shadow.settled()
    await shadow.flush(record)
    async with seen_by(record, tenant).transaction() as session:
        counts = await shadow_since(session, default.model.digest, other.model.digest, TODAY)
        later = await shadow_since(session, default.model.digest, other.model.digest, date(2026, 3, 3))
    told = figures_of(counts)
    assert told.scored == 12
    others = other.model.classifier.risk(np.stack([one.factual for one in patients]))
    thresholds = [one.model.schema.model.threshold for one in (default, other)]
    assert told.disagree == int(((risks > thresholds[0]) != (others > thresholds[1])).sum())
    assert later.sum() == 0


async def test_under_load_it_is_dropped_and_counted(record: Database, registry: ModelRegistry) -> None:
    default, other, tenant = registry.named(f"{NAME}@1"), registry.named(f"{NAME}@2"), f"shadow-{uuid4()}"
    shadow = Shadow({default.model.digest: other}, lambda: TODAY, most_waiting=3)
    patients, risks = patients_of(default, 5)
    for at in range(5):  # none of them is begun before this function waits
        shadow.offer(tenant, default, patients[at : at + 1], risks[at : at + 1])
    await shadow.settled()
    shadow.offer(tenant, default, patients[:1], risks[:1])
    await shadow.close()
    await shadow.flush(record)
    async with seen_by(record, tenant).transaction() as session:
        told = figures_of(await shadow_since(session, default.model.digest, other.model.digest, TODAY))
    assert (told.scored, told.outcomes[Outcome.DROPPED]) == (3, 3)


async def test_what_the_other_version_does_not_take_or_cannot_score_is_counted(
    registry: ModelRegistry,
) -> None:
    default, tenant = registry.named(f"{NAME}@1"), "anybody"
    heart = registry.named("heart-disease")  # which takes none of these values
    shadow = Shadow({default.model.digest: heart}, lambda: TODAY)
    patients, risks = patients_of(default, 2)
    shadow.offer(tenant, default, patients, risks)
    await shadow.settled()
    counts = next(iter(shadow._tallies._pending[tenant].values()))
    assert figures_of(counts).outcomes[Outcome.UNREADABLE] == 2


async def test_a_comparison_tells_the_counts_of_all_tenants(
    record: Database, registry: ModelRegistry
) -> None:
    default, other = registry.named("heart-disease@1"), registry.named("heart-disease@2")
    before = await shadow_figures(record, default.model, other.model, days=1)
    patients, risks = patients_of(default, 3)
    shadow = Shadow({default.model.digest: other}, today_in_utc)
    for tenant in (f"shadow-{uuid4()}", f"shadow-{uuid4()}"):
        shadow.offer(tenant, default, patients, risks)
    await shadow.settled()
    await shadow.flush(record)
    after = await shadow_figures(record, default.model, other.model, days=1)
    assert after is not None
    assert after.scored == (before.scored if before else 0) + 6
    assert await shadow_figures(record, other.model, default.model, days=1) is None


def test_a_caller_is_answered_by_one_and_scored_by_both(
    servers: Servers,
    database: "psycopg.Connection[tuple[Any, ...]]",
    registry: ModelRegistry,
    question: Json,
    helpable: Person,
) -> None:
    tenant = f"shadow-{uuid4()}"
    settings = settings_for(
        servers,
        api_keys=True,
        turnpoint_default_versions={NAME: "1"},
        turnpoint_shadow_versions={NAME: "2"},
    )
    names = {"model": NAME, "version": "1", "shadow": "2"}

    def both_scored(figures: str) -> float:
        return sum(total(figures, "turnpoint_shadow_people_total", **names, outcome=one) for one in SCORED)

    with gateway(settings) as url, client_of_tenant(url, database, tenant) as client:
        before = both_scored(client.get("/metrics").text)
        assert ask(client, question)["model"]["version"] == "1"
        told = client.post("/predictions", json={"features": dict(helpable)}).json()
        assert told["version"] == "1"
        scraped(client, lambda figures: both_scored(figures) == before + 2)
    first, second = (registry.named(f"{NAME}@{version}").model.digest for version in "12")
    (row,) = database.execute(COUNTS, [tenant, first, second]).fetchall()
    counted = figures_of(np.array(row[0]))
    assert (counted.scored, sum(counted.outcomes.values())) == (2, 2)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"stroke": "1"}, "version 1 of stroke, which is not hosted: "),
        ({NAME: "7"}, f"version 7 of {NAME}, which is not hosted: "),
        ({f"{NAME}@1": "2"}, f"version 2 of {NAME}@1, which is not hosted: "),
        ({NAME: "2"}, f"version 2 of {NAME}, which answers already: another one can score beside it"),
    ],
)
def test_a_shadow_that_cannot_be_is_refused_in_words(
    registry: ModelRegistry, given: dict[str, str], why: str
) -> None:
    settings = Settings(**SHIPPED | {"turnpoint_shadow_versions": given})
    with pytest.raises(ModelFolderError) as caught:
        shadows_of(settings, registry)
    assert str(caught.value).startswith(f"TURNPOINT_SHADOW_VERSIONS names {why}")
