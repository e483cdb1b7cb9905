"""What a chart's page says of somebody: who it is, and what is on file."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.ehr.search import day_of, patient_of
from tests.ehr.state import MockEhr

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OnFile:
    """One line of a chart."""

    name: str
    value: str
    day: str
    status: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Somebody's chart as lines, the newest first."""

    id: str
    name: str
    age: int
    sex: str
    lines: tuple[OnFile, ...]
    taken: tuple[str, ...]
    """Resources that came from cards."""


def facts_of(ehr: MockEhr, patient: str) -> Facts:
    """What is on file of somebody.

    Raises:
        LookupError: nobody has this id.
    """
    told = ehr.read("Patient", patient)
    if told is None:
        raise LookupError("nobody has this id")
    own = [one for one in ehr.resources if patient_of(one) == patient]
    observed = [_line(one) for one in own if one["resourceType"] in ("Observation", "Condition")]
    born = date.fromisoformat(told["birthDate"])
    age = ehr.told_on.year - born.year - ((ehr.told_on.month, ehr.told_on.day) < (born.month, born.day))
    lines = tuple(sorted(observed, key=lambda line: line.day, reverse=True))
    return Facts(
        patient, told["name"][0]["text"], age, told["gender"], lines, tuple(ehr.taken.get(patient, ()))
    )


def _line(one: Json) -> OnFile:
    status = one.get("status") or one["clinicalStatus"]["coding"][0]["code"]
    return OnFile(one["code"]["text"], _value(one), day_of(one), status)


def _value(one: Json) -> str:
    if "valueQuantity" in one:
        return f"{one['valueQuantity']['value']:g} {one['valueQuantity']['unit']}"
    if "component" in one:
        values = [f"{part['valueQuantity']['value']:g}" for part in one["component"]]
        return f"{'/'.join(values)} mmHg"
    return str(one.get("valueCodeableConcept", {}).get("text", ""))
