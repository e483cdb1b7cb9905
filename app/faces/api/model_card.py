"""A model's card: JSON for programs, Markdown for whoever keeps it, a page for people."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from app.domain.errors import NotFoundError
from app.engine.registry import ServedModel
from app.faces.api.models import ServedModelDep
from app.faces.http.described import OBJECT, success, text
from app.faces.http.negotiation import wants_page, weights_of
from app.faces.http.problems import problem_responses
from app.faces.pages.model_card import card_page

router = APIRouter(prefix="/models", tags=["models"])

_MARKDOWN = "text/markdown"
_KINDS = {
    "application/json": OBJECT,
    _MARKDOWN: text("The card as its keepers edit it."),
    "text/html": text("A page."),
}


@router.get(
    "/{name}/card",
    operation_id="getModelCard",
    response_class=Response,
    responses=problem_responses(401, 404, 422) | success("The card.", _KINDS),
)
def card(served: ServedModelDep, request: Request) -> Response:
    """Say what a model is good for, how well it does, and where not to trust it: JSON, Markdown or a page."""
    try:
        markdown, card = card_of(served)
    except FileNotFoundError:
        raise NotFoundError("This model has no card.") from None
    headers = {"Vary": "Accept"}
    if _MARKDOWN in weights_of(request.headers.get("accept", "")):
        return PlainTextResponse(markdown, media_type=_MARKDOWN, headers=headers)
    if wants_page(request):
        return card_page(served.model.schema.model.title, markdown)
    return JSONResponse(card, headers=headers)


def card_of(served: ServedModel) -> tuple[str, Any]:
    """The card as Markdown and as JSON.

    Raises:
        FileNotFoundError: the model has none.
    """
    folder = served.model.folder
    markdown = (folder / "card.md").read_text(encoding="utf-8")
    return markdown, json.loads((folder / "card.json").read_text(encoding="utf-8"))
