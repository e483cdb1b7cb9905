"""What a feature is, as the code, the files and the documents have it."""

from dataclasses import dataclass
from enum import StrEnum

from app.ingest.sensors.streams import Stream


class Level(StrEnum):
    """Of what a feature tells."""

    DAY = "day"  # a day; of a person, the mean of the days that have it
    PERSON = "person"  # a person alone


@dataclass(frozen=True, slots=True)
class Definition:
    """A feature: a column of the tables."""

    name: str
    label: str
    meaning: str
    """A sentence."""
    unit: str
    """As people write it; empty for shares and counts."""
    window: str
    """The part of the local day."""
    minimal: str
    """What must be there for it to be told; else it is empty."""
    low: float
    high: float
    """It never lies outside these; a table's value that does is dropped and counted."""
    streams: tuple[Stream, ...] = ()
    """What it is measured from; none where only a table of days tells it."""
    level: Level = Level.DAY
