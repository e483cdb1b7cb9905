"""From an answer to its card."""

from dataclasses import dataclass

from app.engine.registry import ServedModel
from app.faces.ehr.cds.card_schemas import Card, Cards, Coding, Indicator, Link, Source
from app.faces.ehr.cds.detail import detail_of, is_unfinished
from app.faces.ehr.cds.gathering import Gathered
from app.faces.ehr.cds.override_reasons import override_reasons
from app.faces.ehr.cds.state import Standing, Told
from app.faces.ehr.cds.suggestions import suggestions_of
from app.faces.ehr.cds.summary import summary_of
from app.fhir.terms import MODEL
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

NOTHING_TO_SAY = Cards(cards=[])
_LABEL = "Turnpoint"
_INDICATORS: dict[Standing, Indicator] = {Standing.ABOVE: "warning", Standing.SHOWN: "warning"}
"""All else is for information; nothing here is critical, since nothing waits for the next hour."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where cards lead: the service's own address, None where it is not known, and whether the EHR starts
    the page by SMART App Launch."""

    public_url: str | None
    is_launched: bool = False


def cards_of(told: Told, served: ServedModel, gathered: Gathered, place: Place) -> Cards:
    """The card of an answer; none where there is nothing to say."""
    answer = told.answer
    if not told.is_worth_a_card:
        return NOTHING_TO_SAY
    facts = served.model.schema.model
    url = f"{place.public_url}/models/{served.model.reference}/card" if place.public_url else None
    suggestions = suggestions_of(told, served.model.schema)
    card = Card(
        uuid=answer.id,
        summary=summary_of(told, facts.title),
        detail=detail_of(told, served.model.schema, gathered, url),
        indicator=_indicator(told),
        source=Source(
            label=_LABEL,
            url=url,
            topic=Coding(system=MODEL, code=answer.model.name, display=facts.title),
        ),
        suggestions=suggestions,
        selection_behavior="at-most-one" if suggestions else None,
        override_reasons=[Coding(**one) for one in override_reasons()] if suggestions else [],
        links=_links(answer, place),
    )
    return Cards(cards=[card])


def _indicator(told: Told) -> Indicator:
    """That all options were judged quietens an estimate, and never a measured outcome."""
    is_quiet = told.is_settled and told.standing is not Standing.SHOWN
    return "info" if is_quiet else _INDICATORS.get(told.standing, "info")


def _links(answer: CounterfactualsAnswer, place: Place) -> list[Link]:
    """No address names a patient: a launch says who is open in the EHR, and else the answer does."""
    if place.public_url is None:
        return []
    may_help = answer.counterfactuals or answer.improvements or is_unfinished(answer)
    label = "Look at all options" if may_help else "Look at the estimate"
    if place.is_launched:
        launch = f"{place.public_url}/launch"
        return [Link(label=label, url=launch, type="smart", app_context=str(answer.id))]
    page = f"{place.public_url}/counterfactuals/{answer.id}"
    return [Link(label=label, url=page, type="absolute")]
