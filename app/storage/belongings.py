"""Where a patient's data is: every table that tells of patients, and which of its rows are whose.

A test walks the foreign keys of all tables: one that leads to patients and is not here makes it fail.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tenancy import OWN_TENANT

_MINE = f"tenant = {OWN_TENANT.text} AND patient_id = :patient_id"
_ANSWERS = f"SELECT id FROM answers WHERE {_MINE}"
_OPTIONS = f"SELECT id FROM counterfactuals WHERE answer_id IN ({_ANSWERS})"
BELONGINGS: Mapping[str, str] = {
    "ehr_sessions": _MINE,
    "idempotency_keys": _MINE,
    "worklist": _MINE,
    "webhook_deliveries": f"plan_id IN (SELECT id FROM plans WHERE {_MINE})",
    "plan_events": f"plan_id IN (SELECT id FROM plans WHERE {_MINE})",
    "plans": _MINE,
    "feedback": f"counterfactual_id IN ({_OPTIONS})",
    "requests": f"answer_id IN ({_ANSWERS})",
    "generations": f"answer_id IN ({_ANSWERS})",
    "counterfactuals": f"answer_id IN ({_ANSWERS})",
    "preferences": _MINE,
    "measurements": _MINE,
    "predictions": f"(id IN (SELECT prediction_id FROM answers WHERE {_MINE}) OR {_MINE})",
    "answers": _MINE,
    "patients": f"tenant = {OWN_TENANT.text} AND id = :patient_id",
}
"""By table, which rows belong to `:patient_id`. They are taken away in this order: referrers first.

Predictions are the exception: their answers refer to them, and go in the same statement.
"""
_LOCKS = (
    f"SELECT 1 FROM patients WHERE {BELONGINGS['patients']} FOR NO KEY UPDATE",
    f"SELECT 1 FROM counterfactuals WHERE {BELONGINGS['counterfactuals']} ORDER BY id FOR UPDATE",
    f"SELECT 1 FROM worklist WHERE {_MINE} ORDER BY model_name FOR UPDATE",
    f"SELECT 1 FROM answers WHERE {_MINE} ORDER BY id FOR UPDATE",
    f"SELECT 1 FROM patients WHERE {BELONGINGS['patients']} FOR UPDATE",
)
"""In the order in which others take them, so that nobody waits in a circle."""
_ANSWERS_WITH_PREDICTIONS = (
    f"WITH gone AS (DELETE FROM answers WHERE {_MINE} RETURNING prediction_id, question_digest), "
    "told AS (DELETE FROM predictions WHERE id IN (SELECT prediction_id FROM gone)) "
    "SELECT question_digest FROM gone"
)


async def pseudonym_of(session: AsyncSession, patient_id: str) -> UUID | None:
    """What stands for a patient where their id must not; None of nobody on record."""
    mine = text(f"SELECT pseudonym FROM patients WHERE {BELONGINGS['patients']}")
    return (await session.execute(mine, {"patient_id": patient_id})).scalar()


async def take_away(session: AsyncSession, patient_id: str) -> set[str]:
    """Take a patient out of the record, whole; the digests of the questions that were asked about them.

    Whoever writes about the patient meanwhile is waited for. Whoever comes after that finds nobody.
    """
    given = {"patient_id": patient_id}
    for lock in _LOCKS:
        await session.execute(text(lock), given)
    digests: set[str] = set()
    for table, mine in BELONGINGS.items():
        if table == "answers":
            digests = {*(await session.scalars(text(_ANSWERS_WITH_PREDICTIONS), given)).all()}
            await session.execute(text(f"DELETE FROM predictions WHERE {_MINE}"), given)
        elif table != "predictions":
            await session.execute(text(f"DELETE FROM {table} WHERE {mine}"), given)
    return digests
