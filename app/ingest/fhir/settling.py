"""From readings that may count to values that can all be true of one person: the newest that can."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.schema import Value
from app.ingest.fhir.body import settle_body
from app.ingest.fhir.consistency import settle_contradictions
from app.ingest.fhir.draft import Draft, number
from app.ingest.fhir.newest import why_left
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.together import MayCount

_MOST_TRIES = 50
"""How often an older reading is taken in place of one that does not fit."""
_IN_ITS_PLACE = (NotUsedReason.NEWER_EXISTS, NotUsedReason.OVERRULED, NotUsedReason.GIVEN_OTHERWISE)
"""Why a reading is not used where something else tells the feature: older ones are not either."""


@dataclass
class _Refused:
    """How many readings of each feature were found not to fit, and why."""

    count: dict[str, int] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def settle(draft: Draft, may_count: MayCount, given: Mapping[str, Value]) -> Draft:
    """The draft with the newest readings that fit each other and what the caller gives, who overrules."""
    refused = _Refused()
    for _ in range(_MOST_TRIES):
        tried = _tried(draft, may_count, given, refused)
        dropped = {one.feature: one for one in tried.left if one.feature}
        worse = [
            one
            for name, one in dropped.items()
            if name in may_count and name not in tried.values and one.reason not in _IN_ITS_PLACE
            if refused.count.get(name, 0) < len(may_count[name])
        ]
        if not worse:
            break
        for one in worse:
            assert one.feature is not None
            tried_ = refused.count.get(one.feature, 0)
            refused.left += why_left(may_count[one.feature][tried_ : tried_ + 1], one.reason)
            refused.count[one.feature] = tried_ + 1
    for name, own in may_count.items():
        rest = own[refused.count.get(name, 0) + 1 :]
        reason = dropped[name].reason if name in dropped else NotUsedReason.NEWER_EXISTS
        is_told = name in tried.values or reason in _IN_ITS_PLACE
        tried.left += why_left(rest, _of_older(reason) if is_told else NotUsedReason.SUPERSEDED)
    tried.left += draft.left + refused.left
    return tried


def _of_older(reason: NotUsedReason) -> NotUsedReason:
    return reason if reason in _IN_ITS_PLACE else NotUsedReason.NEWER_EXISTS


def _tried(draft: Draft, may_count: MayCount, given: Mapping[str, Value], refused: _Refused) -> Draft:
    tried = Draft(draft.mapping, dict(draft.values), dict(draft.sources), dict(draft.days))
    for name, own in may_count.items():
        for one in own[refused.count.get(name, 0) :][:1]:
            tried.take(one)
    halves = _other_halves(tried, given)
    tried.give(given)
    for name in halves:
        tried.drop(name, NotUsedReason.GIVEN_OTHERWISE)
    settle_body(tried)
    settle_contradictions(tried)
    return tried


def _other_halves(draft: Draft, given: Mapping[str, Value]) -> list[str]:
    """Of a pair that resources tell, the half that the caller leaves to them while overruling the other."""
    pair = draft.mapping.pair
    told = [name for name in pair & draft.sources.keys() if given.get(name) is not None]
    if all(number(given[name]) == draft.number(name) for name in told):
        return []
    return [name for name in sorted(pair & draft.sources.keys()) if name not in given]
