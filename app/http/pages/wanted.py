"""Who is asking: a person's browser, htmx on one of our pages, or a program."""

from starlette.requests import HTTPConnection

_PAGE, _PROGRAMS = "text/html", ("application/json", "application/*")


def is_fragment(request: HTTPConnection) -> bool:
    """Whether htmx asks, which puts what it gets into the page it is on."""
    return request.headers.get("hx-request") == "true"


def wants_page(request: HTTPConnection) -> bool:
    """Whether HTML is preferred over JSON (RFC 9110, section 12.5.1); a bare `*/*` is a program's."""
    weights = dict(_weighed(part) for part in request.headers.get("accept", "").split(","))
    page = weights.get(_PAGE, 0.0)
    return is_fragment(request) or page > max(weights.get(name, 0.0) for name in _PROGRAMS)


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip() for word in part.lower().split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0
