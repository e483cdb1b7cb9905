"""From a call to an answer: whose record it is, what it says, and what options there are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.admission.refusals import TooLongError
from app.domain.errors import ConflictError, InvalidInputError, ValidationIssue
from app.engine.registry import ServedModel
from app.faces.ehr.cds.gathering import Gathered
from app.faces.ehr.cds.missing import MissingDataError
from app.faces.ehr.cds.services import required
from app.faces.ehr.cds.state import MOST_SUGGESTIONS
from app.ingest.fhir.reading import read_resources
from app.ingest.fhir.reasons import NotUsedReason
from app.ingest.fhir.record import PatientRecord
from app.outbound.fhir.bundles import Resource
from app.usecases.counterfactuals.schemas import (
    ConstraintsIn,
    CounterfactualsAnswer,
    CounterfactualsRequest,
)
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.preferences.standing import NothingLeftError

_DEATH = ("/deceasedBoolean", "/deceasedDateTime")
_OF_PERSON = ("birth_date", "gender")


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks about one patient.

    A card is waited for so many seconds, `wait_s`; or `busy_s` where many charts are opened at once: no card
    would be worse than a late one.
    """

    service: CounterfactualService
    served: ServedModel
    today: date
    wait_s: float
    busy_s: float

    async def answer(self, patient_id: str, gathered: Gathered) -> CounterfactualsAnswer | None:
        """The recorded answer; None where the model has nothing to say of such a patient, or the patient
        wants nothing offered.

        Raises:
            MissingDataError: the model needs what is not there.
            InvalidInputError: the resources are not about one patient.
            RecordError: the answer could not be recorded, so it is not given.
            ClassifierError: the classifier is away.
            TooLongError: too many others are waiting.
        """
        record = await asyncio.to_thread(self._read, gathered)
        if record is None:
            return None
        self._check_whole(record, gathered)
        question = self._question(patient_id, gathered.resources)
        try:
            try:
                return await self.service.answer(question, wait_s=self.wait_s)
            except TooLongError:
                return await self.service.answer(question, wait_s=self.busy_s)
        except (ConflictError, NothingLeftError):
            return None

    def _read(self, gathered: Gathered) -> PatientRecord | None:
        """None of who has died, or is of an age or sex that the model does not know."""
        try:
            record = read_resources(self.served.ehr, gathered.resources, self.today)
        except InvalidInputError as error:
            if all(one.pointer.endswith(_DEATH) for one in error.issues):
                return None
            raise InvalidInputError(
                [ValidationIssue("/prefetch", one.detail) for one in error.issues]
            ) from None
        named = self.served.ehr.by_name
        persons = {name for name, one in named.items() if one.element in _OF_PERSON}
        outside = [one for one in record.not_used if one.reason is NotUsedReason.OUT_OF_RANGE]
        return None if any(one.feature in persons for one in outside) else record

    def _check_whole(self, record: PatientRecord, gathered: Gathered) -> None:
        missing = [one for one in required(self.served) if record.features.get(one.name) is None]
        if missing:
            raise MissingDataError(self.served.ehr, missing, record.not_used, gathered.unread)

    def _question(self, patient_id: str, resources: Sequence[Resource]) -> CounterfactualsRequest:
        entries: list[dict[str, Any]] = [{"resource": dict(one)} for one in resources]
        return CounterfactualsRequest(
            patient_id=patient_id,
            model=self.served.model.reference,
            fhir={"resourceType": "Bundle", "type": "collection", "entry": entries},
            constraints=ConstraintsIn(use_preferences=True),
            count=MOST_SUGGESTIONS,
        )
