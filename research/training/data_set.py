"""What a data set is: all that training knows of one, and nothing that is the same for all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.schema import FeatureSchema
from research.training.people import Participant, Tally
from research.training.source import Source


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups of people for which figures are given, besides the sites of those who have one."""

    categories: tuple[str, ...]
    """Features each of whose categories is a group."""
    age_bands: tuple[tuple[int, int], ...] = ()
    """The youngest and the oldest age in years, both included; in words the last band is open above. None
    where a schema has no feature `age`."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """What a clinician should know of a model of this data, in words.

    Figures are filled in from the run by `card.py`: no word here may state one that a new run could change.
    """

    intended_use: tuple[str, ...]
    not_for: tuple[str, ...]
    data: tuple[str, ...]
    preparation: tuple[str, ...]
    excluded: tuple[str, ...]
    limits: tuple[str, ...]
    on_age: str = ""
    """What comes before the figures within bands of age, if anything."""
    told_without: str | None = None
    """Label, in small letters, of the category whose worth to the model is told, if any."""
    missing: tuple[str, ...] = ()
    """What there is to say of unknown values in this data, beside that nothing is imputed."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A public data set with which a model is trained."""

    source: Source
    number: str
    """What the data set calls the number that it gives a person; the rule of who is held out names it."""
    read_people: Callable[[FeatureSchema, bytes], tuple[list[Participant], Tally]]
    """From the pinned table to the people whom the service would accept, and what was left out for them."""
    grouping: Grouping
    words: CardWords
