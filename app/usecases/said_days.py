"""A person's last days in a request, beside the values that are scored."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.days import MOST_DAYS, Day, read_days
from app.domain.errors import Gathering, InvalidInputError, ValidationIssue
from app.domain.schema import FeatureSchema, Value
from app.usecases.measurements.days import MOST_YEARS, earliest_day, latest_day
from app.usecases.request_model import CalendarDay, RequestModel


class DayIn(RequestModel):
    """What is known of one day."""

    date: CalendarDay = Field(description="Which day, such as 2027-03-31; each is there once.")
    features: dict[str, Any] = Field(
        {},
        description="Values of that day, of any of the model's features: kinds and ranges are those of the "
        "vector. Of a day on which nothing is known, none; a value that is not known is null or left out.",
    )


class SaysDays(RequestModel):
    """A request that may tell the person's last days."""

    days: list[DayIn] = Field(
        [],
        max_length=MOST_DAYS,
        description="Days of the person, in any order, none in the future nor more than "
        f"{MOST_YEARS} years ago. No score rests on them: they are on record with the question, and options "
        "tell on how many of them it was so already (`on_days`).",
    )

    def read_days(self, schema: FeatureSchema) -> tuple[Day, ...]:
        """The checked days, oldest first.

        Raises:
            InvalidInputError: with the faults of all of them.
        """
        faults = list(_faults_of_dates(one.date for one in self.days))
        days: tuple[Day, ...] = ()
        with Gathering(faults):
            days = read_days(schema, ((one.date, one.features) for one in self.days))
        if faults:
            raise InvalidInputError(faults)
        return days


def _faults_of_dates(dates: Iterable[date]) -> Iterator[ValidationIssue]:
    latest = latest_day()
    earliest = earliest_day(latest)
    for number, day in enumerate(dates):
        if day > latest:
            yield ValidationIssue(f"/days/{number}/date", "must not be in the future")
        if day < earliest:
            yield ValidationIssue(f"/days/{number}/date", f"must be at most {MOST_YEARS} years ago")


class DayOut(BaseModel):
    """What was told of one day."""

    model_config = ConfigDict(from_attributes=True)

    date: CalendarDay = Field(description="The day.")
    features: dict[str, Value] = Field(description="What was known of it; what is left out was not.")


def days_in(recorded: Iterable[Mapping[str, Any]], schema: FeatureSchema) -> list[DayIn]:
    """Recorded days for another question: features that the schema has, of days that may still be told."""
    earliest = earliest_day(latest_day())
    return [
        DayIn(
            date=one["date"],
            features={name: value for name, value in one["features"].items() if name in schema},
        )
        for one in recorded
        if date.fromisoformat(one["date"]) >= earliest
    ]


def days_json(days: tuple[Day, ...]) -> list[dict[str, Any]]:
    """As they are on record."""
    return [{"date": one.date.isoformat(), "features": dict(one.values)} for one in days]
