"""A plan, the model that it was made with, and how sure its two estimates are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.classifiers.threads import in_thread
from app.domain.certainty import Band
from app.domain.errors import NotFoundError
from app.domain.schema import Value
from app.engine.registry import ModelRegistry, ServedModel
from app.storage.consultation_tables import MeasurementRow, PlanRow
from app.storage.database import TenantDatabase
from app.usecases.handout.goals import Change, encoded_with, is_goal
from app.usecases.handout.repository import HandoutReader
from app.usecases.measurements.days import latest_day
from app.usecases.preferences.standing import standing_of


@dataclass(frozen=True, slots=True)
class PlannedHandout:
    """What a handout is made of.

    `served` is None where no version of the model is hosted any more, a band where it is not known.
    `risk_goals` and its band are of the patient's goals alone, without treatment and what that brings; None
    where there are no goals, or it cannot be worked out.
    With a result that counts (`has_result`) the estimates say nothing that is not known better. `is_refused`:
    a preference has no options offered to the patient, and the plan is none to go on with unasked.
    """

    plan: PlanRow
    served: ServedModel | None
    band_before: Band | None
    risk_goals: float | None
    band_goals: Band | None
    has_result: bool
    is_refused: bool
    is_followed_up: bool
    """Whether newer values came since it was made: what it tells of "now" is of then."""


async def handout_of(
    database: TenantDatabase, registry: ModelRegistry, patient_id: str, plan_id: UUID
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
        plan, band, before = found
        result = await reader.result(patient_id, plan.model_name)
        preferences = await reader.preferences(patient_id, plan.model_name)
        is_followed_up = await reader.is_followed_up(plan_id)
        note_access(session, Access(Action.READ, Entity.HANDOUT, patient_id, plan.answer_id, plan_id))
    served = registry.recorded(plan.model_name, plan.model_version)
    has_result = result is not None and _counts(served, result)
    risk, band_goals = (None, None) if has_result else await _with_goals(served, plan, before)
    return PlannedHandout(
        plan=plan,
        served=served,
        band_before=(band[0], band[1]) if band else None,
        risk_goals=risk,
        band_goals=band_goals,
        has_result=has_result,
        is_refused=served is not None and bool(standing_of(preferences, served.consultation).refusals),
        is_followed_up=is_followed_up,
    )


def _counts(served: ServedModel | None, result: MeasurementRow) -> bool:
    """Whether a result counts in place of the estimates; of a model that is not hosted nobody can say no."""
    if served is None:
        return True
    measured = served.consultation.measured
    return measured.counts_on(latest_day(), result.measured_on, result.value, result.has_outcome)


async def _with_goals(
    served: ServedModel | None, plan: PlanRow, before: Mapping[str, Value]
) -> tuple[float | None, Band | None]:
    """Estimate and band with the goals alone; what only the version of the plan can tell may be None."""
    goals = [change for change in plan.changes if is_goal(change, served)]
    if served is None or not goals:
        return None, None
    is_whole = len(goals) == len(plan.changes)
    if served.model.version != plan.model_version:
        return (plan.risk_planned, None) if is_whole else (None, None)
    return await in_thread(
        served.model.classifier, _scored, served, plan, before, None if is_whole else goals
    )


def _scored(
    served: ServedModel, plan: PlanRow, before: Mapping[str, Value], goals: Sequence[Change] | None
) -> tuple[float | None, Band | None]:
    """Of the whole plan, which has its risk on record, or of some goals of it alone."""
    schema, risk = served.model.schema, plan.risk_planned
    row = schema.encode(plan.features) if goals is None else encoded_with(schema, before, goals)
    if row is None:
        return None, None
    if goals is not None:
        risk = float(served.model.classifier.risk(row[None, :])[0])
    return risk, served.estimate(row, risk).band
