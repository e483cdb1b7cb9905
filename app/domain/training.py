"""What real records carry: the kinds of incomplete record that a version learns from and is judged on."""

from typing import Annotated

from pydantic import Field

from app.domain.feature import Frozen, Number, Text


class RecordProfile(Frozen):
    """A kind of record, by what it carries: exactly one of `keeps`, `lacks` and `loses` says it.

    A feature that is never unknown, because it is required or derived, is carried by every record.
    """

    name: Text
    """What kind of record it is, for the card."""
    keeps: tuple[str, ...] | None = None
    """The features that it carries."""
    lacks: tuple[str, ...] | None = None
    """The features that it does not carry."""
    loses: Annotated[Number, Field(gt=0, lt=1)] | None = None
    """The share of features that it lacks, drawn anew for each person."""


class Training(Frozen):
    """How a new version learns, beside what is the same for all: nothing that its owner does not ask."""

    masked_copies: Annotated[int, Field(strict=True, ge=0)] = 0
    """Incomplete copies of each person beside the whole record, each of another record, so at most as many as
    there are records."""
    whole_weight: Annotated[Number, Field(gt=0, lt=1)] = 0.5
    """How much of a person the whole record counts; the copies share the rest."""
    records: Annotated[tuple[RecordProfile, ...], Field(alias="record")] = ()
    """The kinds of record that there are; they are told of on the card even without copies."""
