"""The wire form of the audit."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from app.audit.events import Action, Entity, Outcome
from app.identity.principal import PrincipalKind

Hex = Annotated[bytes, PlainSerializer(bytes.hex, return_type=str)]


class AuditEventOut(BaseModel):
    """One thing that one caller did, or was refused."""

    model_config = ConfigDict(from_attributes=True)

    seq: int = Field(description="Its number within the tenant; there are no gaps.")
    id: UUID = Field(description="Its id.")
    at: datetime = Field(description="When it was recorded.")
    actor: str = Field(description="Who did it: the name of a person, or of a key or another system.")
    actor_kind: PrincipalKind = Field(description="Whether the actor is a person or a system.")
    actor_source: str = Field(
        description="How the actor was known: open, token, key, oidc, proxy or service (the service itself)."
    )
    on_behalf_of: str | None = Field(
        description="The person whom a system named, unchecked; null where it named none."
    )
    action: Action = Field(description="What was done.")
    entity: Entity = Field(description="What it was done to; request where it was refused or failed.")
    entity_id: UUID | None = Field(description="The id of the plan, verdict, result, job or upload, if any.")
    patient: UUID | None = Field(
        description="The pseudonym of the patient concerned. It stays when the patient is erased; null where "
        "no patient on record is concerned."
    )
    patient_id: str | None = Field(
        description="The caller's own id of that patient, as long as the patient is on record."
    )
    answer_id: UUID | None = Field(description="The id of the answer concerned, if any.")
    route: str = Field(description="Method and template of the route; never the path, which may hold an id.")
    outcome: Outcome = Field(
        description="How it ended: refused is 403, not_found 404, rejected another 4xx, failed 5xx."
    )
    correlation_id: str = Field(description="The `X-Correlation-ID` of the request.")
    request_id: str | None = Field(description="The caller's own `X-Request-ID`, where it was random.")
    address: str | None = Field(description="The network address that the request came from.")
    detail: str | None = Field(description="More about it, without a value of a patient's.")
    hash: Hex = Field(
        description="SHA-256 of the hash before and this event, hexadecimal: `turnpoint audit verify` checks."
    )


class AuditEventsPage(BaseModel):
    """One page of the audit, newest first."""

    events: list[AuditEventOut] = Field(description="Newest first.")
    next: int | None = Field(
        description="Pass it as `before` for the next, older page; null on the last one."
    )
