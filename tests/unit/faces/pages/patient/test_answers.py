"""The page over real answers: each kind has its place, and nothing contradicts what is beside it."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.classifiers.card import Card
from app.engine.registry import ModelRegistry
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.views.certainty import estimate_with, low_note
from app.usecases.feedback.judged import Judgement, changed_by
from app.usecases.feedback.reasons import Verdict
from app.usecases.record.context import AnswerContext
from app.usecases.record.reference_distributions import ReferenceDistributions
from tests.kinds_of_answers import (
    CLEARLY_BELOW,
    FRAGILE,
    IN_REACH,
    NOTHING_HELPS,
    OUT_OF_REACH,
    UNCLEAR_BELOW,
)
from tests.unit.faces.pages.patient.contexts import context
from tests.unit.faces.pages.patient.plans import MADE, plan
from tests.unit.faces.pages.patient.real import grounds_text, page_text, real_context, real_row

PEOPLE = [OUT_OF_REACH, NOTHING_HELPS, FRAGILE, UNCLEAR_BELOW, CLEARLY_BELOW, IN_REACH]
COMFORT = re.compile(
    r"nothing (needs|has) to change|nothing to (suggest|do)|no need|you are fine|all clear", re.I
)
GOOD = re.compile(r'class="(?:mark )?low"')


def section(page: str, name: str) -> str:
    """A section of the page by its id."""
    return page[page.index(f'<section id="{name}"') :].split("</section>", maxsplit=1)[0]


def risk_section(page: str) -> str:
    return page[page.index('<section class="opening"') :].split("</section>", maxsplit=1)[0]


@pytest.mark.parametrize("person", PEOPLE)
def test_no_answer_gives_false_comfort(registry: ModelRegistry, person: int) -> None:
    page = page_text(real_context(registry, person))
    assert COMFORT.search(page) is None
    assert (low_note() in risk_section(page)) == (person in (UNCLEAR_BELOW, CLEARLY_BELOW))


@pytest.mark.parametrize("person", [OUT_OF_REACH, NOTHING_HELPS, FRAGILE, UNCLEAR_BELOW])
def test_the_colour_of_what_is_good_is_nowhere_where_nothing_is_clearly_below(
    registry: ModelRegistry, person: int
) -> None:
    assert GOOD.search(page_text(real_context(registry, person))) is None


def test_what_is_clearly_below_is_so_coloured(registry: ModelRegistry) -> None:
    page = page_text(real_context(registry, CLEARLY_BELOW))
    assert GOOD.search(page)
    assert re.search(r"Could be \d+ to \d+ %, none of it above the threshold of 50 %", page)
    assert low_note() in page


@pytest.mark.parametrize("person", PEOPLE)
def test_what_became_of_people_like_this_is_told(registry: ModelRegistry, person: int) -> None:
    found = real_context(registry, person)
    assert found.answer.prediction.observed is not None
    people = found.answer.prediction.observed.people
    assert f"Of {people} people like this whom the model had not seen, " in page_text(found)


def test_below_the_target_with_a_band_across_it_is_told_so(registry: ModelRegistry) -> None:
    page = page_text(real_context(registry, UNCLEAR_BELOW))
    assert re.search(r"Could be \d+ to \d+ %: on both sides of the threshold of 50 %", page)
    assert "No options: the estimate is at or below the target" in page


def test_a_band_across_a_target_of_ones_own_is_told_so(registry: ModelRegistry) -> None:
    risk = real_context(registry, CLEARLY_BELOW).answer.prediction.risk
    page = page_text(real_context(registry, CLEARLY_BELOW, target={"max_risk": round(risk + 0.01, 3)}))
    assert "none of it above the threshold of 50 %" in page
    assert re.search(r"Whether it is below the target of [0-9.]+ % is unclear: it could be", page)


def test_out_of_reach_improvements_come_first_with_all_that_options_have(registry: ModelRegistry) -> None:
    found = real_context(registry, OUT_OF_REACH)
    page = page_text(found)
    cards = section(page, "improvements")
    assert cards.count("<article") == len(found.answer.improvements) > 0
    for one in found.answer.improvements:
        assert cards.count(f'id="option-{one.id}"') == 1
        assert f'name="counterfactual_id" value="{one.id}"' in cards
        assert f"&amp;improvement={one.rank}#what-if" in cards
    assert page.index('id="improvements"') < page.index('id="reach"') < page.index('id="front"')
    assert 'id="options"' not in page
    for place in ("front", "compare", "what-if"):
        assert f'<section id="{place}"' in page


def test_fragile_options_and_improvements_stand_beside_each_other(registry: ModelRegistry) -> None:
    found = real_context(registry, FRAGILE)
    page = page_text(found)
    assert "fragile</h2>" in section(page, "options")
    assert "Fragile</span></h3>" in section(page, "options")
    assert section(page, "improvements").count("<article") == len(found.answer.improvements)
    assert "Option 1" in section(page, "compare")
    assert "Improvement A" in section(page, "compare")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_that_nothing_helps_is_told_plainly(registry: ModelRegistry) -> None:
    found = real_context(registry, NOTHING_HELPS)
    page = page_text(found)
    assert found.answer.no_improvement is not None
    told = section(page, "improvements")
    assert "<h2" in told
    assert "It is proved that no permitted change lowers this estimate by more than" in told
    assert "saw the values on this page and nothing else" in told
    assert "<article" not in page


@pytest.mark.parametrize("person", [OUT_OF_REACH, FRAGILE, IN_REACH, NOTHING_HELPS])
def test_conditions_stand_beside_the_proofs(registry: ModelRegistry, person: int) -> None:
    found = real_context(registry, person)
    page = grounds_text(found)
    assert "What all of this holds for" in page
    assert found.answer.conditions is not None
    for one in found.answer.conditions.permitted:
        assert f"<dt>{one.label}</dt>" in page


@pytest.mark.parametrize("person", [OUT_OF_REACH, FRAGILE, IN_REACH])
def test_the_front_is_told_without_the_drawing(registry: ModelRegistry, person: int) -> None:
    found = real_context(registry, person)
    told = section(page_text(found), "front")
    assert 'role="img" aria-labelledby="front-text"' in told
    assert 'id="front-text">Now ' in told
    assert told.count("<tr>") == len(found.answer.frontier) + 1
    assert "<script" not in told


def older(found: AnswerContext, registry: ModelRegistry, person: int, hosted: bool) -> AnswerContext:
    """The same answer as it would be on record from before bands, conditions, fronts and improvements."""
    row = real_row(registry, person)
    row.prediction.band = row.prediction.certainty = row.prediction.observed = None
    row.conditions, row.frontier, row.no_improvement = None, [], None
    row.options = row.counterfactuals
    return context(row, found.served if hosted else None)


@pytest.mark.parametrize("hosted", [True, False])
@pytest.mark.parametrize("person", PEOPLE)
def test_an_answer_from_before_is_still_shown(registry: ModelRegistry, person: int, hosted: bool) -> None:
    found = older(real_context(registry, person), registry, person, hosted)
    page = page_text(found)
    assert 'id="front"' not in page
    assert 'id="improvements"' not in page
    assert COMFORT.search(page) is None
    assert ("How sure that is was not recorded" in page) == (not hosted)
    if not hosted:
        assert GOOD.search(page) is None
    if found.answer.infeasible:
        assert "The target is not in reach by what is permitted</h2>" in page
        assert "What helps most" in page


def test_a_what_if_put_to_an_improvement_tells_its_estimate(registry: ModelRegistry) -> None:
    found = real_context(registry, OUT_OF_REACH)
    chosen = found.answer.improvements[0]
    view = view_of(found, None, WhatIfResult(estimate_with(found, chosen), (), ()))
    text = bytes(PAGES.page("_outcome.html", **view).body).decode().replace("\N{NO-BREAK SPACE}", " ")
    assert f"{100 * chosen.risk:.0f} %</b>" in text
    assert "all of it above the threshold of 50 %" in text


def test_of_supposed_values_it_says_so(registry: ModelRegistry) -> None:
    base, row = real_row(registry, CLEARLY_BELOW), real_row(registry, OUT_OF_REACH)
    row.based_on = base.id
    found = real_context(registry, OUT_OF_REACH)
    supposed = replace(found, row=row, history=replace(found.history, base=base))
    page = page_text(supposed)
    assert "As supposed" in section(page, "front")
    assert "A verdict belongs on what was found" in section(page, "improvements")


def with_card(found: AnswerContext, sensitivity: float, having: int | None = None) -> AnswerContext:
    """Of a model whose card tells this sensitivity for everybody of any sex, and a better one of any age."""
    assert found.served is not None
    rows = {"n": 100, "roc_auc": None, "specificity": 0.9}
    rows |= {} if having is None else {"prevalence": having / 100}
    levels = [("Sex", "female", sensitivity), ("Sex", "male", sensitivity), ("Age", "1 and over", 0.9)]
    groups = [rows | {"group": group, "level": level, "sensitivity": share} for group, level, share in levels]
    card = Card.model_validate({"performance": {"groups": groups}})
    return replace(found, distributions=ReferenceDistributions({}, 100, card))


def test_a_low_estimate_tells_where_the_model_misses_most_of_those_who_have_it(
    registry: ModelRegistry,
) -> None:
    """Beside each low estimate, of the group of the card that the patient is in and that it does worst in."""
    found = real_context(registry, CLEARLY_BELOW)
    assert "who had it, the model found 10 %." in risk_section(page_text(with_card(found, 0.1)))
    assert "the model found" not in risk_section(page_text(with_card(found, 0.8)))
    assert "the model found" not in risk_section(page_text(with_card(found, 0.0, having=8)))
    told = risk_section(page_text(with_card(found, 0.1, having=40))).replace("\N{NO-BREAK SPACE}", " ")
    assert "the model found 10 % (4 of 40; 4 to 23 %)." in told
    above = with_card(real_context(registry, OUT_OF_REACH), 0.1)
    assert "the model found" not in risk_section(page_text(above))


@pytest.mark.parametrize(
    ("person", "is_told"), [(IN_REACH, True), (OUT_OF_REACH, True), (CLEARLY_BELOW, False)]
)
def test_what_a_lower_estimate_would_not_mean_stands_before_what_is_offered(
    registry: ModelRegistry, person: int, is_told: bool
) -> None:
    found = real_context(registry, person)
    assert found.served is not None
    own = found.served.consultation
    estimate = own.estimate.model_copy(update={"caution": "A narrowing stays."})
    model = replace(found.served.model, consultation=own.model_copy(update={"estimate": estimate}))
    cautious = replace(found.served, model=model)
    page = page_text(replace(found, served=cautious))
    assert ('<p class="notice">A narrowing stays.</p>' in page) is is_told
    assert not is_told or page.index("A narrowing stays.") < page.index("<article")
    assert "A narrowing stays." not in page_text(found)


def test_a_plan_whose_changes_were_declined_since_says_so(registry: ModelRegistry) -> None:
    found = real_context(registry, IN_REACH)
    option, other = found.answer.counterfactuals[:2]
    changes = [one.model_dump(by_alias=True) for one in option.changes]
    own = plan(*changes, counterfactual_id=other.id)

    def told(minutes: int, verdict: Verdict, of: UUID) -> bool:
        said = Judgement(of, verdict, None, None, MADE + timedelta(minutes=minutes), "Ada", {})
        history = replace(found.history, plans=[own], judgements={changed_by(option.changes): said})
        return "The plan goes on until it is stopped." in page_text(replace(found, history=history))

    assert told(1, Verdict.DECLINED, option.id)
    assert not told(-1, Verdict.DECLINED, option.id)
    assert not told(1, Verdict.ACCEPTED, option.id)
    assert not told(1, Verdict.DECLINED, other.id)


def test_a_card_says_that_it_is_what_the_plan_changes(registry: ModelRegistry) -> None:
    """As one that was made by a what-if of the same changes."""
    found = real_context(registry, IN_REACH)
    option = found.answer.counterfactuals[0]
    changes = [one.model_dump(by_alias=True) for one in option.changes]
    for own, is_told in ((plan(*changes), True), (plan(*changes, counterfactual_id=option.id), False)):
        page = page_text(replace(found, history=replace(found.history, plans=[own])))
        assert page.count("It is what the plan changes.") == int(is_told)
