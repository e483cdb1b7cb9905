"""A patient's rows in batch jobs, known by the id they were sent under: uploads, jobs, rows made of them.

Other rows of batch jobs name nobody. Reports are of all rows together, and stay.
"""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.augmentation_tables import IDS
from app.storage.tenancy import OWN_TENANT

_OWN = f"tenant = {OWN_TENANT.text}"
IN_PEOPLE = f"{_OWN} AND {IDS} @> to_jsonb(CAST(:patient_id AS text))"
_MADE_OF = f"{_OWN} AND source_id = :patient_id"
HELD: Mapping[str, str] = {
    "upload_chunks": IN_PEOPLE,
    "augmentation_chunks": IN_PEOPLE,
    "augmented_rows": _MADE_OF,
}
"""By table, which rows hold something of `:patient_id`."""
_LOCK_JOBS = f"""
    SELECT 1 FROM augmentations WHERE id IN (
        SELECT job_id FROM augmentation_chunks WHERE {IN_PEOPLE}
        UNION SELECT c.job_id FROM augmentation_chunks c JOIN upload_chunks u
            ON u.upload_id = c.upload_id AND u.number = c.number
            WHERE u.{IN_PEOPLE.replace("(people", "(u.people")}
    ) ORDER BY id FOR UPDATE
"""
"""Who makes rows keeps them under this lock, and of nobody who has left by then."""
_EMPTY_PLACES = """
    UPDATE {table} SET people = (
        SELECT jsonb_agg(CASE WHEN one ->> 'id' = :patient_id THEN 'null'::jsonb ELSE one END ORDER BY place)
        FROM jsonb_array_elements(people) WITH ORDINALITY AS each (one, place)
    ) WHERE {held}
"""
"""Places stay, so that the numbers of others and what is counted stay right."""


async def take_away_uploaded(session: AsyncSession, patient_id: str) -> int:
    """Take a patient's rows out of uploads and jobs; how many rows of tables that changed."""
    given, changed = {"patient_id": patient_id}, 0
    await session.execute(text(_LOCK_JOBS), given)
    for table, held in HELD.items():
        delete = f"DELETE FROM {table} WHERE {held}"
        statement = _EMPTY_PLACES.format(table=table, held=held) if held is IN_PEOPLE else delete
        changed += len((await session.execute(text(f"{statement} RETURNING 1"), given)).all())
    return changed
