"""Who asks, and for what: a browser, htmx on one of our pages, or a program (RFC 9110, section 12.5.1)."""

from collections.abc import Iterable

from starlette._utils import get_route_path
from starlette.requests import HTTPConnection

from app.fhir.form import MEDIA_TYPE as FHIR
from app.parsing.numbers import NumberError, read_number

JSON, PAGE, MARKDOWN = "application/json", "text/html", "text/markdown"
_PROGRAMS = (JSON, "application/*", FHIR)
_MOST_CHARACTERS, _MOST_ENTRIES = 1_000, 50
"""Of a header; browsers send a fifth of it."""
_ANYTHING = "*/*"
_CDS = "/cds-services"


def weights_of(accept: str) -> dict[str, float]:
    """Media types in lower case, in the header's order, by weight; without those whose weight cannot be read.

    A header longer than any that is meant is not read, and taken for one that accepts anything.
    """
    if len(accept) > _MOST_CHARACTERS or accept.count(",") >= _MOST_ENTRIES:
        return {_ANYTHING: 1.0}
    weighed = (_weighed(part) for part in accept.split(",") if part.strip())
    return {name: weight for name, weight in weighed if weight is not None}


def _weighed(part: str) -> tuple[str, float | None]:
    name, *parameters = (word.strip() for word in part.lower().split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                weight = read_number(parameter[2:])
                return name, weight if 0 <= weight <= 1 else None
            except NumberError:
                return name, None
    return name, 1.0


def is_fragment(request: HTTPConnection) -> bool:
    """Whether htmx asks, which puts what it gets into the page it is on."""
    return request.headers.get("hx-request") == "true"


def wants_page(request: HTTPConnection) -> bool:
    """Whether HTML is preferred over JSON; a bare `*/*` is a program's. CDS services have no pages."""
    if is_of_cds(request):
        return False
    weights = _weights(request)
    page = weights.get(PAGE, 0.0)
    return is_fragment(request) or page > max(weights.get(name, 0.0) for name in _PROGRAMS)


def is_of_cds(request: HTTPConnection) -> bool:
    """Whether a CDS service is called, whose errors are in FHIR whatever is accepted."""
    path = get_route_path(request.scope) if "path" in request.scope else ""
    return path == _CDS or path.startswith(f"{_CDS}/")


def wants_fhir(request: HTTPConnection) -> bool:
    """Whether FHIR is asked for by name, and not less than our own JSON, which is the default."""
    return not wants_page(request) and _prefers_fhir(request, JSON)


def wants_outcome(request: HTTPConnection) -> bool:
    """Whether an error is to be told in FHIR: to whom wants that, unless problem documents do as well."""
    return is_of_cds(request) or (wants_fhir(request) and _prefers_fhir(request, "application/problem+json"))


def accepts(request: HTTPConnection, media_type: str) -> bool:
    """Whether a media type is accepted: by name, by its kind or as anything; all are without a header."""
    weights = _weights(request)
    kind = f"{media_type.partition('/')[0]}/*"
    named = next((name for name in (media_type, kind, _ANYTHING) if name in weights), None)
    return not weights or (named is not None and weights[named] > 0)


def names_any(request: HTTPConnection, media_types: Iterable[str]) -> bool:
    """Whether one of these media types is asked for by name."""
    weights = _weights(request)
    return any(weights.get(one, 0.0) > 0 for one in media_types)


def wants_markdown(request: HTTPConnection) -> bool:
    """Whether Markdown is asked for by name, and neither JSON nor a page more."""
    weights = _weights(request)
    markdown = weights.get(MARKDOWN, 0.0)
    return markdown > 0 and markdown >= max(weights.get(name, 0.0) for name in (PAGE, JSON))


def _prefers_fhir(request: HTTPConnection, other: str) -> bool:
    weights = _weights(request)
    return weights.get(FHIR, 0.0) > weights.get(other, 0.0)


def _weights(request: HTTPConnection) -> dict[str, float]:
    return weights_of(request.headers.get("accept", ""))
