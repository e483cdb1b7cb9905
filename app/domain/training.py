"""What real records carry: the kinds of incomplete record that a version learns from and is judged on."""

from typing import Annotated

from pydantic import Field

from app.domain.feature import Frozen, Number, Text


class RecordProfile(Frozen):
    """A kind of record, by what it carries: exactly one of `keeps`, `lacks` and `loses` says it.

    A feature that is never unknown, because it is required or derived, is carried by every record.
    """

    name: Text
    keeps: tuple[str, ...] | None = None
    """The features that it carries."""
    lacks: tuple[str, ...] | None = None
    """The features that it does not carry."""
    loses: Annotated[Number, Field(gt=0, lt=1)] | None = None
    """The share of its features that it does not carry, others in every record: drawn at random."""


class Training(Frozen):
    """How a new version learns, beside what is the same for all: nothing that its owner does not ask."""

    masked_copies: Annotated[int, Field(strict=True, ge=0)] = 0
    """Incomplete copies of each person beside the whole record, each of another profile."""
    whole_weight: Annotated[Number, Field(gt=0, lt=1)] = 0.5
    """How much of a person the whole record counts where there are copies; these share the rest."""
    records: Annotated[tuple[RecordProfile, ...], Field(alias="record")] = ()
