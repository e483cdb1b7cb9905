"""The CDS client of the mock EHR: opens charts, calls services, and tells what became of their cards.

It speaks CDS Hooks 2.0 as deployed clients do: ES384 tokens for the address called, access tokens for the
open chart's patient, feedback timestamps with milliseconds.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.ehr.connecting import APP, CARD_SCOPES
from tests.ehr.keys import fresh_claims
from tests.ehr.people import PRACTITIONER
from tests.ehr.prefetch import prefetched
from tests.ehr.state import MockEhr

Json = dict[str, Any]
_WAIT_S, _TOKEN_LASTS_S = 120.0, 300


@dataclass(frozen=True, slots=True)
class Answered:
    """What a service said, and how many milliseconds it took."""

    service: str
    status: int
    content: Json
    milliseconds: float

    @property
    def cards(self) -> Sequence[Json]:
        return self.content.get("cards", []) if self.status == 200 else []

    @property
    def told(self) -> Json:
        """As JSON."""
        said = {"service": self.service, "status": self.status, "milliseconds": round(self.milliseconds, 1)}
        return said | {"response": self.content}


class CdsClient:
    """Calls the services of one Turnpoint, in the name of one mock EHR."""

    def __init__(self, ehr: MockEhr) -> None:
        self._ehr = ehr
        self._http = httpx.AsyncClient(timeout=_WAIT_S, trust_env=False)

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    @property
    def _services_url(self) -> str:
        return f"{self._ehr.turnpoint}/cds-services"

    async def discover(self) -> Sequence[Json]:
        """All services on offer."""
        reply = await self._http.get(self._services_url, headers=self.head(self._services_url))
        return list(reply.raise_for_status().json()["services"])

    async def open_chart(
        self, patient: str, hook: str = "patient-view", with_prefetch: bool = True
    ) -> Sequence[Answered]:
        """Call every service of a hook about a patient.

        Raises:
            httpx.HTTPError: discovery does not answer.
        """
        services = [service for service in await self.discover() if service["hook"] == hook]
        return [
            await self.call(service, self.question(service, patient, with_prefetch)) for service in services
        ]

    def question(self, service: Json, patient: str, with_prefetch: bool) -> Json:
        """The body of a call; without prefetch the service must ask the FHIR server by itself."""
        context = {
            "userId": f"Practitioner/{PRACTITIONER}",
            "patientId": patient,
            "encounterId": f"{patient}-visit",
        }
        body: Json = {
            "hook": service["hook"],
            "hookInstance": str(uuid.uuid4()),
            "fhirServer": self._ehr.fhir_base,
            "fhirAuthorization": {
                "access_token": self._ehr.grants.give(APP, CARD_SCOPES, patient, _TOKEN_LASTS_S),
                "token_type": "Bearer",
                "expires_in": _TOKEN_LASTS_S,
                "scope": " ".join(CARD_SCOPES),
                "subject": APP,
                "patient": patient,
            },
            "context": context,
        }
        if with_prefetch:
            body["prefetch"] = prefetched(self._ehr, service.get("prefetch", {}), context)
        return body

    async def call(self, service: Json, body: Json) -> Answered:
        """Ask one service, and keep its cards so that feedback can be given."""
        url = self._url_of(service)
        started = time.perf_counter()
        reply = await self._http.post(url, json=body, headers=self.head(url))
        elapsed = 1000 * (time.perf_counter() - started)
        answered = Answered(service["id"], reply.status_code, _content(reply), elapsed)
        for card in answered.cards:
            if "uuid" in card:
                self._ehr.cards[card["uuid"]] = (service["id"], card)
        return answered

    def ready(self, service: Json, patient: str, with_prefetch: bool) -> Json:
        """A call as it would be sent: address, headers and body."""
        url = self._url_of(service)
        body = self.question(service, patient, with_prefetch)
        return {"url": url, "headers": self.head(url), "body": body}

    def _url_of(self, service: Json) -> str:
        return f"{self._services_url}/{service['id']}"

    async def tell(self, card: str, outcome: str, **details: Any) -> int:
        """Send feedback about a card that was shown; the HTTP status.

        Raises:
            LookupError: no such card was shown.
        """
        service, _ = self._ehr.cards[card]
        url = f"{self._services_url}/{service}/feedback"
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        feedback = {"card": card, "outcome": outcome, "outcomeTimestamp": now} | details
        reply = await self._http.post(url, json={"feedback": [feedback]}, headers=self.head(url))
        return reply.status_code

    def head(self, url: str, **changes: Any) -> dict[str, str]:
        """The Authorization header for a call to an address; `changes` are of claims."""
        claims = {"iss": self._ehr.fhir_base, "aud": url} | fresh_claims() | changes
        return {"Authorization": f"Bearer {self._ehr.signing_key.sign(claims, jku=self._ehr.jwks_url)}"}


def _content(reply: httpx.Response) -> Json:
    try:
        content = reply.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
