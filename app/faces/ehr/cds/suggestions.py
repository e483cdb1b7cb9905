"""Options as suggestions: goals that are proposed, and a draft of a request for counselling about them."""

from collections.abc import Sequence

from app.domain.schema import FeatureSchema
from app.domain.wording import inline, risk_text
from app.faces.ehr.cds.card_schemas import Action, Suggestion
from app.faces.ehr.cds.state import Told
from app.fhir.form import Entry
from app.fhir.goal import goals_of
from app.fhir.occasion import Occasion
from app.fhir.service_request import service_request
from app.usecases.counterfactuals.option_schemas import CounterfactualOut


def suggestions_of(told: Told, schema: FeatureSchema) -> list[Suggestion]:
    """One for each option that the card shows, least effort first."""
    answer = told.answer
    occasion = Occasion.of_option(answer.patient_id, answer.created_at.date(), schema)
    recommended = next(
        (one.id for one in told.shown[:1] if one in answer.counterfactuals and not one.fragile), None
    )
    return [
        Suggestion(
            label=_label(told, option),
            uuid=option.id,
            is_recommended=True if option.id == recommended else None,
            actions=list(_actions(option, occasion)),
        )
        for option in told.shown
    ]


def _label(told: Told, option: CounterfactualOut) -> str:
    what = option.strategy.name if option.strategy else f"Option {option.rank}"
    now = risk_text(told.answer.prediction.risk)
    return f"Consider: {what} (estimate {risk_text(option.risk)} in place of {now})"


def _actions(option: CounterfactualOut, occasion: Occasion) -> Sequence[Action]:
    goals = goals_of(option.id, occasion, option.changes, option.linked)
    about = option.strategy.name if option.strategy else option.summary
    request = service_request(option.id, occasion, about)
    return [
        *(_created(goal, goal.resource["description"]["text"]) for goal in goals),
        _created(request, f"Draft a request for counselling: {inline(about)}"),
    ]


def _created(entry: Entry, description: str) -> Action:
    return Action(description=description, resource=entry.resource)
