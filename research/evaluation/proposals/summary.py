"""Figures of many people as a table, with 95 % intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from app.domain.schema import FloatArray, IntArray
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
    """An estimate with the percentile bootstrap's 95 % interval over people (Efron 1979).

    Where people have several rows, samples are of people, each with all their rows (Field and Welsh 2007).
    """

    value: float
    low: float
    high: float


def summarise(
    scores: Sequence[ProposalScores | FallScores | AddedScores],
    tokens: Sequence[float | None],
    seconds: Sequence[float],
    whose: Sequence[int],
) -> dict[str, Figure]:
    """Means over rows; medians of effort, tokens and seconds, which have long tails. Nothing of nobody.

    `whose` numbers the person of each row.
    """
    if not scores:
        return {}
    by_person = np.array([astuple(one) for one in scores], dtype=np.float64)
    columns = {field.name: by_person[:, place] for place, field in enumerate(fields(scores[0]))}
    if any(tokens):
        columns["tokens"] = np.array([one or np.nan for one in tokens])
    columns["seconds"] = np.array(seconds)
    medians, person = {"effort", "tokens", "seconds"}, np.array(whose)
    return {name: _figure(column, person, name in medians) for name, column in columns.items()}


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


def _figure(values: FloatArray, whose: IntArray, median: bool) -> Figure:
    is_known = ~np.isnan(values)
    known, whose = values[is_known], whose[is_known]
    if len(known) == 0:
        return Figure(np.nan, low=np.nan, high=np.nan)
    of, rng = (np.median if median else np.mean), np.random.default_rng(_SEED)
    people = np.unique(whose)
    if len(people) == len(known):
        samples = of(rng.choice(known, size=(_RESAMPLES, len(known))), axis=1)
    else:
        rows = [known[whose == one] for one in people]
        drawn = rng.integers(len(rows), size=(_RESAMPLES, len(rows)))
        samples = np.array([of(np.concatenate([rows[one] for one in some])) for some in drawn])
    low, high = np.percentile(samples, [2.5, 97.5])
    return Figure(float(of(known)), low=float(low), high=float(high))
