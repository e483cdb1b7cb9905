"""What a FHIR server is asked: the model's own codes, in a way that all servers understand."""

from urllib.parse import parse_qs

from app.engine.registry import ServedModel
from app.ingest.fhir.queries import filled, queries_of


def codes_of(query: str) -> set[str]:
    asked = parse_qs(query.partition("?")[2])
    return {one.removeprefix("http://loinc.org|") for one in asked["code"][0].split(",")}


def test_queries_ask_for_the_models_codes(served: ServedModel) -> None:
    queries = queries_of(served.ehr)
    assert queries["patient"] == "Patient/{{context.patientId}}"
    assert {"85354-9", "55284-4", "8480-6", "8462-4", "39156-5", "29463-7"} <= codes_of(
        queries["observations"]
    )
    assert {"72166-2", "14647-2"} <= codes_of(queries["observations_730_days"])
    assert codes_of(queries["observations_3650_days"]) == {"8302-2", "3137-7"}
    assert "4548-4" in queries["result"]
    assert "30525-0" not in queries["observations"], "age comes from the birth date"


def test_a_model_that_maps_nothing_asks_nothing(heart: ServedModel) -> None:
    assert queries_of(heart.ehr) == {}


def test_they_are_filled_for_a_patient(served: ServedModel) -> None:
    for query in filled(queries_of(served.ehr), "p1").values():
        assert "{{" not in query
        assert "p1" in query
