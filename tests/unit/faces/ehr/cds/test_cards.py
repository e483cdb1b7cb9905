"""Whatever an answer is, its card keeps the rules, tells what a clinician needs, and nothing about whom."""

from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.certainty import Certainty
from app.domain.counterfactual import Status
from app.domain.degraded import Degraded
from app.domain.improvement import NoImprovement
from app.domain.wording import inline, risk_text
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.ehr.cds.card_schemas import Cards
from app.faces.ehr.cds.cards import Place, cards_of
from app.faces.ehr.cds.gathering import Gathered
from app.faces.ehr.cds.state import MOST_SUGGESTIONS, Told, offered_on_card
from app.faces.ehr.cds.summary import MOST, summary_of
from app.faces.ehr.cds.unread import NOT_SENT
from app.faces.ehr.cds.words import plain
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import FeatureSource, MeasuredResult, Origin, not_used
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.feedback.judged import Judgement, Judgements, changed_by
from app.usecases.feedback.reasons import Reason, Verdict
from tests.integration.serving import shipped
from tests.unit.faces.ehr.cds.rules import broken_in_cards
from tests.unit.fhir.answers import answer_about, people, synthetic

Json = dict[str, Any]
TODAY = date(2026, 11, 29)
URL = "https://turnpoint.example"
WHOLE = Gathered([], {})
MODELS = ("dysglycaemia", "heart-disease", "synthetic-rare", "synthetic-wide", "synthetic-moves")
PLACES = [Place(None), Place(URL), Place(URL, is_launched=True)]


def registry_of(name: str) -> ModelRegistry:
    return synthetic()[name] if name.startswith("synthetic") else shipped()


def served_of(name: str) -> ServedModel:
    return registry_of(name).named(name)


@cache
def answer_of(name: str, person: int, always: bool = False) -> CounterfactualsAnswer:
    served = served_of(name)
    own = people(served.model)
    return answer_about(registry_of(name), served, own[person % len(own)], always=always)


def told(
    answer: CounterfactualsAnswer,
    place: Place = PLACES[1],
    gathered: Gathered = WHOLE,
    judged: Judgements | None = None,
) -> Json:
    served = served_of(answer.model.name)
    return cards_of(Told(answer, served.consultation, TODAY, judged or {}), served, gathered, place).told()


def measured(served: ServedModel, value: float | None, has_outcome: bool, day: date) -> MeasuredResult:
    unit = served.consultation.measured.unit if value is not None else None
    return MeasuredResult(value=value, unit=unit, measured_on=day, has_outcome=has_outcome, reference=None)


@st.composite
def results(draw: st.DrawFn, served: ServedModel) -> MeasuredResult | None:
    """A measured result of any age, or none."""
    outcome, day = served.consultation.measured, TODAY - timedelta(days=draw(st.integers(0, 9_000)))
    if not draw(st.booleans()):
        return None
    if outcome.outcome_from is None or outcome.range is None:
        return measured(served, None, draw(st.booleans()), day)
    value = round(draw(st.floats(*outcome.range)), 5)
    return measured(served, value, outcome.has_outcome(value), day)


@st.composite
def answers(draw: st.DrawFn) -> CounterfactualsAnswer:
    """Real answers of all models, with any source of each value and any measured result."""
    name = draw(st.sampled_from(MODELS))
    answer, served = answer_of(name, draw(st.integers(0, 11)), draw(st.booleans())), served_of(name)
    source = FeatureSource(
        source=Origin.FHIR, reference="Observation/1", effective=draw(st.sampled_from(["2026-11-01", "2024"]))
    )
    named = draw(st.sets(st.sampled_from([one.name for one in served.model.schema.features])))
    return answer.model_copy(
        update={
            "provenance": dict.fromkeys(named, source),
            "not_used": [
                not_used(Left(one)) for one in draw(st.lists(st.sampled_from(NotUsedReason), max_size=3))
            ],
            "measured_outcome": draw(results(served)),
        }
    )


@given(
    answer=answers(),
    place=st.sampled_from(PLACES),
    unread=st.sampled_from([{}, {"result": NOT_SENT}]),
)
@settings(max_examples=120)
def test_every_card_keeps_the_rules(answer: CounterfactualsAnswer, place: Place, unread: Json) -> None:
    response = told(answer, place, Gathered([], unread))
    assert broken_in_cards(response) == []
    for card in response["cards"]:
        assert card["uuid"] == str(answer.id)
        assert card["indicator"] != "critical"
        assert "based on data up to" in card["detail"]
        assert f"version {answer.model.version}" in card["detail"]
        suggested = [one["uuid"] for one in card.get("suggestions", [])]
        assert suggested == [str(one.id) for one in offered_on_card(answer)]
        assert len(suggested) <= MOST_SUGGESTIONS
        assert all("Consider" in one["label"] for one in card.get("suggestions", []))
        assert ("was not sent" in card["detail"]) == bool(unread)
        assert not any(answer.patient_id in link["url"] for link in card.get("links", []))
        if answer.prediction.risk <= answer.prediction.threshold:
            assert "A low estimate does not rule it out." in card["detail"]


