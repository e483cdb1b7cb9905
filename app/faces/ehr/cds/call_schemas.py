"""The wire form of a call of a CDS service."""

import re
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.domain.errors import InvalidInputError
from app.domain.ids import PATIENT_ID
from app.faces.http.sentences import ACCESS_TOKEN, BEARER, FHIR_ID, FHIR_USER

_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_MOST_KEYS = 50


def _server(url: str) -> str:
    """Refuse what no FHIR server's address is; which ones are asked, the file of EHR servers says."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in ("https", "http") and parts.hostname and parts.username is None
    except ValueError:
        is_plain = False
    if not is_plain or _ODD.search(url):
        raise ValueError("must be the address of a FHIR server, with https")
    return url


class Tolerant(BaseModel):
    """A body of the specification's: what is not known here is passed over, since versions add to it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FhirAuthorization(Tolerant):
    """Leave to read from the EHR's FHIR server. It is used for this call, and kept and logged nowhere."""

    access_token: str = Field(pattern=ACCESS_TOKEN, max_length=16_384, repr=False, description="The token.")
    token_type: str = Field("Bearer", pattern=BEARER, description="Bearer, as ever.")
    patient: str | None = Field(
        None, pattern=FHIR_ID, description="The one patient whom it opens; must be that of the context."
    )


class Context(Tolerant):
    """Who looks at whom. Both hooks have these; `encounterId` is passed over."""

    user_id: str = Field(
        alias="userId",
        pattern=FHIR_USER,
        description="A reference to the user, such as `Practitioner/abc`: who signs for it.",
    )
    patient_id: str = Field(
        alias="patientId",
        pattern=FHIR_ID,
        description="The patient's FHIR id, under which answers are recorded.",
    )


class CdsCall(Tolerant):
    """A call of a CDS service (CDS Hooks 2.0). Fields that are not named here are passed over."""

    hook: str = Field(max_length=100, description="`patient-view` or `encounter-start`.")
    hook_instance: UUID = Field(alias="hookInstance", description="Of this call.")
    fhir_server: Annotated[str, AfterValidator(_server)] | None = Field(
        None,
        alias="fhirServer",
        max_length=2000,
        description="The EHR's FHIR server. It is asked for what `prefetch` leaves out, if the file of EHR "
        "servers names it; any other is not.",
    )
    fhir_authorization: FhirAuthorization | None = Field(
        None, alias="fhirAuthorization", description="Leave to ask it."
    )
    context: Context = Field(description="Who looks at whom.")
    prefetch: dict[str, Any] | None = Field(
        None,
        description="By the keys of the discovery: a resource, a Bundle, an OperationOutcome, or null where "
        "there is no such data.",
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        """The specification's own rules, and those that keep one patient's data from another's card."""
        if len(self.prefetch or ()) > _MOST_KEYS:
            raise InvalidInputError.at("/prefetch", f"must have no more entries than {_MOST_KEYS}")
        allowed, patient = self.fhir_authorization, self.context.patient_id
        if allowed is not None and self.fhir_server is None:
            raise InvalidInputError.at("/fhirServer", "is required, since fhirAuthorization is there")
        if allowed is not None and allowed.patient not in (None, patient):
            raise InvalidInputError.at("/fhirAuthorization/patient", "is another patient than the context's")
        if not re.fullmatch(PATIENT_ID, patient):
            raise InvalidInputError.at("/context/patientId", "must hold a letter or a digit")
        return self
