"""In which ways a setting of the levers goes further than an option may."""

from collections.abc import Collection, Iterator

import numpy as np

from app.domain.beyond import Beyond, BeyondKind
from app.domain.schema import IntArray, Value
from app.engine.describe import broken_relations, features_of, outside_range
from app.engine.problem import RecourseProblem


def beyond_option(problem: RecourseProblem, levels: IntArray, kept: Collection[str]) -> list[Beyond]:
    """None where an option could be so; `kept` are the features that the question did not permit to vary."""
    return list(_ways(problem, levels, kept))


def _ways(problem: RecourseProblem, levels: IntArray, kept: Collection[str]) -> Iterator[Beyond]:
    moved = [problem.levers.items[place].feature for place in np.flatnonzero(levels)]
    for feature in moved:
        if feature.name in kept:
            yield _way(BeyondKind.KEPT, feature=feature.name, label=feature.label)
    if len(moved) > problem.levers.max_changes:
        yield _way(BeyondKind.MANY, moved=len(moved), most=problem.levers.max_changes)
    for relation in broken_relations(problem, levels):
        yield _way(BeyondKind.RELATION, label=relation)
    after = features_of(problem, levels)
    for name in outside_range(problem, levels):
        label = problem.schema[name].label
        yield _way(BeyondKind.RANGE, feature=name, label=label, value=after[name])


def _way(
    kind: BeyondKind,
    feature: str | None = None,
    label: str | None = None,
    value: Value = None,
    moved: int | None = None,
    most: int | None = None,
) -> Beyond:
    return Beyond(kind=kind, feature=feature, label=label, value=value, moved=moved, most=most)
