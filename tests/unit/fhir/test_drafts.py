"""Goals, care plans and service requests of options: valid FHIR for every feature of every model."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import Change
from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema, Value
from app.fhir.care_plan import Told, care_plan
from app.fhir.goal import goals_of
from app.fhir.occasion import Occasion
from app.fhir.service_request import service_request
from tests.fhir.validation import faults_of
from tests.unit.domain.schemas import SHIPPED

MODELS = {schema.model.name: schema for schema in map(FeatureSchema.model_validate, SHIPPED)}
OWNER = UUID("0198f000-0000-7000-8000-000000000001")
TODAY = date(2026, 3, 2)
LOINC = "http://loinc.org"
Json = dict[str, Any]

patient_ids = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)


def occasion(schema: FeatureSchema | None, patient_id: str = "P-0017") -> Occasion:
    return Occasion.of_option(patient_id, TODAY, schema)


def _change(feature: Feature, before: Value, after: Value) -> Change:
    is_number = feature.is_numeric and before is not None
    delta = float(after or 0) - float(before or 0) if is_number else None
    return Change(
        feature=feature.name, label=feature.label, before=before, after=after, delta=delta, unit=feature.unit
    )


@st.composite
def changes(draw: st.DrawFn) -> tuple[FeatureSchema, Change]:
    """Any change of any feature that may be changed, treatments included."""
    schema = draw(st.sampled_from(list(MODELS.values())))
    feature = draw(st.sampled_from([one for one in schema.features if one.action or one.treatment]))
    if feature.kind is Kind.BOOLEAN:
        return schema, _change(feature, False, True)
    assert feature.clinical
    number = st.floats(*feature.clinical).map(feature.in_kind)
    return schema, _change(feature, draw(number), draw(number))


@given(changes(), patient_ids, st.booleans())
def test_a_goal_of_any_change_is_valid_fhir(
    drawn: tuple[FeatureSchema, Change], patient_id: str, is_hosted: bool
) -> None:
    schema, change = drawn
    [goal] = goals_of(OWNER, occasion(schema if is_hosted else None, patient_id), [change])
    assert faults_of(goal.resource) == []
    [target] = goal.resource["target"]
    assert target.get("detailBoolean", target.get("detailQuantity", {}).get("value")) == change.after


@given(changes())
def test_drafts_are_valid_and_made_the_same_again(drawn: tuple[FeatureSchema, Change]) -> None:
    schema, change = drawn
    mine = occasion(schema)
    goals = goals_of(OWNER, mine, [change])
    plan = care_plan(OWNER, mine, Told("Activity", "Consider it."), goals)
    request = service_request(OWNER, mine, "Activity")
    for draft in (plan, request):
        assert faults_of(draft.resource) == []
        assert (draft.resource["status"], draft.resource["intent"]) == ("draft", "proposal")
    assert plan.resource["activity"][0]["detail"]["goal"] == [goals[0].reference]
    assert care_plan(OWNER, mine, Told("Activity", "Consider it."), goals) == plan
    assert goals_of(OWNER, mine, [change]) == goals


@pytest.mark.parametrize("schema", MODELS.values(), ids=MODELS)
def test_a_measure_has_the_code_whose_unit_is_the_features_own(schema: FeatureSchema) -> None:
    for feature in schema.features:
        if not feature.action or not feature.is_numeric:
            continue
        [goal] = goals_of(OWNER, occasion(schema), [_change(feature, 2, 1)])
        target = goal.resource["target"][0]
        told = [one["code"] for one in target["measure"]["coding"] if one["system"] == LOINC]
        own = [code.loinc for code in feature.codes if code.factor == 1]
        assert told == own[:1]
        assert target["detailQuantity"].get("code") == feature.ucum
        assert target["dueDate"] == "2027-03-02"


def test_what_moves_along_is_a_target_of_the_goal_that_moves_it() -> None:
    schema = MODELS["dysglycaemia"]
    bmi, weight, waist = (
        _change(schema[name], before, after)
        for name, before, after in (("bmi", 33.1, 30.1), ("weight", 98.0, 89.1), ("waist", 104.0, 96.8))
    )
    [goal] = goals_of(OWNER, occasion(schema), [bmi], [weight, waist])
    told = [one["detailQuantity"] for one in goal.resource["target"]]
    assert [one["value"] for one in told] == [30.1, 89.1, 96.8]
    assert [one["code"] for one in told] == ["kg/m2", "kg", "cm"]
    assert "89.1 kg" in goal.resource["description"]["text"]


def test_a_patient_whose_id_is_none_in_fhir_is_told_by_identifier() -> None:
    schema = MODELS["dysglycaemia"]
    change = _change(schema["bmi"], 33.1, 30.1)
    [plain] = goals_of(OWNER, occasion(schema, "P-17"), [change])
    [odd] = goals_of(OWNER, occasion(schema, "P_17"), [change])
    assert plain.resource["subject"] == {"reference": "Patient/P-17", "type": "Patient"}
    assert odd.resource["subject"]["identifier"]["value"] == "P_17"
    assert "reference" not in odd.resource["subject"]
