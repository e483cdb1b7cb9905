"""Which of several readings of a feature may count, newest first: those that are valid and young enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from app.ingest.fhir.observations import Reading
from app.ingest.fhir.quantity import as_measured
from app.ingest.fhir.reasons import Left, NotUsedReason


def newest_first(
    mapping: EhrMapping, readings: Sequence[Reading], as_of: date
) -> tuple[list[Reading], list[Left]]:
    """The readings of one feature that may count, one of each moment; and why the others do not.

    Numbers of one moment, or of one day without a time, are averaged, as blood pressures of one visit are.
    What only rules a value out, such as "smokes", is newer than any "smokes none" before it. Where readings
    of one moment disagree otherwise, nothing older tells which of them holds: neither they nor older count.
    """
    ordered = sorted(readings, key=lambda one: one.when.order, reverse=True)
    may_count, is_unclear, left = list[Reading](), False, list[Left]()
    ruled_out = set[Value]()
    for _, group in groupby(ordered, key=lambda one: one.when.order):
        own = list(group)
        if (as_of - own[0].when.first).days > mapping.max_age_of(own[0].feature):
            left += why_left(own, NotUsedReason.TOO_OLD)
        elif is_unclear:
            left += why_left(own, NotUsedReason.SUPERSEDED)
        else:
            untold = [one for one in own if one.value is None]
            ruled_out |= {one.rules_out for one in untold} if not may_count else set()
            told = [one for one in own if one.value is not None and one.value not in ruled_out]
            others = [one for one in own if one.value is not None and one.value in ruled_out]
            reason = NotUsedReason.NEWER_EXISTS if may_count else NotUsedReason.NOT_A_COUNT
            left += why_left(untold, reason) + why_left(others, NotUsedReason.SUPERSEDED)
            agreed = _agreed(mapping, told) if told else None
            may_count += [agreed] if agreed else []
            is_unclear = bool(told) and agreed is None
            left += why_left(told if is_unclear else (), NotUsedReason.CONFLICTING)
    return may_count, left


def _agreed(mapping: EhrMapping, readings: Sequence[Reading]) -> Reading | None:
    """Of readings of one moment: any where they agree, the mean of measured numbers, else none."""
    first = readings[0]
    if len(readings) > 1:
        first = replace(first, stands_for=tuple(readings))
    if all(one.value == first.value for one in readings):
        return first
    feature = mapping.schema[first.feature]
    if not feature.is_numeric or any(one.is_coded for one in readings):
        return None
    mean = sum(float(one.value or 0) for one in readings) / len(readings)
    done = "; ".join(filter(None, [first.conversion, f"mean of {len(readings)} of that time"]))
    return replace(first, value=as_measured(feature, mean), conversion=done)


def why_left(readings: Sequence[Reading], reason: NotUsedReason) -> list[Left]:
    """The same reason of all readings, and of those that they stand for."""
    every = [each for one in readings for each in one.stands_for or (one,)]
    return [Left(reason, one.reference, one.feature) for one in every]
