"""Values that one reading tells together, such as both blood pressures: never one of this and one of that."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.ehr import EhrMapping
from app.ingest.fhir.consistency import contradict
from app.ingest.fhir.newest import why_left
from app.ingest.fhir.observations import Read, Reading
from app.ingest.fhir.reasons import Left, NotUsedReason

MayCount = dict[str, list[Reading]]
"""By feature, the readings that may count, newest first."""


def of_one_resource(mapping: EhrMapping, read: Sequence[Read]) -> list[Read]:
    """What one resource says, without values that contradict each other; what tells a whole pair says so."""
    own = [one for one in read if isinstance(one, Reading)]
    if contradict(mapping.schema, {one.feature: one.value for one in own}):
        others = [one for one in read if not isinstance(one, Reading)]
        return [*others, *why_left(own, NotUsedReason.CONTRADICTS)]
    is_whole = {one.feature for one in own}.issuperset(mapping.pair)
    return [replace(one, is_whole=is_whole) if isinstance(one, Reading) else one for one in read]


def without_halves(mapping: EhrMapping, readings: Mapping[str, list[Reading]]) -> tuple[MayCount, list[Left]]:
    """Without values of half a pair where another resource of that moment tells the whole one."""
    kept, left = dict(readings), list[Left]()
    for name in mapping.pair & readings.keys():
        whole = {one.when.order for one in readings[name] if one.is_whole}
        halves = [one for one in readings[name] if not one.is_whole and one.when.order in whole]
        kept[name] = [one for one in readings[name] if one.is_whole or one.when.order not in whole]
        left += why_left(halves, NotUsedReason.INCOMPLETE)
    return kept, left


def _without_widows(
    mapping: EhrMapping, may_count: Mapping[str, list[Reading]]
) -> tuple[MayCount, list[Left]]:
    """Without values of a whole pair whose other half was left out, since readings of it disagree."""
    told = {name: {one.when.order for one in may_count.get(name, ())} for name in mapping.pair}
    both = set.intersection(*told.values()) if told else set()
    kept, left = dict(may_count), list[Left]()
    for name in mapping.pair & may_count.keys():
        widows = [one for one in may_count[name] if one.is_whole and one.when.order not in both]
        kept[name] = [one for one in may_count[name] if one not in widows]
        left += why_left(widows, NotUsedReason.CONFLICTING)
    return kept, left


def pairs_first(mapping: EhrMapping, may_count: Mapping[str, list[Reading]]) -> tuple[MayCount, list[Left]]:
    """Of a pair, the moments that tell both; where there is none, all that tell one."""
    kept, left = _without_widows(mapping, may_count)
    if not mapping.pair or not mapping.pair <= kept.keys():
        return kept, left
    may_count = dict(kept)
    by_moment = [{one.when.order: one for one in may_count[name]} for name in sorted(mapping.pair)]
    both = set.intersection(*(set(each) for each in by_moment))
    bad = {
        order
        for order in both
        if contradict(mapping.schema, {each[order].feature: each[order].value for each in by_moment})
    }
    whole = both - bad
    for name in mapping.pair:
        own = may_count[name]
        left += why_left([one for one in own if one.when.order in bad], NotUsedReason.CONTRADICTS)
        others = [one for one in own if one.when.order not in both]
        for one in others if whole else ():
            is_older = one.when.order < max(whole)
            reason = NotUsedReason.NEWER_EXISTS if is_older else NotUsedReason.INCOMPLETE
            left += why_left([one], reason)
        kept[name] = [one for one in own if one.when.order in whole] if whole else others
    return kept, left
