"""What the classifier says of one patient along each lever, all else as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.feature import Feature, Kind
from app.domain.lever import Lever
from app.domain.levers import encoded, moved_with
from app.domain.schema import FloatArray, IntArray
from app.engine.budget import CALL, ROW
from app.engine.problem import RecourseProblem


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """One patient's risks along one lever: an individual conditional expectation (Goldstein et al., 2015).

    `by_itself` holds the risk at each of `values`, of the feature and what measures the same. `as_counted`
    holds it at each of `permitted`, with what follows on average too, as options count it. Values rise, and
    the patient's own is among both.
    """

    feature: Feature
    now: float
    values: FloatArray
    by_itself: FloatArray
    permitted: FloatArray
    as_counted: FloatArray


def response_curves(
    problem: RecourseProblem, grids: Mapping[str, Sequence[float]]
) -> dict[str, ResponseCurve]:
    """The curve of each lever but categories, by feature; all risks are of one batch.

    Values of a category have no order to be drawn in. `grids` are the values, by feature, at which to look
    beside those that are permitted.

    Raises:
        ClassifierError: the classifier is away, or answers nonsense.
    """
    ordered = [place for place, lever in enumerate(problem.levers) if lever.feature.kind is not Kind.CATEGORY]
    levers = [problem.levers.items[place] for place in ordered]
    values = [_values(lever, grids.get(lever.feature.name, ())) for lever in levers]
    rows = [
        part
        for place, own in zip(ordered, values, strict=True)
        for part in (_rows(problem, problem.levers.items[place], own), _counted(problem, place))
    ]
    if not rows:
        return {}
    asked = np.concatenate(rows)
    problem.budget.spend(CALL + ROW * len(asked))
    risk = problem.classifier.risk(asked)
    parts = np.split(risk, np.cumsum([len(part) for part in rows])[:-1])
    return {
        lever.feature.name: _curve(lever, own, parts[2 * place], parts[2 * place + 1])
        for place, (lever, own) in enumerate(zip(levers, values, strict=True))
    }


def _values(lever: Lever, grid: Sequence[float]) -> FloatArray:
    """What is looked at, the factual value first, and none of it outside what is clinically possible."""
    low, high = lever.feature.clinical or (-np.inf, np.inf)
    others = np.unique(np.round(np.concatenate([lever.values, np.asarray(grid, dtype=float)]), 6))
    others = others[(others >= low) & (others <= high)]
    start = float(lever.values[0])
    return np.append(start, others[np.abs(others - start) > 1e-6])


def _rows(problem: RecourseProblem, lever: Lever, values: FloatArray) -> FloatArray:
    moved = moved_with(problem.schema, problem.patient, lever.feature, values)
    columns, table = encoded(problem.schema, *moved)
    rows = np.repeat(problem.levers.factual[None], len(values), axis=0)
    rows[:, columns] = table
    return rows


def _counted(problem: RecourseProblem, place: int) -> FloatArray:
    """Every level of one lever, with what follows from it."""
    levels: IntArray = np.zeros((problem.levers.items[place].top + 1, len(problem.levers)), dtype=np.int64)
    levels[:, place] = np.arange(len(levels))
    return problem.levers.rows(levels)


def _curve(lever: Lever, values: FloatArray, by_itself: FloatArray, as_counted: FloatArray) -> ResponseCurve:
    rising, permitted = np.argsort(values), np.argsort(lever.values)
    return ResponseCurve(
        feature=lever.feature,
        now=float(as_counted[0]),
        values=values[rising],
        by_itself=by_itself[rising],
        permitted=lever.values[permitted],
        as_counted=as_counted[permitted],
    )
