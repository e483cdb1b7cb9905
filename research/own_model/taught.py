"""People as a classifier of an own table learns from them: no more than help, a person's rows together."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from app.classifiers.training_procedure import Sample
from app.domain.schema import FeatureSchema, IntArray
from research.training.errors import TrainingError
from research.training.people import Participant, outcomes_of, rows_of

MOST_TRIED_ON = 20_000
"""Settings are tried on so many rows, drawn at random: more would cost minutes and tell little."""
MOST_KEPT = 10_000
"""So many rows of each side are kept in a version, drawn at random: they are read with every start."""
FEWEST_LEARNED_FROM, FEWEST_HELD_OUT = 10, 2
"""People with, and people without the outcome, on each side of the split."""
_SEED = 0

Thing = TypeVar("Thing")


def sample_of(schema: FeatureSchema, people: Sequence[Participant]) -> Sample:
    """People as the classifier sees them."""
    return Sample(rows_of(schema, people), outcomes_of(people))


def drawn(things: Sequence[Thing], most: int) -> list[Thing]:
    """At most so many, at random and the same every time, in the order given."""
    if len(things) <= most:
        return list(things)
    places = np.random.default_rng(_SEED).choice(len(things), most, replace=False)
    return [things[place] for place in sorted(places)]


def bootstrap(ids: Sequence[str], seed: int) -> IntArray:
    """Positions of as many people drawn with replacement, each with all their rows."""
    _, person = np.unique(ids, return_inverse=True)
    order = np.argsort(person, kind="stable")
    starts = np.searchsorted(person[order], np.arange(person.max() + 2))
    chosen = np.random.default_rng(seed).integers(len(starts) - 1, size=len(starts) - 1)
    return np.concatenate([order[starts[one] : starts[one + 1]] for one in chosen])


def check_enough(training: Sequence[Participant], held_out: Sequence[Participant]) -> None:
    """Check that there is something to learn from, and something to measure on.

    People are counted, not their rows.

    Raises:
        TrainingError: there is not; the message says how many there are.
    """
    sides = (
        ("learned from", training, FEWEST_LEARNED_FROM),
        ("held out", held_out, FEWEST_HELD_OUT),
    )
    for what, people, fewest in sides:
        # Of one person's rows, some may be with the outcome and some without it.
        with_it, without = (
            len({person.id for person in people if person.outcome is outcome}) for outcome in (True, False)
        )
        if min(with_it, without) < fewest:
            usable, n = len(training) + len(held_out), len(people)
            raise TrainingError(
                f"Of the {usable} rows that can be used, {n} are {what}. They are of {with_it} "
                f"people with the outcome and {without} without it; at least {fewest} of each are needed."
            )
