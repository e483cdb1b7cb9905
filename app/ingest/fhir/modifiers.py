"""Elements that change what a resource means: by R4 nobody may go on who does not know them."""

from collections.abc import Mapping
from typing import Any

from app.ingest.fhir.reasons import NotUsedReason


def why_modified(resource: Mapping[str, Any]) -> NotUsedReason | None:
    """Why a resource, or a part of one, may not be read as it stands; None where it may."""
    if any(resource.get(name) for name in ("modifierExtension", "implicitRules", "_implicitRules")):
        return NotUsedReason.MODIFIED
    return NotUsedReason.OTHER_FOCUS if resource.get("focus") else None


def why_absent(part: Mapping[str, Any]) -> NotUsedReason | None:
    """A value beside the reason why there is none is not one."""
    has_value = any(name.startswith("value") and told is not None for name, told in part.items())
    return NotUsedReason.SAID_ABSENT if has_value and part.get("dataAbsentReason") else None
