"""A model's card: JSON for programs, Markdown for whoever keeps it, a page for people."""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.engine.hosting import Hosted
from app.http.accepting import weights_of
from app.http.described import OBJECT, success, text
from app.http.pages.rendering import Pages
from app.http.pages.wanted import wants_page
from app.http.problems import NotFoundError, documented
from app.models.endpoints import HostedDep

router = APIRouter(prefix="/models", tags=["models"])

_PAGES = Pages(Path(__file__).parent / "templates")
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
    responses=documented(401, 404, 422) | success("The card.", _KINDS),
)
def card(hosted: HostedDep, request: Request) -> Response:
    """Say what a model is good for, how well it does, and where not to trust it: JSON, Markdown or a page."""
    try:
        markdown, told = card_of(hosted)
    except FileNotFoundError:
        raise NotFoundError("This model has no card.") from None
    headers = {"Vary": "Accept"}
    if _MARKDOWN in weights_of(request.headers.get("accept", "")):
        return PlainTextResponse(markdown, media_type=_MARKDOWN, headers=headers)
    if wants_page(request):
        return _PAGES.page("card.html", title=hosted.model.schema.model.title, card=_html(markdown))
    return JSONResponse(told, headers=headers)


def card_of(hosted: Hosted) -> tuple[str, Any]:
    """The card as Markdown and as JSON.

    Raises:
        FileNotFoundError: the model has none.
    """
    folder = hosted.model.folder
    markdown = (folder / "card.md").read_text(encoding="utf-8")
    return markdown, json.loads((folder / "card.json").read_text(encoding="utf-8"))


def _html(markdown: str) -> Markup:
    """Without its figures, which are files beside it, and without HTML of its own."""
    lines = (line for line in markdown.splitlines() if not line.startswith("!["))
    page = MarkdownIt("commonmark", {"html": False}).enable("table").render("\n".join(lines))
    return Markup(page.replace("<th></th>", "<td></td>"))  # a heading of nothing is none
