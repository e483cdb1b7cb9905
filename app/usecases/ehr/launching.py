"""A launch from an EHR (SMART App Launch): the browser is sent to sign in, and comes back with a code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.domain.ids import is_patient_id
from app.identity.ehr_servers import EhrServer, EhrServers, SmartClient
from app.identity.smart_client.faults import SmartError, SmartFault
from app.identity.smart_client.id_token import Expected, SignedIn, signed_in
from app.identity.smart_client.secrets import LaunchSecrets, digest_of
from app.identity.smart_client.server import SmartServer
from app.storage.sessions import Sessions

LAUNCH_S = 600
"""How long signing in at the EHR may take, in seconds."""
CALLBACK = "/launch/callback"


class UnknownEhrError(RuntimeError):
    """Nobody is asked: the server is not one that may launch the page."""


class LaunchEndedError(RuntimeError):
    """There is no such launch any more, or it began in another browser."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is sent, and the secrets of which it keeps one."""

    url: str
    secrets: LaunchSecrets


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came back, with which patient. The access token reads that patient's record, and is never kept."""

    server: EhrServer
    patient_id: str
    person: SignedIn
    app_context: str | None
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Launching:
    """Launches from the servers of a deployment; the browser comes back to `public_url`."""

    trusted: EhrServers
    smart: Mapping[str, SmartServer]
    sessions: Sessions
    public_url: str
    leeway_s: float

    async def begin(self, iss: str, launch: str) -> Begun:
        """Send a browser to the EHR that it came from.

        Raises:
            UnknownEhrError: the page may not be launched from there.
            SmartError: the EHR does not tell how.
            RecordError: the database is away.
        """
        server = self.trusted.at(iss)
        if server is None or server.smart is None:
            raise UnknownEhrError
        address, _, _ = (await self.smart[server.name].configuration()).for_launch()
        secrets = LaunchSecrets.new()
        ends = datetime.now(UTC) + timedelta(seconds=LAUNCH_S)
        await self.sessions.begin_launch(
            digest_of(secrets.state), digest_of(secrets.browser), server.name, ends
        )
        asked = {
            "response_type": "code",
            "client_id": server.smart.client_id,
            "redirect_uri": self._redirect_uri,
            "launch": launch,
            "scope": server.smart.scopes,
            "state": secrets.state,
            "nonce": secrets.nonce,
            "aud": server.fhir_base,
            "code_challenge": secrets.code_challenge,
            "code_challenge_method": "S256",
        }
        return Begun(address + ("&" if "?" in address else "?") + urlencode(asked), secrets)

    async def take(self, secrets: LaunchSecrets) -> EhrServer:
        """The server of a launch, which ends here, whatever the browser brings.

        Raises:
            LaunchEndedError: there is none of this browser's.
            RecordError: the database is away.
        """
        name = await self.sessions.take_launch(digest_of(secrets.state), digest_of(secrets.browser))
        server = self.trusted.named(name) if name else None
        if server is None or server.smart is None:
            raise LaunchEndedError
        return server

    async def finish(self, server: EhrServer, secrets: LaunchSecrets, code: str) -> Arrived:
        """Who signed in, with which patient: for a code, once.

        Raises:
            SmartError: the EHR gives no token, or one that does not say who or whom.
        """
        client, smart = server.smart, self.smart[server.name]
        assert isinstance(client, SmartClient)
        _, _, issuer = (await smart.configuration()).for_launch()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": secrets.code_verifier,
        }
        reply = await smart.token(client, form)
        expected = Expected(issuer, client.client_id, secrets.nonce, self.leeway_s)
        person = await signed_in(reply.id_token, smart.keys, expected)
        if reply.patient is None or not is_patient_id(reply.patient):
            raise SmartError(SmartFault.NO_PATIENT)
        return Arrived(server, reply.patient, person, reply.app_context, reply.access_token)

    @property
    def _redirect_uri(self) -> str:
        return self.public_url + CALLBACK
