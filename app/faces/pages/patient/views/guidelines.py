"""Guidelines as the page names them: whom each is about, and whether this patient is among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.consultation import Consultation, Guideline
from app.domain.schema import Value
from app.faces.http.pages.translation import gettext as _


@dataclass(frozen=True, slots=True)
class GuidelineView:
    """A guideline; `names` is whether the patient is among those it is about, None where that is unknown."""

    title: str
    year: int
    url: str
    says: str
    who: str | None
    names: bool | None
    naming: str | None
    """The same in words; None for a guideline that does not say whom it is about in values."""


def guideline_views(
    consultation: Consultation, codes: Sequence[str], values: Mapping[str, Value]
) -> list[GuidelineView]:
    """Those of the codes, in that order."""
    return [_view(one, values) for one in consultation.guidelines(codes)]


def _view(guideline: Guideline, values: Mapping[str, Value]) -> GuidelineView:
    names = guideline.names(values)
    return GuidelineView(
        title=guideline.title,
        year=guideline.year,
        url=str(guideline.url),
        says=guideline.says,
        who=guideline.who,
        names=names,
        naming=_naming(names) if guideline.ranges else None,
    )


def _naming(names: bool | None) -> str:
    if names is None:
        return _("Whether this patient is among them is not known.")
    return _("This patient is among them.") if names else _("This patient is not among them.")
