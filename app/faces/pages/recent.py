"""GET /: the patients seen lately, and a search by id."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from app.domain.errors import InvalidInputError
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.engine.registry import ModelRegistry
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.forms import FieldsDep
from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.history import outcome_text
from app.storage.database import Database
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow
from app.usecases.feedback.reasons import Verdict
from app.usecases.feedback.repository import current_verdicts
from app.usecases.record.repository import RecordReader, RequestedAnswer

router = APIRouter(include_in_schema=False)

MOST_LINES = 50
_MOST_SEARCHED = 200
_PART_OF_AN_ID = r"[A-Za-z0-9._-]{1,64}"


@dataclass(frozen=True, slots=True)
class Seen:
    """The line of one patient and model."""

    patient_id: str
    answer_id: UUID
    at: datetime
    model: str
    risk: float
    is_high: bool
    place: float
    threshold: float
    outcome: str
    said: str


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
    async with database.transaction() as session:
        reader = RecordReader(session)
        found = await _found(reader, text)
        stands = current_verdicts(await reader.verdicts([one.answer for one in found]))
    titles = {one.model.name: one.model.schema.model.title for one in registry}
    seen = [_seen(one, stands, titles.get(one.answer.prediction.model_name)) for one in found]
    is_new = _is_id(text) and all(one.patient_id != text for one in seen)
    return PAGES.page("lately.html", seen=seen, search=text, is_new=is_new)


async def _found(reader: RecordReader, text: str) -> Sequence[RequestedAnswer]:
    if not text:
        return await reader.recent(MOST_LINES)
    return await reader.search_by_id(text, MOST_LINES) if re.fullmatch(_PART_OF_AN_ID, text) else ()


def _is_id(text: str) -> bool:
    return len(text) <= PATIENT_ID_LENGTH and re.fullmatch(PATIENT_ID, text) is not None


def _seen(sent: RequestedAnswer, stands: Mapping[UUID, FeedbackRow], title: str | None) -> Seen:
    row, prediction = sent.answer, sent.answer.prediction
    return Seen(
        patient_id=row.patient_id,
        answer_id=row.id,
        at=sent.at,
        model=title or prediction.model_name,
        risk=prediction.risk,
        is_high=prediction.risk > prediction.threshold,
        place=round(100 * prediction.risk, 2),
        threshold=round(100 * prediction.threshold, 2),
        outcome=outcome_text(row),
        said=_said(row, stands),
    )


def _said(row: AnswerRow, stands: Mapping[UUID, FeedbackRow]) -> str:
    mine = [(one.rank, stands[one.id].verdict) for one in row.counterfactuals if one.id in stands]
    accepted = [rank for rank, verdict in mine if verdict == Verdict.ACCEPTED]
    declined = sum(verdict == Verdict.DECLINED for _, verdict in mine)
    if accepted:
        return f"option {', '.join(map(str, accepted))} accepted"
    if declined:
        return "all declined" if declined == len(row.counterfactuals) else f"{declined} declined"
    return "no feedback yet" if row.counterfactuals else ""
