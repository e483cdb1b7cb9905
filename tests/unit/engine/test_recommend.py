"""The engine's answers: verified, robust where they say so, different from one another."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Counterfactual, Generator, Status
from app.engine.beam import beam_search
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about
from tests.unit.engine.answers import answer


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_every_option_verifies_and_says_truly_whether_it_holds(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    model = served.model
    problem = problem_about(model, data.draw(st.sampled_from(high_risk)))
    outcome = answer(served, problem, in_batches=data.draw(st.booleans()))
    for option in outcome.counterfactuals:
        row = model.schema.encode(option.features)
        assert model.classifier.risk(row[None, :])[0] == option.risk <= problem.target
        refits = (model.committee.risk(row[None, :]) <= problem.target).mean()
        assert option.robustness.refits == pytest.approx(refits)
        assert option.fragile == (min(option.robustness.model_dump().values()) < 0.85)
        assert option.effort > 0


@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_options_differ_and_come_in_order_of_effort(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = problem_about(served.model, data.draw(st.sampled_from(high_risk)))
    options = answer(served, problem, in_batches=data.draw(st.booleans())).counterfactuals
    sets = [{change.feature for change in option.changes} for option in options]
    for i, one in enumerate(sets):
        assert not any(one >= better for better in sets[:i])
    if not any(option.fragile for option in options):
        efforts = [option.effort for option in options]
        assert efforts == sorted(efforts)


@pytest.fixture(scope="module")
def options_of_many(served: ServedModel, high_risk: list[Person]) -> list[tuple[Counterfactual, ...]]:
    """The options of people of every kind: some have such as hold, some only fragile ones, some have none."""
    people = high_risk[:40]
    return [answer(served, problem_about(served.model, person)).counterfactuals for person in people]


def test_fragile_options_come_only_where_nothing_holds(
    options_of_many: list[tuple[Counterfactual, ...]],
) -> None:
    kinds = {tuple(sorted({option.fragile for option in options})) for options in options_of_many}
    assert kinds == {(), (False,), (True,)}


def test_without_a_wish_for_robustness_options_cost_less(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable)
    cheapest = [answer(served, problem, min_robustness=m).counterfactuals[0].effort for m in (0.0, 0.85)]
    assert cheapest[0] <= cheapest[1]


def test_equal_questions_have_equal_answers(served: ServedModel, helpable: Person) -> None:
    one, other = (answer(served, problem_about(served.model, helpable)) for _ in range(2))
    assert asdict(one) == asdict(other)


def test_out_of_reach_is_a_finding_with_what_helps_most(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable, target=0.01)
    outcome = answer(served, problem)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.infeasible is not None
    assert 0.01 < outcome.infeasible.lowest_reachable_risk < outcome.risk
    assert len(outcome.infeasible.reached_by) > 0


def test_the_lowest_risk_is_that_of_all_that_is_told_to_move(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable, target=0.01)
    lowest = answer(served, problem).infeasible
    assert lowest is not None
    moved = {one.feature: one.after for one in (*lowest.reached_by, *lowest.linked, *lowest.brought_along)}
    row = served.model.schema.encode({**problem.patient.values, **moved})
    assert served.model.classifier.risk(row[None])[0] == pytest.approx(lowest.lowest_reachable_risk, abs=1e-6)


def test_the_language_models_own_way_is_credited_to_it(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable)
    dearest = beam_search(problem).levels[-1:]
    outcome = answer(served, problem, generator=Generator.LLM, proposals=dearest)
    assert {option.generator for option in outcome.counterfactuals} == {Generator.LLM}


def test_without_a_usable_proposal_the_search_answers_and_says_so(
    served: ServedModel, helpable: Person
) -> None:
    problem = problem_about(served.model, helpable)
    outcome = answer(served, problem, generator=Generator.LLM, proposals=problem.unchanged[:0])
    assert {option.generator for option in outcome.counterfactuals} == {Generator.SEARCH}


def test_the_count_is_a_ceiling(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable)
    assert [len(answer(served, problem, count=c).counterfactuals) for c in (1, 2)] == [1, 2]


def test_levels_given_twice_yield_one_option(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable)
    twice = np.repeat(beam_search(problem).levels[:1], 2, axis=0)
    outcome = answer(served, problem, generator=Generator.LLM, proposals=twice)
    assert len({option.summary for option in outcome.counterfactuals}) == len(outcome.counterfactuals)


def test_trees_that_can_be_seen_give_proofs_and_others_none(served: ServedModel, helpable: Person) -> None:
    problem = problem_about(served.model, helpable)
    proved, pooled = (answer(served, problem, in_batches=b).counterfactuals for b in (False, True))
    assert all(option.optimality.proved for option in proved)
    assert all(option.optimality.effort_bound == option.effort for option in proved)
    assert not any(option.optimality.proved for option in pooled)
    assert proved[0].effort <= pooled[0].effort


def test_options_look_like_real_people_where_any_option_does(
    options_of_many: list[tuple[Counterfactual, ...]],
) -> None:
    """And where none does, all are given for what they are."""
    typical = [[option.plausibility.typical for option in options] for options in options_of_many]
    assert all(len(set(one)) <= 1 for one in typical)
    assert np.mean([each for one in typical for each in one]) > 0.85


def test_out_of_reach_is_proved(served: ServedModel, helpable: Person) -> None:
    outcome = answer(served, problem_about(served.model, helpable, target=0.01))
    assert outcome.infeasible is not None
    assert outcome.infeasible.proved
    assert outcome.infeasible.risk_bound == outcome.infeasible.lowest_reachable_risk


@given(data=st.data())
@settings(max_examples=20)
def test_where_none_holds_all_options_hold_as_well_to_a_twentieth(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    """Whoever proposed them: a language model's option that holds less often takes nobody's place."""
    problem = problem_about(served.model, data.draw(st.sampled_from(high_risk)))
    furthest = np.array([[lever.top for lever in problem.levers]])
    some = np.repeat(furthest, 4, axis=0) * np.random.default_rng(data.draw(st.integers(0, 99))).integers(
        0, 2, (4, furthest.shape[1])
    )
    options = answer(served, problem, min_robustness=1.0, proposals=some).counterfactuals
    shares = [min(option.robustness.model_dump().values()) for option in options if option.fragile]
    if shares:
        assert min(shares) >= np.floor(20 * max(shares) + 1e-3) / 20 - 1e-3
    efforts = [option.effort for option in options]
    assert efforts == sorted(efforts)
