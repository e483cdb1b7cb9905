"""A clinician at a browser who opens a patient from the mock EHR."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.ehr.connecting import APP, CALLBACK, connect, files_in
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.pages import HTML
from tests.integration.serving import ITSELF, SECONDS, Servers, gateway, http_client, settings_for

SAME_SITE = HTML | {"Sec-Fetch-Site": "same-origin"}
"""What a browser sends along with a form of our own pages."""


@dataclass(frozen=True)
class Clinic:
    """A gateway with the EHR that it trusts."""

    url: str
    ehr: MockEhr

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """One that follows no redirect by itself."""
        with http_client(self.url, headers=HTML) as client:
            yield client

    def sent(self, browser: httpx.Client, patient: str, app_context: str | None = None) -> httpx.Response:
        """The answer to the launch: where the browser is to sign in."""
        asked = {"iss": self.ehr.fhir_base, "launch": self.ehr.launch(patient, app_context)}
        return browser.get("/launch", params=asked)

    def signed_in(self, sent: httpx.Response) -> str:
        """Where the EHR sends the browser back to, once somebody has signed in."""
        with httpx.Client(timeout=SECONDS, trust_env=False) as elsewhere:
            return elsewhere.get(sent.headers["location"]).headers["location"]

    def opened(self, browser: httpx.Client, patient: str, app_context: str | None = None) -> httpx.Response:
        """The last answer of a launch: a redirect to the patient, if all went well."""
        sent = self.sent(browser, patient, app_context)
        assert sent.status_code == 303, sent.text
        return browser.get(self.signed_in(sent))


@contextmanager
def clinic(servers: Servers, folder: Path, **changes: Any) -> Iterator[Clinic]:
    """A mock EHR that asks nobody for consent, and a gateway that knows callers by keys or by their EHR."""
    with mock_ehr(asks_consent=False) as ehr:
        connect(ehr, ITSELF, folder)
        given = {"public_url": ITSELF, "api_keys": True, "ehr_servers_file": files_in(folder).servers}
        given |= {"launches_per_minute": 6000}
        with gateway(settings_for(servers, **given | changes)) as url:
            app = ehr.clients.by_id[APP]
            ehr.clients.by_id[APP] = type(app)(app.id, app.scopes, (f"{url}{CALLBACK}",), app.jwks)
            yield Clinic(url, ehr)


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))
