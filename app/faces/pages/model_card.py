"""A model's card as a page."""

from pathlib import Path

from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.faces.http.pages.rendering import Pages
from app.faces.pages.drift import DriftView

_PAGES = Pages(Path(__file__).parent / "templates")


def card_page(title: str, markdown: str, drift: DriftView | None = None) -> HTMLResponse:
    """The page; `markdown` is the card as it lies beside the model, `drift` for who may read answers."""
    return _PAGES.page("card.html", title=title, card=_html(markdown), drift=drift)


def _html(markdown: str) -> Markup:
    """Without its figures, which are files beside it, and without HTML of its own."""
    lines = (line for line in markdown.splitlines() if not line.startswith("!["))
    page = MarkdownIt("commonmark", {"html": False}).enable("table").render("\n".join(lines))
    return Markup(page.replace("<th></th>", "<td></td>"))  # a heading of nothing is none
