"""Which of several readings of a feature may count, newest first: those that are valid and young enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from app.domain.ehr import EhrMapping
from app.domain.feature import Feature
from app.domain.schema import Value
from app.ingest.fhir.observations import Reading
from app.ingest.fhir.quantity import as_measured
from app.ingest.fhir.reasons import Left, NotUsedReason

_MOST_NOISE = 10
"""Between readings of one time that are averaged, in times the feature's noise: 30 mmHg of 3."""
_MOST_SHARE = 0.05
"""The same of a feature without noise, such as weight and height: of the larger one."""


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
            is_unclear = bool(told) and agreed is None and not _is_measured(mapping, told)
            left += why_left(told if agreed is None else (), NotUsedReason.CONFLICTING)
    return may_count, left


def _is_measured(mapping: EhrMapping, readings: Sequence[Reading]) -> bool:
    """Numbers that disagree are faults of measuring or entry: an older one holds as well as ever."""
    is_numeric = mapping.schema[readings[0].feature].is_numeric
    return is_numeric and not any(one.is_coded for one in readings)


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
    if _is_spread(feature, readings):
        return None
    mean = sum(float(one.value or 0) for one in readings) / len(readings)
    done = "; ".join(filter(None, [first.conversion, f"mean of {len(readings)} of that time"]))
    return replace(first, value=as_measured(feature, mean), conversion=done)


def _is_spread(feature: Feature, readings: Sequence[Reading]) -> bool:
    """Whether numbers of one moment are further apart than measuring again explains."""
    values = [float(one.value or 0) for one in readings]
    most = _MOST_NOISE * feature.noise or _MOST_SHARE * max(abs(one) for one in values)
    return max(values) - min(values) > most


def why_left(readings: Sequence[Reading], reason: NotUsedReason) -> list[Left]:
    """The same reason of all readings, and of those that they stand for."""
    every = [each for one in readings for each in one.stands_for or (one,)]
    return [Left(reason, one.reference, one.feature) for one in every]
