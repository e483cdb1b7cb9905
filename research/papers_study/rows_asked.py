"""Which rows of a fold are asked about: a few of each person, and of as many people as there are."""

from collections.abc import Sequence

import numpy as np

from app.classifiers.partitions import Person, Side, people_in_turns, people_of
from app.classifiers.store import load_version
from research.papers_study.fold_versions import Fold

_SEED = 2026


def rows_asked(fold: Fold, raising: bool, count: int) -> tuple[int, ...]:
    """Places of at most `count` held-out rows at high risk; at low risk for `raising`."""
    model = load_version(fold.store, fold.model)
    threshold = model.schema.model.threshold
    rows = [one for one in people_of(model, Side.HELD_OUT) if (one.risk > threshold) is not raising]
    return drawn_in_turns(rows, count, _SEED + fold.number)


def drawn_in_turns(rows: Sequence[Person], count: int, seed: int) -> tuple[int, ...]:
    """Places of some of the rows, in the file's order.

    People take turns, in an order drawn by lot, each with rows drawn by lot: nobody has two before everybody
    has one.
    """
    order = np.random.default_rng(seed).permutation(len(rows))
    chosen = people_in_turns([rows[place] for place in order])[:count]
    return tuple(sorted(one.source_id for one in chosen))
