"""GET /: the patients seen lately, and a search by id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response

from app.engine.hosting import Hosting
from app.feedback.reasons import Verdict
from app.feedback.repository import standing
from app.http.dependencies import DatabaseDep, HostingDep
from app.patients.page import PAGES
from app.patients.repository import Recorded, RecordReader
from app.patients.views.history import outcome_text
from app.storage.tables import AnswerRow

router = APIRouter(include_in_schema=False)

MOST_PATIENTS = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """One patient's line."""

    patient_id: str
    at: datetime
    model: str
    risk: float
    is_high: bool
    place: float
    threshold: float
    outcome: str
    said: str


@router.get("/")
async def lately(database: DatabaseDep, hosting: HostingDep) -> Response:
    """The page that everything is reached from."""
    async with database.transaction() as session:
        found = await RecordReader(session).lately(MOST_PATIENTS)
    return _page(found, hosting, "")


@router.post("/")
async def search(
    database: DatabaseDep, hosting: HostingDep, patient: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Patients whose id contains the text; sent as a form, since an address is kept in histories and logs."""
    text = patient.strip()
    async with database.transaction() as session:
        reader = RecordReader(session)
        found = await (reader.called(text, MOST_PATIENTS) if text else reader.lately(MOST_PATIENTS))
    return _page(found, hosting, text)


def _page(found: Recorded, hosting: Hosting, text: str) -> Response:
    titles = {one.model.name: one.model.schema.model.title for one in hosting}
    seen = [_seen(found, row, titles.get(row.prediction.model_name)) for row in found.answers]
    return PAGES.page("lately.html", seen=seen, search=text, can_be_id=_can_be_id(text))


def _seen(found: Recorded, row: AnswerRow, title: str | None) -> Seen:
    prediction = row.prediction
    return Seen(
        patient_id=row.patient_id,
        at=row.created_at,
        model=title or prediction.model_name,
        risk=prediction.risk,
        is_high=prediction.risk > prediction.threshold,
        place=round(100 * prediction.risk, 2),
        threshold=round(100 * prediction.threshold, 2),
        outcome=outcome_text(row),
        said=_said(found, row),
    )


def _said(found: Recorded, row: AnswerRow) -> str:
    stands = standing(found.verdicts)
    mine = [(one.rank, stands[one.id].verdict) for one in row.counterfactuals if one.id in stands]
    accepted = [rank for rank, verdict in mine if verdict == Verdict.ACCEPTED]
    declined = sum(verdict == Verdict.DECLINED for _, verdict in mine)
    if accepted:
        return f"option {', '.join(map(str, accepted))} accepted"
    if declined:
        return "all declined" if declined == len(row.counterfactuals) else f"{declined} declined"
    return "no feedback yet" if row.counterfactuals else ""


def _can_be_id(text: str) -> bool:
    return 0 < len(text) <= 64 and all(c.isascii() and (c.isalnum() or c in "._-") for c in text)
