"""The mock EHR's SMART authorisation server: authorize with PKCE, token, keys, discovery."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.ehr.asking import begun
from tests.ehr.clients import ALGORITHMS, Client, OAuthError
from tests.ehr.keys import Json, fresh_claims, jwks
from tests.ehr.launches import Consent
from tests.ehr.pages import consent_page, message_page
from tests.ehr.people import PRACTITIONER
from tests.ehr.state import MockEhr

_TOKEN_LASTS_S = 300
_CAPABILITIES = (
    *("launch-ehr", "client-public", "client-confidential-asymmetric", "sso-openid-connect"),
    *("context-ehr-patient", "context-ehr-encounter", "permission-patient", "permission-v2"),
)


class AuthorisationServer:
    """The routes under `/auth`, and what tells where they are."""

    def __init__(self, ehr: MockEhr) -> None:
        self._ehr = ehr

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/fhir/.well-known/smart-configuration", self._configuration),
            Route("/fhir/.well-known/openid-configuration", self._configuration),
            Route("/auth/authorize", self._authorize),
            Route("/auth/consent", self._consent, methods=["POST"]),
            Route("/auth/token", self._token, methods=["POST"]),
            Route("/jwks", self._jwks),
        ]

    async def _configuration(self, request: Request) -> Response:
        _, reply = await begun(self._ehr, request, "")
        return reply or JSONResponse(
            {
                "issuer": self._ehr.fhir_base,
                "jwks_uri": self._ehr.jwks_url,
                "authorization_endpoint": f"{self._ehr.url}/auth/authorize",
                "token_endpoint": self._ehr.token_url,
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "fhirUser", "launch", "patient/*.rs", "system/*.rs"],
                "capabilities": list(_CAPABILITIES),
            }
        )

    async def _jwks(self, request: Request) -> Response:
        _, reply = await begun(self._ehr, request, "")
        keys = jwks(self._ehr.signing_key, self._ehr.id_token_key)
        return reply or JSONResponse(keys, headers={"Cache-Control": "max-age=300"})

    async def _authorize(self, request: Request) -> Response:
        """Ask the clinician, or at once consent where nobody is to be asked."""
        _, reply = await begun(self._ehr, request, request.url.query)
        if reply is not None:
            return reply
        asked = dict(request.query_params)
        client = self._ehr.clients.by_id.get(asked.get("client_id", ""))
        redirect_uri = asked.get("redirect_uri", "")
        if client is None or redirect_uri not in client.redirect_uris:
            return message_page("This app, or the address it wants to go back to, is not registered.", 400)
        try:
            consent = self._wanted(client, asked)
        except OAuthError as error:
            return _back(redirect_uri, {"error": error.code, "state": asked.get("state", "")})
        if self._ehr.asks_consent:
            return consent_page(consent, self._ehr.wishes.put(consent))
        return self._with_code(consent)

    def _wanted(self, client: Client, asked: Mapping[str, str]) -> Consent:
        """What an app asks for, as far as it may have it.

        Raises:
            OAuthError: it asks in a way that SMART App Launch does not allow.
        """
        if asked.get("response_type") != "code" or "authorization_code" not in client.grant_types:
            raise OAuthError("unsupported_response_type", "codes alone")
        if not asked.get("state") or asked.get("aud", "").rstrip("/") != self._ehr.fhir_base:
            raise OAuthError("invalid_request", "state is missing, or aud is not this FHIR server")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            raise OAuthError("invalid_request", "there is no S256 challenge")
        scopes = tuple(scope for scope in asked.get("scope", "").split() if scope in client.scopes)
        launch = self._ehr.launches.take(asked.get("launch", ""))
        if "launch" not in scopes or launch is None:
            raise OAuthError("invalid_scope", "this is no launch from an open chart")
        return Consent(
            client_id=client.id,
            redirect_uri=asked["redirect_uri"],
            scopes=scopes,
            launch=launch,
            challenge=asked["code_challenge"],
            nonce=asked.get("nonce"),
            state=asked["state"],
        )

    async def _consent(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        consent = self._ehr.wishes.take(form.get("ticket", ""))
        if consent is None:
            return message_page("This question was answered before, or is over.", 400)
        if form.get("decision") != "allow":
            return _back(consent.redirect_uri, {"error": "access_denied", "state": consent.state})
        return self._with_code(consent)

    def _with_code(self, consent: Consent) -> Response:
        code = self._ehr.codes.put(consent)
        return _back(consent.redirect_uri, {"code": code, "state": consent.state})

    async def _token(self, request: Request) -> Response:
        content = (await request.body()).decode()
        _, reply = await begun(self._ehr, request, "")
        if reply is not None:
            return reply
        form = dict(parse_qsl(content))
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            client = self._ehr.clients.known_by(form, self._ehr.token_url)
            grant_type = form.get("grant_type", "")
            if grant_type not in client.grant_types:
                raise OAuthError("unauthorized_client", "this client may not have tokens in this way")
            told = (
                self._of_code(client, form) if grant_type == "authorization_code" else self._of(client, form)
            )
        except OAuthError as error:
            status = 401 if error.code == "invalid_client" else 400
            return JSONResponse({"error": error.code}, status, headers)
        return JSONResponse(told, headers=headers)

    def _of(self, client: Client, form: Mapping[str, str]) -> Json:
        """A token for a program that nobody sits at (SMART Backend Services)."""
        if client.jwks is None:
            raise OAuthError("invalid_client", "a program must sign")
        scopes = tuple(scope for scope in form.get("scope", "").split() if scope in client.scopes)
        if not scopes:
            raise OAuthError("invalid_scope", "none of these scopes is registered")
        return self._token_of(client, scopes, None)

    def _of_code(self, client: Client, form: Mapping[str, str]) -> Json:
        """A token for an app that was launched."""
        consent = self._ehr.codes.take(form.get("code", ""))
        if consent is None:
            raise OAuthError("invalid_grant", "the code is not known, was used, or is over")
        consent.check(client.id, form.get("redirect_uri", ""), form.get("code_verifier", ""))
        launch = consent.launch
        told = self._token_of(client, consent.scopes, launch.patient)
        told |= {"patient": launch.patient, "encounter": launch.encounter, "need_patient_banner": False}
        if launch.app_context is not None:
            told["appContext"] = launch.app_context
        if "openid" in consent.scopes:
            told["id_token"] = self._id_token(consent)
        return told

    def _token_of(self, client: Client, scopes: tuple[str, ...], patient: str | None) -> Json:
        token = self._ehr.grants.give(client.id, scopes, patient, _TOKEN_LASTS_S)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": _TOKEN_LASTS_S,
            "scope": " ".join(scopes),
        }

    def _id_token(self, consent: Consent) -> str:
        claims = fresh_claims(_TOKEN_LASTS_S) | {
            "iss": self._ehr.fhir_base,
            "sub": PRACTITIONER,
            "aud": consent.client_id,
        }
        if consent.nonce is not None:
            claims["nonce"] = consent.nonce
        if "fhirUser" in consent.scopes:
            claims["fhirUser"] = f"{self._ehr.fhir_base}/Practitioner/{PRACTITIONER}"
        return self._ehr.id_token_key.sign(claims)


def _back(redirect_uri: str, parameters: Mapping[str, str]) -> Response:
    glue = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{glue}{urlencode(parameters)}", 303)
