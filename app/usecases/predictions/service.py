"""The risk of one patient, and how sure it is: nothing is recorded but the audit row."""

from pydantic import BaseModel, Field

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.classifiers.threads import in_thread
from app.domain.ask_next import AskNext, AskNextTold
from app.domain.certainty import BandTold, CertaintyTold, ObservedTold, RiskEstimate
from app.domain.ids import uuid7
from app.domain.input_warning import InputWarning
from app.domain.patient import Patient
from app.engine.registry import ServedModel
from app.ingest.fhir.record import MeasuredTold, NotUsedTold, PatientRecord, ProvenanceTold
from app.storage.database import TenantDatabase
from app.storage.record import INSERT_PREDICTION


class PredictionAnswer(BaseModel):
    """The classifier's risk, what it means against the decision threshold, and how sure that is."""

    model: str = Field(description="The model's name.")
    version: str = Field(description="Its version.")
    risk: float = Field(description="The classifier's risk (0-1).")
    threshold: float = Field(description="The model's decision threshold (0-1).")
    label: str = Field(description="What the risk means against the threshold: high or low.")
    band: BandTold
    certainty: CertaintyTold
    observed: ObservedTold
    warnings: list[InputWarning] = Field(
        description="Values that should be checked: outside what was observed, or unusual beside the others. "
        "The risk takes them as they are."
    )
    provenance: ProvenanceTold = Field({})
    not_used: NotUsedTold = Field([])
    measured_outcome: MeasuredTold = None
    ask_next: AskNextTold = Field([])


async def predict(
    served: ServedModel,
    patient: Patient,
    database: TenantDatabase,
    patient_id: str | None = None,
    record: PatientRecord | None = None,
) -> PredictionAnswer:
    """The risk of one patient, once it is on record that it was told; to whom it is about, if that is known.

    Raises:
        ClassifierError: the classifier is away.
        RecordError: the database is.
    """
    model, facts = served.model, served.model.schema.model
    # In a thread: the classifier may be on another machine.
    estimate, ask_next = await in_thread(model.classifier, _estimate, served, patient)
    answer = PredictionAnswer(
        model=model.name,
        version=model.version,
        risk=estimate.risk,
        threshold=facts.threshold,
        label=facts.label(estimate.risk),
        band=estimate.band,
        certainty=estimate.certainty,
        observed=estimate.observed,
        warnings=served.oddness.warnings(patient.factual),
        provenance=record.provenance if record else {},
        not_used=list(record.not_used) if record else [],
        measured_outcome=record.outcome if record else None,
        ask_next=ask_next,
    )
    audit_id = uuid7()
    audit = {
        "id": audit_id,
        "model_name": model.name,
        "model_version": model.version,
        "model_digest": model.digest,
        "risk": answer.risk,
        "threshold": facts.threshold,
        "label": answer.label,
        "band": answer.band,
        "certainty": answer.certainty,
        "observed": answer.observed.model_dump() if answer.observed else None,
    }
    async with database.transaction() as session:
        await session.execute(INSERT_PREDICTION, audit)
        if patient_id is not None:
            note_access(session, Access(Action.EXECUTE, Entity.PREDICTION, patient_id, entity_id=audit_id))
    return answer


def _estimate(served: ServedModel, patient: Patient) -> tuple[RiskEstimate, list[AskNext]]:
    row = patient.factual
    risk = float(served.model.classifier.risk(row[None, :])[0])
    return served.estimate(row, risk), served.asking.next_for(patient)
