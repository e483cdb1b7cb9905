"""What docs/answers-read-closely.md quotes is what the service answers."""

from pathlib import Path

import pytest

from app.classifiers.partitions import Side, people_of
from app.domain.constraints import read_constraints
from app.domain.counterfactual import Diversity
from app.engine.problem import problem_about
from app.engine.registry import ServedModel
from tests.unit.engine.answers import answer

PAGE = Path(__file__).parents[3] / "docs" / "answers-read-closely.md"


def flat(text: str) -> str:
    """On one line, without the marks of a quotation."""
    return " ".join(text.replace("\n>", "\n").split())


@pytest.mark.parametrize(
    ("person", "keep", "options"), [(100879, [], 2), (100286, ["activity"], 1), (95474, [], 1)]
)
def test_the_page_quotes_the_answers(served: ServedModel, person: int, keep: list[str], options: int) -> None:
    page = flat(PAGE.read_text(encoding="utf-8"))
    features = next(one.features for one in people_of(served.model, Side.HELD_OUT) if one.source_id == person)
    constraints = read_constraints(served.model.schema, None, None, None, keep)
    problem = problem_about(served.model, features, constraints)
    told = answer(served, problem, min_robustness=0.9, diversity=Diversity.STRATEGIES)
    assert len(told.counterfactuals) == options
    for option in told.counterfactuals:
        assert option.summary in page
        assert not option.fragile
    follows = told.counterfactuals[0].consequences
    assert follows is not None
    assert follows in page
    assert told.shortfall is not None
    assert told.shortfall.proved


@pytest.mark.parametrize(("person", "improvements", "always"), [(95191, 3, False), (93841, 3, True)])
def test_the_page_quotes_improvements(
    served: ServedModel, person: int, improvements: int, always: bool
) -> None:
    page = flat(PAGE.read_text(encoding="utf-8"))
    features = next(one.features for one in people_of(served.model, Side.HELD_OUT) if one.source_id == person)
    problem = problem_about(served.model, features)
    told = answer(served, problem, min_robustness=0.9, diversity=Diversity.STRATEGIES, always=always)
    assert len(told.improvements) == improvements
    for one in told.improvements:
        assert one.summary in page
        assert f"**{one.strategy.name}: {told.risk:.0%} → {one.risk:.0%}".replace("%", " %") in page
    estimate = served.estimate(problem.patient.factual, told.risk)
    assert f"`{estimate.certainty}`" in page
    low, high = (round(100 * end) for end in estimate.band)
    assert f"{low} to {high} %" in page
    assert estimate.observed is not None
    assert f"{round(100 * estimate.observed.share)} had the outcome" in page
