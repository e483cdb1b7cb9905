"""A record while it is put together: values with their sources, from FHIR and from the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from app.ingest.fhir.newest import why_left
from app.ingest.fhir.observations import Reading
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import FeatureSource, Origin

_LARGEST = 1e9


@dataclass
class Draft:
    """`days` has the day of each value that was measured on one, `taken` the readings that tell values."""

    mapping: EhrMapping
    values: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, FeatureSource] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    taken: dict[str, Reading] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def take(self, reading: Reading) -> None:
        """A reading as the value of its feature."""
        self.values[reading.feature] = reading.value
        self.days[reading.feature] = reading.when.first
        self.taken[reading.feature] = reading
        self.sources[reading.feature] = FeatureSource(
            source=Origin.FHIR,
            reference=reading.reference,
            effective=reading.when.text,
            original=reading.original,
            conversion=reading.conversion,
        )

    def drop(self, name: str, reason: NotUsedReason) -> None:
        """Take a value back, and say why."""
        source = self.sources.pop(name)
        self.values.pop(name)
        self.days.pop(name, None)
        reading = self.taken.pop(name, None)
        if reading is not None:
            self.left += why_left([reading], reason)
        elif source.source is Origin.FHIR:
            self.left.append(Left(reason, source.reference, name))

    def give(self, given: Mapping[str, Value]) -> None:
        """What the caller says overrules what resources say."""
        for name, value in given.items():
            if name in self.sources:
                self.drop(name, NotUsedReason.OVERRULED)
            self.values[name] = value
            self.sources[name] = FeatureSource(source=Origin.GIVEN)

    def number(self, name: str | None) -> float | None:
        """A value as a number; None where it is none, or not known."""
        return None if name is None else number(self.values.get(name))

    def is_given(self, name: str) -> bool:
        """Whether the caller says it."""
        return name in self.sources and self.sources[name].source is Origin.GIVEN


def number(value: Value) -> float | None:
    """A value as a number; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _LARGEST else None  # a caller may give anything
