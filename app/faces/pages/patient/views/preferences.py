"""What a patient can or will not do: chips to choose from, and whether what is offered heeds them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.domain.levers import levers_of
from app.domain.schema import FeatureSchema
from app.faces.pages.patient.views.asked import words_for
from app.faces.pages.patient.views.preference_chips import Choices, choices_standing
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class PreferencesView:
    """The chips of a model as they stand, and what they come to.

    `refused` tells why no options are offered. `leaves_nothing`: all that is open to this patient is kept.
    `unheeded` is what the options shown may change all the same.
    `unknown` are recorded codes of which the model knows nothing any more.
    """

    model: str
    choices: Choices
    refused: tuple[str, ...]
    leaves_nothing: bool
    unheeded: tuple[str, ...]
    unknown: tuple[str, ...]
    recorded_at: datetime | None
    given_by: str | None


def preferences_view(context: AnswerContext) -> PreferencesView | None:
    """None where no version of the model is hosted, so that nothing says what could be kept."""
    schema, standing = context.schema, context.preferences
    if schema is None or context.served is None:
        return None
    row = standing.row
    return PreferencesView(
        model=context.row.prediction.model_name,
        choices=choices_standing(context.served, standing),
        refused=tuple(standing.refusals),
        leaves_nothing=_leaves_nothing(context, schema),
        unheeded=tuple(words_for(schema, _unheeded(context, schema))),
        unknown=standing.unknown,
        recorded_at=row.created_at if row else None,
        given_by=row.given_by if row else None,
    )


#: What a page or a part of it holds of offers where nothing is offered.
NOTHING_OFFERED: Mapping[str, Any] = {
    "options": [],
    "improvements": None,
    "caution": None,
    "cards": [],
    "front": None,
    "conditions": None,
    "infeasible": None,
    "nearest": None,
    "shortfall": None,
    "alone": (),
    "days": None,
    "has_charts": False,
    "rows": (),
    "what_if": None,
    "known_from": (),
}


def without_offers(view: dict[str, Any]) -> dict[str, Any]:
    """What the page tells of a patient to whom nothing is offered: the estimate alone."""
    now = view["risks"].lines[:1]
    return {**view, **NOTHING_OFFERED, "risks": replace(view["risks"], lines=now, of={}, own_start={})}


def _leaves_nothing(context: AnswerContext, schema: FeatureSchema) -> bool:
    """Whether the same question, asked again, would have nothing to look for."""
    patient, asked, kept = context.patient, context.constraints, context.preferences.kept(schema)
    if patient is None or asked is None or not kept:
        return False
    keeping = replace(asked, features_to_keep=tuple(sorted({*asked.features_to_keep, *kept})))
    return len(levers_of(schema, patient, keeping)) == 0


def _unheeded(context: AnswerContext, schema: FeatureSchema) -> list[str]:
    """What preferences keep and the shown answer's question did not."""
    asked = context.row.constraints
    vary, keep = asked.get("features_to_vary"), asked.get("features_to_keep") or ()
    kept = context.preferences.kept(schema)
    return [name for name in kept if name not in keep and (vary is None or name in vary)]
