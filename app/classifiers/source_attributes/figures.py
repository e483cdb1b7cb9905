"""Source attributes that are figures: how well a model does, for whom, and on whose data."""

from collections.abc import Iterator

from app.classifiers.card import Card, Figures, GroupFigures, RocAuc, SiteFigures
from app.classifiers.source_attributes.unknown import NO_CARD, not_available
from app.domain.source_attributes import SourceAttribute as A

_NOT_TESTED = "nobody is known to have tested it on data from elsewhere"
_HERE = (
    "this service has no figures of the people where it runs. Compare estimates with measured outcomes there."
)


def figures_of(card: Card | None) -> Iterator[tuple[A, str]]:
    """Each attribute that rests on figures."""
    sites = card.performance.sites_left_out if card else ()
    yield A.EXTERNAL_DATA, not_available(f"{_NOT_TESTED}.")
    yield A.EXTERNAL_PARTY, not_available(f"{_NOT_TESTED}.")
    yield A.EXTERNAL_REPRESENTATIVENESS, not_available(f"{_NOT_TESTED}.")
    yield A.EXTERNAL_PROCESS, not_available(f"{_NOT_TESTED}.{_left_out(sites)}")
    yield A.VALIDITY, _validity(card)
    yield A.FAIRNESS, _fairness(card)
    yield A.EXTERNAL_VALIDITY, not_available(f"{_NOT_TESTED}.{_travels(sites)}")
    yield A.EXTERNAL_FAIRNESS, not_available(f"{_NOT_TESTED}.")
    yield (
        A.OUTCOME_EVALUATIONS,
        not_available("no evaluation of what becomes of people who are told its options is known."),
    )
    yield A.LOCAL_VALIDITY, not_available(_HERE)
    yield A.LOCAL_FAIRNESS, not_available(_HERE)


def represented(card: Card | None) -> str:
    """Whom held-out people represent, who are of the same source as the others: shares of groups."""
    if card is None or not card.performance.groups:
        return NO_CARD if card is None else not_available("the card tells of no groups.")
    parts = [
        f"{name}: {', '.join(_share(one, levels) for one in levels)}"
        for name, levels in _by_group(card).items()
    ]
    return f"Of held-out people, who were drawn like the others of the data. {'. '.join(parts)}."


def _share(one: GroupFigures, levels: list[GroupFigures]) -> str:
    people = sum(level.n for level in levels)
    return f"{one.level} {100 * one.n / people:.0f} %"


def _validity(card: Card | None) -> str:
    held_out = card.performance.held_out if card else None
    if held_out is None:
        return not_available("the card has no figures on held-out people.") if card else NO_CARD
    return f"On {held_out.counted}: {', '.join(_told(held_out))}."


def _told(figures: Figures) -> Iterator[str]:
    yield f"ROC-AUC {_auc(figures.roc_auc)}"
    for what in ("sensitivity", "specificity", "brier"):
        value = getattr(figures, what)
        if value is not None:
            yield f"{'Brier score' if what == 'brier' else what} {value:.2f}"
    if figures.mean_risk is not None and figures.prevalence is not None:
        yield f"mean estimate {100 * figures.mean_risk:.1f} % where {100 * figures.prevalence:.1f} % had it"


def _auc(auc: RocAuc | None) -> str:
    return f"{auc.value:.3f} (95 % interval {auc.low:.3f} to {auc.high:.3f})" if auc else "not known"


def _fairness(card: Card | None) -> str:
    if card is None or not card.performance.groups:
        return NO_CARD if card is None else not_available("the card tells of no groups.")
    parts = [_spread(name, levels) for name, levels in _by_group(card).items()]
    return f"On held-out people, by group. {' '.join(parts)}"


def _spread(name: str, levels: list[GroupFigures]) -> str:
    """Between which figures the levels of a group lie."""
    said = [f"{one.level}: {', '.join(_in_group(one))}" for one in levels]
    return f"{name}: {'; '.join(said)}."


def _in_group(one: GroupFigures) -> Iterator[str]:
    yield f"ROC-AUC {one.roc_auc.value:.2f}" if one.roc_auc else "ROC-AUC not known"
    if one.sensitivity is not None:
        yield f"sensitivity {one.sensitivity:.2f}"
    if one.specificity is not None:
        yield f"specificity {one.specificity:.2f}"


def _by_group(card: Card) -> dict[str, list[GroupFigures]]:
    groups: dict[str, list[GroupFigures]] = {}
    for one in card.performance.groups:
        groups.setdefault(one.group, []).append(one)
    return groups


def _left_out(sites: tuple[SiteFigures, ...]) -> str:
    if not sites:
        return ""
    names = ", ".join(one.site for one in sites)
    return f" Next to it: refits that leave out one site of its own data were tested on that site ({names})."


def _travels(sites: tuple[SiteFigures, ...]) -> str:
    known = [(one.roc_auc.value, one.site) for one in sites if one.roc_auc]
    if not known:
        return ""
    (worst, where), (best, there) = min(known), max(known)
    return (
        f" At a site that a refit did not learn from, ROC-AUC is {worst:.2f} ({where}) to {best:.2f} "
        f"({there})."
    )
