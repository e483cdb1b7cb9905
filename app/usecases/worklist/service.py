"""A page of the worklist, with what each line tells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.storage.consultation_tables import MeasurementRow, PlanRow, PreferencesRow
from app.storage.database import TenantDatabase
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow
from app.storage.worklist_tables import WorklistRow
from app.usecases.measurements.doubt import is_doubted
from app.usecases.worklist.question import Position, WorklistQuestion
from app.usecases.worklist.repository import WorklistRepository, position_of

PAGE = 50
"""Lines of a page."""
MOST_COUNTED = 1000
"""Beyond that many lines it is not told how many there are."""
_PART_OF_AN_ID = r"[A-Za-z0-9._-]{1,64}"


@dataclass(frozen=True, slots=True)
class Line:
    """A patient and model: what a caller was answered last, the active plan, known result, preferences.

    `is_doubted`: the result did not count for the answer, since a newer one could not be read.
    """

    row: WorklistRow
    answer: AnswerRow
    plan: PlanRow | None
    result: MeasurementRow | None
    preferences: PreferencesRow | None
    is_doubted: bool = False


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """Lines in order. `verdicts` are those that stand on what their answers offer.

    `next` and `previous` are where the list goes on; None at its ends. `count` is how many lines there are in
    all, at most one more than `MOST_COUNTED`. `models` are those by which there are lines.
    """

    lines: Sequence[Line]
    verdicts: Mapping[UUID, FeedbackRow]
    next: Position | None
    previous: Position | None
    count: int
    models: Sequence[str]


async def worklist_page(
    database: TenantDatabase, question: WorklistQuestion, today: date, most: int = PAGE
) -> WorklistPage:
    """One page of at most so many lines; going back beyond the first line gives the first page.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = WorklistRepository(session, today)
        models = await repository.models()
        position = question.position
        rows = await repository.page(models, question.sort, question.filter, position, most + 1)
        if position is not None and position.is_backward and len(rows) <= most:
            position = None
            rows = await repository.page(models, question.sort, question.filter, None, most + 1)
        is_more, rows = len(rows) > most, rows[:most]
        goes_back = position is not None and position.is_backward
        if goes_back:
            rows.reverse()
        is_later, is_earlier = (True, is_more) if goes_back else (is_more, position is not None)
        count = await repository.count(models, question.filter, MOST_COUNTED + 1)
        lines, verdicts = await _told(repository, rows)
        note_access(session, *_shown(rows))
    return WorklistPage(
        lines=lines,
        verdicts=verdicts,
        next=position_of(rows[-1], question.sort, False) if rows and is_later else None,
        previous=position_of(rows[0], question.sort, True) if rows and is_earlier else None,
        count=count,
        models=models,
    )


async def patients_found(database: TenantDatabase, text: str, today: date) -> WorklistPage:
    """Those whose id contains the text, in either case, as one page; a text that no id holds finds nobody.

    Raises:
        RecordError: the database is away.
    """
    if not re.fullmatch(_PART_OF_AN_ID, text):
        return WorklistPage((), {}, None, None, 0, ())
    async with database.transaction() as session:
        repository = WorklistRepository(session, today)
        rows = await repository.search(text, PAGE)
        lines, verdicts = await _told(repository, rows)
        note_access(session, *_shown(rows))
    return WorklistPage(lines, verdicts, None, None, len(lines), ())


def _shown(rows: Sequence[WorklistRow]) -> list[Access]:
    """An event for each patient, so that lists are among what was seen of them; one where there are none."""
    patients = dict.fromkeys(row.patient_id for row in rows)
    return [Access(Action.EXECUTE, Entity.WORKLIST, patient_id) for patient_id in patients or (None,)]


async def _told(
    repository: WorklistRepository, rows: Sequence[WorklistRow]
) -> tuple[list[Line], Mapping[UUID, FeedbackRow]]:
    answers = await repository.answers([row.answer_id for row in rows])
    plans = await repository.plans(row.plan_id for row in rows if row.plan_id is not None)
    results, preferences = await repository.results(rows), await repository.preferences(rows)
    absent = {key for key, result in results.items() if not result.has_outcome}
    unread = await repository.unread(
        [row.answer_id for row in rows if (row.patient_id, row.model_name) in absent]
    )
    lines = [
        Line(
            row,
            answers[row.answer_id],
            plans.get(row.plan_id) if row.plan_id else None,
            result := results.get((row.patient_id, row.model_name)),
            preferences.get((row.patient_id, row.model_name)),
            result is not None and is_doubted(result, unread.get(row.answer_id)),
        )
        for row in rows
    ]
    return lines, await repository.verdicts(answers.values())
