"""GET /: the patients seen lately, and a search by id."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from app.domain.certainty import Certainty
from app.domain.errors import InvalidInputError
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.domain.wording import inline
from app.engine.registry import ModelRegistry
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.forms import FieldsDep
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.certainty import Standing, standing_of
from app.faces.pages.patient.views.history import outcome_text
from app.faces.pages.patient.views.names import recorded_name
from app.storage.database import Database
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow
from app.usecases.feedback.reasons import Verdict
from app.usecases.record.recent import recent_answers
from app.usecases.record.repository import RequestedAnswer

router = APIRouter(include_in_schema=False)

_MOST_SEARCHED = 200


@dataclass(frozen=True, slots=True)
class RecentPatient:
    """The line of one patient and model."""

    patient_id: str
    answer_id: UUID
    at: datetime
    model: str
    risk: float
    standing: Standing
    is_low: bool
    place: float
    threshold: float
    outcome: str
    feedback: str


@router.get("/")
async def recent(database: DatabaseDep, registry: RegistryDep) -> Response:
    """The page that everything is reached from."""
    return await _page(database, registry, "")


@router.post("/")
async def search(database: DatabaseDep, registry: RegistryDep, fields: FieldsDep) -> Response:
    """Patients whose id contains the text; sent as a form, since an address is kept in histories and logs."""
    text = fields.get("patient", "")
    if len(text) > _MOST_SEARCHED:
        raise InvalidInputError.at("/patient", "is too long")
    return await _page(database, registry, text.strip())


async def _page(database: Database, registry: ModelRegistry, text: str) -> Response:
    answers, verdicts = await recent_answers(database, text)
    titles = {one.model.name: one.model.schema.model.title for one in registry.newest()}
    patients = [
        recent_patient(requested, verdicts, titles.get(requested.answer.prediction.model_name))
        for requested in answers
    ]
    is_new = _is_id(text) and all(patient.patient_id != text for patient in patients)
    any_low = any(patient.is_low for patient in patients)
    return PAGES.page("recent.html", patients=patients, search=text, is_new=is_new, any_low=any_low)


def _is_id(text: str) -> bool:
    return len(text) <= PATIENT_ID_LENGTH and re.fullmatch(PATIENT_ID, text) is not None


def recent_patient(
    requested: RequestedAnswer, verdicts: Mapping[UUID, FeedbackRow], title: str | None
) -> RecentPatient:
    """The line of what was asked for last about a patient."""
    row, prediction = requested.answer, requested.answer.prediction
    return RecentPatient(
        patient_id=row.patient_id,
        answer_id=row.id,
        at=requested.at,
        model=title or prediction.model_name,
        risk=prediction.risk,
        standing=standing_of(prediction.risk, _certainty(row), prediction.threshold),
        is_low=prediction.risk <= prediction.threshold,
        place=round(100 * prediction.risk, 2),
        threshold=round(100 * prediction.threshold, 2),
        outcome=outcome_text(row),
        feedback=_feedback(row, verdicts),
    )


def _certainty(row: AnswerRow) -> Certainty | None:
    return Certainty(row.prediction.certainty) if row.prediction.certainty else None


def _feedback(row: AnswerRow, verdicts: Mapping[UUID, FeedbackRow]) -> str:
    """What was said about options and improvements."""
    mine = [(recorded_name(one), verdicts[one.id].verdict) for one in row.options if one.id in verdicts]
    accepted = [inline(name) for name, verdict in mine if verdict == Verdict.ACCEPTED]
    declined = sum(verdict == Verdict.DECLINED for _, verdict in mine)
    if accepted:
        return f"{', '.join(accepted)} accepted"
    if declined:
        return "all declined" if declined == len(row.options) else f"{declined} declined"
    return "no feedback yet" if row.options else ""
