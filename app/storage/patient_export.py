"""Reading all that is recorded of a patient, at one moment."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.belongings import BELONGINGS
from app.storage.uploaded_people import HELD, IN_PEOPLE


def _every_row(table: str, mine: str) -> str:
    """A patient's rows of a table as JSON texts; of rows with several people, the patient's own part."""
    if mine == IN_PEOPLE:
        return (
            f"SELECT '{table}', one::text FROM {table}, jsonb_array_elements(people) AS one "
            f"WHERE {mine} AND one ->> 'id' = :patient_id"
        )
    return f"SELECT '{table}', to_jsonb({table})::text FROM {table} WHERE {mine}"


_TABLES = {**BELONGINGS, **HELD}
_EVERYTHING = text(" UNION ALL ".join(_every_row(*each) for each in _TABLES.items()))
"""One statement, so that all of it is of one moment."""


async def rows_of(session: AsyncSession, patient_id: str) -> dict[str, list[str]]:
    """All rows of a patient by table, each as the text of a JSON object of its columns."""
    found: dict[str, list[str]] = {table: [] for table in _TABLES}
    for table, row in await session.execute(_EVERYTHING, {"patient_id": patient_id}):
        found[table].append(row)
    return found
