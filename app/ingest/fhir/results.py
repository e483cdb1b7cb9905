"""Which result of the measured outcome counts, and what resources say of those on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.consultation import MeasuredOutcome
from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError
from app.domain.measurement import in_own_unit
from app.ingest.fhir.dates import When
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import EhrResults, MeasuredResult, Original

_MOST_YEARS = 30


@dataclass(frozen=True, slots=True)
class ResultReading:
    """A value of the measured outcome, in the unit that it came in; or, with `comparator`, a lower bound."""

    value: float
    unit: str
    when: When
    reference: str | None
    comparator: str | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnreadResult:
    """A result of the measured outcome that tells nothing that can be used, and when it was measured."""

    left: Left
    when: When | None
    is_retracted: bool = False


@dataclass
class Results:
    """All that one patient's resources say of the measured outcome, while they are read."""

    mapping: EhrMapping
    as_of: date
    readings: list[ResultReading] = field(default_factory=list)
    unread: list[UnreadResult] = field(default_factory=list)
    retracted: set[str] = field(default_factory=set)

    def settle(self) -> tuple[EhrResults, list[Left]]:
        """The result that counts, and why others do not.

        The newest counts, of 30 years. Where it is not known which is newer, one that shows the outcome
        counts, of those the highest. One that shows no outcome does not count where a newer one, or one that
        may be newer, could not be read.
        """
        told = [(one, result) for one in self.readings if (result := self._told(one))]
        left = [one.left for one in self.unread]
        label = self.mapping.outcome.label
        chosen = _newest(told)
        if chosen is not None:
            left += [
                Left(why, one.reference, label)
                for one, result in told
                if (why := _why((one, result), chosen)) is not None
            ]
            if not chosen[1].has_outcome and self._may_have_newer(chosen[0].when):
                left.append(Left(NotUsedReason.NEWER_NOT_READ, chosen[0].reference, label))
                chosen = None
        each = tuple(result for _, result in told)
        updates = {one.reference: one.updated for one, _ in told if one.reference and one.updated}
        return EhrResults(
            chosen=chosen[1] if chosen else None,
            each=each,
            retracted=frozenset(self._gone() - {one.reference for one in each}),
            updated=updates,
            unread_on=self._unread_on(),
        ), left

    @property
    def _pending(self) -> list[UnreadResult]:
        """Those that may hold: neither taken back nor too old to matter."""
        return [
            one
            for one in self.unread
            if not one.is_retracted and one.left.reason is not NotUsedReason.TOO_OLD
        ]

    def _may_have_newer(self, when: When) -> bool:
        return any(not _is_before(one.when, when) for one in self._pending)

    def _gone(self) -> set[str]:
        """What is no result any more. A copy that is not final takes nothing back: it may be an older one."""
        unread = {
            one.left.reference
            for one in self.unread
            if one.is_retracted or one.left.reason not in (NotUsedReason.TOO_OLD, NotUsedReason.STATUS)
        }
        return self.retracted | {one for one in unread if one is not None}

    def _unread_on(self) -> date | None:
        """The last day on which one that could not be read may have been measured."""
        days = [min(one.when.last, self.as_of) if one.when else self.as_of for one in self._pending]
        return max(days, default=None)

    def _told(self, one: ResultReading) -> MeasuredResult | None:
        """None where it is not used, which is noted."""
        measured, label = self.mapping.outcome, self.mapping.outcome.label
        why = None
        if (self.as_of - one.when.first) > timedelta(days=365 * _MOST_YEARS):
            why = NotUsedReason.TOO_OLD
        else:
            try:
                value = in_own_unit(measured, one.value, one.unit)
            except InvalidInputError:
                why = NotUsedReason.OUT_OF_RANGE
            else:
                why = self._why_not(one, value)
        if why is not None:
            self.unread.append(UnreadResult(Left(why, one.reference, label), one.when))
            return None
        is_bound = one.comparator is not None
        shown = f"{one.comparator}{one.value:g}" if is_bound else one.value
        return MeasuredResult(
            value=None if is_bound else value,
            unit=None if is_bound else measured.unit,
            measured_on=min(one.when.first, self.as_of),
            reference=one.reference,
            has_outcome=measured.has_outcome(value),
            original=Original(value=shown, unit=one.unit),
        )

    def _why_not(self, one: ResultReading, value: float) -> NotUsedReason | None:
        if one.comparator is not None and not _is_highest(self.mapping.outcome, value):
            return NotUsedReason.COMPARATOR
        plausible = self.mapping.codes.plausible
        if plausible is not None and not plausible[0] <= value <= plausible[1]:
            return NotUsedReason.IMPLAUSIBLE
        return None


_Told = tuple[ResultReading, MeasuredResult]


def _is_highest(measured: MeasuredOutcome, value: float) -> bool:
    """Whether all values from this one upwards mean the same, which is that the outcome is there."""
    return measured.has_outcome(value) and measured.finding_of(value, True) == measured.finding[-1]


def _newest(told: Sequence[_Told]) -> _Told | None:
    if not told:
        return None
    whens = [one.when for one, _ in told]
    may_be = [each for each in told if not any(_is_before(each[0].when, when) for when in _latest(whens))]
    return max(may_be, key=_weight)


def _latest(whens: Sequence[When]) -> list[When]:
    """What nothing that is earlier can be the newest beside: the latest moment, and the latest day."""
    moments = [(when.moment, when) for when in whens if when.moment]
    last = [max(moments, key=lambda one: one[0])[1]] if moments else []
    return [*last, *([] if len(moments) == len(whens) else [max(whens, key=lambda one: one.first)])]


def _weight(each: _Told) -> tuple[object, ...]:
    """Of results that may be the newest: one that shows the outcome, the highest; a bound is above values."""
    one, result = each
    value = float("inf") if result.value is None else result.value
    return result.has_outcome, value, one.when.order, one.reference or ""


def _is_before(when: When | None, other: When) -> bool:
    """Whether it is known to be the earlier; what has no date may be the later."""
    if when is None:
        return False
    if when.moment and other.moment:
        return when.moment < other.moment
    return when.last < other.first


def _why(each: _Told, chosen: _Told) -> NotUsedReason | None:
    """None of the one that counts, and of those of its time that say the same."""
    if _is_before(each[0].when, chosen[0].when):
        return NotUsedReason.NEWER_EXISTS
    return None if each[1].value == chosen[1].value else NotUsedReason.CONFLICTING
