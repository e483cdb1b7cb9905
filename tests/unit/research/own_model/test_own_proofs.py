"""What is claimed of people of own models, held against a look at every permitted candidate."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from app.classifiers.store import load_model
from app.domain.counterfactual import Status
from app.engine.problem import problem_about
from app.engine.registry import ModelRegistry
from tests.own_tables import categories, ordinary, rare, wide, without_age
from tests.unit.engine.answers import answer
from tests.unit.engine.exact.brute import all_candidates
from tests.unit.research.own_model.runs import NAME, made

PEOPLE = 12


@pytest.mark.parametrize(
    ("table", "changed", "threshold"),
    [
        (ordinary, ("bmi", "walks"), 0.2),
        (without_age, ("bmi", "walks"), 0.075),
        (without_age, ("bmi", "walks"), 0.1),
        (rare, ("bmi", "walks"), 0.02),
        (categories, ("walks",), 0.3),
        (wide, ("habit_0",), 0.25),
    ],
)
def test_proofs_hold_at_the_owners_threshold(
    tmp_path: Path, table: Callable[[], pd.DataFrame], changed: tuple[str, ...], threshold: float
) -> None:
    done = made(table(), tmp_path, *changed, threshold=threshold)
    model = load_model(done.home.parent)
    served = ModelRegistry({NAME: model}, NAME).named(NAME)
    assert model.held_out is not None
    risk = model.classifier.risk(model.held_out.rows)
    rows = pq.read_table(model.folder / "held_out.parquet").select(list(model.schema.by_name)).to_pylist()
    above = [place for place in risk.argsort() if risk[place] > threshold]
    found = 0
    for place in above[:: max(1, len(above) // PEOPLE)]:
        problem = problem_about(model, rows[place])
        everyone = all_candidates(problem)
        outcome = answer(served, problem, min_robustness=0.0)
        every_risk = problem.risk(np.concatenate([problem.unchanged, everyone]))
        assert (outcome.status is Status.INFEASIBLE) == (every_risk.min() > threshold)
        if outcome.infeasible is not None:
            assert outcome.infeasible.proved
            assert outcome.infeasible.lowest_reachable_risk == pytest.approx(every_risk.min(), abs=1e-6)
            continue
        found += 1
        reaching = everyone[problem.reached(problem.risk(everyone))]
        least = min(option.effort for option in outcome.counterfactuals)
        assert least == pytest.approx(problem.levers.effort(reaching).min(), abs=1e-6)
        assert all(option.risk <= threshold for option in outcome.counterfactuals)
    assert found
