"""Who asks, and for what: a browser, htmx on one of our pages, or a program (RFC 9110, section 12.5.1)."""

from starlette._utils import get_route_path
from starlette.requests import HTTPConnection

from app.fhir.form import MEDIA_TYPE as FHIR
from app.parsing.numbers import NumberError, read_number

_PAGE, _PROGRAMS = "text/html", ("application/json", "application/*", FHIR)
_MOST_CHARACTERS, _MOST_ENTRIES = 1_000, 50
"""Of a header; browsers send a fifth of it."""
_ANYTHING = "*/*"
_CDS = "/cds-services"


def weights_of(accept: str) -> dict[str, float]:
    """Media types in lower case, in the header's order, each with its weight: 0 if that cannot be read.

    A header longer than any that is meant is not read, and taken for one that accepts anything.
    """
    if len(accept) > _MOST_CHARACTERS or accept.count(",") >= _MOST_ENTRIES:
        return {_ANYTHING: 1.0}
    return dict(_weighed(part) for part in accept.split(",") if part.strip())


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip() for word in part.lower().split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                weight = read_number(parameter[2:])
                return name, weight if 0 <= weight <= 1 else 0.0
            except NumberError:
                return name, 0.0
    return name, 1.0


def is_fragment(request: HTTPConnection) -> bool:
    """Whether htmx asks, which puts what it gets into the page it is on."""
    return request.headers.get("hx-request") == "true"


def wants_page(request: HTTPConnection) -> bool:
    """Whether HTML is preferred over JSON; a bare `*/*` is a program's. CDS services have no pages."""
    if is_of_cds(request):
        return False
    weights = weights_of(request.headers.get("accept", ""))
    page = weights.get(_PAGE, 0.0)
    return is_fragment(request) or page > max(weights.get(name, 0.0) for name in _PROGRAMS)


def is_of_cds(request: HTTPConnection) -> bool:
    """Whether a CDS service is called, whose errors are in FHIR whatever is accepted."""
    path = get_route_path(request.scope) if "path" in request.scope else ""
    return path == _CDS or path.startswith(f"{_CDS}/")


def wants_fhir(request: HTTPConnection) -> bool:
    """Whether FHIR is asked for by name, and not less than our own JSON, which is the default."""
    return not wants_page(request) and _prefers_fhir(request, "application/json")


def wants_outcome(request: HTTPConnection) -> bool:
    """Whether an error is to be told in FHIR: to whom wants that, unless problem documents do as well."""
    return is_of_cds(request) or (wants_fhir(request) and _prefers_fhir(request, "application/problem+json"))


def _prefers_fhir(request: HTTPConnection, other: str) -> bool:
    weights = weights_of(request.headers.get("accept", ""))
    return weights.get(FHIR, 0.0) > weights.get(other, 0.0)
