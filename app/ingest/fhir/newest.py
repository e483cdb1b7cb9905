"""Which of several readings of a feature counts: the newest that is valid and young enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from app.ingest.fhir.observations import Reading
from app.ingest.fhir.quantity import as_measured
from app.ingest.fhir.reasons import Left, NotUsedReason


def newest(
    mapping: EhrMapping, readings: Sequence[Reading], as_of: date
) -> tuple[Reading | None, list[Left]]:
    """The reading of one feature that counts, and why the others do not.

    Numbers of one moment, or of one day without a time, are averaged, as blood pressures of one visit are.
    What only rules a value out, such as "smokes", is newer than any "smokes none" before it. Where readings
    of one moment disagree otherwise, nothing older tells which of them holds: none counts.
    """
    ordered = sorted(readings, key=lambda one: one.when.order, reverse=True)
    chosen, is_settled, left = None, False, list[Left]()
    ruled_out = set[Value]()
    for _, group in groupby(ordered, key=lambda one: one.when.order):
        own = list(group)
        if is_settled:
            left += _left(own, NotUsedReason.NEWER_EXISTS)
        elif (as_of - own[0].when.first).days > mapping.max_age_of(own[0].feature):
            left += _left(own, NotUsedReason.TOO_OLD)
        else:
            untold = [one for one in own if one.value is None]
            ruled_out |= {one.rules_out for one in untold}
            told = [one for one in own if one.value is not None and one.value not in ruled_out]
            others = [one for one in own if one.value is not None and one.value in ruled_out]
            left += _left(untold, NotUsedReason.NOT_A_COUNT) + _left(others, NotUsedReason.NEWER_EXISTS)
            is_settled = bool(told)
            chosen = _agreed(mapping, told) if told else None
            left += _left(told if chosen is None else (), NotUsedReason.CONFLICTING)
    return chosen, left


def _agreed(mapping: EhrMapping, readings: Sequence[Reading]) -> Reading | None:
    """Of readings of one moment: any where they agree, the mean of measured numbers, else none."""
    first = readings[0]
    if all(one.value == first.value for one in readings):
        return first
    feature = mapping.schema[first.feature]
    if not feature.is_numeric or any(one.is_coded for one in readings):
        return None
    mean = sum(float(one.value or 0) for one in readings) / len(readings)
    done = "; ".join(filter(None, [first.conversion, f"mean of {len(readings)} of that time"]))
    return replace(first, value=as_measured(feature, mean), conversion=done)


def _left(readings: Sequence[Reading], reason: NotUsedReason) -> list[Left]:
    return [Left(reason, one.reference, one.feature) for one in readings]
