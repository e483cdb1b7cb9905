"""Taking away what is older than it may be, in batches, waiting for nobody.

A row that somebody has in hand just now is left for the next time.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.belongings import take_away
from app.storage.tenancy import OWN_TENANT

_OWN = f"tenant = {OWN_TENANT.text}"
_IS_USED = """
    EXISTS (SELECT 1 FROM requests r WHERE r.answer_id = a.id AND r.asked_at >= :before)
    OR EXISTS (SELECT 1 FROM plans p WHERE p.answer_id = a.id {plan_stays})
    OR EXISTS (SELECT 1 FROM plans p JOIN counterfactuals c ON c.id = p.counterfactual_id
        WHERE c.answer_id = a.id {plan_stays})
    OR EXISTS (SELECT 1 FROM plan_events e JOIN plans p ON p.id = e.plan_id
        WHERE e.answer_id = a.id {plan_stays})
"""
_OLD_ANSWERS = f"""
    SELECT a.id FROM answers a WHERE a.{_OWN} AND a.created_at < :before
        AND NOT ({_IS_USED.format(plan_stays="")})
        AND NOT EXISTS (SELECT 1 FROM answers b WHERE b.based_on = a.id)
        AND NOT EXISTS (SELECT 1 FROM answers b WHERE b.refines = a.id)
"""
_STAYING_ANSWERS = f"""
    WITH RECURSIVE staying AS (
        SELECT a.id, a.based_on, a.refines FROM answers a WHERE a.{_OWN} AND (a.created_at >= :before OR
            {_IS_USED.format(plan_stays="AND (p.ended_at IS NULL OR p.ended_at >= :before)")})
        UNION SELECT a.id, a.based_on, a.refines FROM answers a
            JOIN staying s ON a.id IN (s.based_on, s.refines)
    )
"""
_OLD_PLANS = f"SELECT id FROM plans WHERE {_OWN} AND ended_at < :before"
_NOBODY_S = f"""
    SELECT p.id FROM patients p WHERE p.{_OWN} AND p.first_seen_at < :before
        AND NOT EXISTS (SELECT 1 FROM answers x WHERE x.tenant = p.tenant AND x.patient_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM plans x WHERE x.tenant = p.tenant AND x.patient_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM predictions x WHERE x.tenant = p.tenant AND x.patient_id = p.id)
        AND NOT EXISTS (SELECT 1 FROM preferences x
            WHERE x.tenant = p.tenant AND x.patient_id = p.id AND x.created_at >= :before)
        AND NOT EXISTS (SELECT 1 FROM measurements x
            WHERE x.tenant = p.tenant AND x.patient_id = p.id AND x.created_at >= :before)
"""
_OLD_PREDICTIONS = f"""
    SELECT p.id FROM predictions p WHERE p.{_OWN} AND p.created_at < :before
        AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.prediction_id = p.id)
"""
_OLD_UPLOADS = f"""
    SELECT u.id FROM uploads u WHERE u.{_OWN} AND u.created_at < :before AND NOT EXISTS (
        SELECT 1 FROM augmentation_chunks c JOIN augmentations j ON j.id = c.job_id
        WHERE c.upload_id = u.id AND j.finished_at IS NULL)
"""
_OLD_JOBS = f"SELECT id FROM augmentations WHERE {_OWN} AND finished_at < :before"
_OLD_PEOPLE = f"""
    SELECT DISTINCT c.job_id AS id FROM augmentation_chunks c JOIN augmentations j ON j.id = c.job_id
        WHERE j.{_OWN} AND j.finished_at < :before AND c.people <> '[]'
"""
_OF_ANSWERS = ("requests", "generations", "counterfactuals")
_ANY = "IN (SELECT unnest(CAST(:ids AS uuid[])))"


async def remove_plans(session: AsyncSession, before: datetime, most: int) -> int:
    """Take plans away that ended before, with what became of them; how many."""
    ids = await _lockable(session, "plans", f"{_OLD_PLANS} LIMIT :most", before, most)
    ids = await _of_patients_at_rest(session, "plans", ids)
    for statement in (
        f"UPDATE worklist SET plan_id = NULL WHERE plan_id {_ANY}",
        f"DELETE FROM plan_events WHERE plan_id {_ANY}",
        f"DELETE FROM plans WHERE id {_ANY}",
    ):
        await session.execute(text(statement), {"ids": ids})
    return len(ids)


async def remove_answers(session: AsyncSession, before: datetime, most: int) -> int:
    """Take answers away that were made before and not given since, of which no plan is left; how many."""
    ids = await _lockable(
        session, "answers", f"{_OLD_ANSWERS} ORDER BY a.created_at LIMIT :most", before, most
    )
    ids = await _of_patients_at_rest(session, "answers", ids)
    ids = await _free_of(session, "counterfactuals", ids)
    ids = await _free_of(session, "worklist", ids)
    again = text(f"{_OLD_ANSWERS} AND a.id {_ANY}")  # what was found before the locks may be in use by now
    ids = list((await session.scalars(again, {"before": before, "ids": ids})).all())
    given = {"ids": ids}
    options = f"SELECT id FROM counterfactuals WHERE answer_id {_ANY}"
    await session.execute(text(f"DELETE FROM feedback WHERE counterfactual_id IN ({options})"), given)
    for table in ("worklist", *_OF_ANSWERS):
        await session.execute(text(f"DELETE FROM {table} WHERE answer_id {_ANY}"), given)
    await session.execute(
        text(
            f"WITH gone AS (DELETE FROM answers WHERE id {_ANY} RETURNING prediction_id) "
            "DELETE FROM predictions WHERE id IN (SELECT prediction_id FROM gone)"
        ),
        given,
    )
    return len(ids)


async def remove_predictions(session: AsyncSession, before: datetime, most: int) -> int:
    """Take risks away that were told before, and are no answer's; how many."""
    ids = await _lockable(session, "predictions", f"{_OLD_PREDICTIONS} LIMIT :most", before, most)
    gone = text(f"DELETE FROM predictions WHERE id {_ANY} AND id IN ({_OLD_PREDICTIONS}) RETURNING 1")
    return len((await session.execute(gone, {"ids": ids, "before": before})).all())


