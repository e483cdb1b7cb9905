"""The cookies of launches and sessions, as browsers are told to keep them."""

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.responses import Response

from app.identity.ehr_sessions import COOKIES

_LAUNCH = "turnpoint-launch-"
SESSION_NAME: ContextVar[str | None] = ContextVar("session_name", default=None)
"""Who came from an EHR, at the request that is answered just now; pages offer them to end it."""


@dataclass(frozen=True, slots=True)
class CookieRules:
    """`is_secure`: with https alone, which is everywhere but on this machine. `is_framed`: pages may be in a
    frame of another site, which takes cookies that are sent there (in a jar of that site's own)."""

    is_secure: bool
    is_framed: bool

    @property
    def session(self) -> str:
        """The name of a session's cookie."""
        return COOKIES[0] if self.is_secure else COOKIES[1]

    def launch(self, suffix: str) -> str:
        """The name of a launch's cookie."""
        return f"__Host-{_LAUNCH}{suffix}" if self.is_secure else f"{_LAUNCH}{suffix}"

    def keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Have a browser keep a cookie for so long; a script cannot read it."""
        response.headers.append("Set-Cookie", f"{name}={value}; Max-Age={seconds}; {self._attributes}")

    def forget(self, response: Response, name: str) -> None:
        self.keep(response, name, "", 0)

    @property
    def _attributes(self) -> str:
        same_site = "SameSite=None; Partitioned" if self.is_framed and self.is_secure else "SameSite=Lax"
        return f"Path=/; HttpOnly; {same_site}" + ("; Secure" if self.is_secure else "")


def forget_session(response: Response) -> None:
    """Have a browser forget a session, however it was told to keep it."""
    for is_secure, is_framed in ((True, True), (True, False), (False, False)):
        rules = CookieRules(is_secure, is_framed)
        rules.forget(response, rules.session)
