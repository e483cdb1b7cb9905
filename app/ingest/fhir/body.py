"""Body mass index, weight and height: three figures that must go together, and be of one time."""

from app.ingest.fhir.draft import Draft
from app.ingest.fhir.quantity import as_measured, is_in_range
from app.ingest.fhir.reasons import NotUsedReason
from app.ingest.fhir.record import FeatureSource, Origin

_TOLERANCE = 0.03
"""Of the index: what rounding, shoes and clothes make of weight and height."""


def settle_body(draft: Draft) -> None:
    """The index from weight and height where it is missing, older than the weight, or contradicts both.

    A weight that is older than the index is not used: the model has it from index and height.
    """
    if draft.mapping.body is None:
        return
    bmi, weight, height = draft.mapping.body
    computed = _index(draft, weight, height)
    if draft.is_given(bmi):
        if not draft.is_given(weight) and weight in draft.sources:
            draft.drop(weight, NotUsedReason.GIVEN_OTHERWISE)
    elif computed is not None and _is_needed(draft, bmi, weight, computed):
        _compute(draft, bmi, weight, computed)
    elif weight in draft.sources and not draft.is_given(weight) and _is_older(draft, weight, bmi):
        draft.drop(weight, NotUsedReason.NEWER_EXISTS)


def _index(draft: Draft, weight: str, height: str) -> float | None:
    kg, cm = draft.number(weight), draft.number(height)
    return None if kg is None or not cm or cm < 1 else kg / (cm / 100) ** 2


def _is_needed(draft: Draft, bmi: str, weight: str, computed: float) -> bool:
    known = draft.number(bmi)
    if known is None or draft.is_given(weight):
        return True
    if _is_older(draft, bmi, weight):
        return True
    is_of_one_day = not _is_older(draft, weight, bmi)
    return is_of_one_day and abs(known - computed) > _TOLERANCE * computed


def _is_older(draft: Draft, name: str, other: str) -> bool:
    own, newer = draft.days.get(name), draft.days.get(other)
    return own is not None and newer is not None and own < newer


def _compute(draft: Draft, bmi: str, weight: str, computed: float) -> None:
    feature = draft.mapping.schema[bmi]
    value = as_measured(feature, computed)
    is_possible = is_in_range(feature, value)
    if not is_possible and not draft.is_given(weight):
        draft.drop(weight, NotUsedReason.OUT_OF_RANGE)
        return
    if bmi in draft.sources:
        draft.drop(bmi, _why_not_the_index(draft, bmi, weight))
    if not is_possible:
        return
    source = draft.sources[weight]
    draft.values[bmi] = value
    draft.sources[bmi] = FeatureSource(
        source=Origin.COMPUTED,
        reference=source.reference,
        effective=source.effective,
        conversion="weight in kg divided by the square of height in m",
    )
    if weight in draft.days:
        draft.days[bmi] = draft.days[weight]


def _why_not_the_index(draft: Draft, bmi: str, weight: str) -> NotUsedReason:
    if draft.is_given(weight):
        return NotUsedReason.GIVEN_OTHERWISE
    return NotUsedReason.NEWER_EXISTS if _is_older(draft, bmi, weight) else NotUsedReason.CONTRADICTS
