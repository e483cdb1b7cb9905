"""Which features say the same of people: a yes that a number tells, numbers that lie on a line."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray, FloatArray

AGREEING = 0.99
"""The share of people of whom both are known for whom a cut tells the yes or no."""
ALONG = 0.8
"""The share of a number's variance that lies on a line with another, from which it is said to go along: a
correlation (Pearson) of 0.894 or more."""
_MISSED = 0.05
"""The share of the rarer answer that a cut may miss: all are told alike of what hardly anybody has."""
_FEWEST = 5
_FEWEST_KNOWN = 30
_SAMPLE = 5000


@dataclass(frozen=True, slots=True)
class Cut:
    """A yes or no that is yes from `edge` on (`above`), or up to it; `share` of people agree."""

    feature: str
    driver: str
    edge: float
    above: bool
    share: float


@dataclass(frozen=True, slots=True)
class Line:
    """A number that is higher by `slope` in people in whom the driver is higher by 1."""

    feature: str
    driver: str
    slope: float
    correlation: float


def cuts_among(flags: Mapping[str, FloatArray], numbers: Mapping[str, FloatArray]) -> Iterator[Cut]:
    """For each yes or no (1, 0, NaN where unknown) the number that tells it best, if one does."""
    if not flags or not numbers:
        return
    rows = _sample(len(next(iter(numbers.values()))))
    answers = np.column_stack([values[rows] for values in flags.values()])
    best: dict[str, Cut] = {}
    for driver, values in numbers.items():
        for place, cut in _cuts(values[rows], answers):
            feature = list(flags)[place]
            edge, above, share = cut
            if feature not in best or share > best[feature].share:
                best[feature] = Cut(feature, driver, edge, above, share)
    yield from (best[feature] for feature in flags if feature in best)


def _cuts(values: FloatArray, answers: FloatArray) -> Iterator[tuple[int, tuple[float, bool, float]]]:
    """By the column of answers: the edge, whether yes lies above it, and the share that agrees."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    ordered = values[order]
    ends = np.flatnonzero(np.diff(ordered) > 0)  # the last place of each value but the highest
    if len(ends) == 0:
        return
    yes_below, no_below = (np.cumsum(answers[order] == answer, axis=0) for answer in (1, 0))
    yes, no = yes_below[-1], no_below[-1]
    for above in (True, False):
        # Wrong of a cut after each place: the yes on its other side, and the no on its own.
        wrong_yes = yes_below[ends] if above else yes - yes_below[ends]
        wrong_no = no - no_below[ends] if above else no_below[ends]
        for place in np.flatnonzero((np.minimum(yes, no) >= _FEWEST) & (yes + no >= _FEWEST_KNOWN)):
            wrong = wrong_yes[:, place] + wrong_no[:, place]
            at = int(np.argmin(wrong))
            share = 1 - wrong[at] / (yes[place] + no[place])
            if share < AGREEING or wrong[at] > _MISSED * min(yes[place], no[place]):
                continue
            edge = ordered[ends[at] + 1] if above else ordered[ends[at]]
            yield int(place), (float(edge), above, float(share))


def lines_among(numbers: Mapping[str, FloatArray], may_follow: Callable[[str, str], bool]) -> Iterator[Line]:
    """For each number the one that it goes along with best; what follows drives nothing else.

    `may_follow` takes a feature and a driver.
    """
    if not numbers:
        return
    rows = _sample(len(next(iter(numbers.values()))))
    seen = {name: values[rows] for name, values in numbers.items()}
    found: dict[str, Line] = {}
    for feature, values in seen.items():
        if any(line.driver == feature for line in found.values()):
            continue
        drivers = [name for name in seen if name != feature and name not in found]
        lines = [
            line
            for driver in drivers
            if may_follow(feature, driver)
            and (line := _line(feature, values, driver, seen[driver])) is not None
        ]
        if lines:
            found[feature] = max(lines, key=lambda line: abs(line.correlation))
    yield from found.values()


def _line(feature: str, values: FloatArray, driver: str, moved: FloatArray) -> Line | None:
    known: BoolArray = ~(np.isnan(values) | np.isnan(moved))
    if np.count_nonzero(known) < _FEWEST_KNOWN:
        return None
    own, other = values[known], moved[known]
    spread, others = float(own.std()), float(other.std())
    if spread == 0 or others == 0:
        return None
    correlation = float(((own - own.mean()) * (other - other.mean())).mean() / (spread * others))
    if correlation**2 < ALONG:
        return None
    return Line(feature, driver, correlation * spread / others, correlation)


def _sample(people: int) -> "np.typing.NDArray[np.int64]":
    """The rows that are looked at: all, or some by chance, the same each time."""
    if people <= _SAMPLE:
        return np.arange(people)
    return np.sort(np.random.default_rng(0).choice(people, _SAMPLE, replace=False))
