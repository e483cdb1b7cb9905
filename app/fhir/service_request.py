"""ServiceRequest: a draft that proposes counselling about what an option changes."""

from uuid import UUID

from app.fhir.form import Entry, entry_of, identity_of
from app.fhir.occasion import Occasion
from app.fhir.terms import SNOMED, coding, concept

_COUNSELLING = coding(SNOMED, "409063005", "Counselling")
"""Of the categories that R4 lists for service requests."""


def service_request(owner: UUID, occasion: Occasion, about: str) -> Entry:
    """Counselling `about` a strategy, such as "Food and activity", by the option's id."""
    text = f"Counselling: {about}"
    return entry_of(
        "ServiceRequest",
        identity_of(owner, "service-request"),
        [text],
        status="draft",
        intent="proposal",
        category=[concept(_COUNSELLING)],
        code=concept(text=text),
        subject=occasion.subject,
        occurrencePeriod=occasion.period,
        authoredOn=occasion.start.isoformat(),
    )
