"""Keeping the worklist true: as a part of what records answers, and after verdicts and plans."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Insert,
    Select,
    SQLColumnExpression,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.certainty import Certainty
from app.storage.consultation_tables import PlanRow
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow, CounterfactualRow, PredictionRow
from app.storage.tenancy import OWN_TENANT
from app.storage.worklist_tables import NO_REVIEW, WorklistRow

_COLUMNS = ("patient_id", "model_name", "answer_id", "asked_at", "risk", "certainty", "is_declined")
_UNCLEAR: ColumnElement[str] = literal_column(f"'{Certainty.UNCLEAR}'")
_DECLINED: ColumnElement[str] = literal_column("'declined'")
"""Constants, not parameters: statements have a parameter for what is recorded, and for nothing else."""


def listed(answer: dict[str, BindParameter[Any]], prediction: dict[str, BindParameter[Any]]) -> Insert:
    """Lists a new answer, unless a what-if asked for it; takes the parameters that record it."""
    given = select(
        answer["patient_id"],
        prediction["model_name"],
        answer["id"],
        func.now(),
        prediction["risk"],
        _known(prediction["certainty"]),
        false(),
    )
    return _newest(given.where(answer["based_on"].is_(None)))


def listed_again(answer_id: ColumnElement[UUID]) -> Insert:
    """Lists an answer that is given again, unless a what-if asked for it."""
    given = select(
        AnswerRow.patient_id,
        PredictionRow.model_name,
        AnswerRow.id,
        func.now(),
        PredictionRow.risk,
        _known(PredictionRow.certainty),
        _all_declined(AnswerRow.id),
    )
    given = given.join(PredictionRow, PredictionRow.id == AnswerRow.prediction_id)
    mine = (AnswerRow.id == answer_id, AnswerRow.tenant == OWN_TENANT)
    return _newest(given.where(*mine, AnswerRow.based_on.is_(None)))


async def note_verdict(session: AsyncSession, patient_id: str, answer_id: UUID) -> None:
    """To be called after a verdict on an option of the answer was added, in the same transaction.

    The row is locked first: of two verdicts at the same time, the second to come must see the other.
    """
    mine = (WorklistRow.patient_id == patient_id, WorklistRow.answer_id == answer_id)
    if (await session.scalar(select(WorklistRow.place).where(*mine).with_for_update())) is not None:
        declined = _all_declined(literal(answer_id))
        await session.execute(update(WorklistRow).where(*mine).values(is_declined=declined))


async def note_plan(session: AsyncSession, plan_id: UUID) -> None:
    """To be called after a plan was added, moved or ended, in the same transaction.

    The line has what is active of the patient and model by now, which may be another plan or none.
    """
    patient_id, model_name = (
        select(column).where(PlanRow.id == plan_id).scalar_subquery()
        for column in (PlanRow.patient_id, PlanRow.model_name)
    )
    active = (
        PlanRow.patient_id == WorklistRow.patient_id,
        PlanRow.model_name == WorklistRow.model_name,
        PlanRow.ended_at.is_(None),
    )
    plan = {
        "plan_id": select(PlanRow.id).where(*active).scalar_subquery(),
        "is_planned": exists().where(*active),
        "review_on": func.coalesce(select(PlanRow.review_on).where(*active).scalar_subquery(), NO_REVIEW),
    }
    mine = (WorklistRow.patient_id == patient_id, WorklistRow.model_name == model_name)
    await session.execute(
        update(WorklistRow).where(*mine).values(plan).execution_options(synchronize_session=False)
    )


def _newest(given: Select[*tuple[Any, ...]]) -> Insert:
    """The line of a patient and model is of what was asked last; its plan and its place stay."""
    statement = insert(WorklistRow).from_select(_COLUMNS, given)
    new: dict[str, ColumnElement[Any]] = {name: statement.excluded[name] for name in _COLUMNS[2:]}
    is_same = WorklistRow.answer_id == statement.excluded.answer_id
    new["is_declined"] = case((is_same, WorklistRow.is_declined), else_=statement.excluded.is_declined)
    return statement.on_conflict_do_update(
        index_elements=[WorklistRow.tenant, WorklistRow.patient_id, WorklistRow.model_name],
        set_=new,
        where=WorklistRow.asked_at <= statement.excluded.asked_at,
    )


def _known(certainty: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    return func.coalesce(certainty, _UNCLEAR)


def _all_declined(answer_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Whether an answer offers something, and each of it has a declining verdict that stands."""
    said, later = aliased(FeedbackRow), aliased(FeedbackRow)
    declined = exists().where(
        said.counterfactual_id == CounterfactualRow.id,
        said.verdict == _DECLINED,
        ~exists().where(later.replaces == said.id),
    )
    offered = exists().where(CounterfactualRow.answer_id == answer_id)
    return offered & ~exists().where(CounterfactualRow.answer_id == answer_id, ~declined)
