"""What is known of a person before features are made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from app.ingest.sensors.streams import Samples, Stream


@dataclass(frozen=True, slots=True)
class FileCount:
    """Of one file: how many records it has, and how many became samples."""

    path: str
    """Below the folder."""
    stream: Stream | None
    """None for a table that holds several."""
    read: int
    used: int


@dataclass(frozen=True, slots=True)
class PersonData:
    """A person's streams, or the days that a table tells."""

    person_id: str
    zone: ZoneInfo
    streams: Mapping[Stream, Samples] = field(default_factory=dict)
    days: Mapping[date, Mapping[str, float]] = field(default_factory=dict)
    """Features of days, where the source tells them by the day."""
    facts: Mapping[str, float | str] = field(default_factory=dict)
    """What is said of the person and not of a day, by column."""
    files: tuple[FileCount, ...] = ()

    @property
    def shown(self) -> str:
        """What losses call the person."""
        return f"person {self.person_id}"
