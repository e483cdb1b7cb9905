"""Conditions stand beside every proof, in words."""

from app.engine.registry import ModelRegistry, ServedModel
from app.faces.pages.patient.views.conditions import conditions_of
from tests.asking import Person
from tests.kinds_of_answers import CLEARLY_BELOW, OUT_OF_REACH
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.real import real_context

BMI = {"feature": "bmi", "label": "Body mass index", "from": 31.0, "to": 29.5, "step": 0.5, "unit": "kg/m²"}
EFFECT = {
    "driver": "bmi",
    "feature": "sbp",
    "mean": -2.913,
    "low": -3.6,
    "high": -2.0,
    "per": 1.0,
    "source": "Neter 2003",
    "grade": "A",
}


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_all_of_a_real_answers_conditions_are_told(registry: ModelRegistry) -> None:
    found = real_context(registry, OUT_OF_REACH)
    view, conditions = conditions_of(found), found.answer.conditions
    assert view is not None
    assert conditions is not None
    assert view.max_changes == conditions.max_changes
    assert view.scope == "a usual programme, without treatment targets"
    assert [one.label for one in view.permitted] == [one.label for one in conditions.permitted]
    assert [one.source for one in view.effects] == [one.source for one in conditions.effects]
    assert view.effects
    assert plain(view.holds or "") == "90 %"


def test_what_may_change_what_is_kept_and_what_is_assumed(served: ServedModel, helpable: Person) -> None:
    kept = [
        {"feature": "sbp", "label": "Systolic pressure", "low": 110, "high": None, "unit": "mmHg"},
        {"feature": "waist", "label": "Waist", "low": 80.0, "high": 100.0, "unit": "cm"},
        {"feature": "pulse", "label": "Pulse", "low": None, "high": 90, "unit": None},
    ]
    told = {"max_changes": 3, "permitted": [BMI], "ranges": kept, "effects": [EFFECT], "min_robustness": 0.9}
    row = recorded(served, helpable, conditions=told, programme="intensive", include=["treatment"])
    view = conditions_of(context(row, served))
    assert view is not None
    assert view.scope == "an intensive programme, and treatment targets"
    (permitted,) = view.permitted
    assert (permitted.start, plain(permitted.end), plain(permitted.step or "")) == (
        "31.0",
        "29.5 kg/m²",
        "0.5 kg/m²",
    )
    assert [plain(words) for _, words in view.kept] == ["110 mmHg at least", "80.0 to 100.0 cm", "90 at most"]
    (effect,) = view.effects
    assert (effect.driver, effect.feature) == ("Body mass index", "systolic blood pressure")
    minus = "\N{MINUS SIGN}"
    assert plain(effect.size) == f"{minus}2.9 mmHg ({minus}3.6 to {minus}2) for each 1 kg/m²"


def test_older_answers_tell_those_of_their_finding(served: ServedModel, helpable: Person) -> None:
    infeasible = {
        "lowest_reachable_risk": 0.55,
        "proved": True,
        "reached_by": [],
        "conditions": {"max_changes": 2, "permitted": [BMI]},
    }
    view = conditions_of(context(recorded(served, helpable, infeasible=infeasible), served))
    assert view is not None
    assert (view.max_changes, view.holds, view.kept, view.effects) == (2, None, (), ())
    assert conditions_of(context(recorded(served, helpable), served)) is None


def test_of_a_model_that_is_gone_they_are_told_as_recorded(served: ServedModel, helpable: Person) -> None:
    told = {"max_changes": 3, "permitted": [BMI], "effects": [EFFECT], "min_robustness": 0.9}
    view = conditions_of(context(recorded(served, helpable, conditions=told), None))
    assert view is not None
    assert (view.effects[0].driver, view.effects[0].feature) == ("Bmi", "sbp")


def test_where_nothing_was_looked_for_there_are_none(registry: ModelRegistry) -> None:
    assert conditions_of(real_context(registry, CLEARLY_BELOW)) is None
