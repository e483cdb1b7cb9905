"""The mock EHR's dozen people as it serves them: the files of `people/`, told as of a day."""

import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.ehr.resources import TEST_DATA, TOLD_ON

Json = dict[str, Any]

PEOPLE = Path(__file__).parent / "people"
GROUP, PRACTITIONER = "diabetes-clinic", "mock-clinician"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def names() -> list[str]:
    """The ids of all people, in their order."""
    return sorted(path.stem for path in PEOPLE.glob("*.json"))


def bundle_of(name: str, told_on: date) -> Json:
    """Somebody's record as a collection, moved so that it is as old on `told_on` as its file was."""
    told: Json = moved(json.loads((PEOPLE / f"{name}.json").read_text()), told_on - TOLD_ON)
    return told


def resources_of_all(told_on: date) -> list[Json]:
    """Everybody's resources, the group that they are in, and the clinician who looks at them."""
    people = names()
    resources = [entry["resource"] for name in people for entry in bundle_of(name, told_on)["entry"]]
    return [*resources, _group(people), _clinician()]


def moved(value: Any, by: timedelta) -> Any:
    """The same JSON with every date later by as much, so that ages stay what they are."""
    if isinstance(value, dict):
        return {key: moved(inner, by) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, by) for inner in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return (date.fromisoformat(value) + by).isoformat()
    return value


def _group(people: Sequence[str]) -> Json:
    return {
        "resourceType": "Group",
        "id": GROUP,
        "meta": TEST_DATA,
        "type": "person",
        "actual": True,
        "name": "Synthetic diabetes clinic",
        "member": [{"entity": {"reference": f"Patient/{name}"}} for name in people],
    }


def _clinician() -> Json:
    return {
        "resourceType": "Practitioner",
        "id": PRACTITIONER,
        "meta": TEST_DATA,
        "name": [{"text": "Synthetic Clinician", "family": "Clinician", "given": ["Synthetic"]}],
    }
