"""What a model's page says of drift: words first, then figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.drift import CHANGED, MOVED, Drift
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.usecases.drift.schemas import Compared, DriftAnswer


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One row of the table: what it is of, the word, and figures as text."""

    label: str
    state: str
    has_moved: bool
    index: str
    unknown: str
    out_of_range: str


@dataclass(frozen=True, slots=True)
class DriftView:
    """The section of the page; without lines where there is nothing to compare yet."""

    lead: str
    bounds: str
    risk: str
    lines: tuple[DriftLine, ...]


def drift_view(drift: DriftAnswer) -> DriftView:
    """The section for what is on record."""
    bounds = _(
        "By the population stability index: stable below %(moved)s, changed above %(changed)s, else moved.",
        moved=MOVED,
        changed=CHANGED,
    )
    if drift.state is Drift.TOO_FEW:
        return DriftView(_lead(drift), bounds, "", ())
    return DriftView(_lead(drift), bounds, _risk(drift), tuple(_lines(drift)))


def drift_unknown() -> DriftView:
    """The section while the record is away."""
    return DriftView(
        _("What was asked of late is not known just now: the record does not answer."), "", "", ()
    )


def _lead(drift: DriftAnswer) -> str:
    many, least = drift.questions, drift.least
    if drift.state is Drift.TOO_FEW:
        return _("Too few to judge: %(many)s questions, where it takes %(least)s.", many=many, least=least)
    if drift.state is Drift.STABLE:
        return _(
            "Stable: those asked about are like the people of the model's data. %(many)s questions.",
            many=many,
        )
    if drift.state is Drift.MOVED:
        return _(
            "Moved: those asked about differ somewhat from the people of the model's data. "
            "%(many)s questions.",
            many=many,
        )
    return _(
        "Changed: those asked about are others than the people of the model's data, and how well it does "
        "among them is not known. %(many)s questions.",
        many=many,
    )


def _risk(drift: DriftAnswer) -> str:
    mean, high = drift.risk.mean, drift.risk.high
    assert mean is not None  # of enough questions both are told
    assert high is not None
    return _(
        "Estimates: %(state)s (%(index)s). On average %(mean)s, among the people of its data %(before)s; "
        "high for %(high)s, among the people of its data %(high_before)s.",
        state=_words()[drift.risk.state],
        index=_index(drift.risk.psi),
        mean=risk_words(mean.asked, mean.reference),
        before=risk_words(mean.reference, mean.asked),
        high=risk_words(high.asked, high.reference),
        high_before=risk_words(high.reference, high.asked),
    )


def _lines(drift: DriftAnswer) -> Iterator[DriftLine]:
    """What has moved furthest first."""
    words = _words()
    for one in sorted(drift.features, key=lambda one: -(one.psi or 0)):
        yield DriftLine(
            label=one.label,
            state=words[one.state],
            has_moved=one.state in (Drift.MOVED, Drift.CHANGED),
            index=_index(one.psi),
            unknown=_shares(one.unknown),
            out_of_range=_shares(one.out_of_range),
        )


def _words() -> dict[Drift, str]:
    return {
        Drift.TOO_FEW: _("too few"),
        Drift.STABLE: _("stable"),
        Drift.MOVED: _("moved"),
        Drift.CHANGED: _("changed"),
    }


def _index(psi: float | None) -> str:
    return "" if psi is None else f"{psi:.2f}"


def _shares(compared: Compared | None) -> str:
    if compared is None:
        return "\N{EN DASH}"
    asked, before = compared.asked, compared.reference
    return _(
        "%(asked)s, before %(before)s", asked=risk_words(asked, before), before=risk_words(before, asked)
    )
