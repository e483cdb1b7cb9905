"""Bounds bound: no candidate does better than they promise."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.tolerances import MARGIN_SLACK
from app.engine.exact.bounds import PARTS, gains, knapsack, parts_needed
from app.engine.exact.heap import pop, push
from app.engine.exact.reduce import reduced
from app.engine.exact.scenarios import all_scenarios
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about
from tests.unit.engine.exact.margins import margin_at


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_candidate_takes_off_more_than_the_knapsack_allows(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = problem_about(served.model, data.draw(st.sampled_from(high_risk)))
    levers, changes = problem.levers, 5
    assert served.references.forest is not None
    scenarios = all_scenarios(levers, served.references.evaluator)
    trees = reduced(served.references.forest, scenarios)
    table = knapsack(gains(trees, scenarios.top), levers.efforts, scenarios.top, changes)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, scenarios.top + 1, size=(10, len(levers))) * (
        rng.random((10, len(levers))) < 0.3
    )
    unmoved = [margin_at(trees, scenario, 0 * levels[0]) for scenario in range(len(scenarios.model))]
    for x, effort in zip(levels, levers.effort(levels), strict=True):
        moved = int((x > 0).sum())
        if not 0 < moved <= changes:
            continue
        first = int(np.flatnonzero(x)[0])
        for scenario, before in enumerate(unmoved):
            fall = before - margin_at(trees, scenario, x)
            needed = parts_needed(table.most[first, moved, scenario], fall - MARGIN_SLACK)
            assert needed < PARTS
            assert needed * table.part <= effort + 1e-9


@given(st.lists(st.floats(0, 100), max_size=60))
@settings(deadline=None)
def test_the_heap_gives_the_least_first(keys: list[float]) -> None:
    heap, items = np.empty(len(keys) + 1), np.empty(len(keys) + 1, dtype=np.int64)
    size = 0
    for item, key in enumerate(keys):
        size = push(heap, items, size, key, item)
    taken = []
    while size:
        taken.append((heap[0], keys[items[0]]))
        size = pop(heap, items, size)
    assert [key for key, _ in taken] == sorted(keys)
    assert all(key == own for key, own in taken)
