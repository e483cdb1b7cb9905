"""Prefetch: the queries of a CDS service, filled in for an open chart and answered from the records."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.ehr.fhir_json import searchset
from tests.ehr.search import Query
from tests.ehr.state import MockEhr

Json = dict[str, Any]


class TemplateError(ValueError):
    """A query template that this client cannot fill in."""


def prefetched(ehr: MockEhr, templates: Mapping[str, str], context: Mapping[str, str]) -> Json:
    """What each query finds, by its key; None where a resource that it names is not there.

    Raises:
        TemplateError: a template has a token that is not in the context.
        SearchError: a query searches what the FHIR server does not.
    """
    return {key: _found(ehr, _filled(template, context)) for key, template in templates.items()}


def _filled(template: str, context: Mapping[str, str]) -> str:
    for name, value in context.items():
        template = template.replace("{{context." + name + "}}", value)
    template = template.replace("{{userPractitionerId}}", context["userId"].removeprefix("Practitioner/"))
    if "{{" in template:
        raise TemplateError("a template has a token that this client does not know")
    return template


def _found(ehr: MockEhr, query: str) -> Json | None:
    path, _, asked = query.partition("?")
    if "/" in path:
        return ehr.read(*path.split("/", 1))
    search = Query.of(path, parse_qsl(asked, keep_blank_values=True))
    found = search.found_in(ehr.resources)
    shown = found[: ehr.page if search.count is None else search.count]
    return searchset(
        ehr.fhir_base, shown, len(found), [{"relation": "self", "url": f"{ehr.fhir_base}/{query}"}]
    )
