"""The mock EHR's pages for people."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse

from tests.ehr.launches import Consent

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


def page(template: str, status: int = 200, **content: Any) -> HTMLResponse:
    """A page from a template."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(content), status)


def message_page(message: str, status: int = 200) -> HTMLResponse:
    return page("message.html", status, message=message)


def consent_page(consent: Consent, ticket: str) -> HTMLResponse:
    """Asks the clinician whether an app may have what it wants."""
    return page("consent.html", consent=consent, ticket=ticket)
