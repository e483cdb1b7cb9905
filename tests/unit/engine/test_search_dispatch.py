"""A search that runs out of what it may look at still brings home what there is, and claims no proof."""

from dataclasses import replace

import numpy as np
import pytest

from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Generator
from app.engine.preferences import Preferences
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.search import search
from app.engine.selection import select_options
from research.unconstrained.actions import unconstrained_actions
from tests.asking import Person, problem_about


@pytest.mark.parametrize("work", [0.0, 1.0, 20_000.0])
@pytest.mark.parametrize("share", [0.0, 0.9])
def test_without_time_for_proofs_somebody_who_can_be_helped_is_helped(
    served: ServedModel, helpable: Person, work: float, share: float
) -> None:
    problem, preferences = problem_about(served.model, helpable), Preferences(2, share, Generator.SEARCH)
    result = search(problem, served.references, preferences, work)
    nothing = problem.unchanged[:0]
    options = select_options(
        problem, served.references, preferences, nothing, result.levels, result.proved
    ).options
    assert len(options.levels) > 0
    assert (options.risk <= problem.target).all()


def test_what_was_cut_short_is_not_said_to_be_proved(registry: ModelRegistry) -> None:
    """Without limits of doability there are so many ways for this person that a moment is not enough."""
    served = registry.named("dysglycaemia@1")
    model, preferences = served.model, Preferences(2, 0.9, Generator.SEARCH)
    person = next(one.features for one in people_of(model, Side.HELD_OUT) if one.source_id == 93729)
    asked = problem_about(model, person)
    actions = unconstrained_actions(model.schema, np.nanstd(model.population.rows, axis=0))
    problem = replace(asked, levers=actions.levers(asked.patient, model.classifier))
    cut_short = search(problem, served.references, preferences, 1.0)
    assert not cut_short.proved
    assert len(cut_short.levels) > 1
    assert cut_short.bound < float("inf")
    assert search(problem, served.references, preferences).proved
