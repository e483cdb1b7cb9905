"""The columns of the files that are written, with what each means in the file itself."""

from collections.abc import Sequence

import pyarrow as pa

from app.ingest.sensors.features.table import BY_NAME, OF_DAYS, OF_PERSONS
from app.ingest.sensors.sources.base import Fact

COUNTS = ("days_observed", "days_missing", "days_worn", "days_glucose")
"""Columns of a person that count days."""


def _feature(name: str) -> pa.Field:
    told = BY_NAME[name]
    meaning = {"label": told.label, "unit": told.unit, "meaning": told.meaning, "window": told.window}
    return pa.field(name, pa.float64(), metadata={**meaning, "minimal": told.minimal})


def of_persons(facts: Sequence[Fact]) -> pa.Schema:
    """A row a person: id, counts of days, facts, features."""
    return pa.schema(
        [
            pa.field("person_id", pa.string(), nullable=False),
            *(pa.field(name, pa.int64(), nullable=False) for name in COUNTS),
            *(pa.field(one.name, pa.float64() if one.is_number else pa.string()) for one in facts),
            *map(_feature, OF_PERSONS),
        ]
    )


def of_days() -> pa.Schema:
    """A row a person and day, days without anything included."""
    return pa.schema(
        [
            pa.field("person_id", pa.string(), nullable=False),
            pa.field("date", pa.string(), nullable=False),
            pa.field("minutes_in_day", pa.int64(), nullable=False),
            pa.field("observed", pa.bool_(), nullable=False),
            pa.field("worn", pa.bool_(), nullable=False),
            *map(_feature, OF_DAYS),
        ]
    )


def of_provenance() -> pa.Schema:
    """A row a person and feature: of how many days and of which files it was made."""
    return pa.schema(
        [
            pa.field("person_id", pa.string(), nullable=False),
            pa.field("feature", pa.string(), nullable=False),
            pa.field("days", pa.int64(), nullable=False),
            pa.field("told_of_person", pa.bool_(), nullable=False),
            pa.field("files", pa.list_(pa.string()), nullable=False),
            pa.field("records", pa.int64(), nullable=False),
            pa.field("records_used", pa.int64(), nullable=False),
            pa.field("dropped", pa.list_(pa.string()), nullable=False),
        ]
    )
