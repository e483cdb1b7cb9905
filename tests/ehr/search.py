"""FHIR search in memory: the parameters that CDS Hooks asks clients to stay with, strictly read.

A parameter that is not known here is refused, as strict servers do: nothing is passed over in silence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Holds = Callable[[Json, str], bool]

_RESULT = ("_sort", "_count")


class SearchError(ValueError):
    """A search that the server refuses; the message tells why."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search: which type, what must hold of it, in which order."""

    type: str
    parameters: tuple[tuple[str, str], ...]
    count: int | None

    @classmethod
    def of(cls, type: str, given: Iterable[tuple[str, str]]) -> "Query":
        """A query of a type with parameters in the order given.

        Raises:
            SearchError: the type or a parameter is not searched here.
        """
        parameters = tuple(given)
        if type not in _PARAMETERS:
            raise SearchError("this type is not searched")
        for name, _ in parameters:
            if name not in _PARAMETERS[type] and name not in _RESULT:
                raise SearchError("a search parameter is not supported")
        counts = [value for name, value in parameters if name == "_count"]
        if any(not value.isdecimal() for value in counts):
            raise SearchError("_count is no number")
        return cls(type, parameters, int(counts[-1]) if counts else None)

    def found_in(self, resources: Sequence[Json]) -> list[Json]:
        """What the search finds, in its order.

        Raises:
            SearchError: a value of a parameter cannot be meant.
        """
        found = [one for one in resources if one["resourceType"] == self.type]
        for name, value in self.parameters:
            if name not in _RESULT:
                found = [one for one in found if _PARAMETERS[self.type][name](one, value)]
        for keys in (value for name, value in self.parameters if name == "_sort"):
            for key in reversed(keys.split(",")):
                found.sort(key=_sort_key(key.removeprefix("-")), reverse=key.startswith("-"))
        return found


def _sort_key(name: str) -> Callable[[Json], str]:
    if name == "date":
        return day_of
    if name == "_id":
        return lambda one: str(one["id"])
    raise SearchError("this order is not supported")


def day_of(resource: Json) -> str:
    """The date by which a resource is found and sorted; empty where it has none."""
    return str(resource.get("effectiveDateTime") or resource.get("onsetDateTime") or "")


def patient_of(resource: Json) -> str | None:
    """The id of the patient whom a resource is about."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    reference = str(resource.get("subject", {}).get("reference", ""))
    return reference.removeprefix("Patient/") if reference.startswith("Patient/") else None


def _is_about(one: Json, value: str) -> bool:
    return patient_of(one) == value.removeprefix("Patient/")


def _any_of(holds: Holds) -> Holds:
    """Values with commas between them: one must hold."""
    return lambda one, value: any(holds(one, choice) for choice in value.split(","))


def _token(*path: str) -> Holds:
    """A token parameter: `code`, or `system|code`."""

    def holds(one: Json, value: str) -> bool:
        system, bar, code = value.rpartition("|")
        codings = list(_codings(one, path))
        return any(coding["code"] == code and (not bar or coding["system"] == system) for coding in codings)

    return _any_of(holds)


def _codings(one: Json, path: Sequence[str]) -> Iterable[Json]:
    concepts = one.get(path[0], [])
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        yield from concept.get("coding", [])


def _plain(name: str) -> Holds:
    return _any_of(lambda one, value: one.get(name) == value)


def _date(one: Json, value: str) -> bool:
    prefix, day = (value[:2], value[2:]) if value[:2].isalpha() else ("eq", value)
    comparisons: Mapping[str, Callable[[str, str], bool]] = {
        "eq": lambda own, asked: own == asked,
        "lt": lambda own, asked: own < asked,
        "gt": lambda own, asked: own > asked,
        "le": lambda own, asked: own <= asked,
        "ge": lambda own, asked: own >= asked,
    }
    if prefix not in comparisons:
        raise SearchError("this comparison of dates is not supported")
    return bool(day_of(one)) and comparisons[prefix](day_of(one), day)


_ID = _plain("id")
_ABOUT = {"_id": _ID, "patient": _is_about, "subject": _is_about}
_PARAMETERS: Mapping[str, Mapping[str, Holds]] = {
    "Patient": {"_id": _ID},
    "Group": {"_id": _ID},
    "Encounter": {**_ABOUT, "status": _plain("status")},
    "Observation": {
        **_ABOUT,
        "code": _token("code"),
        "category": _token("category"),
        "status": _plain("status"),
        "date": _date,
    },
    "Condition": {
        **_ABOUT,
        "code": _token("code"),
        "category": _token("category"),
        "clinical-status": _token("clinicalStatus"),
    },
}
SEARCHED = {type: tuple(parameters) for type, parameters in _PARAMETERS.items()}
"""Types that are searched, and by what."""
