"""One change as a clinician would say it, and the numbers that people speak of."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.consultation import Consultation, Said
from app.domain.counterfactual import Change
from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema
from app.domain.wording import inline, plain
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.formatting import NO_BREAK, value_text

_WHOLE_FROM = 3.0
"""People lose "about 6 kg", but sleep "0.5 hours" longer."""


@dataclass(frozen=True, slots=True)
class SaidChange:
    """A sentence without its stop, and from where to where: "Lose about 6 kg in 12 months", "89.7 → 83.8 kg".

    `span` is None of what is done or not.
    """

    text: str
    span: str | None


def said_change(
    schema: FeatureSchema | None,
    consultation: Consultation | None,
    change: Change,
    linked: Sequence[Change] = (),
) -> SaidChange:
    """In the words of the model's consultation file, or else by the verb of the action.

    `linked`: what measures the same; people speak of their weight, not of their index.
    """
    feature = schema[change.feature] if schema and change.feature in schema else None
    told = _told(feature, change, linked)
    of_told = schema[told.feature] if schema and told.feature in schema else None
    span = None if feature is not None and feature.kind is Kind.BOOLEAN else _span(of_told, told)
    if schema is None or feature is None or feature.action is None:
        return SaidChange(_("Change %(what)s", what=inline(change.label)), span)
    said = consultation.said_of(feature.name) if consultation else None
    size = _size(of_told, told, is_about=said is not None)
    return SaidChange(_text(schema, said, feature, change, size, told.unit), span)


def _told(feature: Feature | None, change: Change, linked: Sequence[Change]) -> Change:
    if feature is None or feature.action is None or feature.action.told_by is None:
        return change
    return next((one for one in linked if one.feature == feature.action.told_by), change)


def _text(
    schema: FeatureSchema,
    said: Said | None,
    feature: Feature,
    change: Change,
    size: str,
    unit: str | None,
) -> str:
    action = feature.action
    assert action is not None
    is_at_limit = change.after in action.limit
    if said is not None:
        words = said.at_limit if is_at_limit and said.at_limit else said.says
        return words.format(size=size, unit=unit or "", horizon=schema.model.horizon)
    verb = action.verb_for(change.before, change.after)
    verb = verb[0].upper() + verb[1:]
    if not feature.is_numeric:
        return verb
    return _("%(verb)s, by %(size)s", verb=verb, size=f"{size} {unit}" if unit else size)


def _size(feature: Feature | None, change: Change, is_about: bool) -> str:
    """Whole where words of the model's own say "about"; else what stands beside it adds up to."""
    if change.delta is None:
        return ""
    size = abs(change.delta)
    if is_about and size >= _WHOLE_FROM:
        return f"{size:.0f}"
    return f"{size:g}" if feature is None else plain(feature, size)


def _span(feature: Feature | None, change: Change) -> str:
    before, after = value_text(feature, change.before), value_text(feature, change.after)
    text = f"{before}{NO_BREAK}→{NO_BREAK}{after}"
    return f"{text}{NO_BREAK}{change.unit}" if change.unit else text
