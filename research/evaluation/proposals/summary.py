"""Figures of many people as a table, with 95 % intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from app.domain.schema import FloatArray
from research.evaluation.proposals.added import AddedScores
from research.evaluation.proposals.falls import FallScores
from research.evaluation.proposals.measures import ProposalScores

_SEED, _RESAMPLES = 2026, 2000
_OWN_SCALE = {"changes", "proximity", "effort", "diversity", "tokens", "seconds"}
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
    "falls": "falls by 2 points or more, one sample",
    "falls_and_holds": "falls and holds, one sample",
    "falls_best": "falls and holds, best of all samples",
    "of_largest": "largest fall that holds / the front's",
    "worth_offering": "some proposal is worth offering",
    "other_themes": "one has themes that the search's answer does not show",
    "more_typical": "one is typical where nothing that the search shows is",
    "less_effort": "one takes less effort than a shown one of its themes, for as low a risk",
    "in_answer": "the answer shows themes that it would not show without",
}
SHARES = set(LABELS) - _OWN_SCALE


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with the percentile bootstrap's 95 % interval over people (Efron 1979)."""

    value: float
    low: float
    high: float


def summarise(
    scores: Sequence[ProposalScores | FallScores | AddedScores],
    tokens: Sequence[float],
    seconds: Sequence[float],
) -> dict[str, Figure]:
    """Means over people; medians of effort, tokens and seconds, which have long tails. Nothing of nobody."""
    if not scores:
        return {}
    by_person = np.array([astuple(one) for one in scores], dtype=np.float64)
    columns = {field.name: by_person[:, place] for place, field in enumerate(fields(scores[0]))}
    columns |= {"tokens": np.array(tokens), "seconds": np.array(seconds)}
    medians = {"effort", "tokens", "seconds"}
    return {name: _figure(column, name in medians) for name, column in columns.items() if len(column)}


def markdown(tables: Mapping[str, Mapping[str, Figure]]) -> str:
    """One column a proposer, one row a measure."""
    lines = [f"| | {' | '.join(tables)} |", f"|---{'|---:' * len(tables)}|"]
    told = {name for figures in tables.values() for name in figures}
    for name, words in ((name, words) for name, words in LABELS.items() if name in told):
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
