"""Cross-validation among training people: who is left out in turn."""

from collections.abc import Iterator

from sklearn.model_selection import StratifiedKFold

from app.classifiers.training_procedure import Sample
from app.domain.schema import IntArray

FOLDS = 5


def folds_of(people: Sample) -> Iterator[tuple[IntArray, IntArray]]:
    """Who is learned from and who is left out, by position: each person is left out once."""
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(people.rows, people.outcome)