async def remove_patients(session: AsyncSession, before: datetime, most: int) -> int:
    """Take patients away of whom nothing is left but what was said or measured before; how many."""
    locked = f"{_NOBODY_S} LIMIT :most FOR UPDATE OF p SKIP LOCKED"
    ids = (await session.scalars(text(locked), {"before": before, "most": most})).all()
    gone = 0
    for patient_id in ids:
        still = text(f"{_NOBODY_S} AND p.id = :patient_id")
        if (await session.scalar(still, {"before": before, "patient_id": patient_id})) is not None:
            await take_away(session, patient_id)
            gone += 1
    return gone


async def remove_upload(session: AsyncSession, before: datetime) -> int:
    """Take one upload away that was sent before, and that no job works on; 0 or 1."""
    ids = await _lockable(session, "uploads", f"{_OLD_UPLOADS} LIMIT :most", before, 1)
    gone = text(f"DELETE FROM uploads WHERE id {_ANY} AND id IN ({_OLD_UPLOADS}) RETURNING 1")
    return len((await session.execute(gone, {"ids": ids, "before": before})).all())


async def remove_people(session: AsyncSession, before: datetime) -> int:
    """Take one job's source rows away, where it ended before; 0 or 1."""
    ids = await _lockable(session, "augmentations", f"{_OLD_PEOPLE} LIMIT :most", before, 1)
    await session.execute(
        text(f"UPDATE augmentation_chunks SET people = '[]' WHERE job_id {_ANY}"), {"ids": ids}
    )
    return len(ids)


async def remove_job(session: AsyncSession, before: datetime) -> int:
    """Take one job away that ended before, with all of its rows; 0 or 1."""
    ids = await _lockable(session, "augmentations", f"{_OLD_JOBS} LIMIT :most", before, 1)
    await session.execute(text(f"DELETE FROM augmentations WHERE id {_ANY}"), {"ids": ids})
    return len(ids)


async def count_old(session: AsyncSession, kind: str, before: datetime) -> int:
    """How many plans, answers, predictions, uploads, people (jobs that hold some) or jobs would go."""
    queries = {
        "plans": f"SELECT count(*) FROM ({_OLD_PLANS}) old",
        "answers": f"{_STAYING_ANSWERS} SELECT count(*) FROM answers "
        f"WHERE {_OWN} AND id NOT IN (SELECT id FROM staying)",
        "predictions": f"SELECT count(*) FROM ({_OLD_PREDICTIONS}) old",
        "uploads": f"SELECT count(*) FROM ({_OLD_UPLOADS}) old",
        "people": f"SELECT count(*) FROM ({_OLD_PEOPLE}) old",
        "jobs": f"SELECT count(*) FROM ({_OLD_JOBS}) old",
    }
    return int(await session.scalar(text(queries[kind]), {"before": before}) or 0)


async def _lockable(session: AsyncSession, table: str, query: str, before: datetime, most: int) -> list[UUID]:
    """Of what a query finds, what nobody has in hand: locked now."""
    ids = list((await session.scalars(text(query), {"before": before, "most": most})).all())
    locked = text(f"SELECT id FROM {table} WHERE id {_ANY} FOR UPDATE SKIP LOCKED")
    return list((await session.scalars(locked, {"ids": ids})).all())


async def _of_patients_at_rest(session: AsyncSession, table: str, ids: Sequence[UUID]) -> list[UUID]:
    """Those rows whose patients nobody reads or writes just now; the patients are locked.

    Whoever has read one of them looks for what belongs to it next: see `patients.keep_patient`.
    """
    at_rest = text(
        f"WITH p AS MATERIALIZED (SELECT id FROM patients WHERE {_OWN} "
        f"AND id IN (SELECT patient_id FROM {table} WHERE id {_ANY}) FOR UPDATE SKIP LOCKED) "
        f"SELECT t.id FROM {table} t JOIN p ON p.id = t.patient_id WHERE t.id {_ANY}"
    )
    return list((await session.scalars(at_rest, {"ids": list(ids)})).all())


async def _free_of(session: AsyncSession, table: str, ids: Sequence[UUID]) -> list[UUID]:
    """Those answers of which nobody has a row of the table in hand; the rows are locked."""
    every = text(f"SELECT answer_id, count(*) FROM {table} WHERE answer_id {_ANY} GROUP BY 1")
    there = {row[0]: row[1] for row in await session.execute(every, {"ids": list(ids)})}
    locked = text(f"SELECT answer_id FROM {table} WHERE answer_id {_ANY} FOR UPDATE SKIP LOCKED")
    for answer_id in (await session.scalars(locked, {"ids": list(ids)})).all():
        there[answer_id] -= 1
    return [answer_id for answer_id in ids if there.get(answer_id, 0) == 0]
