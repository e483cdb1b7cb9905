"""Figures of many people as a table, with 95 % intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.proposals.measures import ProposalScores

_SEED, _RESAMPLES = 2026, 2000
SHARES = {"well_formed", "valid", "valid_best", "in_range", "obedient", "holds"}
LABELS = {
    "well_formed": "well formed",
    "valid": "valid, one sample",
    "valid_best": "valid, best of all samples",
    "in_range": "in clinical and observed range",
    "obedient": "obeys constraints",
    "holds": "valid and holds, one sample",
    "changes": "features changed",
    "proximity": "proximity, mean abs. change / SD",
    "effort": "least effort / search's, median",
    "diversity": "diversity (Jaccard)",
    "tokens": "tokens an answer, median",
    "seconds": "seconds a question, median",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with the percentile bootstrap's 95 % interval over people (Efron 1979)."""

    value: float
    low: float
    high: float


def summarise(
    scores: Sequence[ProposalScores], tokens: Sequence[float], seconds: Sequence[float]
) -> dict[str, Figure]:
    """Means over people; medians of effort, tokens and seconds, which have long tails."""
    by_person = np.array([astuple(one) for one in scores], dtype=np.float64)
    columns = {field.name: by_person[:, place] for place, field in enumerate(fields(ProposalScores))}
    columns |= {"tokens": np.array(tokens), "seconds": np.array(seconds)}
    medians = {"effort", "tokens", "seconds"}
    return {name: _figure(column, name in medians) for name, column in columns.items() if len(column)}


def markdown(tables: Mapping[str, Mapping[str, Figure]]) -> str:
    """One column a proposer, one row a measure."""
    lines = [f"| | {' | '.join(tables)} |", f"|---{'|---:' * len(tables)}|"]
    for name, words in LABELS.items():
        cells = [_cell(name, figures.get(name)) for figures in tables.values()]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(name: str, figure: Figure | None) -> str:
    if figure is None or np.isnan(figure.value):
        return ""
    if name in SHARES:
        value, low, high = (100 * one for one in (figure.value, figure.low, figure.high))
        return f"{value:.1f} % ({low:.1f} to {high:.1f})"
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def _figure(values: FloatArray, median: bool) -> Figure:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return Figure(np.nan, low=np.nan, high=np.nan)
    of = np.median if median else np.mean
    draws = np.random.default_rng(_SEED).choice(known, size=(_RESAMPLES, len(known)))
    low, high = np.percentile(of(draws, axis=1), [2.5, 97.5])
    return Figure(float(of(known)), low=float(low), high=float(high))
