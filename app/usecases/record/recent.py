"""The patients asked about of late, and a search by id."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from app.storage.database import Database
from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.repository import current_verdicts
from app.usecases.record.repository import RecordReader, RequestedAnswer

MOST_ANSWERS = 50
_PART_OF_AN_ID = r"[A-Za-z0-9._-]{1,64}"


async def recent_answers(
    database: Database, text: str
) -> tuple[Sequence[RequestedAnswer], Mapping[UUID, FeedbackRow]]:
    """What was asked for last of each patient and model, newest first, and the verdicts that stand on it.

    With a text, of patients whose id contains it, in either case.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        reader = RecordReader(session)
        answers = await _answers(reader, text)
        verdicts = current_verdicts(await reader.verdicts([requested.answer for requested in answers]))
    return answers, verdicts


async def _answers(reader: RecordReader, text: str) -> Sequence[RequestedAnswer]:
    if not text:
        return await reader.recent(MOST_ANSWERS)
    if re.fullmatch(_PART_OF_AN_ID, text):
        return await reader.search_by_id(text, MOST_ANSWERS)
    return ()
