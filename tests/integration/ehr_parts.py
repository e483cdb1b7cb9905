"""A gateway as a process of its own and a mock EHR, each knowing the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.local.embedded.data_dir import free_port
from tests.ehr.connecting import connect
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.processes import serving
from tests.integration.serving import Servers, http_client

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Connected:
    """Both, and clients of both; `settings` are those of the gateway."""

    ehr: MockEhr
    mock: httpx.Client
    turnpoint: httpx.Client
    settings: dict[str, str]

    def open_chart(self, patient: str, with_prefetch: bool = True, hook: str = "patient-view") -> Json:
        """What the service of the default model says when somebody's chart is opened."""
        told = {"patient": patient, "prefetch": with_prefetch}
        reply = self.mock.post(f"/api/hooks/{hook}", json=told).raise_for_status()
        (call,) = reply.json()["calls"]
        assert call["service"] == "interventions-dysglycaemia"
        return dict(call)

    def card_of(self, patient: str, with_prefetch: bool = True) -> Json:
        """The one card of somebody's chart."""
        call = self.open_chart(patient, with_prefetch)
        assert call["status"] == 200, call
        (card,) = call["response"]["cards"]
        return dict(card)


@contextmanager
def connected(servers: Servers, database_url: str, folder: Path) -> Iterator[Connected]:
    """Both, for the time of a test; nobody is asked for consent."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with mock_ehr(turnpoint=url, asks_consent=False) as ehr:
        files = connect(ehr, url, folder)
        settings = {"PORT": str(port), "PUBLIC_URL": url, "EHR_SERVERS_FILE": str(files.servers)}
        with serving(servers, database_url, settings) as (_, turnpoint), http_client(ehr.url) as mock:
            yield Connected(ehr, mock, turnpoint, settings)
