"""What a running mock EHR knows and has been asked."""

import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.ehr.clients import Clients
from tests.ehr.faults import Faults
from tests.ehr.grants import Grants
from tests.ehr.keys import Key, new_key
from tests.ehr.launches import Consent, Launch, Once
from tests.ehr.people import resources_of_all
from tests.ehr.search import patient_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made of the mock; `query` as it came, of a form too."""

    method: str
    path: str
    query: str
    has_token: bool


@dataclass
class MockEhr:
    """One mock EHR: its address, its records, its tokens, and the faults that it was ordered to have."""

    url: str
    """Its own base address, without a slash at the end."""
    told_on: date
    """The day that records are told as of."""
    turnpoint: str = "http://127.0.0.1:8000"
    """Where the Turnpoint is whose services it calls."""
    asks_for_tokens: bool = True
    asks_consent: bool = True
    """Whether a clinician is asked before an app is let in; tests without a browser do not ask."""
    page: int = 20
    """Entries on a page where a search does not say."""
    resources: list[Json] = field(default_factory=list)
    grants: Grants = field(default_factory=Grants)
    faults: Faults = field(default_factory=Faults)
    asked: list[Asked] = field(default_factory=list)
    clients: Clients = field(default_factory=Clients)
    launches: Once[Launch] = field(default_factory=lambda: Once(300.0))
    wishes: Once[Consent] = field(default_factory=lambda: Once(300.0))
    """What apps want, while the clinician is asked."""
    codes: Once[Consent] = field(default_factory=Once)
    cards: dict[str, tuple[str, Json]] = field(default_factory=dict)
    """Cards that were shown by their uuid, each with its service."""
    taken: dict[str, list[str]] = field(default_factory=dict)
    """What was taken from cards, by patient."""
    signing_key: Key = field(default_factory=lambda: new_key("ES384"))
    """Signs CDS Hooks calls."""
    id_token_key: Key = field(default_factory=lambda: new_key("RS256"))

    def __post_init__(self) -> None:
        self.resources = self.resources or resources_of_all(self.told_on)

    @property
    def fhir_base(self) -> str:
        return f"{self.url}/fhir"

    @property
    def token_url(self) -> str:
        return f"{self.url}/auth/token"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks"

    def launch(self, patient: str, app_context: str | None = None) -> str:
        """Open somebody's chart for an app: the `launch` parameter that it is started with."""
        return self.launches.put(Launch(patient, f"{patient}-visit", app_context))

    def add(self, *resources: Json) -> None:
        """Further resources, for a test; one of the same type and id takes the place of what is there."""
        known = {(one["resourceType"], one["id"]) for one in resources}
        kept = [one for one in self.resources if (one["resourceType"], one["id"]) not in known]
        self.resources = [*kept, *resources]

    def read(self, type: str, id: str) -> Json | None:
        """A resource by type and id."""
        found = (one for one in self.resources if (one["resourceType"], one["id"]) == (type, id))
        return next(found, None)

    def take(self, card: str, suggestion: str) -> None:
        """Put what a suggestion would create into the records, as a clinician's system does.

        Raises:
            LookupError: the card was not shown, or has no such suggestion.
        """
        _, shown = self.cards[card]
        (chosen,) = [one for one in shown.get("suggestions", []) if one.get("uuid") == suggestion]
        for action in chosen.get("actions", []):
            if action["type"] != "create":
                continue
            resource = action["resource"] | {"id": secrets.token_hex(8)}
            self.add(resource)
            patient = str(patient_of(resource))
            self.taken.setdefault(patient, []).append(f"{resource['resourceType']}: {action['description']}")
