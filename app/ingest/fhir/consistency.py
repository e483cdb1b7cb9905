"""Values of different resources that cannot all be true of one person: the older ones are not used."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.domain.links import ProportionalLink, Relation
from app.domain.patient import identity_value
from app.domain.schema import FeatureSchema, Value
from app.domain.tolerances import GIVEN_SLACK
from app.ingest.fhir.draft import Draft, number
from app.ingest.fhir.quantity import is_in_range
from app.ingest.fhir.reasons import NotUsedReason


def settle_contradictions(draft: Draft) -> None:
    """Leave out what no person can have; what the caller gives stays, and is told as a fault later."""
    _settle_identities(draft)
    for relation in draft.mapping.schema.relations:
        if _is_broken(relation, {name: draft.number(name) for name in relation.terms}):
            for name in _oldest(draft, list(relation.terms)):
                draft.drop(name, NotUsedReason.CONTRADICTS)


def contradict(schema: FeatureSchema, values: Mapping[str, Value]) -> bool:
    """Whether no person can have these values together."""
    numbers = {name: number(value) for name, value in values.items()}
    return any(_is_broken(relation, numbers) for relation in schema.relations)


def _is_broken(relation: Relation, known: Mapping[str, float | None]) -> bool:
    told = {name: known.get(name) for name in relation.terms}
    if relation.binds != "everybody" or None in told.values():
        return False
    total = sum(factor * (told[name] or 0.0) for name, factor in relation.terms.items())
    return total > relation.bound + GIVEN_SLACK


def _settle_identities(draft: Draft) -> None:
    schema = draft.mapping.schema
    for link in schema.links:
        names = {*schema.by_name}
        expected = identity_value(link, {name: draft.number(name) for name in names})
        if expected is None or not isinstance(link, ProportionalLink) or link.identity is None:
            continue
        given = draft.number(link.feature)
        if given is not None and abs(given - expected) > link.identity.tolerance * expected:
            for name in _oldest(draft, [link.feature]):
                draft.drop(name, NotUsedReason.CONTRADICTS)
        if given is None and not is_in_range(schema[link.feature], expected):
            for name in _oldest(draft, list(link.identity.powers)):
                draft.drop(name, NotUsedReason.OUT_OF_RANGE)


def _oldest(draft: Draft, names: Sequence[str]) -> list[str]:
    """Of those that the caller does not give, the ones of the earliest day."""
    open_ = [name for name in names if name in draft.sources and not draft.is_given(name)]
    first = min((draft.days.get(name, date.min) for name in open_), default=date.min)
    return [name for name in open_ if draft.days.get(name, date.min) == first]
