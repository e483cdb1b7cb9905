"""What went wrong, as a page for a person or a notice on the page they are on."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import HTMLResponse
from starlette.requests import HTTPConnection

from app.domain.ids import RequestIds
from app.faces.http.issues import FaultOut
from app.faces.http.negotiation import is_fragment
from app.faces.http.pages.rendering import Pages

_PAGES = Pages()
RETRY = {"Retry-After": "5"}
"""Seconds after which what passes by itself may have passed."""
_TITLES = {
    401: "Please sign in",
    403: "This is not open to you",
    404: "There is nothing here",
    409: "Something changed meanwhile",
    422: "This cannot be read",
    500: "This did not work",
    503: "Not just now",
}
_NOTICE = {"HX-Retarget": "#notice", "HX-Reselect": ".notice", "HX-Reswap": "innerHTML show:window:top"}
"""Where htmx puts it: above what the person was doing, which stays as it is."""


def error_page(
    request: HTTPConnection, status: int, detail: str, faults: Sequence[FaultOut] = ()
) -> HTMLResponse:
    """The page, or for htmx the notice."""
    ids: RequestIds | None = request.scope.get("state", {}).get("ids")
    context: dict[str, Any] = {
        "title": _TITLES.get(status, HTTPStatus(status).phrase),
        "detail": detail,
        "faults": faults,
        "sent_something": request.scope.get("method") == "POST",
        "code": status,
        "logged_as": ids.ours if status == 500 and ids else None,
    }
    headers = RETRY if status == 503 else {}
    if is_fragment(request):
        return _PAGES.page("notice.html", status, headers | _NOTICE, **context)
    return _PAGES.page("error.html", status, headers, **context)
