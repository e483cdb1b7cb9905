"""An EHR connected to a gateway: what its CDS client asks, and how its calls are signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.settings import Settings
from tests.ehr.cds_client import CdsClient
from tests.ehr.connecting import connect
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.serving import Servers, client_of, settings_for

Json = dict[str, Any]
PUBLIC_URL = "https://turnpoint.example"
SERVICE = "interventions-dysglycaemia"
CALL, FEEDBACK = f"/cds-services/{SERVICE}", f"/cds-services/{SERVICE}/feedback"
FHIR = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Connected:
    """A mock EHR and a client of the gateway that trusts it."""

    ehr: MockEhr
    client: httpx.Client

    def question(self, patient: str, with_prefetch: bool = True, hook: str = "patient-view") -> Json:
        """The body of a call about somebody, as the EHR's CDS client makes it."""
        services = self.client.get("/cds-services").raise_for_status().json()["services"]
        service = next(one for one in services if (one["hook"], one["id"]) == (hook, SERVICE))
        return deepcopy(CdsClient(self.ehr).question(service, patient, with_prefetch))  # the EHR's own stays

    def call(self, body: Json, **changes: Any) -> httpx.Response:
        """A call with a token of its own; `changes` are of its claims."""
        return self.client.post(CALL, json=body, headers=self.signed(CALL, **changes))

    def card(self, patient: str, **more: Any) -> Json:
        """The one card about somebody."""
        response = self.call(self.question(patient, **more))
        assert response.status_code == 200, response.text
        (card,) = response.json()["cards"]
        told: Json = card
        return told

    def tell(self, *feedback: Json) -> httpx.Response:
        """Feedback on cards."""
        body = {"feedback": list(feedback)}
        return self.client.post(FEEDBACK, json=body, headers=self.signed(FEEDBACK))

    def signed(self, path: str, **changes: Any) -> Json:
        """The head of a call to an address, by the EHR's own key."""
        return CdsClient(self.ehr).head(PUBLIC_URL + path, **changes)


def settings_of(servers: Servers, ehr: MockEhr, folder: Path, **changes: Any) -> Settings:
    """Settings of a gateway that trusts an EHR."""
    files = connect(ehr, PUBLIC_URL, folder)
    trusting: Json = {"ehr_servers_file": files.servers, "public_url": PUBLIC_URL}
    return settings_for(servers, **trusting | {"cds_wait_s": 60.0} | changes)  # a busy machine is slow


@contextmanager
def connected(servers: Servers, folder: Path, **changes: Any) -> Iterator[Connected]:
    """A mock EHR, and a gateway that trusts it."""
    with mock_ehr() as ehr, client_of(settings_of(servers, ehr, folder, **changes)) as client:
        yield Connected(ehr, client)


def asked_of(ehr: MockEhr) -> list[str]:
    """What was asked of its FHIR server, by path."""
    return [one.path for one in ehr.asked if one.path.startswith("/fhir/")]
