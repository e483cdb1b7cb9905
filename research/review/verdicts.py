"""What reviewers say of each method: shares, and whose option they prefer; intervals are over cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.domain.certainty import wilson_interval
from research.evaluation.metrics.estimates import Estimate, mean
from research.review.answers import Answer, Filled
from research.review.form import PLAUSIBLE_FROM, SCALE
from research.review.key import Key, KeyCase, KeyOption
from research.review.methods import Reviewed


@dataclass(frozen=True, slots=True)
class OfMethod:
    """Of one method's options; shares are 0 to 1, means over cases of means over reviewers.

    `options` is in how many cases it has an option, `cut` how many of these were not permitted as they came,
    `reach` how many bring the estimate to the target as shown.
    """

    method: Reviewed
    options: int
    cut: int
    reach: int
    plausible: Estimate | None
    rating: Estimate | None
    safe: Estimate | None
    would_advise: Estimate | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two methods in the cases in which both have an option: how often the first one's is preferred.

    `share` counts a tie as half a win. Wins, ties and losses are of all verdicts, one for each case and
    reviewer; an option that both suggested is a tie.
    """

    first: Reviewed
    second: Reviewed
    cases: int
    wins: int
    ties: int
    losses: int
    share: Estimate


def of_methods(key: Key, forms: Sequence[Filled]) -> list[OfMethod]:
    """Of every method that has an option, in the order of their names' list."""
    told = []
    for method in Reviewed:
        own = list(_options(key, method))
        if not own:
            continue
        told.append(
            OfMethod(
                method,
                options=len(own),
                cut=sum(method in option.cut for _, option in own),
                reach=sum(option.reaches_target for _, option in own),
                plausible=_mean(own, forms, lambda answer: answer.plausible >= PLAUSIBLE_FROM),
                rating=_mean(own, forms, lambda answer: answer.plausible, ends=(1, len(SCALE))),
                safe=_mean(own, forms, lambda answer: answer.safe),
                would_advise=_mean(own, forms, lambda answer: answer.would_advise),
            )
        )
    return told


def pairs(key: Key, forms: Sequence[Filled]) -> list[Pair]:
    """Of every two methods that have options in the same case."""
    told = []
    for first, second in combinations(Reviewed, 2):
        one, other = (
            {case.case: option for case, option in _options(key, method)} for method in (first, second)
        )
        verdicts = [
            [
                preference(filled.answers[case, one[case].option], filled.answers[case, other[case].option])
                for filled in forms
            ]
            for case in one
            if case in other
        ]
        share = mean_over_cases([(1 + float(np.mean(each))) / 2 for each in verdicts])
        if share is None:
            continue
        every = [verdict for each in verdicts for verdict in each]
        wins, ties, losses = (every.count(verdict) for verdict in (1, 0, -1))
        told.append(Pair(first, second, len(verdicts), wins, ties, losses, share))
    return told


def mean_over_cases(values: Sequence[float], ends: tuple[float, float] = (0, 1)) -> Estimate | None:
    """The mean over cases of values within `ends`, with the percentile bootstrap's 95 % interval over cases.

    Where all cases are alike a bootstrap has no width, as if nothing were uncertain: the interval is then
    Wilson's (1927) of as many cases, of the value's place between the ends. None of no case.
    """
    if len(set(values)) != 1:
        return mean(values)
    bottom, top = ends
    place = (values[0] - bottom) / (top - bottom)
    low, high = (bottom + end * (top - bottom) for end in wilson_interval(place * len(values), len(values)))
    return Estimate(values[0], low=low, high=high)


def preference(one: Answer, other: Answer) -> int:
    """1 where a reviewer prefers the first of two options, -1 the second, 0 neither.

    Preferred is what they would advise; where they would advise both or neither, what is safe; else what is
    rated more plausible.
    """
    first, second = _rank(one), _rank(other)
    return (first > second) - (first < second)


def _rank(answer: Answer) -> tuple[bool, bool, int]:
    return answer.would_advise, answer.safe, answer.plausible


def _options(key: Key, method: Reviewed) -> Iterator[tuple[KeyCase, KeyOption]]:
    for case in key.cases:
        for option in case.options:
            if method in option.methods:
                yield case, option


def _mean(
    options: Sequence[tuple[KeyCase, KeyOption]],
    forms: Sequence[Filled],
    of: Callable[[Answer], float],
    ends: tuple[float, float] = (0, 1),
) -> Estimate | None:
    """Over cases, each the mean over reviewers."""
    return mean_over_cases(
        [
            float(np.mean([of(filled.answers[case.case, option.option]) for filled in forms]))
            for case, option in options
        ],
        ends,
    )
