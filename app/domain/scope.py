"""How much a caller opens: what people do in a usual programme, or more than that."""

from dataclasses import dataclass
from enum import StrEnum


class Programme(StrEnum):
    """How demanding a programme is thought of."""

    USUAL = "usual"
    INTENSIVE = "intensive"


class Inclusion(StrEnum):
    """What may be changed beside what people do."""

    TREATMENT = "treatment"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which actions a question is about, and how far they go."""

    include: tuple[Inclusion, ...] = ()
    programme: Programme = Programme.USUAL


USUAL = Scope()
"""Behaviour alone, in a usual programme."""
