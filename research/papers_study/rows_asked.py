"""Which rows of a fold are asked about: a few of each person, and of as many people as there are."""

import numpy as np

from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_version
from app.domain.schema import BoolArray
from research.papers_study.fold_versions import Fold

_SEED = 2026


def rows_asked(fold: Fold, raising: bool, count: int) -> tuple[int, ...]:
    """Places of at most `count` held-out rows at high risk; at low risk for `raising`.

    People take turns, in an order drawn by lot, each with rows drawn by lot: nobody has two before everybody
    has one.
    """
    model = load_version(fold.store, fold.model)
    risk = np.array([one.risk for one in people_of(model, Side.HELD_OUT)])
    high = risk > model.schema.model.threshold
    return in_turns(np.array(fold.held_out), ~high if raising else high, count, _SEED + fold.number)


def in_turns(whose: "np.typing.NDArray[np.int64]", who: BoolArray, count: int, seed: int) -> tuple[int, ...]:
    """Places of rows of `who`, the first of each person before the second of any; in the file's order."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(np.flatnonzero(who))
    turn = np.zeros(len(places), dtype=np.int64)
    seen: dict[int, int] = {}
    for at, place in enumerate(places):
        person = int(whose[place])
        turn[at] = seen.get(person, 0)
        seen[person] = int(turn[at]) + 1
    chosen = places[np.argsort(turn, kind="stable")][:count]
    return tuple(sorted(chosen.tolist()))
