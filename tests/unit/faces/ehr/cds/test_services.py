"""The discovery keeps the rules, and tells what each model can read of an EHR's record."""

from pathlib import Path

import pytest

from app.domain.errors import NotFoundError
from app.engine.registry import ModelRegistry
from app.faces.ehr.cds.services import HOOKS, discovery, service_named
from app.faces.openapi.example_cds import cds_requests
from tests.unit.faces.ehr.cds.rules import broken_in_discovery
from tests.unit.fhir.answers import synthetic


def test_models_with_codes_have_a_service_and_others_none(registry: ModelRegistry) -> None:
    told = discovery(registry)
    assert broken_in_discovery(told) == []
    named = [(one["hook"], one["id"]) for one in told["services"]]
    assert named == [(hook, "interventions-dysglycaemia") for hook in HOOKS]
    assert named[-1][0] == "patient-view", "some clients keep the last of an address"
    needs = {one["usageRequirements"] for one in told["services"]}
    assert all("body mass index (or weight with height)" in one for one in needs)
    assert {one["version"] for one in told["services"]} == {"2.0"}


def test_prefetch_comes_from_the_models_own_codes(registry: ModelRegistry) -> None:
    queries = discovery(registry)["services"][0]["prefetch"]
    assert queries["patient"] == "Patient/{{context.patientId}}"
    codes = {code.loinc for one in registry.named(None).model.schema.features for code in one.codes}
    assert {"8302-2", "8480-6", "2093-3"} <= codes
    told = " ".join(queries.values())
    assert all(f"http://loinc.org|{code}" in told for code in ("8302-2", "85354-9"))
    assert "4548-4" in queries["result"]


def test_without_codes_the_list_is_empty() -> None:
    assert [discovery(one) for one in synthetic().values()] == [{"services": []}] * len(synthetic())


@pytest.mark.parametrize(
    "name", ["", "interventions-", "interventions-heart-disease", "dysglycaemia", "../x"]
)
def test_others_are_not_there(registry: ModelRegistry, name: str) -> None:
    with pytest.raises(NotFoundError):
        service_named(registry, name)


def test_the_guide_names_all_queries_of_the_model_that_it_shows(registry: ModelRegistry) -> None:
    guide = (Path(__file__).parents[5] / "docs" / "ehr.md").read_text()
    queries = service_named(registry, "interventions-dysglycaemia").queries
    assert queries.keys() == cds_requests()["callCdsService"]["prefetch"].keys() | {"result"}
    assert len(queries) == 5
    for key in queries:
        assert f"`{key}`" in guide, "in words"
        assert f'"{key}": {{…}}' in guide, "in the example of a call"
