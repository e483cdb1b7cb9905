"""What a patient can or will not do: chips to choose from, and whether what is offered heeds them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.feature import Theme
from app.domain.kept import leaves_nothing
from app.domain.levers import levers_of
from app.domain.schema import FeatureSchema
from app.faces.pages.patient.views.asked import theme_words, words_for
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice: `name` is its field in the form."""

    name: str
    label: str
    is_chosen: bool
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class PreferencesView:
    """The chips of a model, and themes or features that may be kept beside them.

    `standing` is the id of what is shown as chosen, if anything was said; `refused` why no options are
    offered. `leaves_nothing`: it keeps all that is open to this patient. `unheeded` is what the options
    shown may change all the same.
    `unknown` are recorded codes of which the model knows nothing any more.
    """

    model: str
    standing: UUID | None
    chips: tuple[Chip, ...]
    keeps: tuple[Chip, ...]
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
    usual, row = context.served.model.schema, standing.row
    codes = {one.code for one in standing.chosen}
    return PreferencesView(
        model=context.row.prediction.model_name,
        standing=row.id if row else None,
        chips=tuple(
            Chip(f"code.{one.code}", one.label, one.code in codes, one.refuses is not None)
            for one in context.consultation.preference
        ),
        keeps=tuple(_keeps(usual, standing.further)),
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


def _keeps(schema: FeatureSchema, further: tuple[str, ...]) -> Iterator[Chip]:
    """Each theme, and what else was named; a theme that is all there is cannot be kept."""
    themes = dict.fromkeys(feature.theme or feature.name for feature in schema.actionable)
    for name in dict.fromkeys([*themes, *further]):
        if name in further or not leaves_nothing(schema, [name]):
            yield Chip(f"keep.{name}", _label(schema, name), name in further)


def _label(schema: FeatureSchema, name: str) -> str:
    if name in list(Theme) and schema.with_theme(name):
        return theme_words(Theme(name)).capitalize()
    return schema[name].label if name in schema else name.replace("_", " ")


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
