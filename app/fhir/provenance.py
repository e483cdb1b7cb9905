"""Provenance: which AI made what, from what, as AI Transparency on FHIR tells it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.fhir.form import Entry, entry_of, identity_of, instant
from app.fhir.terms import AI_ASSERTED, AI_ITSELF, TERMS, Json, coding, concept

_PARTS = f"{TERMS}provenance-participant-type"
AUTHOR = coding(_PARTS, "author", "Author")
VERIFIER = coding(_PARTS, "verifier", "Verifier")


def provenance(
    owner: UUID,
    part: str,
    recorded: datetime,
    targets: Sequence[Entry],
    agents: Sequence[tuple[Entry, Json]],
    documents: Sequence[Entry] = (),
    used: Sequence[Json] = (),
) -> Entry:
    """What `targets` came from: devices and what each of them did, model cards and prompts, observations."""
    entities = [{"role": "derivation", "what": one.reference} for one in documents]
    return entry_of(
        "Provenance",
        identity_of(owner, "provenance", part),
        [f"{did['display']}: {device.resource['deviceName'][-1]['name']}" for device, did in agents],
        target=[one.reference for one in targets],
        recorded=instant(recorded),
        reason=[concept(AI_ASSERTED)],
        agent=[
            {"type": concept(did), "role": [concept(AI_ITSELF)], "who": device.reference}
            for device, did in agents
        ],
        entity=[*entities, *({"role": "source", "what": one} for one in used)],
    )
