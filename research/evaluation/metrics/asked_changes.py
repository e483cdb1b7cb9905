"""What an option asks a person to change, what follows aside, and how options of one answer differ."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.domain.feature import Role
from app.domain.schema import FeatureSchema, FloatArray
from research.evaluation.metrics.structure import changed_columns, jaccard_distance


@dataclass(frozen=True, slots=True)
class AskedChanges:
    """The changes of one option: things that people do, and others: what follows from that, or is treated.

    What a link joins, such as weight, waist and BMI, is one change, named by its driver: a behaviour where
    that itself is changed.
    """

    behaviours: frozenset[str]
    others: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.behaviours | self.others

    def __len__(self) -> int:
        return len(self.all)


def asked_changes(
    schema: FeatureSchema, factual: FloatArray, row: FloatArray, said: Sequence[str] | None = None
) -> AskedChanges:
    """The changes that an option asks for: those it says, or all that moved; rows have shape (columns,).

    `schema` tells behaviours from the rest. A feature that follows another by a link counts with that one,
    and alone as no behaviour.
    """
    names = set(moved_features(schema, factual, row) if said is None else said)
    drivers = {link.feature: link.driver for link in schema.links}
    not_done = {name for name in names if schema[name].role in (Role.CONSEQUENCE, Role.TREATMENT)}
    behaviours = names - not_done - set(drivers)
    others = {drivers.get(name, name) for name in names - behaviours} - behaviours
    return AskedChanges(frozenset(behaviours), frozenset(others))


def moved_features(schema: FeatureSchema, factual: FloatArray, row: FloatArray) -> list[str]:
    """The features whose value in a row is another one."""
    changed = dict(zip(schema.columns, changed_columns(factual, row).tolist(), strict=True))
    return [feature.name for feature in schema.features if any(changed[name] for name in feature.columns)]


def mean_distance(options: Sequence[AskedChanges]) -> float:
    """Mean Jaccard distance of all pairs of two or more options: 0 the same changes, 1 none in common."""
    apart = [jaccard_distance(one.all, other.all) for one, other in combinations(options, 2)]
    return sum(apart) / len(apart)


def has_disjoint_pair(options: Sequence[frozenset[str]]) -> bool:
    """Whether two of the sets of changes have nothing in common."""
    return any(not one & other for one, other in combinations(options, 2))


def contains_another(place: int, options: Sequence[AskedChanges]) -> bool:
    """Whether an option changes all that another option of the answer changes."""
    return any(other.all <= options[place].all for at, other in enumerate(options) if at != place)


def has_needless(changes: frozenset[str], will_do: Callable[[list[frozenset[str]]], bool]) -> bool:
    """Whether some of the changes alone, without the rest, would do; `will_do` says whether any set does."""
    return len(changes) > 1 and will_do(list(_parts(changes)))


def _parts(changes: frozenset[str]) -> Iterator[frozenset[str]]:
    """All of them but none and the whole."""
    for size in range(1, len(changes)):
        yield from map(frozenset, combinations(sorted(changes), size))
