"""GET /: the worklist. POST /: those whose id contains a text."""

from datetime import UTC, date, datetime
from pathlib import Path

from fastapi import APIRouter, Request, Response

from app.domain.errors import InvalidInputError, InvalidParameterError, ParameterIssue
from app.domain.ids import is_patient_id
from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.faces.http.forms import FieldsDep
from app.faces.http.pages.rendering import Pages
from app.faces.pages.worklist.addresses import read_question
from app.faces.pages.worklist.view import lines_view, page_view
from app.usecases.worklist.service import patients_found, worklist_page

PAGES = Pages(Path(__file__).parent / "templates")
router = APIRouter(include_in_schema=False)

_MOST_SEARCHED = 200


@router.get("/")
async def worklist(request: Request, database: DatabaseDep, registry: RegistryDep) -> Response:
    """The page that everything is reached from."""
    question, today = read_question(request.query_params), _today()
    page = await worklist_page(database, question, today)
    if question.filter.model not in {None, *page.models, *(one.model.name for one in registry.defaults())}:
        raise InvalidParameterError(ParameterIssue("model", "query", "is not a model of this list"))
    return PAGES.page("worklist.html", **page_view(page, question, registry, today))


@router.post("/")
async def search(database: DatabaseDep, registry: RegistryDep, fields: FieldsDep) -> Response:
    """Patients whose id contains the text; sent as a form, since an address is kept in histories and logs."""
    text = fields.get("patient", "")
    if len(text) > _MOST_SEARCHED:
        raise InvalidInputError.at("/patient", "is too long")
    text, today = text.strip(), _today()
    page = await patients_found(database, text, today)
    is_new = is_patient_id(text) and all(line.row.patient_id != text for line in page.lines)
    return PAGES.page("found.html", search=text, is_new=is_new, **lines_view(page, registry, today))


def _today() -> date:
    return datetime.now(UTC).date()
