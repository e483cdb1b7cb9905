"""A handout says what a plan is, in a patient's words, and nothing of models."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.domain.constraints import Constraints
from app.domain.feature import Role
from app.domain.ids import uuid7
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.http.pages.translation import in_language
from app.faces.pages.handout.page import handout_page
from app.faces.pages.handout.views.handout import Handout, handout_view
from app.storage.consultation_tables import PlanRow
from app.usecases.handout.service import PlannedHandout
from tests.asking import Person
from tests.unit.faces.answers import a_person

Json = dict[str, Any]
LANGUAGES = ["en", "es"]
MODELS = ["dysglycaemia", "dysglycaemia@1", "heart-disease"]
OF_MODELS = {
    "en": r"\b(model|estimat|classif|shap|risk|probab|verif|refit|counterfactual|feature)",
    "es": r"\b(modelo|estimaci|clasific|shap|riesgo|probab|verific|algoritmo|variable)",
}
"""Words that no patient is to read."""


def plan_row(changes: Sequence[Json], **columns: Any) -> PlanRow:
    whole: Json = {
        "id": uuid7(),
        "created_at": datetime(2026, 11, 29, 9, 0, tzinfo=UTC),
        "patient_id": "P-0017",
        "model_name": "dysglycaemia",
        "model_version": "2",
        "name": "Food",
        "note": None,
        "given_by": None,
        "changes": list(changes),
        "linked": [],
        "brought_along": [],
        "risk_before": 0.62,
        "risk_planned": 0.45,
        "review_on": date(2027, 2, 3),
        "ended_at": None,
    }
    return PlanRow(**whole | columns)


def change(name: str, before: Any, after: Any, unit: str | None = None) -> Json:
    return {"feature": name, "label": name.capitalize(), "from": before, "to": after, "unit": unit}


def facts_of(plan: PlanRow, served: ServedModel | None, **more: Any) -> PlannedHandout:
    told: Json = {
        "band_before": (0.55, 0.7),
        "risk_goals": plan.risk_planned,
        "band_goals": (0.4, 0.5),
        "has_result": False,
        "is_refused": False,
        "is_followed_up": False,
    }
    return PlannedHandout(plan, served, **told | more)


@pytest.mark.parametrize("language", ["en", "es"])
def test_once_newer_values_came_it_speaks_of_then(served: ServedModel, language: str) -> None:
    plan = plan_row([change("sugar", 90, 70)])
    pages = []
    for is_followed_up in (False, True):
        with in_language(language):
            facts = facts_of(plan, served, is_followed_up=is_followed_up)
            pages.append(bytes(handout_page(facts, is_unknown_language=False).body).decode())
    now, then = pages
    of_now, of_then = {
        "en": ("With values like yours now", "With values like yours when the plan was made"),
        "es": ("usted tiene hoy", "cuando se hizo el plan"),
    }[language]
    assert of_now in now
    assert of_then not in now
    assert of_then in then
    assert ("This sheet shows where you started" in then) is (language == "en")
    assert ("Esta hoja muestra de dónde partió" in then) is (language == "es")


def told(language: str, *changes: Json, served: ServedModel | None, **columns: Any) -> Handout:
    with in_language(language):
        facts = facts_of(plan_row(changes, **columns), served)
        return handout_view(facts, language, today=date(2026, 12, 1))


def everything(served: ServedModel, person: Person) -> list[Json]:
    """Each action open to a person, as far as it goes."""
    schema = served.model.schema
    levers = levers_of(schema, read_patient(schema, person), Constraints(max_changes=9))
    return [
        {
            "feature": lever.feature.name,
            "label": lever.feature.label,
            "from": person[lever.feature.name],
            "to": lever.feature.in_kind(float(lever.values[-1])),
            "unit": lever.feature.unit,
        }
        for lever in levers
    ]


def text_of(served: ServedModel, language: str, plan: PlanRow) -> str:
    """The whole page as a patient reads it."""
    with in_language(language):
        page = bytes(handout_page(facts_of(plan, served), is_unknown_language=False).body).decode()
    main = page[page.index("<main") :]
    blocks = re.sub(r"</(p|li|h1|h2|h3|figcaption)>", "\n", main)
    return "\n".join(" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in blocks.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_every_change_is_a_goal_and_no_word_is_of_models(
    registry: ModelRegistry, language: str, name: str, somebody: Person
) -> None:
    served = registry.named(name)
    person = somebody if name == "dysglycaemia" else a_person(served.model.schema)
    changes = everything(served, person)
    handout = told(language, *changes, served=served)
    assert len(handout.goals) + len(handout.to_talk_about) == len(changes) > 0
    assert not handout.to_talk_about or "@" in name
    text = text_of(served, language, plan_row(changes)).lower()
    if "@" not in name:  # of an older version, what has no words is told by its label
        assert re.findall(OF_MODELS[language], text) == []
        assert all(goal.language == language and goal.note is None for goal in handout.goals)
    assert "{" not in text
    assert "none" not in text.split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_stage_is_the_goal(served: ServedModel, somebody: Person, language: str) -> None:
    for one in everything(served, somebody):
        (goal,) = told(language, one, served=served).goals
        assert goal.stages
        told_last = re.findall(r"\d+(?:[.,]\d)?", goal.stages[-1][1])
        for number in told_last[:1]:
            assert re.search(rf"(?<!\d){re.escape(number)}(?!\d)", goal.aim), goal


def test_weight_is_told_in_kilograms_and_pounds(served: ServedModel) -> None:
    linked = [change("weight", 95.4, 89.6, "kg")]
    english = told("en", change("bmi", 33.0, 31.0), served=served, linked=linked).goals[0]
    spanish = told("es", change("bmi", 33.0, 31.0), served=served, linked=linked).goals[0]
    assert english.aim == "Go from 95 kg (210 lb) to 90 kg (198 lb)."
    assert [when for when, _ in english.stages] == ["By week 4", "By week 12", "By week 26", "By week 52"]
    assert english.stages[-1][1] == "90 kg (198 lb)"
    assert spanish.aim == "Pasar de 95 kg (210 lb) a 90 kg (198 lb)."


@pytest.mark.parametrize(
    ("language", "aim"),
    [
        ("en", "Sit for 6 hours and 30 minutes a day or less. Now it is 8 hours."),
        ("es", "Pase 6 horas y 30 minutos al día o menos en una silla o un sofá. Ahora son 8 horas."),
    ],
)
def test_time_is_told_in_hours(served: ServedModel, language: str, aim: str) -> None:
    assert told(language, change("sedentary", 480, 390), served=served).goals[0].aim == aim


def test_nothing_left_is_said_in_words(served: ServedModel) -> None:
    (goal,) = told("en", change("alcohol", 14, 0), served=served).goals
    assert goal.aim == "Drink no alcohol. Now it is about 7 drinks a week."
    assert goal.stages[-1][1] == "no alcohol"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_treatment_changes_is_no_goal(registry: ModelRegistry, language: str) -> None:
    for served in registry.defaults():
        for feature in served.model.schema.features:
            if feature.role in (Role.TREATMENT, Role.CONSEQUENCE):
                found = told(language, change(feature.name, 1, 0), served=served)
                assert found.goals == ()
                assert found.has_treatment


def test_a_fall_and_a_rise_are_told_apart(served: ServedModel) -> None:
    along = [change("hdl_cholesterol", 45, 44), change("sbp", 140, 136), change("dbp", 90, 88)]
    found = told("en", change("alcohol", 28, 14), served=served, brought_along=along)
    assert found.follows == (
        "Your good cholesterol may go down a little.",
        "Your blood pressure may go down.",
    )


def worded_in(served: ServedModel, *languages: str) -> ServedModel:
    """The model with handouts in these languages alone."""
    kept = {name: phrases for name, phrases in served.model.handouts.items() if name in languages}
    return replace(served, model=replace(served.model, handouts=kept))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_without_words_a_change_is_its_label_and_no_number(
    registry: ModelRegistry, somebody: Person, name: str, language: str
) -> None:
    served = worded_in(registry.named(name))
    person = somebody if name == "dysglycaemia" else a_person(served.model.schema)
    for one in everything(served, person):
        page = text_of(served, language, plan_row([one], name="Plan", risk_planned=0.4))
        goals = page[page.index("What to aim for" if language == "en" else "metas") :].splitlines()[1:]
        begin, note = (
            ("We will talk about this:", "")
            if language == "en"
            else (
                "Hablaremos de esto:",
                " (en inglés)",
            )
        )
        (said,) = [line for line in goals if line.startswith(begin)]
        assert said == f"{begin} {one['label']}{note}"
        assert not told(language, one, served=served).goals


def test_a_model_that_is_hosted_no_more_has_labels_alone() -> None:
    found = told("es", change("steps", 10500, 12000, "per day"), change("yoga", False, True), served=None)
    assert (found.goals, found.to_talk_about, found.people) == ((), ("Steps", "Yoga"), ())


@pytest.mark.parametrize(
    ("there", "wanted", "note"), [("en", "es", "en inglés"), ("es", "en", "in Spanish"), ("en", "en", None)]
)
def test_words_in_another_language_say_so(
    served: ServedModel, there: str, wanted: str, note: str | None
) -> None:
    one = worded_in(served, there)
    found = told(wanted, change("sedentary", 480, 390), served=one)
    assert [(goal.language, goal.note) for goal in found.goals] == [(there, note)]
    assert {sentence.note for sentence in found.safety} == {note}
    text = text_of(one, wanted, plan_row([change("sedentary", 480, 390)]))
    assert note is None or f"({note})" in text


def test_a_plan_of_treatment_alone_has_no_part_and_no_picture(served: ServedModel) -> None:
    plan = plan_row([change("sbp", 150, 140)])
    with in_language("en"):
        facts = facts_of(plan, served, risk_goals=None, band_goals=None)
        page = bytes(handout_page(facts, is_unknown_language=False).body).decode()
    assert "This plan is about your treatment. We will talk with you about it." in page
    assert "Part of" not in page
    assert "of 100 people" not in page


def test_what_treatment_brings_does_not_come_with_the_goals(served: ServedModel) -> None:
    along = [change("dbp", 90, 86) | {"drivers": ["sbp"]}, change("weight", 90, 88) | {"drivers": ["sugar"]}]
    changes = [change("sbp", 150, 140), change("sugar", 90, 70)]
    whole = told("en", *changes, served=served, brought_along=along).follows
    assert whole == told("en", *changes, served=served, brought_along=along[1:]).follows
    assert told("en", change("sbp", 150, 140), served=served, brought_along=along).follows == ()


@pytest.mark.parametrize(
    ("name", "title"),
    [("Plan", None), ("Food", None), ("Food and more", "Food and more"), ("Walks", "Walks")],
)
def test_a_plan_has_a_title_where_a_person_gave_one(
    served: ServedModel, name: str, title: str | None
) -> None:
    assert told("es", change("sugar", 90, 70), served=served, name=name).name == title


def test_people_are_counted_with_the_band_around_them(served: ServedModel) -> None:
    now, planned = told("en", change("sugar", 90, 70), served=served).people
    assert (now.number, now.sentence, now.could_be) == (
        62,
        "With values like yours now: about 62.",
        "It could be 55 to 70.",
    )
    assert planned.number == 45


@pytest.mark.parametrize(
    ("risk", "words"), [(0.001, "fewer than 1"), (0.999, "more than 99"), (0.005, "about 1")]
)
def test_nobody_is_told_for_certain(served: ServedModel, risk: float, words: str) -> None:
    now = told("en", change("sugar", 90, 70), served=served, risk_before=risk).people[0]
    assert words in now.sentence


def test_a_band_beside_the_number_is_widened_to_it(served: ServedModel) -> None:
    now = told("en", change("sugar", 90, 70), served=served, risk_before=0.8).people[0]
    assert now.could_be == "It could be 55 to 80."


def test_a_review_in_the_past_says_so(served: ServedModel) -> None:
    assert told("en", change("sugar", 90, 70), served=served, review_on=date(2026, 11, 1)).is_overdue


def _syllables(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower()))))


def test_english_is_for_a_reader_of_eleven(
    registry: ModelRegistry, somebody: Person, heart_patient: Person
) -> None:
    """Flesch and Kincaid's grade (1975): six years of school, at eleven."""
    for name, person in (("dysglycaemia", somebody), ("heart-disease", heart_patient)):
        served = registry.named(name)
        text = text_of(served, "en", plan_row(everything(served, person), name=""))
        sentences = [one for one in re.split(r"[.:?!]\s|\n", text) if re.search(r"[a-z]{2}", one)]
        words = re.findall(r"[A-Za-z']+", " ".join(sentences))
        syllables = sum(map(_syllables, words))
        grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
        assert grade < 6, (name, grade)
