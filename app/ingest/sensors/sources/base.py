"""What every source does: it lists its people, and reads one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from app.ingest.sensors.losses import Losses
from app.ingest.sensors.person import PersonData
from app.ingest.sensors.streams import Stream


class SourceError(Exception):
    """A source cannot be read at all; the message says why."""


@dataclass(frozen=True, slots=True)
class StreamFile:
    """A file of one stream."""

    stream: Stream
    path: str
    """Below the source's folder."""


@dataclass(frozen=True, slots=True)
class PersonRef:
    """Somebody whom a source knows, before their files are read."""

    person_id: str
    zone: str | None = None
    """IANA name of the zone that the source as a whole tells; files may tell another."""
    files: tuple[StreamFile, ...] = ()
    facts: Mapping[str, float | str] = field(default_factory=dict)
    days: Mapping[date, Mapping[str, float]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    """Files of several things, below the source's folder."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A column of the persons' table that is no feature of a sensor."""

    name: str
    is_number: bool


class Source(Protocol):
    """Persons, their streams or days. A source is plain data: worker processes get a copy of it."""

    @property
    def name(self) -> str:
        """What the command line calls it."""

    @property
    def root(self) -> Path:
        """The folder, or the file, that is read."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Columns of facts, the same for everybody."""

    def people(self, losses: Losses) -> list[PersonRef]:
        """Everybody whom the source has something of, by id.

        Raises:
            SourceError: it is no such source.
        """

    def read(self, ref: PersonRef, losses: Losses) -> PersonData | None:
        """All that there is of a person; None where nothing can be used."""
