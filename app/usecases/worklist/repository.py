"""Reading the worklist: each page is so many reads of an index, however many patients there are.

The indexes begin with what lines have in common (model, certainty, whether planned, whether declined) and go
on with one order each. A filter leaves some of those combinations, a dozen for each model at most. From each
the next lines in order are read, and the first of all of them make the page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Join,
    SQLColumnExpression,
    Subquery,
    and_,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload, load_only, selectinload
from sqlalchemy.types import Boolean, Text

from app.domain.certainty import Certainty
from app.ingest.fhir.reasons import NotUsedReason
from app.storage.consultation_tables import MeasurementRow, PlanRow, PreferencesRow
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow, CounterfactualRow, PredictionRow
from app.storage.worklist_tables import WorklistRow
from app.usecases.feedback.repository import FeedbackRepository, current_verdicts
from app.usecases.worklist.question import PlanState, Position, Sort, SortKey, WorklistFilter

_KEYS: dict[
    Sort, InstrumentedAttribute[datetime] | InstrumentedAttribute[float] | InstrumentedAttribute[date]
] = {
    Sort.SEEN: WorklistRow.asked_at,
    Sort.RISK: WorklistRow.risk,
    Sort.REVIEW: WorklistRow.review_on,
}
_RISING = {Sort.REVIEW}
_LATER = aliased(MeasurementRow)


class WorklistRepository:
    """Reads, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession, today: date) -> None:
        self._session = session
        self._today = today

    async def models(self) -> list[str]:
        """The models by which there are lines, hosted or not: one read of an index for each."""
        first = select(func.min(WorklistRow.model_name).label("name")).cte("models", recursive=True)
        later = select(func.min(WorklistRow.model_name)).where(WorklistRow.model_name > first.c.name)
        names = first.union_all(
            select(later.scalar_subquery()).select_from(first).where(first.c.name.is_not(None))
        )
        return [name for name in await self._session.scalars(select(names.c.name)) if name is not None]

    async def page(
        self, models: Sequence[str], sort: Sort, wanted: WorklistFilter, position: Position | None, lines: int
    ) -> list[WorklistRow]:
        """At most so many lines from a position on, in the direction that it looks in."""
        key, is_rising = _KEYS[sort], (sort in _RISING) is not (position is not None and position.is_backward)
        facets = _facets(models, wanted)
        own = select(WorklistRow).where(_is_of(facets), *self._ranges(wanted))
        if position is not None:
            here = tuple_(literal(position.key, key.type), literal(position.place, WorklistRow.place.type))
            there = tuple_(key, WorklistRow.place)
            own = own.where(there > here if is_rising else there < here)
        nearest = own.order_by(*_order((key, WorklistRow.place), is_rising)).limit(lines).lateral("nearest")
        line = aliased(WorklistRow, nearest)
        first = select(line).select_from(facets.all.join(nearest, true()))
        first = first.order_by(*_order((nearest.c[key.key], nearest.c.place), is_rising)).limit(lines)
        return list(await self._session.scalars(first))

    async def count(self, models: Sequence[str], wanted: WorklistFilter, most: int) -> int:
        """How many lines there are, up to `most`."""
        facets = _facets(models, wanted)
        some = select(literal(1)).select_from(
            facets.all.join(WorklistRow, and_(_is_of(facets), *self._ranges(wanted)))
        )
        return await self._session.scalar(select(func.count()).select_from(some.limit(most).subquery())) or 0

    async def search(self, part: str, lines: int) -> list[WorklistRow]:
        """Lines of patients whose id contains the text, in either case, those seen last first."""
        found = select(WorklistRow).where(WorklistRow.patient_id.icontains(part, autoescape=True))
        found = found.order_by(WorklistRow.asked_at.desc(), WorklistRow.place.desc()).limit(lines)
        return list(await self._session.scalars(found))

    async def answers(self, ids: Sequence[UUID]) -> dict[UUID, AnswerRow]:
        """Of answers what a line tells; the rest of them is not loaded."""
        statement = (
            select(AnswerRow)
            .where(AnswerRow.id.in_(ids))
            .options(
                load_only(AnswerRow.status, AnswerRow.target, AnswerRow.no_improvement, raiseload=True),
                joinedload(AnswerRow.prediction).load_only(
                    PredictionRow.risk, PredictionRow.threshold, PredictionRow.certainty, raiseload=True
                ),
                selectinload(AnswerRow.options).load_only(
                    CounterfactualRow.answer_id,
                    CounterfactualRow.kind,
                    CounterfactualRow.rank,
                    CounterfactualRow.fragile,
                    raiseload=True,
                ),
            )
        )
        return {row.id: row for row in await self._session.scalars(statement)}

    async def unread(self, ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """Of answers those for which no result counted, as a newer one could not be read; and of when."""
        if not ids:
            return {}
        unread = AnswerRow.not_used.contains([{"reason": NotUsedReason.NEWER_NOT_READ.value}])
        nothing = func.coalesce(func.jsonb_typeof(AnswerRow.measured_outcome), "null") == "null"
        found = select(AnswerRow.id, AnswerRow.created_at).where(AnswerRow.id.in_(ids), unread, nothing)
        return {row.id: row.created_at for row in await self._session.execute(found)}

    async def verdicts(self, answers: Iterable[AnswerRow]) -> dict[UUID, FeedbackRow]:
        """The verdict that stands on each thing that the answers offer."""
        offered = [option.id for answer in answers for option in answer.options]
        return current_verdicts(await FeedbackRepository(self._session).of(offered))

    async def plans(self, ids: Iterable[UUID]) -> dict[UUID, PlanRow]:
        """Plans, by what a line tells of them: their names."""
        statement = select(PlanRow).where(PlanRow.id.in_(list(ids)))
        named = statement.options(load_only(PlanRow.name, raiseload=True))
        return {row.id: row for row in await self._session.scalars(named)}

    async def results(self, rows: Sequence[WorklistRow]) -> dict[tuple[str, str], MeasurementRow]:
        """The result that is known of each patient and model, where there is one that was not withdrawn."""
        mine = tuple_(MeasurementRow.patient_id, MeasurementRow.model_name)
        latest = (
            select(MeasurementRow)
            .where(mine.in_([(row.patient_id, row.model_name) for row in rows]))
            .where(~MeasurementRow.is_withdrawn, ~exists().where(_LATER.replaces == MeasurementRow.id))
            .ext(distinct_on(MeasurementRow.patient_id, MeasurementRow.model_name))
            .order_by(
                MeasurementRow.patient_id,
                MeasurementRow.model_name,
                MeasurementRow.measured_on.desc(),
                MeasurementRow.id.desc(),
            )
        )
        return {(row.patient_id, row.model_name): row for row in await self._session.scalars(latest)}

    async def preferences(self, rows: Sequence[WorklistRow]) -> dict[tuple[str, str], PreferencesRow]:
        """What was said last of what each patient can or will not do, by patient and model."""
        mine = tuple_(PreferencesRow.patient_id, PreferencesRow.model_name)
        newest = (
            select(PreferencesRow)
            .where(mine.in_([(row.patient_id, row.model_name) for row in rows]))
            .ext(distinct_on(PreferencesRow.patient_id, PreferencesRow.model_name))
            .order_by(PreferencesRow.patient_id, PreferencesRow.model_name, PreferencesRow.id.desc())
        )
        return {(row.patient_id, row.model_name): row for row in await self._session.scalars(newest)}

    def _ranges(self, wanted: WorklistFilter) -> list[ColumnElement[bool]]:
        ranges = []
        if wanted.plan is PlanState.DUE:
            ranges.append(WorklistRow.review_on <= self._today)
        if wanted.since is not None:
            ranges.append(WorklistRow.asked_at >= datetime.combine(wanted.since, time.min, UTC))
        return ranges


def position_of(row: WorklistRow, sort: Sort, is_backward: bool) -> Position:
    """The place of a line, to go on from in a direction."""
    key: SortKey = getattr(row, _KEYS[sort].key)
    return Position(sort, key, row.place, is_backward)


@dataclass(frozen=True, slots=True)
class _Facets:
    """The combinations that a filter leaves: a table of each column, and all of them crossed."""

    model: Subquery
    certainty: Subquery
    planned: Subquery
    declined: Subquery

    @property
    def all(self) -> Join:
        return self.model.join(self.certainty, true()).join(self.planned, true()).join(self.declined, true())


def _facets(models: Sequence[str], wanted: WorklistFilter) -> _Facets:
    either = [False, True]
    planned = either if wanted.plan is None else [wanted.plan is not PlanState.NONE]
    return _Facets(
        _table("of_model", [one for one in models if wanted.model in (None, one)], Text()),
        _table("of_certainty", [wanted.certainty] if wanted.certainty else list(Certainty), Text()),
        _table("of_planned", planned, Boolean()),
        _table("of_declined", [True] if wanted.is_declined else either, Boolean()),
    )


def _table(name: str, values: Sequence[object], kind: Text | Boolean) -> Subquery:
    return select(func.unnest(literal(list(values), ARRAY(kind))).label("value")).subquery(name)


def _is_of(facets: _Facets) -> ColumnElement[bool]:
    return and_(
        WorklistRow.model_name == facets.model.c.value,
        WorklistRow.certainty == facets.certainty.c.value,
        WorklistRow.is_planned == facets.planned.c.value,
        WorklistRow.is_declined == facets.declined.c.value,
    )


def _order(columns: Sequence[SQLColumnExpression[Any]], is_rising: bool) -> list[ColumnElement[Any]]:
    return [column.asc() if is_rising else column.desc() for column in columns]