@given(answer=answers())
@settings(max_examples=60)
def test_nothing_is_said_only_where_there_is_nothing_to_say(answer: CounterfactualsAnswer) -> None:
    if told(answer)["cards"]:
        return
    found = answer.measured_outcome
    assert not answer.offered or not offered_on_card(answer)
    assert found is None or not found.has_outcome
    certain = answer.prediction.certainty
    assert certain is Certainty.CLEAR_LOW or (found is not None and not found.has_outcome)


@pytest.mark.parametrize("name", MODELS)
def test_an_estimate_on_either_side_is_for_information_and_above_a_warning(name: str) -> None:
    for person in range(12):
        answer = answer_of(name, person)
        cards = told(answer)["cards"]
        assert cards or answer.prediction.certainty is Certainty.CLEAR_LOW
        for card in cards:
            is_above = answer.prediction.certainty is Certainty.CLEAR_HIGH
            assert card["indicator"] == ("warning" if is_above else "info")


def somebody(certainty: Certainty) -> CounterfactualsAnswer:
    return next(
        one
        for one in (answer_of("dysglycaemia", person) for person in range(12))
        if one.prediction.certainty is certainty
    )


def test_a_measured_result_counts_in_place_of_the_estimate() -> None:
    served, low = served_of("dysglycaemia"), somebody(Certainty.CLEAR_LOW)
    assert told(low)["cards"] == []
    shown = low.model_copy(
        update={"measured_outcome": measured(served, 7.5, True, TODAY), "status": Status.OUTCOME_MEASURED}
    )
    (card,) = told(shown)["cards"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Dysglycaemia: HbA1c 7.5 % on 2026-11-29, in the range of diabetes")
    assert "It counts in place of the estimate" in card["detail"]


def test_a_result_without_the_outcome_counts_as_long_as_it_stands() -> None:
    served, high = served_of("dysglycaemia"), somebody(Certainty.CLEAR_HIGH)
    for age, indicator in ((30, "info"), (3_000, "warning")):
        recent = measured(served, 5.2, False, TODAY - timedelta(days=age))
        (card,) = told(high.model_copy(update={"measured_outcome": recent}))["cards"]
        assert card["indicator"] == indicator
        assert "HbA1c 5.2 %" in card["detail"]


@st.composite
def judgements(draw: st.DrawFn, answer: CounterfactualsAnswer) -> Judgements:
    """Verdicts on some of an answer's options, given on options of another answer that change the same."""
    judged = draw(st.lists(st.sampled_from(answer.offered), unique_by=lambda one: one.id))
    return {changed_by(one.changes): draw(st.sampled_from(SAID)) for one in judged}


SAID = [
    Judgement(UUID(int=1), Verdict.DECLINED, Reason.NOT_FEASIBLE, None, datetime(2026, 11, 2), None, {}),
    Judgement(UUID(int=2), Verdict.DECLINED, Reason.OTHER, "a note", datetime(2026, 11, 3), "Ada", {}),
    Judgement(UUID(int=3), Verdict.ACCEPTED, None, None, datetime(2026, 11, 4), None, {}),
]
WORDS = [
    "Declined on 2026-11-02: not feasible for this patient.",
    "Declined on 2026-11-03: another reason.",
    "Accepted on 2026-11-04.",
]


@given(data=st.data(), answer=answers().filter(lambda one: bool(offered_on_card(one))))
@settings(max_examples=60)
def test_what_somebody_judged_is_told_and_not_offered_again(
    data: st.DataObject, answer: CounterfactualsAnswer
) -> None:
    judged = data.draw(judgements(answer))
    response = told(answer, judged=judged)
    assert broken_in_cards(response) == []
    about = offered_on_card(answer)
    said = [judged[changed] for one in about if (changed := changed_by(one.changes)) in judged]
    left = [str(one.id) for one in about if changed_by(one.changes) not in judged]
    if not response["cards"]:
        assert not left
        return
    (card,) = response["cards"]
    assert [one["uuid"] for one in card.get("suggestions", [])] == left
    assert [WORDS[SAID.index(one)] for one in said] == [
        next(words for words in WORDS if line.endswith(words))
        for line in card["detail"].splitlines()
        if line.startswith("- ")
    ]
    if not left:
        measured = answer.measured_outcome
        assert card["indicator"] == ("warning" if measured and measured.has_outcome else "info")
        assert "overrideReasons" not in card
        assert "judged before" in card["summary"]


@pytest.mark.parametrize("name", MODELS)
def test_refits_are_told_as_on_the_page_and_in_fhir(name: str) -> None:
    """Of an improvement the page says first in how many the estimate falls at all."""
    for person in range(12):
        answer = answer_of(name, person, always=True)
        for card in told(answer)["cards"]:
            about = offered_on_card(answer)
            head = "Still holds, of refits" if answer.counterfactuals else "Still falls, of refits"
            assert (head in card["detail"]) == bool(about)
            rows = [line for line in card["detail"].splitlines() if line.startswith("| ")][1:]
            assert [row.split(" | ")[-1].removesuffix(" |") for row in rows] == [
                risk_text(one.robustness.refits) for one in about
            ]


def test_what_is_lowered_is_said() -> None:
    """After a measured result "it" would be the result."""
    served, low = served_of("dysglycaemia"), somebody(Certainty.CLEAR_HIGH)
    without = low.model_copy(update={"counterfactuals": [], "improvements": low.offered[:1]})
    shown = without.model_copy(update={"measured_outcome": measured(served, 7.5, True, TODAY)})
    (card,) = told(shown)["cards"]
    assert card["summary"].endswith("; 1 way to lower the estimated risk to consider.")


def test_what_was_not_used_says_of_which_feature() -> None:
    high = somebody(Certainty.CLEAR_HIGH)
    feature = served_of("dysglycaemia").model.schema.features[2]
    left = [
        not_used(Left(NotUsedReason.NOT_A_COUNT, feature=feature.name)),
        not_used(Left(NotUsedReason.STATUS)),
    ]
    (card,) = told(high.model_copy(update={"not_used": left}))["cards"]
    label = plain(inline(feature.label))
    assert (
        f"**Not used:** {label}: it tells that there is some, not how much (1); its status" in card["detail"]
    )


def test_links_start_the_page_or_lead_to_the_answer() -> None:
    high = somebody(Certainty.CLEAR_HIGH)
    links = [told(high, place)["cards"][0].get("links") for place in PLACES]
    assert links[0] is None
    assert links[1] == [
        {"label": "Look at all options", "url": f"{URL}/counterfactuals/{high.id}", "type": "absolute"}
    ]
    (launch,) = links[2]
    assert (launch["url"], launch["type"], launch["appContext"]) == (f"{URL}/launch", "smart", str(high.id))


def test_a_card_without_anything_to_consider_leads_to_the_estimate() -> None:
    alone = somebody(Certainty.CLEAR_HIGH).model_copy(update={"counterfactuals": [], "improvements": []})
    for place in PLACES[1:]:
        assert told(alone, place)["cards"][0]["links"][0]["label"] == "Look at the estimate"


@pytest.mark.parametrize("proved", [True, False])
def test_a_hurried_card_says_that_the_search_goes_on_unless_nothing_is_proved_to_help(proved: bool) -> None:
    whole = somebody(Certainty.CLEAR_HIGH)
    nothing = NoImprovement(largest_reduction=0.0, proved=proved, holds=False, text="Nothing helps.")
    hurried = whole.generation.model_copy(update={"degraded": [Degraded.DEADLINE]})
    early = {"counterfactuals": [], "improvements": [], "no_improvement": nothing, "generation": hurried}
    (card,) = told(whole.model_copy(update=early))["cards"]
    assert ("open the record again" in card["detail"]) is not proved
    assert ("Nothing helps." in card["detail"]) is proved
    assert card["links"][0]["label"] == ("Look at the estimate" if proved else "Look at all options")


def test_words_of_a_model_are_no_markdown_of_their_own() -> None:
    assert plain("a | b\n* [x](y) <b> `c` _d_") == r"a \| b \* \[x\](y) \<b\> \`c\` \_d\_"


@given(title=st.text(min_size=1, max_size=400).filter(str.strip))
def test_a_summary_fits_whatever_a_model_is_called(title: str) -> None:
    served = served_of("dysglycaemia")
    told_of = Told(somebody(Certainty.CLEAR_HIGH), served.consultation, TODAY)
    summary = summary_of(told_of, title)
    assert 0 < len(summary) <= MOST < 140
    assert "estimated chance" in summary


def test_nothing_to_say_is_an_empty_list() -> None:
    assert Cards(cards=[]).told() == {"cards": []}


def test_what_a_lower_estimate_would_not_mean_stands_beside_what_is_suggested() -> None:
    served, words = served_of("dysglycaemia"), "A narrowing stays."
    own = served.consultation
    estimate = own.estimate.model_copy(update={"caution": words})
    cautious = own.model_copy(update={"estimate": estimate})
    answers = [answer_of("dysglycaemia", person, always=True) for person in range(12)]
    seen = set()
    for answer, consultation in product(answers, (own, cautious)):
        cards = cards_of(Told(answer, consultation, TODAY, {}), served, WHOLE, PLACES[1]).told()["cards"]
        for card in cards:
            is_due = consultation is cautious and bool(card.get("suggestions"))
            assert (words in card["detail"]) is is_due
            seen.add(is_due)
    assert seen == {True, False}


def test_heart_disease_has_such_a_caution() -> None:
    assert "does not go away" in (served_of("heart-disease").consultation.estimate.caution or "")
