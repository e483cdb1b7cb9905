"""Plans in FHIR: their state, what became of their goals, and the estimates that they were made by."""

from datetime import date
from typing import Any

import pytest

from app.engine.registry import ModelRegistry
from app.fhir.writer import FhirWriter
from app.usecases.counterfactuals.schemas import ModelOut
from app.usecases.plans.states import PlanState
from app.usecases.plans.told import PlanOut, PlansPage
from tests.fhir.validation import faults_of, resources_of
from tests.unit.faces.answers import change
from tests.unit.faces.pages.patient.plans import followed, plan

Json = dict[str, Any]

SLEEP, BMI = change("sleep", 5.0, 6.0, "h/night"), change("bmi", 33.1, 30.1, "kg/m²")
WALKING = change("active_travel", False, True)
STATES = {
    PlanState.ACTIVE: ("active", "active", "in-progress"),
    PlanState.COMPLETED: ("completed", "completed", "completed"),
    PlanState.STOPPED: ("revoked", "cancelled", "stopped"),
}


def told(registry: ModelRegistry, *plans: PlanOut) -> Json:
    page = PlansPage(patient_id="P-0017", plans=list(plans), next=None)
    bundle = FhirWriter(registry, "https://turnpoint.example").plans(page, "/own", None)
    assert faults_of(bundle) == []
    return bundle


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("model", ["dysglycaemia", "gone"])
def test_a_plan_stands_in_fhir_as_it_stands(registry: ModelRegistry, state: PlanState, model: str) -> None:
    made = plan(SLEEP, BMI, WALKING, state=state, model=ModelOut(name=model, version="1"), note="Go slowly.")
    bundle = told(registry, made)
    [whole] = resources_of(bundle, "CarePlan")
    status, goals, activities = STATES[state]
    assert (whole["status"], whole["intent"], whole["title"]) == (status, "plan", "Walk to work")
    assert whole["period"] == {"start": "2026-03-02", "end": made.review_on.isoformat()}
    assert {goal["lifecycleStatus"] for goal in resources_of(bundle, "Goal")} == {goals}
    assert {one["detail"]["status"] for one in whole["activity"]} == {activities}
    assert "Go slowly." in [note["text"] for note in whole["note"]]


def test_estimates_of_a_plan_are_percentages(registry: ModelRegistry) -> None:
    before, planned = resources_of(told(registry, plan(SLEEP)), "RiskAssessment")
    assert [one["prediction"][0]["probabilityDecimal"] for one in (before, planned)] == [60.0, 40.0]
    assert planned["parent"]["reference"] == f"urn:uuid:{before['id']}"
    assert (before["status"], planned["status"]) == ("final", "preliminary")
    assert planned["code"]["text"].startswith("If sleep were 6.0 h")
    assert "occurrenceDateTime" not in planned


def test_how_far_a_goal_is_comes_with_it(registry: ModelRegistry) -> None:
    now = [(SLEEP, 6.5), (BMI, 34.0), (WALKING, False)]
    made = plan(SLEEP, BMI, WALKING, follow_up=followed(*now))
    goals = resources_of(told(registry, made), "Goal")
    codes = [goal["achievementStatus"]["coding"][0]["code"] for goal in goals]
    assert codes == ["achieved", "worsening", "no-change"]
    halfway = plan(SLEEP, BMI, follow_up=followed((SLEEP, 5.5), (BMI, None)))
    one, other = resources_of(told(registry, halfway), "Goal")
    assert one["achievementStatus"]["coding"][0]["code"] == "improving"
    assert "achievementStatus" not in other


def test_who_made_a_plan_is_its_author(registry: ModelRegistry) -> None:
    by_somebody = plan(SLEEP, given_by="Dr. Ada Byron")
    by_nobody = plan(SLEEP)
    authors = [one["author"] for one in resources_of(told(registry, by_somebody, by_nobody), "CarePlan")]
    assert authors[0] == {"display": "Dr. Ada Byron"}
    assert authors[1]["type"] == "Device"


def test_no_plans_are_a_bundle_all_the_same(registry: ModelRegistry) -> None:
    assert "entry" not in told(registry)


def test_a_goal_of_a_plan_is_due_at_its_review(registry: ModelRegistry) -> None:
    bundle = told(registry, plan(SLEEP, review_on=date(2026, 6, 1)))
    assert resources_of(bundle, "Goal")[0]["target"][0]["dueDate"] == "2026-06-01"
