"""Bundle: resources of one answer or of several, each once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from app.fhir.form import Entry, filled, instant
from app.fhir.terms import AI_ASSERTED, Json


def collection(
    entries: Iterable[Entry],
    identity: UUID | None = None,
    at: datetime | None = None,
    links: Mapping[str, str | None] | None = None,
) -> Json:
    """A bundle of the kind `collection`; `links` are addresses of pages by their relation."""
    each = {one.id: one for one in entries}
    return filled(
        {
            "resourceType": "Bundle",
            "id": str(identity) if identity else None,
            "meta": {"security": [AI_ASSERTED]},
            "type": "collection",
            "timestamp": instant(at) if at else None,
            "link": [{"relation": name, "url": url} for name, url in (links or {}).items() if url],
            "entry": [{"fullUrl": one.full_url, "resource": one.resource} for one in each.values()],
        }
    )
