"""A plan, the model that it was made with, and how sure its two estimates are."""

from dataclasses import dataclass
from uuid import UUID

from app.classifiers.threads import in_thread
from app.domain.certainty import Band
from app.domain.errors import NotFoundError
from app.engine.registry import ModelRegistry, ServedModel
from app.storage.consultation_tables import PlanRow
from app.storage.database import Database
from app.usecases.handout.repository import HandoutReader
from app.usecases.preferences.standing import standing_of


@dataclass(frozen=True, slots=True)
class PlannedHandout:
    """What a handout is made of.

    `served` is None where no version of the model is hosted any more, a band where it is not known.
    With a result on record (`has_result`) the estimates say nothing that is not known better. `is_refused`: a
    preference has no options offered to the patient, and the plan is none to go on with unasked.
    """

    plan: PlanRow
    served: ServedModel | None
    band_before: Band | None
    band_planned: Band | None
    has_result: bool
    is_refused: bool


async def handout_of(
    database: Database, registry: ModelRegistry, patient_id: str, plan_id: UUID
) -> PlannedHandout:
    """What a patient is told of a plan.

    Raises:
        NotFoundError: the patient has no plan with this id.
        RecordError: the database is away.
        ClassifierError: the classifier is away.
    """
    async with database.transaction() as session:
        reader = HandoutReader(session)
        found = await reader.plan(patient_id, plan_id)
        if found is None:
            raise NotFoundError("This patient has no plan with this id.")
        plan, band = found
        has_result = await reader.has_result(patient_id, plan.model_name)
        preferences = await reader.preferences(patient_id, plan.model_name)
    served = registry.recorded(plan.model_name, plan.model_version)
    return PlannedHandout(
        plan=plan,
        served=served,
        band_before=(band[0], band[1]) if band else None,
        band_planned=None if has_result else await _band(served, plan),
        has_result=has_result,
        is_refused=served is not None and bool(standing_of(preferences, served.consultation).refusals),
    )


async def _band(served: ServedModel | None, plan: PlanRow) -> Band | None:
    """Where refits put the person who is planned; None where another version is hosted now."""
    if served is None or served.model.version != plan.model_version:
        return None
    row = served.model.schema.encode(plan.features)
    estimate = await in_thread(served.model.classifier, served.estimate, row, plan.risk_planned)
    return estimate.band
