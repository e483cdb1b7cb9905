"""The rules of CDS Hooks for what a service says, and those of public test kits, as functions of the JSON."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.fhir.validation import faults_of

Json = dict[str, Any]
INDICATORS, BEHAVIOURS, LINKS = ("info", "warning", "critical"), ("at-most-one", "any"), ("absolute", "smart")
TEMPLATE = "{{context.patientId}}"


def broken_in_cards(response: Json) -> list[str]:
    """What is not as it should be in the answer of a service; nothing where all is."""
    cards = response.get("cards")
    if not isinstance(cards, list):
        return ["cards is no list"]
    return [*_extra(response, {"cards", "systemActions"}), *(one for card in cards for one in _card(card))]


def broken_in_discovery(response: Json) -> list[str]:
    """The same of a discovery."""
    services = response.get("services")
    if not isinstance(services, list):
        return ["services is no list"]
    return [*_extra(response, {"services"}), *(one for service in services for one in _service(service))]


def _card(card: Json) -> Iterator[str]:
    yield from _empty(card)
    yield from _extra(
        card,
        {"uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior"}
        | {"overrideReasons", "links"},
    )
    UUID(card["uuid"])
    if not 0 < len(card["summary"]) < 140 or "\n" in card["summary"]:
        yield "the summary is no sentence of less than 140 characters"
    if card["indicator"] not in INDICATORS:
        yield "the indicator is none"
    yield from _source(card["source"])
    yield from _suggestions(card)
    for reason in card.get("overrideReasons", []):
        if not all(reason.get(part) for part in ("code", "system", "display")):
            yield "an override reason lacks a part"
    for link in card.get("links", []):
        yield from _link(link)


def _source(source: Json) -> Iterator[str]:
    yield from _extra(source, {"label", "url", "icon", "topic"})
    if not source["label"] or not {"code", "system"} <= source["topic"].keys():
        yield "the source has no label, or a topic without a code"
    if "url" in source and not _is_absolute(source["url"]):
        yield "the source's address is not absolute"


def _suggestions(card: Json) -> Iterator[str]:
    suggestions = card.get("suggestions", [])
    if suggestions and card.get("selectionBehavior") not in BEHAVIOURS:
        yield "suggestions without a selection behaviour"
    recommended = sum(one.get("isRecommended") is True for one in suggestions)
    if card.get("selectionBehavior") == "at-most-one" and recommended > 1:
        yield "more than one is recommended"
    if len({one["uuid"] for one in suggestions}) < len(suggestions):
        yield "two suggestions have the same id"
    for one in suggestions:
        UUID(one["uuid"])
        yield from _extra(one, {"label", "uuid", "isRecommended", "actions"})
        if not one["label"] or not one["actions"]:
            yield "a suggestion without a label, or that does nothing"
        for action in one["actions"]:
            yield from _action(action)


def _action(action: Json) -> Iterator[str]:
    yield from _extra(action, {"type", "description", "resource"})
    if action["type"] != "create" or not action["description"]:
        yield "an action that does not create, or says nothing"
    resource = action["resource"]
    yield from faults_of(resource)
    labels = [one["code"] for one in resource["meta"]["security"]]
    if "AIAST" not in labels:
        yield "a resource does not say that an AI asserts it"
    state = resource.get("lifecycleStatus"), resource.get("status"), resource.get("intent")
    if state not in (("proposed", None, None), (None, "draft", "proposal")):
        yield "a resource is more than a proposal"


def _link(link: Json) -> Iterator[str]:
    yield from _extra(link, {"label", "url", "type", "appContext"})
    if not link["label"] or link["type"] not in LINKS or not _is_absolute(link["url"]):
        yield "a link without a label, a type, or an absolute address"
    if "appContext" in link and link["type"] != "smart":
        yield "appContext is of smart links alone"


def _service(service: Json) -> Iterator[str]:
    yield from _empty(service)
    yield from _extra(
        service, {"hook", "id", "title", "description", "usageRequirements", "version", "prefetch"}
    )
    if not all(isinstance(service.get(one), str) for one in ("hook", "id", "title", "description")):
        yield "a service lacks what it must have"
    for query in service.get("prefetch", {}).values():
        told = query.replace(TEMPLATE, "")
        if TEMPLATE not in query or "{" in told or "%" in told:
            yield "a prefetch template with more than the patient's id"


def _extra(part: Json, known: set[str]) -> Iterator[str]:
    if more := part.keys() - known:
        yield f"unknown fields: {', '.join(sorted(more))}"


def _empty(value: Any, where: str = "") -> Iterator[str]:
    if value is None or value in ("", [], {}):
        yield f"{where} is empty"
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _empty(held, f"{where}.{key}")
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from _empty(held, f"{where}[{index}]")


def _is_absolute(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
