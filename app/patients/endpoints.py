"""A patient's recorded answers as JSON, in pages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from app.counterfactuals.recorded import as_answer
from app.counterfactuals.repository import AnswerRepository
from app.counterfactuals.schemas import CounterfactualsAnswer
from app.http.dependencies import DatabaseDep
from app.http.problems import NotFoundError, documented
from app.http.replies import json_reply

router = APIRouter(prefix="/patients", tags=["patients"])


class InterventionsPage(BaseModel):
    """One page of a patient's answers, newest first."""

    patient_id: str
    answers: list[CounterfactualsAnswer]
    next: UUID | None = Field(
        description="Pass it as `before` for the next, older page; null on the last one."
    )


@router.get(
    "/{patient_id}/interventions", response_model=InterventionsPage, responses=documented(401, 404, 422, 503)
)
async def interventions(
    patient_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")],
    database: DatabaseDep,
    before: Annotated[UUID | None, Query(description="The cursor `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """List what was suggested for a patient, newest first."""
    async with database.transaction() as session:
        repository = AnswerRepository(session)
        rows = await repository.of_patient(patient_id, before, limit + 1)
        if not rows and not await repository.knows_patient(patient_id):
            raise NotFoundError("There is no patient with this id.")
        answers = [as_answer(row) for row in rows[:limit]]
    more = answers[-1].id if len(rows) > limit else None
    return json_reply(InterventionsPage(patient_id=patient_id, answers=answers, next=more))
