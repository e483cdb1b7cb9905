"""Who is asking: a person's browser, htmx on one of our pages, or a program."""

from starlette.requests import HTTPConnection

from app.http.accepting import weights_of

_PAGE, _PROGRAMS = "text/html", ("application/json", "application/*")


def is_fragment(request: HTTPConnection) -> bool:
    """Whether htmx asks, which puts what it gets into the page it is on."""
    return request.headers.get("hx-request") == "true"


def wants_page(request: HTTPConnection) -> bool:
    """Whether HTML is preferred over JSON; a bare `*/*` is a program's."""
    weights = weights_of(request.headers.get("accept", ""))
    page = weights.get(_PAGE, 0.0)
    return is_fragment(request) or page > max(weights.get(name, 0.0) for name in _PROGRAMS)
