"""How far reviewers agree beyond chance: Cohen's kappa of two, Fleiss' kappa of more."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import cohen_kappa_score

from app.domain.schema import FloatArray, IntArray

SEED, DRAWS = 2026, 1000


@dataclass(frozen=True, slots=True)
class Agreement:
    """A kappa with the percentile bootstrap's 95 % interval over cases (Efron, 1979).

    `kappa` is None where everybody gave the same answer throughout, so that chance alone would agree as much.
    `draws` is of how many bootstrap samples the interval is: those in which kappa is defined.
    `alike` is the share of pairs of reviewers who gave an option the same answer, without regard to chance.
    """

    statistic: str
    kappa: float | None
    low: float | None
    high: float | None
    draws: int
    alike: float


def agreement(ratings: IntArray, cases: IntArray, ordered: bool = False, draws: int = DRAWS) -> Agreement:
    """Of ratings of shape (options, reviewers), by two reviewers or more; `cases` says whose each option is.

    Of two it is Cohen's kappa (1960), of `ordered` ratings weighted by squared differences (Cohen, 1968); of
    more Fleiss' (1971), which knows no order.
    """
    many = ratings.shape[1]
    statistic, kappa = "Fleiss' kappa", fleiss_kappa
    if many == 2:
        statistic = "Cohen's kappa, quadratic weights" if ordered else "Cohen's kappa"
        kappa = _weighted if ordered else _plain
    drawn = (_defined(kappa, part) for part in _resampled(ratings, cases, draws))
    samples = [one for one in drawn if one is not None]
    low, high = np.percentile(samples, [2.5, 97.5]).tolist() if samples else (None, None)
    value = _defined(kappa, ratings)
    if value is None:
        low = high = None
    return Agreement(statistic, value, low, high, len(samples), _alike(ratings))


def fleiss_kappa(ratings: IntArray) -> float:
    """Of ratings of shape (options, reviewers), every option rated by all reviewers.

    Fleiss, Psychological Bulletin 1971; 76: 378-382.
    """
    many = ratings.shape[1]
    counts = np.array([(ratings == value).sum(axis=1) for value in np.unique(ratings)]).T
    observed = ((counts * (counts - 1)).sum(axis=1) / (many * (many - 1))).mean()
    by_chance = ((counts.sum(axis=0) / counts.sum()) ** 2).sum()
    return float((observed - by_chance) / (1 - by_chance))


def _plain(ratings: IntArray) -> float:
    return float(cohen_kappa_score(ratings[:, 0], ratings[:, 1]))


def _weighted(ratings: IntArray) -> float:
    lowest, highest = int(ratings.min()), int(ratings.max())
    labels = np.arange(lowest, highest + 1)  # of all between, so that weights are of the scale's steps
    return float(cohen_kappa_score(ratings[:, 0], ratings[:, 1], labels=labels, weights="quadratic"))


def _defined(kappa: Callable[[IntArray], float], ratings: IntArray) -> float | None:
    return None if len(np.unique(ratings)) < 2 else kappa(ratings)


def _resampled(ratings: IntArray, cases: IntArray, draws: int) -> list[IntArray]:
    """All options of as many cases, drawn with replacement."""
    rows = [np.flatnonzero(cases == case) for case in np.unique(cases)]
    drawn = np.random.default_rng(SEED).integers(len(rows), size=(draws, len(rows)))
    return [ratings[np.concatenate([rows[case] for case in draw])] for draw in drawn]


def _alike(ratings: IntArray) -> float:
    many = ratings.shape[1]
    pairs: FloatArray = (ratings[:, :, None] == ratings[:, None, :]).sum(axis=(1, 2)) - many
    return float((pairs / (many * (many - 1))).mean())
