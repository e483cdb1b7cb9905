"""The page of a handout."""

from pathlib import Path

from babel import Locale
from fastapi.responses import HTMLResponse

from app.faces.http.pages.rendering import Pages
from app.faces.http.pages.translation import language, languages
from app.faces.pages.handout.views.handout import handout_view
from app.usecases.handout.service import PlannedHandout

_PAGES = Pages(Path(__file__).parent / "templates")


def handout_page(facts: PlannedHandout, is_unknown_language: bool) -> HTMLResponse:
    """In the language of the context; says so where another one was wanted that there is none of."""
    headers = {"Content-Language": language(), "Vary": "Accept, Accept-Language, HX-Request"}
    names = [(code, Locale.parse(code).get_display_name(code) or code) for code in languages()]
    return _PAGES.page(
        "handout.html",
        headers=headers,
        told=handout_view(facts, language()),
        names=names,
        is_unknown_language=is_unknown_language,
    )
