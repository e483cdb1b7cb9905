"""In which ways a what-if, or a plan of one, goes further than an option may, in words."""

from collections.abc import Iterable

from app.domain.beyond import Beyond, BeyondKind
from app.domain.schema import FeatureSchema
from app.domain.wording import inline
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.formatting import value_text, with_unit


def beyond_texts(schema: FeatureSchema | None, ways: Iterable[Beyond]) -> list[str]:
    """One for each way; without a schema values have no unit."""
    return [_text(schema, way) for way in ways]


def _text(schema: FeatureSchema | None, way: Beyond) -> str:
    label = way.label or ""
    if way.kind is BeyondKind.KEPT:
        return _("%(feature)s was to be kept", feature=inline(label))
    if way.kind is BeyondKind.MANY:
        return _(
            "%(moved)s behaviours at once, where an option changes at most %(most)s",
            moved=way.moved,
            most=way.most,
        )
    if way.kind is BeyondKind.RELATION:
        return label
    feature = schema.by_name.get(way.feature or "") if schema else None
    return _(
        "%(feature)s would end at %(value)s, outside the range in which it is to stay",
        feature=inline(label),
        value=with_unit(feature, way.value) if feature else value_text(None, way.value),
    )
