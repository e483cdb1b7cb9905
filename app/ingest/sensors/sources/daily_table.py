"""A CSV with one row for each person and day, read by a mapping."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.person import FileCount, PersonData
from app.ingest.sensors.sources.base import Fact, PersonRef, SourceError
from app.ingest.sensors.sources.mapping import Column, Mapping
from app.ingest.sensors.tables import rows_of
from app.parsing.dates import DateError, read_date
from app.parsing.numbers import NumberError, read_number

MOST_BYTES = 512 * 2**20
"""All days are held at once: about a hundred bytes for each cell that is mapped."""
_MOST_NAMED = 5
Values = dict[str, float]
Mend = Callable[[Values, str, str, Losses], Values]
"""Mends the values of a day; told where they are, and counts what it drops."""


@dataclass(frozen=True, slots=True)
class DailyTable:
    """A table of days; its dates are local already."""

    name: str
    root: Path
    """The file."""
    mapping: Mapping
    mend: Mend | None = field(default=None, repr=False)
    """Known by `name`: `repr` is what a run that was killed is known again by."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(Fact(name, one.is_number) for name, one in self.mapping.facts.items())

    def people(self, losses: Losses) -> list[PersonRef]:
        """Everybody with a row.

        Raises:
            SourceError: the file is not there, is too large, or lacks a column that the mapping names.
        """
        self._check()
        days: dict[str, dict[date, Values]] = {}
        facts: dict[str, dict[str, float | str]] = {}
        disputed: dict[tuple[str, date], set[str]] = {}
        where = self.root.name
        for line, row in rows_of(self.root.parent, where, self.mapping.delimiter, losses):
            place = f"line {line}"
            person = row.get(self.mapping.person, "")
            if not person:
                losses.add(where, Reason.PERSON_UNKNOWN, place=place)
                continue
            try:
                day = read_date(row.get(self.mapping.date, ""))
            except DateError:
                losses.add(where, Reason.DATE_UNREADABLE, place=place)
                continue
            values = self._values(row, where, place, losses)
            of_person = days.setdefault(person, {})
            if day in of_person:
                against = disputed.setdefault((person, day), set())
                values = _agreed(of_person[day], values, against, where, place, losses)
            of_person[day] = values
            self._take_facts(row, facts.setdefault(person, {}), where, place, losses)
        return [
            PersonRef(person, None, (), facts[person], {d: v for d, v in days[person].items() if v})
            for person in sorted(days)
        ]

    def read(self, ref: PersonRef, losses: Losses) -> PersonData | None:
        """The days that were read with the table."""
        if not ref.days:
            return None
        counted = FileCount(self.root.name, None, len(ref.days), len(ref.days))
        return PersonData(ref.person_id, ZoneInfo("UTC"), {}, ref.days, ref.facts, (counted,))

    def _check(self) -> None:
        if not self.root.is_file():
            raise SourceError(f"{self.root} is no file: a table of days is one CSV.")
        if self.root.stat().st_size > MOST_BYTES:
            raise SourceError(f"{self.root} has more than {MOST_BYTES >> 20} MB: split it by person.")
        try:
            with self.root.open(encoding="utf-8-sig", newline="") as file:
                header = {one.strip() for one in next(csv.reader(file, delimiter=self.mapping.delimiter), [])}
        except (OSError, UnicodeDecodeError, csv.Error):
            raise SourceError(f"{self.root} cannot be read as a CSV in UTF-8.") from None
        named = [self.mapping.person, self.mapping.date]
        named += [one.column for one in self.mapping.columns.values()]
        named += [one.column for one in self.mapping.facts.values()]
        absent = [name for name in named if name not in header]
        if absent:
            names = ", ".join(absent[:_MOST_NAMED])
            more = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
            whose = "the mapping names" if self.mend is None else f"a table of {self.name} has"
            raise SourceError(f"{self.root} has no column {names}{more}, which {whose}.")

    def _values(self, row: dict[str, str], where: str, place: str, losses: Losses) -> Values:
        told: Values = {}
        for name, column in self.mapping.columns.items():
            value = _number(column, row.get(column.column, ""))
            if isinstance(value, Reason):
                losses.add(f"{where}, {column.column}", value, place=place)
            elif value is not None:
                told[name] = value
        return self.mend(told, where, place, losses) if self.mend else told

    def _take_facts(
        self, row: dict[str, str], facts: dict[str, float | str], where: str, place: str, losses: Losses
    ) -> None:
        """The first row that tells a fact counts: they are of the person, not of the day."""
        for name, column in self.mapping.facts.items():
            cell = row.get(column.column, "")
            if name in facts or not cell:
                continue
            if not column.is_number:
                facts[name] = column.words.get(cell, cell)
                continue
            try:
                facts[name] = read_number(cell)
            except NumberError:
                losses.add(f"{where}, {column.column}", Reason.NOT_A_NUMBER, place=place)


def _number(column: Column, cell: str) -> float | Reason | None:
    """A cell in the feature's unit; None where it is empty."""
    if not cell or cell.lower() in {"nan", "na", "none", "null"}:
        return None
    try:
        value = read_number(cell)
    except NumberError:
        return Reason.NOT_A_NUMBER
    return Reason.NO_READING if value in column.missing else value * column.scale


def _agreed(
    first: Values, second: Values, disputed: set[str], where: str, place: str, losses: Losses
) -> Values:
    """What rows of one day say together; `disputed` gets what they differ in, which no later row settles."""
    if first == second:
        losses.add(where, Reason.DUPLICATE, place=place)
        return first
    both = first | second
    differ = {name for name in first.keys() & second.keys() if first[name] != second[name]}
    losses.add(where, Reason.DAY_TOLD_TWICE, max(len(differ), 1), place)
    disputed |= differ
    return {name: value for name, value in both.items() if name not in disputed}
